import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketHeap } from './tcp-heap.ts';

describe('PacketHeap', () => {
  it('gives packets by time, equal times in order of insertion (fixed seed 4)', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 600 }), (times) => {
        const heap = new PacketHeap();
        times.forEach((time, i) => {
          heap.push(time, time / 2, i, i + 1);
        });
        const out: [number, number][] = [];
        while (heap.time < Number.POSITIVE_INFINITY) {
          heap.pop();
          expect(heap.poppedSentAt).toBe(heap.poppedTime / 2);
          expect(heap.poppedSegment).toBe(heap.poppedFlow + 1);
          out.push([heap.poppedTime, heap.poppedFlow]);
        }
        const sorted = times.map((time, i) => [time, i] as [number, number]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(out).toEqual(sorted);
      }),
      { seed: 4, numRuns: 100 },
    );
  });
});
