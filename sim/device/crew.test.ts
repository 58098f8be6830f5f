import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../kernel/time.ts';
import { Crew, type Hands } from './crew.ts';
import { Desk, JOBS } from './desk.ts';
import type { Place } from './hand.ts';
import { PooledHost } from './host.ts';
import { STATUS, WORK, WORK_COUNT } from './host-types.ts';
import { IsolatedHost } from './isolated-host.ts';

const module = new WebAssembly.Module(readFileSync(new URL('../../wasm/g2t.wasm', import.meta.url)));
const at = 1000 as Instant;
const spec = {
  ...{ ramBytes: 20_000, flashBytes: 100_000, receiveBytes: 1024, megahertz: 64, fpu: true, benchMicroseconds: 40 },
};

/** Hands that never move: all that lies on the desk is left to whoever waits for it. */
class Idle implements Hands {
  readonly count = 2;
  readonly worthwhile: number;
  started: Desk | undefined;
  readonly places: Place[] = [];

  constructor(worthwhile: number) {
    this.worthwhile = worthwhile;
  }
  start(desk: SharedArrayBuffer): void {
    this.started = new Desk(desk);
  }
  show(place: Place): void {
    this.places.push(place);
  }
}

/** Writes a PING: a header alone (magic, version, type, device). @returns its length. */
function ping(host: PooledHost | IsolatedHost, device: number): number {
  host.inbox.fill(0, 0, 20);
  host.inbox.set([0x47, 0x32, 1, 8, device & 255, device >> 8]);
  host.seal(20);
  return 20;
}

describe('a crew', () => {
  it.each([
    ['pooled', PooledHost],
    ['isolated', IsolatedHost],
  ] as const)('works at once without hands, and the host cannot tell the difference (%s)', (_name, Host) => {
    const host = new Host(module);
    const [one, other] = [host.add(spec), host.add(spec)];
    expect(host.deliver(one, ping(host, one), at)).toBe(STATUS.ok);
    const counts = [...host.work];
    host.submit(other, ping(host, other), at, 0);
    ping(host, one);
    expect(host.collect(other)).toBe(STATUS.ok);
    expect([...host.work]).toEqual(counts);
    expect(host.poll(other, at)).toBeGreaterThan(0);
    expect(() => host.collect(other)).toThrow(/to have work submitted/);
  });

  it('starts its hands when the work is worth it, and helps where they do nothing', () => {
    const hands = new Idle(1000);
    const crew = new Crew(hands);
    const host = new PooledHost(module, crew);
    const devices = [host.add(spec), host.add(spec), host.add(spec)];
    host.submit(0, ping(host, 0), at, 600);
    expect(host.collect(0)).toBe(STATUS.ok);
    expect(hands.started).toBeUndefined();
    for (const device of devices) host.submit(device, ping(host, device), at, 600);
    expect(hands.places).toHaveLength(1);
    expect(crew.lent).toBe(3);
    // To look at a device is to wait for its work.
    expect(host.held(1)).toBe(0);
    expect(crew.lent).toBeLessThan(3);
    for (const device of devices) {
      expect(host.collect(device)).toBe(STATUS.ok);
      expect(host.work[WORK.frames]).toBe(1);
    }
    expect(crew.lent).toBe(0);
  });

  it('says a bad frame’s status wherever it was worked on', () => {
    const host = new PooledHost(module, new Crew(new Idle(0)));
    host.add(spec);
    host.inbox.fill(0, 0, 20);
    host.submit(0, 20, at, 1);
    expect(host.collect(0)).toBe(STATUS['bad-magic']);
  });

  it('works at once where the desk is full', () => {
    const crew = new Crew(new Idle(0));
    const host = new PooledHost(module, crew);
    const devices = Array.from({ length: JOBS + 5 }, () => host.add(spec));
    for (const device of devices) host.submit(device, ping(host, device), at, 1);
    expect(crew.lent).toBe(JOBS);
    for (const device of devices) expect(host.collect(device)).toBe(STATUS.ok);
  });

  it('can be closed with jobs that nobody has taken, and used on', () => {
    const hands = new Idle(0);
    const crew = new Crew(hands);
    const host = new PooledHost(module, crew);
    host.add(spec);
    host.submit(0, ping(host, 0), at, 1);
    crew.close();
    expect(host.held(0)).toBe(0);
    expect(host.collect(0)).toBe(STATUS.ok);
  });

  it('does not wait for a hand that is no more', () => {
    const hands = new Idle(0);
    const host = new PooledHost(module, new Crew(hands));
    host.add(spec);
    host.submit(0, ping(host, 0), at, 1);
    const job = hands.started!.takeAny();
    expect(job).toBe(0);
    hands.started!.noteEnd('gone');
    expect(() => host.collect(0)).toThrow('A worker thread ended before its work was done: gone');
  });
});

describe('a desk', () => {
  it('is the same for whoever has its buffer', () => {
    const mine = new Desk();
    const theirs = new Desk(mine.buffer);
    mine.post(3, 1, 9, Uint8Array.of(5, 6), 77);
    expect(theirs.takeAny()).toBe(3);
    expect(mine.take(3)).toBe(false);
    expect(mine.outcome(3)).toBe('under way');
    expect([theirs.place(3), theirs.device(3), theirs.at(3), ...theirs.frame(3)]).toEqual([1, 9, 77, 5, 6]);
    theirs.finish(
      3,
      -4,
      Float64Array.from({ length: WORK_COUNT }, (_, i) => i),
    );
    const counts = new Float64Array(WORK_COUNT);
    mine.counts(3, counts);
    expect([mine.outcome(3), mine.status(3), counts[14]]).toEqual(['done', -4, 14]);
    mine.clear(3);
    expect(mine.takeAny()).toBe(-1);
    mine.post(3, 0, 0, new Uint8Array(0), 0);
    mine.take(3);
    theirs.fail(3, 'why not');
    expect(mine.outcome(3)).toEqual({ failed: 'why not' });
    expect(mine.ended).toBeUndefined();
  });
});
