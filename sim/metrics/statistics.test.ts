import { describe, expect, it } from 'vitest';
import { coldStream } from '../kernel/random.ts';
import {
  Bootstrap,
  deviation,
  effectSize,
  mean,
  median,
  pairedEffectSize,
  studentInterval,
  studentQuantile,
} from './statistics.ts';

describe('Student’s distribution', () => {
  it.each([
    // Published tables (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2): two-sided.
    [0.95, 1, 12.7062],
    [0.95, 2, 4.302653],
    [0.95, 9, 2.262157],
    [0.95, 10, 2.228139],
    [0.99, 9, 3.249836],
    [0.9, 4, 2.131847],
    [0.95, 30, 2.042272],
    [0.95, 100, 1.983972],
    [0.95, 100_000, 1.959988],
  ])('has the quantile of tables for %f and %i degrees', (confidence, degrees, expected) => {
    expect(studentQuantile(confidence, degrees)).toBeCloseTo(expected, 4);
  });

  it('gives the interval of a worked example', () => {
    const values = [10, 12, 9, 11, 13];
    expect(mean(values)).toBe(11);
    expect(deviation(values)).toBeCloseTo(1.5811388, 7);
    const { low, high } = studentInterval(values, 0.95);
    // 11 +- 2.776445 x 1.5811388 / sqrt(5)
    expect([low, high]).toEqual([expect.closeTo(9.0367568, 5), expect.closeTo(12.9632432, 5)]);
  });

  it('has no interval for one value', () => {
    expect(studentInterval([3], 0.95)).toEqual({ low: Number.NaN, high: Number.NaN });
    expect([median([3, 1, 2]), median([4, 1]), median([])]).toEqual([2, 2.5, Number.NaN]);
  });
});

describe('the bootstrap', () => {
  const values = Array.from({ length: 40 }, (_, i) => (i * 37) % 40);
  const bootstrap = () => new Bootstrap((size) => coldStream(1, `test/${size}`));

  it('is near Student’s interval, and the same every time, in any order', () => {
    const one = bootstrap();
    const { low, high } = one.interval(values, 0.95);
    const student = studentInterval(values, 0.95);
    expect(Math.abs(low - student.low)).toBeLessThan(0.5);
    expect(Math.abs(high - student.high)).toBeLessThan(0.5);
    const other = bootstrap();
    other.interval([1, 2, 3], 0.9);
    expect(other.interval(values, 0.95)).toEqual({ low, high });
    expect(one.interval([5, 5, 5], 0.95)).toEqual({ low: 5, high: 5 });
  });

  it('covers the mean about as often as it says', () => {
    const uniform = coldStream(2, 'test');
    let covered = 0;
    for (let n = 0; n < 300; n++) {
      const sample = Float64Array.from({ length: 30 }, uniform);
      const { low, high } = bootstrap().interval(sample, 0.95);
      if (low <= 0.5 && high >= 0.5) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.9);
    expect(covered / 300).toBeLessThan(0.985);
  });
});

describe('effect sizes', () => {
  it('are those of a worked example', () => {
    // Means 4 and 2, both deviations 1: d = 2. Differences 2, 2, 2, 3, 1: mean 2, deviation 0.7071.
    expect(effectSize([3, 4, 5], [1, 2, 3])).toBeCloseTo(2, 12);
    expect(pairedEffectSize([2, 2, 2, 3, 1])).toBeCloseTo(2.8284271, 6);
    expect(pairedEffectSize([2, 2])).toBeNaN();
  });
});
