import { describe, expect, it } from 'vitest';
import { WORK_COUNT } from '../device/host-types.ts';
import { TimelineRecorder } from '../metrics/timeline.ts';
import { HANDSHAKE, type TransferFacts } from '../net/network.ts';
import { Accounts } from './accounts.ts';

const accountsOfOne = () => new Accounts(1, new TimelineRecorder({ fleet: 1, chosen: [] }));
const NO_WORK = new Float64Array(WORK_COUNT);

/** One transfer of device 0, up, as the facts have it. */
function facts(times: { started?: number; first: number; last: number; rtt?: number; handshake?: number }) {
  return {
    device: Int32Array.of(0),
    up: Uint8Array.of(1),
    startedAt: Float64Array.of(times.started ?? times.first),
    firstByteAt: Float64Array.of(times.first),
    lastByteAt: Float64Array.of(times.last),
    rtt: Float64Array.of(times.rtt ?? 0),
    handshake: Uint8Array.of(times.handshake ?? HANDSHAKE.none),
  } as unknown as TransferFacts;
}

describe('computing', () => {
  it('counts when its time has come, not when it was begun', () => {
    const accounts = accountsOfOne();
    accounts.computed(0, 40, 140, 100, NO_WORK);
    accounts.computed(0, 60, 200, 100, NO_WORK);
    expect([100, 130, 150, 200, 300].map((at) => accounts.computeUntil(0, at))).toEqual([0, 30, 50, 100, 100]);
    expect(accounts.compute[0]).toBe(100);
  });

  it('is never below 0 where routine work comes between', () => {
    const accounts = accountsOfOne();
    accounts.computed(0, 10, 1000, 100, NO_WORK);
    expect(accounts.computeUntil(0, 100)).toBe(0);
    expect(accounts.computeUntil(0, 995)).toBe(5);
    // Nor does more work before it undo what was done.
    accounts.computed(0, 50, 9000, 995, NO_WORK);
    expect([995, 2000, 8960, 9000].map((at) => accounts.computeUntil(0, at))).toEqual([5, 5, 20, 60]);
  });
});

describe('overlap', () => {
  it('is the computing while a transfer is under way, whichever began first', () => {
    const accounts = accountsOfOne();
    accounts.computed(0, 50, 150, 100, NO_WORK);
    accounts.transferStarted(0, true, 130);
    expect(accounts.overlapUntil(0, 140)).toBe(10);
    accounts.computed(0, 30, 230, 200, NO_WORK);
    accounts.received(facts({ first: 130, last: 220 }), 0, 220);
    expect(accounts.overlapUntil(0, 300)).toBe(20 + 20);
    expect(accounts.communicationUntil(0, 300)).toBe(90);
  });

  it('takes in work on a stream that was done while the stream came', () => {
    const accounts = accountsOfOne();
    accounts.transferStarted(0, true, 100);
    accounts.received(facts({ first: 150, last: 300 }), 0, 300);
    accounts.computed(0, 40, 200, 300, NO_WORK);
    accounts.computed(0, 40, 320, 300, NO_WORK);
    expect(accounts.overlapUntil(0, 400)).toBe(40 + 20);
    expect(accounts.computeUntil(0, 400)).toBe(80);
  });

  it('takes it in once where another transfer goes on', () => {
    const accounts = accountsOfOne();
    accounts.transferStarted(0, true, 100);
    accounts.transferStarted(0, true, 110);
    accounts.received(facts({ first: 150, last: 300 }), 0, 300);
    accounts.computed(0, 40, 200, 300, NO_WORK);
    expect(accounts.overlapUntil(0, 300)).toBe(40);
    accounts.received(facts({ first: 150, last: 350 }), 0, 350);
    expect(accounts.overlapUntil(0, 400)).toBe(40);
  });
});

it('counts handshakes by kind, and their time without the way of the first byte', () => {
  const accounts = accountsOfOne();
  for (const handshake of [HANDSHAKE.full, HANDSHAKE.resumed, HANDSHAKE.resumed, HANDSHAKE.none]) {
    accounts.transferStarted(0, true, 0);
    accounts.received(facts({ started: 0, first: 100, last: 110, rtt: 40, handshake }), 0, 110);
  }
  expect([accounts.fullHandshakes[0], accounts.resumedHandshakes[0], accounts.handshakes[0]]).toEqual([1, 2, 3 * 80]);
});
