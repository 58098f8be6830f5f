import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PriorityHeap } from './priority-heap.ts';

describe('PriorityHeap', () => {
  it('gives the largest priority first, the lowest number among equals, each number once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 100 }), (priorities) => {
        const heap = new PriorityHeap(priorities.length);
        priorities.forEach((priority, number) => {
          heap.add(number, priority);
          heap.add(number, priority);
        });
        const expected = [...priorities.keys()].sort((a, b) => priorities[b]! - priorities[a]! || a - b);
        expect(Array.from({ length: heap.size }, () => heap.take())).toEqual(expected);
      }),
      { seed: 6 },
    );
  });
});
