import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pow, quantile } from './numeric.ts';
import { cyclesToDuration, fromSeconds } from './time.ts';

describe('pow', () => {
  it('is close to Math.pow for broken exponents and exact for small whole ones', () => {
    expect([pow(3, 4), pow(2, -3), pow(-2, 3), pow(10, 0)]).toEqual([81, 0.125, -8, 1]);
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.double({ min: -8, max: 8, noNaN: true }),
        (x, y) => {
          const expected = x ** y;
          expect(Math.abs(pow(x, y) - expected)).toBeLessThanOrEqual(Math.abs(expected) * 1e-13);
        },
      ),
      { seed: 2 },
    );
  });
});

describe('quantile', () => {
  it('interpolates between order statistics', () => {
    expect([quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 1), quantile([7], 0.95), quantile([], 0.5)]).toEqual([
      2.5,
      4,
      7,
      Number.NaN,
    ]);
  });
});

describe('time', () => {
  it('rounds cycles and seconds up to whole nanoseconds', () => {
    expect(cyclesToDuration(1, 64_000)).toBe(16);
    expect(cyclesToDuration(64_000_000, 64_000)).toBe(1e9);
    expect(cyclesToDuration(64_000_001, 64_000)).toBe(1e9 + 16);
    expect(fromSeconds(1e-10)).toBe(1);
  });

  it('refuses negative and over-long times', () => {
    expect(() => fromSeconds(-1)).toThrow(/Expected a duration/);
    expect(() => fromSeconds(9.1e6)).toThrow(/2\^53-1/);
    expect(fromSeconds(104 * 86_400)).toBe(104 * 86_400e9);
  });
});
