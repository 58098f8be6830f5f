import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Routine } from './routine.ts';

describe('Routine', () => {
  const routine = new Routine(1, [null, { busy: 0.25, burst: 1e-6 }, { busy: 0.9, burst: 5e-8 }]);

  it('leaves a device without routine work alone', () => {
    expect(routine.end(0, 7, 100)).toBe(107);
  });

  it('agrees with stepping through the bursts nanosecond by nanosecond, and takes its share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 1, max: 400 }),
        (device, from, span) => {
          const end = routine.end(device, from, span);
          // Work that is one nanosecond shorter ends earlier, and work may be cut anywhere without a difference.
          expect(routine.end(device, from, span - 1)).toBeLessThan(end);
          const half = Math.floor(span / 2);
          expect(routine.end(device, routine.end(device, from, half), span - half)).toBe(end);
        },
      ),
      { seed: 3 },
    );
    const long = routine.end(1, 0, 3_000_000);
    expect(long / 3_000_000).toBeCloseTo(4 / 3, 2);
  });
});
