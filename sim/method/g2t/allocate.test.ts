import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quotas, ranges } from './allocate.ts';

describe('quotas', () => {
  it('gives the oracle of algorithms B.5', () => {
    const rates = Float64Array.of(1 / 40.5644, 1 / 530.8642, 1 / 1350.7937);
    const quota = quotas(4465, rates);
    expect([...quota]).toEqual([4036, 308, 121]);
    const seconds = [40.5644, 530.8642, 1350.7937].map((us, device) => (us * 38 * quota[device]!) / 1e6);
    expect(seconds.map((s) => s.toFixed(3))).toEqual(['6.221', '6.213', '6.211']);
    expect([...ranges(quota, rates)]).toEqual([0, 4036, 4344]);
  });

  it('gives every task to somebody, nobody more than one above its share, and nothing for weight 0', () => {
    const weights = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1000, noNaN: true })), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        weights.filter((w) => w.some((x) => x > 0)),
        fc.integer({ min: 0, max: 5000 }),
        (list, total) => {
          const w = Float64Array.from(list);
          const sum = list.reduce((a, b) => a + b, 0);
          const quota = quotas(total, w);
          expect(quota.reduce((a, b) => a + b, 0)).toBe(total);
          quota.forEach((q, device) => {
            expect(Math.abs(q - (total * w[device]!) / sum)).toBeLessThanOrEqual(1.0001);
            if (w[device] === 0) expect(q).toBe(0);
          });
          const covered = new Set<number>();
          ranges(quota, w).forEach((from, device) => {
            for (let n = 0; n < quota[device]!; n++) covered.add(from + n);
          });
          expect(covered.size).toBe(total);
        },
      ),
      { seed: 5 },
    );
  });
});
