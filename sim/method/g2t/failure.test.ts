import { describe, expect, it } from 'vitest';
import { PooledHost } from '../../device/host.ts';
import { firmware } from '../../fleet/fixture.ts';
import { REFUSAL } from '../../protocol/frame.ts';
import { readRefuse, readTask } from '../../protocol/messages.ts';
import { S, smallWorld } from './fixture.ts';

const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('memory', () => {
  const need = new PooledHost(firmware).taskBytes({
    learner: 0,
    features: 6,
    rows: 16,
    mode: 0,
    codec: 0,
    receiveBytes: 1024,
  });

  it.each([0, 30, 60, 100, 200])('that holds a task and %i B more is enough to finish, however tasks come', (extra) => {
    for (const [prefetch, w0] of [0, 1, 4].flatMap((ahead) => [1, 2, 64].map((held) => [ahead, held]))) {
      const world = smallWorld({
        devices: 1,
        classes: 8,
        specs: () => ({ ramBytes: need + extra }),
        options: { rows: 'stream', redundancy: 1, prefetch, hold: { w0, by: 'count', time: '5 s' } },
      });
      const { finished } = world.run(1000 * S);
      expect({ prefetch, w0, finished }).toEqual({ prefetch, w0, finished: true });
    }
  });

  it('too small for a result beside a task is sent no task ahead', () => {
    const refusals = (prefetch: number) => {
      const world = smallWorld({
        devices: 1,
        classes: 8,
        specs: () => ({ ramBytes: need + 10 }),
        options: { rows: 'stream', redundancy: 1, prefetch, hold: { w0: 1, by: 'count' } },
      });
      expect(world.run(1000 * S).finished).toBe(true);
      return world.frames('refuse').length;
    };
    expect(refusals(4)).toBe(refusals(0));
  });

  it('of every kind is enough, or the fleet is refused', () => {
    expect(() => smallWorld({ holds: ['all', 'all', 'all'], specs: () => ({ flashBytes: 999 }) })).toThrow(
      /40 rows that device 0 holds to fit its flash of 999 B, they take 1000 B/,
    );
    const many = { rows: 200, holds: ['all', 'all', 'all'] as const, specs: () => ({ ramBytes: 2000 }) };
    expect(() => smallWorld({ ...many, options: { rows: 'stream' } })).toThrow(
      /^fleet: expected devices that hold rows to have \d+ B .* task of 400 rows takes, device 0 has 2000 B/,
    );
    const world = smallWorld({ truly: () => ({ ramBytes: 1200 }), options: { rows: 'stream' } });
    expect(() => world.run(3600 * S)).toThrow(/expected a task to fit some device, it and all others refused theirs/);
  });
});

describe('failure', () => {
  const FOREVER = [0.2 * S];

  it('gives the tasks of a device that is gone for good to others, and all are finished', () => {
    const given = { classes: 8, rowTime: () => 1_000_000, specs: () => ({ benchMicroseconds: 1000 }) };
    const calm = smallWorld({ ...given, options: { redundancy: 1 } });
    expect(calm.run().tasksReassigned).toBe(0);
    const world = smallWorld({ ...given, options: { redundancy: 1 }, changes: { 1: FOREVER } });
    const end = world.run(3600 * S);
    expect(end.finished).toBe(true);
    expect(end.tasksReassigned).toBeGreaterThan(0);
    expect(world.records.reassigned[1]).toBe(end.tasksReassigned);
    expect(world.records.tasksDone[1]! + end.tasksReassigned).toBe(calm.records.tasksDone[1]);
    expect(total(world.records.tasksDone)).toBe(28);
  });

  it('waits until a device is back where there is no other', () => {
    const world = smallWorld({
      devices: 1,
      rowTime: () => 1_000_000,
      changes: { 0: [0.3 * S, 500 * S] },
      options: { redundancy: 1 },
    });
    const end = world.run(3600 * S);
    expect(end.finished).toBe(true);
    expect(end.at).toBeGreaterThan(500);
    expect(end.at).toBeLessThan(570);
  });

  it('takes the late result of a device that it had given up: it wins, or counts as wasted', () => {
    // Device 1 is away from the moment when its training is done; device 0 is very slow.
    const late = (slow: number) => {
      const world = smallWorld({
        devices: 2,
        classes: 2,
        rowTime: (device) => (device === 1 ? 1_000_000 : slow),
        specs: (device) => ({ benchMicroseconds: device === 1 ? 1 : 1e6 }),
        changes: { 1: [0.08 * S, 40 * S] },
        options: { redundancy: 1, rows: 'cache' },
      });
      return { world, end: world.run(3600 * S) };
    };
    const wins = late(20e9);
    expect(wins.end.finished).toBe(true);
    expect(wins.end.tasksReassigned).toBe(1);
    expect([...wins.world.records.tasksDone]).toEqual([0, 1]);
    // Device 2 keeps the run going until device 1 is back, whose task device 0 has done by then.
    const world = smallWorld({
      devices: 3,
      classes: 3,
      rowTime: (device) => (device === 2 ? 1e9 : 1e6),
      specs: (device) => ({ benchMicroseconds: device === 2 ? 1e6 : 1000 }),
      changes: { 1: [0.08 * S, 20 * S] },
      options: { redundancy: 1, allocate: 'equal', rows: 'cache' },
    });
    const end = world.run(3600 * S);
    expect([end.finished, end.tasksReassigned]).toEqual([true, 1]);
    expect([...world.records.tasksDone]).toEqual([2, 0, 1]);
    expect(world.records.classifiersSent[1]).toBe(1);
    expect(world.records.bytesWasted[1]).toBeGreaterThan(0);
    expect(world.records.flopWasted[1]).toBeGreaterThan(0);
  });

  it('knows the age of a result whose task was given to the same device again', () => {
    // A task takes 20 s where the server expects microseconds: it gives up on the device, and has no other.
    const world = smallWorld({
      devices: 1,
      classes: 2,
      rowTime: () => 0.4e9,
      specs: () => ({ benchMicroseconds: 1 }),
      options: { redundancy: 1, rows: 'cache' },
    });
    expect(world.run(3600 * S).finished).toBe(true);
    const { mean, max } = world.records.ages.spread()!;
    expect(mean).toBeGreaterThanOrEqual(0.015);
    expect(max).toBeLessThan(0.1);
  });

  it('takes a result that comes again, because its acknowledgement got lost, for the same result', () => {
    const given = {
      devices: 1,
      classes: 4,
      rowTime: () => 1e7,
      options: { redundancy: 1, prefetch: 0, hold: { w0: 1, by: 'count' } },
    };
    const calm = smallWorld(given);
    calm.run();
    expect(calm.records.uploads[0]).toBe(6);
    const left = calm.frames('weights')[0]!.at;
    // An upload takes 15 ms and a little, and its answer as long.
    const world = smallWorld({ ...given, changes: { 0: [left + 0.02 * S, left + 1 * S] } });
    expect(world.run(3600 * S).finished).toBe(true);
    expect(world.records.uploads[0]).toBe(7);
    expect(world.records.agesOf[0]).toBe(6);
    expect([world.records.flopWasted[0], world.records.bytesWasted[0]]).toEqual([0, 0]);
  });

  it('copies what is late to idle devices, at most as often as redundancy says; the first result counts', () => {
    const run = (redundancy: number) => {
      const world = smallWorld({
        devices: 3,
        classes: 3,
        rowTime: (device) => (device === 0 ? 1e9 : 1e5),
        specs: (device) => ({ benchMicroseconds: device === 0 ? 1e6 : 100 }),
        options: { redundancy, allocate: 'equal' },
      });
      return { world, end: world.run(3600 * S) };
    };
    const alone = run(1);
    expect(alone.end.tasksAssigned).toBe(3);
    expect([...alone.world.records.tasksDone]).toEqual([1, 1, 1]);
    const copied = run(2);
    expect(copied.end.finished).toBe(true);
    expect(copied.end.tasksAssigned).toBe(4);
    expect(copied.world.records.tasksDone[0]).toBe(0);
    expect(copied.end.at).toBeLessThan(alone.end.at);
    const twice = run(3);
    expect(twice.end.tasksAssigned).toBeLessThanOrEqual(5);
    expect(twice.end.finished).toBe(true);
  });

  it('calls devices that had nothing to do when the last task was handed out', () => {
    const makespan = (redundancy: number) => {
      const world = smallWorld({
        devices: 2,
        classes: 6,
        rowTime: (device) => (device === 0 ? 1e4 : 1e7),
        specs: (device) => ({ benchMicroseconds: device === 0 ? 10 : 10_000 }),
        options: { redundancy, allocate: 'equal' },
      });
      const end = world.run(3600 * S);
      return { at: end.at, copies: end.tasksAssigned - 15 };
    };
    // Device 0 is done with its eight tasks long before device 1 is sent the last of its seven, of 0.48 s each.
    expect(makespan(1).copies).toBe(0);
    expect(makespan(2).copies).toBe(2);
    expect(makespan(2).at).toBeLessThan(makespan(1).at - 0.4);
  });

  it('gives a device no copy of what it trains itself', () => {
    const world = smallWorld({
      devices: 6,
      classes: 8,
      options: { redundancy: 3, allocate: 'equal' },
      rowTime: (device) => (device === 0 ? 1e5 : 2e7),
      specs: (device) => ({ benchMicroseconds: device === 0 ? 100 : 20_000 }),
    });
    expect(world.run().finished).toBe(true);
    const given = world.frames('task').map(({ device, bytes }) => `${device}: ${readTask(bytes).id}`);
    expect(given.length).toBeGreaterThan(28);
    expect(new Set(given).size).toBe(given.length);
  });

  it('brings CONFIG again to a device that went away before it had it, whatever reaches the server first', () => {
    // Away while the answer to HELLO and the first streams are on their way, for longer than the server waits.
    const ends = [0.0155, 0.016, 0.02, 0.03, 0.031].map((from) => {
      const world = smallWorld({
        devices: 2,
        classes: 6,
        changes: { 0: [from * S, 30 * S], 1: [from * S, 31 * S, 33 * S, 34 * S] },
        options: { round: 'classifier', prefetch: 3 },
      });
      return world.run(3600 * S).finished;
    });
    expect(ends).toEqual([true, true, true, true, true]);
  });

  it('gives the tasks to other devices when a device refuses them for its RAM', () => {
    // The server takes the device at its word; this one has less RAM than it was said to have.
    const world = smallWorld({
      devices: 2,
      options: { redundancy: 1, rows: 'cache' },
      truly: (device) => (device === 0 ? { ramBytes: 1500 } : {}),
    });
    const end = world.run(3600 * S);
    expect(world.frames('refuse').map(({ device, bytes }) => [device, readRefuse(bytes).reason])[0]).toEqual([
      0,
      REFUSAL.ram,
    ]);
    expect(end.finished).toBe(true);
    expect([...world.records.tasksDone]).toEqual([0, 10]);
    expect(end.tasksReassigned).toBe(5);
  });

  it('goes on with a device that it took for gone when that device was only slow', () => {
    // Ten times as slow as its benchmark says, and no other device.
    const world = smallWorld({
      devices: 1,
      classes: 4,
      rowTime: () => 2e9,
      specs: () => ({ benchMicroseconds: 1 }),
      options: { redundancy: 1, rows: 'stream' },
    });
    const end = world.run(24 * 3600 * S);
    expect(end.finished).toBe(true);
  });
});
