import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue, packKey, SEQUENCE_LIMIT, SOURCE_LIMIT } from './queue.ts';

describe('EventQueue', () => {
  it('pops in (time, priority, source, sequence) order, whatever the order of pushes', () => {
    const event = fc.record({
      time: fc.integer({ min: 0, max: 5 }),
      priority: fc.integer({ min: 0, max: 7 }),
      source: fc.integer({ min: 0, max: SOURCE_LIMIT - 1 }),
    });
    // With few events near at a time, most of them pass through the unordered end.
    const few = fc.constantFrom(1, 2, 5, 20, 1000);
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 300 }),
        fc.array(fc.boolean(), { maxLength: 300 }),
        few,
        (events, pops, most) => {
          const queue = new EventQueue(1, most);
          const waiting: { time: number; key: number; id: number }[] = [];
          const expectPop = (): void => {
            waiting.sort((x, y) => x.time - y.time || x.key - y.key);
            const first = waiting.shift();
            expect(queue.pop()).toBe(first !== undefined);
            if (first !== undefined) {
              expect([queue.time, queue.key, queue.kind, queue.a, queue.b]).toEqual([
                first.time,
                first.key,
                first.id % 7,
                first.id,
                -first.id,
              ]);
            }
          };
          events.forEach(({ time, priority, source }, id) => {
            const key = packKey(priority, source, id);
            queue.push(time, key, id % 7, id, -id);
            waiting.push({ time, key, id });
            if (pops[id]) expectPop();
          });
          for (let left = waiting.length; left >= 0; left--) expectPop();
        },
      ),
      { seed: 1 },
    );
  });

  it('holds as many as a heap alone would, far more than are near at a time', () => {
    const queue = new EventQueue(16);
    const times = Array.from({ length: 60_000 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 4) % 1_000_003);
    for (const [i, time] of times.entries()) queue.push(time, packKey(0, i, 0), 0, i, 0);
    const popped: number[] = [];
    // Half of what is popped comes again, later.
    for (let n = 60_000; queue.pop(); ) {
      popped.push(queue.time);
      if (popped.length % 2 === 0 && n < 90_000)
        queue.push(queue.time + times[n - 60_000]!, packKey(0, n++, 0), 0, 0, 0);
    }
    expect(popped).toHaveLength(90_000);
    expect(popped.every((time, i) => i === 0 || time >= popped[i - 1]!)).toBe(true);
    expect(queue.size).toBe(0);
    expect(queue.nextTime).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps the largest key exact', () => {
    const largest = packKey(7, SOURCE_LIMIT - 1, SEQUENCE_LIMIT - 1);
    expect(largest).toBe(Number.MAX_SAFE_INTEGER);
    expect(packKey(7, SOURCE_LIMIT - 1, SEQUENCE_LIMIT - 2)).toBe(largest - 1);
  });

  it('throws on two equal keys', () => {
    const queue = new EventQueue();
    queue.push(5, 9, 0, 0, 0);
    expect(() => {
      queue.push(5, 9, 0, 0, 0);
      queue.pop();
    }).toThrow(/unique/);
  });
});
