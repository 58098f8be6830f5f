import { InputError } from '../kernel/errors.ts';
import { Streams } from '../kernel/random.ts';
import { geometricGap } from './flow-tcp.ts';
import { messageBytes, transportConfig, transportOptions } from './http.ts';
import type { TcpConfig } from './network.ts';
import { TcpPath } from './tcp-path.ts';

/** Equal uploads that start together over one shared bottleneck. */
export interface TransferRow {
  /** Round trip without queueing and serialisation, s: 0 to 100. */
  readonly rttS: number;
  /** Rate of the bottleneck each way, bit/s: 1 to 10^12. */
  readonly rateBitPerS: number;
  /** Share of packets lost on the way up (SYN and data), 0 to 0.9. */
  readonly loss: number;
  /** 1 to 10,000. */
  readonly flows: number;
  /** Content of each upload, bytes: 1 to 10^9. */
  readonly sizeBytes: number;
  /** Whether it goes by HTTPS: adds the TLS 1.3 handshake, HTTP's header and TLS records. */
  readonly tls: boolean;
  readonly seed: number;
  /** How many runs with losses are averaged; without loss one is enough and no more are made. */
  readonly runs: number;
}

/** Completion runs from the first SYN to the last byte at the receiver. Means over the runs, but for `stderr_s`. */
export interface TransferResult {
  /** Mean over the uploads, s. */
  readonly mean_completion_s: number;
  /** The slowest upload, s. */
  readonly last_completion_s: number;
  /** Standard error of `mean_completion_s`, s; 0 without loss. */
  readonly stderr_s: number;
  /** Bytes of all uploads on the wire, both ways, retransmissions and acknowledgements included. */
  readonly bytes_on_wire: number;
  /** Segments sent again. */
  readonly retransmissions: number;
  /** Packets lost on the way or dropped by the full queue. */
  readonly lost_packets: number;
}

/** Default for `TransferRow.runs`. */
export const TRANSFER_RUNS = 1000;

/**
 * TCP as the reference runs of ns-3 have it: 1448 B segments with timestamps (headers: TCP 32, IPv4 20, PPP 2), a SYN with its
 * options of 58 B, a 3 s SYN time-out and 1 s least time-out. The device's queue holds 100 packets; what finds it full waits in
 * FQ-CoDel above it, which ns-3 puts there unless told otherwise: where more than 100 packets wait, the reference's times are
 * met with it and only with it. Likewise found by measurement: each sender has a link of 1 Gbit/s before the bottleneck.
 */
export const REFERENCE_TCP: TcpConfig = {
  segmentBytes: 1448,
  dataHeaderBytes: 54,
  ackBytes: 54,
  synBytes: 58,
  initialWindow: 10,
  minRto: 1e9,
  synTimeout: 3e9,
  queuePackets: 100,
  fairQueue: true,
};

/** Each sender's own link to the bottleneck, bit/s. */
const ACCESS_RATE = 1e9;
const SEGMENT_LIMIT = 2e7;

/**
 * How long uploads take: the transport of the flow network by itself. It is the same `TcpPath` that the flow network
 * plays for a transfer which is longer than the initial window or loses a packet; here all senders share its
 * bottleneck packet by packet, there it runs with one sender and what devices share is shared as a fluid.
 *
 * With loss the result is an average over seeded runs. A run without any loss is known exactly and happens with
 * probability (1 - loss)^packets; the runs are those with at least one loss, weighted with the rest: rare time-outs of
 * seconds, which make the mean of short uploads, are so met often enough. The device's computing for TLS is not included.
 *
 * @param rows each by itself: a row's result does not depend on the others.
 * @throws InputError when a value is out of its range.
 */
export function simulateTransfers(rows: readonly TransferRow[]): TransferResult[] {
  for (const [index, row] of rows.entries()) checkTransfer(row, () => `transfer ${index + 1}`);
  const path = new TcpPath(REFERENCE_TCP);
  return rows.map((row) => transfer(path, row));
}

/** Sums over runs, weighted. */
interface Sums {
  mean: number;
  last: number;
  bytes: number;
  retransmissions: number;
  lost: number;
}

function transfer(path: TcpPath, row: TransferRow): TransferResult {
  const play = player(path, row);
  const clean = play(() => Number.POSITIVE_INFINITY);
  if (row.loss === 0) return result(clean, 0);
  // Losing one of the packets exposed in a run without loss is what it takes for a run to differ from that one.
  const spared = Math.exp(path.exposedPackets * Math.log(1 - row.loss));
  const exposed = path.exposedPackets;
  const draws = new Streams(row.seed, 'transfer.loss', row.runs);
  const sums: Sums = { mean: 0, last: 0, bytes: 0, retransmissions: 0, lost: 0 };
  let squares = 0;
  for (let run = 0; run < row.runs; run++) {
    let first = true;
    const one = play(() => {
      const u = draws.next(run);
      if (!first) return geometricGap(row.loss, u);
      first = false;
      return Math.min(geometricGap(row.loss, u * (1 - spared)), exposed - 1);
    });
    for (const key of Object.keys(sums) as (keyof Sums)[]) sums[key] += one[key];
    squares += one.mean * one.mean;
  }
  const { runs } = row;
  const variance = Math.max(0, squares / runs - (sums.mean / runs) * (sums.mean / runs));
  const mixed = { ...sums };
  for (const key of Object.keys(sums) as (keyof Sums)[]) {
    mixed[key] = spared * clean[key] + ((1 - spared) * sums[key]) / runs;
  }
  return result(mixed, (1 - spared) * Math.sqrt(variance / runs));
}

function player(path: TcpPath, row: TransferRow): (gap: () => number) => Sums {
  const https = transportConfig(transportOptions.parse({}));
  const wire = (bytes: number) => bytes + Math.ceil(bytes / REFERENCE_TCP.segmentBytes) * REFERENCE_TCP.dataHeaderBytes;
  const work = {
    bytes: row.tls ? messageBytes(https, true, row.sizeBytes) : row.sizeBytes,
    flows: row.flows,
    handshake: true,
    tls: row.tls ? { up: wire(https.tlsFullUpBytes), down: wire(https.tlsFullDownBytes) } : undefined,
  };
  return (gap) => {
    path.run({ rate: row.rateBitPerS / 8, accessRate: ACCESS_RATE / 8, rtt: row.rttS, gap }, work);
    let mean = 0;
    let last = 0;
    let retransmissions = 0;
    for (let flow = 0; flow < row.flows; flow++) {
      const completion = path.completion[flow]!;
      mean += completion / row.flows;
      last = Math.max(last, completion);
      retransmissions += path.sender(flow).retransmissions;
    }
    return { mean, last, bytes: path.bytesForward + path.bytesBackward, retransmissions, lost: path.lostPackets };
  };
}

function result(sums: Sums, error: number): TransferResult {
  return {
    mean_completion_s: sums.mean,
    last_completion_s: sums.last,
    stderr_s: error,
    bytes_on_wire: sums.bytes,
    retransmissions: sums.retransmissions,
    lost_packets: sums.lost,
  };
}

/** @param place what an error names. @throws InputError when a value is out of its range. */
export function checkTransfer(row: TransferRow, place: () => string): void {
  const expect = (what: string, value: number, low: number, high: number, whole: boolean) => {
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) return;
    throw new InputError(`${place()}: expected ${what} to be ${low} to ${high}${whole ? ', whole' : ''}, got ${value}`);
  };
  expect('the round trip in s', row.rttS, 0, 100, false);
  expect('the rate in bit/s', row.rateBitPerS, 1, 1e12, false);
  expect('the packet loss', row.loss, 0, 0.9, false);
  expect('the number of flows', row.flows, 1, 10_000, true);
  expect('the size in bytes', row.sizeBytes, 1, 1e9, true);
  expect('the number of runs', row.runs, 1, 1_000_000, true);
  expect('flows x segments', row.flows * Math.ceil(row.sizeBytes / REFERENCE_TCP.segmentBytes), 1, SEGMENT_LIMIT, true);
}
