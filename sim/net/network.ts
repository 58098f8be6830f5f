import type { Instant } from '../kernel/time.ts';
import type { LinkControls, Weather } from './weather.ts';

/** What a network tells whoever sends: called from event handlers, with the number of a transfer and nothing else. */
export interface NetworkListener {
  /** The last byte is with the receiver. */
  delivered(transfer: number): void;
  /** The transfer was cut by a dropout, or found no connection: nothing of it counts. The sender may try again. */
  failed(transfer: number): void;
}

/** How a transfer's connection came about. */
export const HANDSHAKE = { none: 0, resumed: 1, full: 2 } as const;

/**
 * The facts of transfers, by transfer number. A number is a slot: its facts can be read from `send` on until the
 * listener's callback for it returns; then the slot is used again. Times are ns of the run, bytes are whole.
 */
export interface TransferFacts {
  readonly device: Int32Array;
  /** 1 when the device sends, 0 when it receives. */
  readonly up: Uint8Array;
  /** What the sender gave as `tag`. */
  readonly tag: Float64Array;
  /** When `send` was called. */
  readonly startedAt: Float64Array;
  /** When the first byte reached the receiver (set at delivery; equal to `lastByteAt` for a failed transfer). */
  readonly firstByteAt: Float64Array;
  /** When the last byte reached the receiver, or the transfer was cut. */
  readonly lastByteAt: Float64Array;
  /** What the sender gave as `payloadBytes`. */
  readonly payloadBytes: Float64Array;
  /** All it put on the wire, both ways: payload, headers, TLS records, TCP/IP, handshakes, retransmissions. */
  readonly wireBytes: Float64Array;
  /** The round trip that this transfer met: access latency and propagation, there and back, without queueing. ns. */
  readonly rtt: Float64Array;
  /** One of HANDSHAKE. */
  readonly handshake: Uint8Array;
  /** 1, and one more for each loss that its sender noticed (a fast recovery or a time-out), the handshake's included. */
  readonly attempts: Uint8Array;
}

/** Bytes on the wire by device since the start; up + down = delivered + lost + wasted + what is still in flight. */
export interface NetworkTotals {
  readonly bytesUp: Float64Array;
  readonly bytesDown: Float64Array;
  /** Lost on the way and sent again. */
  readonly bytesLost: Float64Array;
  /** Of transfers that were cut or cancelled. */
  readonly bytesWasted: Float64Array;
  readonly bytesDelivered: Float64Array;
}

/**
 * The network between the devices and the server. A device has one connection, on which its transfers of one direction
 * go one after another, in order of `send`.
 */
export interface Network extends LinkControls {
  /**
   * Sends a message. A device that is offline at the time gets `failed` at this same instant, by an event, never from
   * within `send`.
   * @param up true from the device to the server.
   * @param payloadBytes whole bytes of content, at least 0.
   * @param headerBytes whole bytes of framing beside it (frame headers); HTTP, TLS and TCP/IP are the network's own.
   * @param sinkBytesPerSecond what the receiver can consume (TCP back-pressure), above 0; Infinity when it keeps up.
   * @param tag any number; given back in `facts.tag`.
   * @returns the transfer's number.
   */
  send(
    device: number,
    up: boolean,
    payloadBytes: number,
    headerBytes: number,
    sinkBytesPerSecond: number,
    tag: number,
  ): number;
  /** Drops a transfer that was not yet delivered or failed; what it sent so far is wasted. No callback. */
  cancel(transfer: number): void;
  /** Whether the device has a connection now; known to the device's own port, never to a method. */
  online(device: number): boolean;
  /** When an offline device comes back (now, if it is online); LAST_INSTANT if never. */
  nextOnline(device: number): Instant;
  /** Arrays may be replaced when they grow: read through the property, do not keep them over a `send`. */
  readonly facts: TransferFacts;
  readonly totals: NetworkTotals;
  /** Transfers under way or waiting. */
  readonly active: number;
}

/** An access link as a device has it. Rates are bit/s, loss is the share of packets lost each way. */
export interface LinkProfile {
  readonly up: number;
  readonly down: number;
  readonly loss: number;
}

/**
 * A network as it is wired: everything by device is an array indexed 0..devices-1, so that a million devices cost a
 * few bytes each.
 */
export interface NetworkConfig {
  readonly devices: number;
  readonly seed: number;
  readonly profiles: readonly LinkProfile[];
  /** Index into `profiles` by device. */
  readonly profile: Int32Array;
  /** One-way propagation between the device and the server by device, ns (the access network's latency not included). */
  readonly propagation: Float64Array;
  /** Index of the shared access point by device; -1 for an access link of its own. */
  readonly accessPoint: Int32Array;
  /** Capacity of each access point, bit/s, shared by both directions (half duplex). */
  readonly accessPointRate: Float64Array;
  /** Index of the regional bottleneck by device; -1 for none. */
  readonly bottleneck: Int32Array;
  /** Capacity of each regional bottleneck towards the server and from it, bit/s. */
  readonly bottleneckUp: Float64Array;
  readonly bottleneckDown: Float64Array;
  /** The server's link: `serverUp` is what leaves the server (towards devices), bit/s. Infinity for none. */
  readonly serverUp: number;
  readonly serverDown: number;
  /** Time that the device computes in a full and in a resumed TLS handshake, ns by device. */
  readonly tlsFull: Float64Array;
  readonly tlsResumed: Float64Array;
  readonly transport: TransportConfig;
  readonly weather: Weather;
}

/** HTTPS over TCP in numbers; the options with defaults and sources stand in `http.ts`. Bytes, ns, counts. */
export interface TransportConfig {
  readonly tls: boolean;
  readonly tlsFullUpBytes: number;
  readonly tlsFullDownBytes: number;
  readonly tlsResumedUpBytes: number;
  readonly tlsResumedDownBytes: number;
  readonly tlsRecordBytes: number;
  readonly tlsRecordOverhead: number;
  /** How long a session ticket lets a connection be resumed, ns. */
  readonly tlsTicketLifetime: number;
  readonly requestHeaderBytes: number;
  readonly responseHeaderBytes: number;
  /** Whether a connection stays open after a transfer, and how long without use, ns. */
  readonly keepAlive: boolean;
  readonly idleTimeout: number;
  readonly tcp: TcpConfig;
}

/** TCP in numbers (see `tcp.ts`). */
export interface TcpConfig {
  /** Payload of a full segment, bytes. */
  readonly segmentBytes: number;
  /** TCP, IP and link headers of a segment that carries data, of a pure acknowledgement, and of a SYN, bytes. */
  readonly dataHeaderBytes: number;
  readonly ackBytes: number;
  readonly synBytes: number;
  /** Initial window, segments (RFC 6928: 10). */
  readonly initialWindow: number;
  /** Least retransmission time-out and the time-out of a SYN, ns. */
  readonly minRto: number;
  readonly synTimeout: number;
  /** Packets that the queue before the bottleneck holds. */
  readonly queuePackets: number;
  /** Whether packets that find it full wait in queues of their flows (FQ-CoDel) instead of being dropped. */
  readonly fairQueue: boolean;
}

/**
 * Numbers of the shared links, as `Congestion.share(link)` is asked: access points first, then for each regional
 * bottleneck its direction to the server and its direction from it, then the server's incoming and outgoing link.
 */
export function sharedLinks(config: Pick<NetworkConfig, 'accessPointRate' | 'bottleneckUp'>): SharedLinks {
  const accessPoints = config.accessPointRate.length;
  const bottlenecks = config.bottleneckUp.length;
  const server = accessPoints + 2 * bottlenecks;
  return {
    count: server + 2,
    accessPoint: (index) => index,
    bottleneck: (index, up) => accessPoints + 2 * index + (up ? 0 : 1),
    server: (up) => server + (up ? 0 : 1),
  };
}

export interface SharedLinks {
  readonly count: number;
  accessPoint(index: number): number;
  /** @param up true for the direction from devices to the server. */
  bottleneck(index: number, up: boolean): number;
  server(up: boolean): number;
}
