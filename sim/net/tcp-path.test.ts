import { describe, expect, it } from 'vitest';
import { testTcp } from './flow-fixture.ts';
import { TcpPath } from './tcp-path.ts';

const NEVER = () => Number.POSITIVE_INFINITY;
const rate = 1e6;
const rtt = 0.1;

/** Losses after given numbers of packets, then none. */
function losing(...gaps: number[]): () => number {
  const left = [...gaps];
  return () => left.shift() ?? Number.POSITIVE_INFINITY;
}

function run(
  bytes: number,
  given: {
    flows?: number;
    gap?: () => number;
    handshake?: boolean;
    rate?: number;
    fair?: boolean;
    queue?: number;
  } = {},
) {
  const path = new TcpPath({ ...testTcp, fairQueue: given.fair ?? false, queuePackets: given.queue ?? 100 });
  path.run(
    { rate: given.rate ?? rate, accessRate: Number.POSITIVE_INFINITY, rtt, gap: given.gap ?? NEVER },
    { bytes, flows: given.flows ?? 1, handshake: given.handshake ?? false },
  );
  return path;
}

/** s that a packet takes on the bottleneck. */
const packet = 1500 / rate;

describe('a transfer by itself', () => {
  it('of one packet takes its serialisation and half a round trip', () => {
    expect(run(948).completion[0]).toBeCloseTo(0.001 + rtt / 2, 12);
  });

  it('opens its connection in a round trip and the serialisation of SYN, answer and acknowledgement', () => {
    const opening = rtt + (60 + 60 + 52) / rate;
    expect(run(948, { handshake: true }).completion[0]).toBeCloseTo(opening + 0.001 + rtt / 2, 12);
  });

  it('grows its window by what is acknowledged: 10 segments, then 20, then 40', () => {
    // Ten packets take 15 ms of the 100 ms round trip, the acknowledgements come back as spaced as the packets went.
    const ten = run(10 * 1448);
    const eleven = run(11 * 1448);
    const thirtyOne = run(31 * 1448);
    expect(ten.completion[0]).toBeCloseTo(10 * packet + rtt / 2, 9);
    expect(eleven.completion[0]).toBeCloseTo(packet + 52 / rate + rtt + packet + rtt / 2, 9);
    expect(thirtyOne.completion[0]).toBeCloseTo(2 * (packet + 52 / rate + rtt) + packet + rtt / 2, 9);
  });

  it('fills the bottleneck once its window exceeds what the path holds', () => {
    const path = run(3_000_000);
    const packets = Math.ceil(3_000_000 / 1448);
    const full = packets * packet + rtt / 2;
    expect(path.completion[0]!).toBeGreaterThan(full);
    expect(path.completion[0]!).toBeLessThan(full + 6 * rtt);
  });

  it('waits out a SYN that was lost, doubling', () => {
    const clean = run(948, { handshake: true }).completion[0]!;
    expect(run(948, { handshake: true, gap: losing(0) }).completion[0]).toBeCloseTo(clean + 1, 9);
    expect(run(948, { handshake: true, gap: losing(0, 0) }).completion[0]).toBeCloseTo(clean + 3, 9);
  });

  it('waits out a last packet that was lost: nothing behind it tells', () => {
    // One round-trip sample of 0.1 s: the time-out is 0.1 + 4 x 0.05.
    const path = run(948, { gap: losing(0) });
    expect(path.completion[0]).toBeCloseTo(0.3 + 0.001 + rtt / 2, 9);
    expect(path.sender(0).timeouts).toBe(1);
    expect(path.bytesLost).toBe(1000);
  });

  it('recovers within a round trip when three later packets tell, and reduces its window to 0.7', () => {
    const path = run(10 * 1448, { gap: losing(3) });
    expect(path.sender(0).timeouts).toBe(0);
    expect(path.sender(0).recoveries).toBe(1);
    // Three acknowledgements came before the gap: the window was 13.
    expect(path.sender(0).window.ssthresh).toBe(9);
    const lastTells = 7 * packet + 52 / rate + rtt;
    expect(path.completion[0]!).toBeCloseTo(lastTells + packet + rtt / 2, 2);
  });

  it('counts bytes: what went forward is content, headers and what was lost', () => {
    for (const gap of [NEVER, losing(3), losing(0, 2, 5), losing(17, 1, 1)]) {
      const bytes = 50_000;
      const path = run(bytes, { gap });
      const packets = Math.ceil(bytes / 1448);
      const sent = path.sender(0).retransmissions;
      expect(path.bytesForward).toBeGreaterThanOrEqual(bytes + packets * 52);
      expect(path.packets).toBe(packets + sent);
      expect(path.lostPackets).toBeLessThanOrEqual(sent);
    }
  });

  it('drops what finds the queue full, and sends it again', () => {
    const path = run(1_000_000, { flows: 20, queue: 20 });
    expect(path.lostPackets).toBeGreaterThan(100);
    expect(path.completion.every((at) => at > 0)).toBe(true);
    const wire = 20 * (1_000_000 + Math.ceil(1_000_000 / 1448) * 52);
    expect(Math.max(...path.completion)).toBeGreaterThan(wire / rate);
    expect(Math.max(...path.completion)).toBeLessThan((1.3 * wire) / rate);
  });
});

describe('transfers together', () => {
  it('of one packet go one after another: on the mean half as long as the last', () => {
    const path = run(948, { flows: 20 });
    const mean = path.completion.reduce((sum, at) => sum + at) / 20;
    expect(Math.max(...path.completion)).toBeCloseTo(20 * 0.001 + rtt / 2, 12);
    expect(mean).toBeCloseTo(10.5 * 0.001 + rtt / 2, 12);
  });

  it('end together when queues are fair, and in turn when they are not', () => {
    const spread = (fair: boolean) => {
      const { completion } = run(300 * 1448, { flows: 5, fair, queue: 10 });
      return Math.max(...completion) / Math.min(...completion);
    };
    expect(spread(true)).toBeLessThan(1.25);
    expect(spread(false)).toBeGreaterThan(1.5);
  });

  it('are the same each time', () => {
    const once = run(200_000, { flows: 7, gap: losing(5, 9, 3, 40, 2) });
    const again = run(200_000, { flows: 7, gap: losing(5, 9, 3, 40, 2) });
    expect(again.completion).toEqual(once.completion);
  });

  it('leave nothing behind for the next run of the same path', () => {
    const path = new TcpPath(testTcp);
    const conditions = { rate, accessRate: 1e8, rtt };
    const lossy = { ...conditions, gap: losing(4, 7, 0, 0, 60) };
    path.run(lossy, { bytes: 300_000, flows: 5, handshake: true });
    path.run({ ...conditions, gap: NEVER }, { bytes: 70_000, flows: 3, handshake: false });
    const fresh = new TcpPath(testTcp);
    fresh.run({ ...conditions, gap: NEVER }, { bytes: 70_000, flows: 3, handshake: false });
    expect(path.completion).toEqual(fresh.completion);
  });
});
