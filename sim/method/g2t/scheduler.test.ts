import { describe, expect, it } from 'vitest';
import { NOTHING, Scheduler } from './scheduler.ts';
import type { WorkList } from './work-list.ts';

function workList(queues: readonly number[], round: readonly number[] = []): WorkList {
  const tasks = queues.reduce((a, b) => a + b, 0);
  const first = Int32Array.from(queues, (_, device) => queues.slice(0, device).reduce((a, b) => a + b, 0));
  return {
    tasks,
    classesOfRound: [],
    pairs: tasks,
    pair: Int32Array.from({ length: tasks }, (_, task) => task),
    positive: new Uint16Array(tasks),
    negative: new Uint16Array(tasks),
    round: Int32Array.from({ length: tasks }, (_, task) => round[task] ?? 0),
    first,
    end: first.map((from, device) => from + queues[device]!),
  };
}

function scheduler(
  work: WorkList,
  options: {
    redundancy?: number;
    barrier?: boolean;
    times?: readonly number[];
    wasGiven?: (device: number, task: number) => boolean;
  } = {},
): Scheduler {
  const devices = work.first.length;
  const times = options.times ?? Array.from({ length: devices }, () => 10);
  const inventory = {
    devices,
    benchMicroseconds: Float64Array.from(times),
    ramBytes: new Float64Array(devices).fill(1),
    fits: new Uint8Array(devices).fill(1),
  };
  const { redundancy = 1, barrier = false, wasGiven = () => false } = options;
  return new Scheduler(work, inventory, { redundancy, barrier, taskTime: (device) => times[device]!, wasGiven });
}

describe('Scheduler', () => {
  it('gives a device its own queue, then what others gave back, the oldest first', () => {
    const plan = scheduler(workList([1, 3]));
    expect([plan.next(0, 0), plan.next(1, 0), plan.next(0, 1)]).toEqual([0, 1, NOTHING]);
    expect(plan.takeIdle()).toBe(NOTHING);
    expect(plan.releaseQueue(1)).toBe(2);
    expect(plan.releaseTask(1)).toBe(true);
    expect(plan.takeIdle()).toBe(0);
    expect([plan.next(0, 2), plan.next(0, 2), plan.next(0, 2), plan.next(0, 2)]).toEqual([2, 3, 1, NOTHING]);
    expect(plan.reassigned).toBe(3);
  });

  it('calls the fastest waiting device first', () => {
    const plan = scheduler(workList([0, 0, 0, 1]), { times: [9, 3, 5, 1] });
    for (const device of [0, 1, 2]) expect(plan.next(device, 0)).toBe(NOTHING);
    plan.next(3, 0);
    plan.releaseTask(0);
    expect(plan.takeIdle()).toBe(1);
  });

  it('gives a device no copy of a task that it trains itself, but the next late one', () => {
    const times = [100, 90];
    const plan = scheduler(workList([1, 1]), {
      redundancy: 2,
      times,
      wasGiven: (device, task) => device === task,
    });
    expect([plan.next(0, 0), plan.next(1, 0)]).toEqual([0, 1]);
    // It turned out to be faster than was thought: its own task is now the one expected to end last.
    times[0] = 10;
    expect(plan.next(0, 1)).toBe(1);
    expect(plan.next(0, 1)).toBe(NOTHING);
    times[1] = 10;
    expect(plan.next(1, 1)).toBe(0);
  });

  it('copies the task that is expected to end last, at most as often as redundancy says, and only if it ends sooner', () => {
    const plan = scheduler(workList([1, 1, 0, 0]), { redundancy: 2, times: [100, 50, 10, 200] });
    plan.next(0, 0);
    plan.next(1, 0);
    expect(plan.next(3, 0)).toBe(NOTHING);
    expect([plan.next(2, 0), plan.next(2, 0), plan.next(2, 0)]).toEqual([0, 1, NOTHING]);
    expect(plan.reassigned).toBe(0);
    expect(scheduler(workList([1, 0])).next(1, 0)).toBe(NOTHING);
  });

  it('counts a result that comes back late from a device that was given up', () => {
    const plan = scheduler(workList([1, 0]));
    plan.next(0, 0);
    plan.releaseTask(0);
    plan.finish(0);
    expect([plan.done, plan.next(1, 0)]).toEqual([1, NOTHING]);
  });

  it('opens the next round at a barrier when the last result of this one is there', () => {
    const plan = scheduler(workList([2, 2], [0, 1, 0, 1]), { barrier: true });
    expect([plan.next(0, 0), plan.next(0, 0), plan.next(1, 0)]).toEqual([0, NOTHING, 2]);
    expect(plan.finish(0)).toBe(false);
    expect(plan.finish(2)).toBe(true);
    expect(plan.takeAllIdle()).toEqual([0]);
    expect(plan.next(0, 0)).toBe(1);
  });

  it('knows which result is due at once: the end of a round, of a queue, and what came from elsewhere', () => {
    const plan = scheduler(workList([3, 1], [0, 0, 1]));
    expect([plan.isLast(0, 0), plan.isLast(1, 0), plan.isLast(2, 0), plan.isLast(0, 1)]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});
