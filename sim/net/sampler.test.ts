import { describe, expect, it } from 'vitest';
import { coldStream } from '../kernel/random.ts';
import { type Distribution, samplerOf } from './sampler.ts';

const N = 40_000;

/** Second central moments from the textbooks, to hold the samples against. */
const CASES: { of: Distribution; mean: number; variance: number; uniforms?: number }[] = [
  { of: { kind: 'uniform', min: 2, max: 5 }, mean: 3.5, variance: 0.75 },
  { of: { kind: 'normal', mean: 10, sd: 1 }, mean: 10, variance: 1 },
  // Cut at its mean: the half normal, mean sqrt(2/pi), variance 1 - 2/pi.
  { of: { kind: 'normal', mean: 0, sd: 1 }, mean: 0.7978845608028654, variance: 0.3633802276324187 },
  {
    of: { kind: 'lognormal', median: 1, p95: Math.exp(1.6448536269514722 * 0.5) },
    mean: Math.exp(0.125),
    variance: (Math.exp(0.25) - 1) * Math.exp(0.25),
  },
  { of: { kind: 'gamma', mean: 6, shape: 3 }, mean: 6, variance: 12, uniforms: 0 },
  { of: { kind: 'gamma', mean: 2, shape: 0.5 }, mean: 2, variance: 8, uniforms: 0 },
  { of: { kind: 'pareto', min: 1, alpha: 6 }, mean: 1.2, variance: 6 / (25 * 4) },
  { of: { kind: 'exponential', mean: 3 }, mean: 3, variance: 9 },
  { of: { kind: 'weibull', scale: 1, shape: 2 }, mean: Math.sqrt(Math.PI) / 2, variance: 1 - Math.PI / 4 },
  // Two straight pieces: uniform on [0, 1] with 1/2, on [1, 5] with 1/2.
  {
    of: { kind: 'quantiles', at: [0, 0.5, 1], values: [0, 1, 5] },
    mean: 1.75,
    variance: 62 / 12 - 1.75 * 1.75 + 1 / 6,
  },
];

describe('samplers', () => {
  for (const { of, mean, variance, uniforms = 1 } of CASES) {
    const name = JSON.stringify(of);
    const sampler = samplerOf(of);

    it(`${name}: mean and variance of draws agree with theory`, () => {
      let calls = 0;
      const stream = coldStream(7, name);
      const uniform = () => {
        calls++;
        return stream();
      };
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < N; i++) {
        const x = sampler.sample(uniform);
        sum += x;
        squares += (x - mean) * (x - mean);
      }
      const error = Math.sqrt(variance / N);
      expect(sampler.mean).toBeCloseTo(mean, 10);
      expect(Math.abs(sum / N - mean)).toBeLessThan(4 * error);
      expect(Math.abs(squares / N / variance - 1)).toBeLessThan(0.15);
      if (uniforms === 1) expect(calls).toBe(N);
      else expect(calls / N).toBeLessThan(3.2);
    });

    it(`${name}: the share of draws below a quantile is that quantile`, () => {
      const uniform = coldStream(11, name);
      const points = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
      const cuts = points.map((p) => sampler.quantile(p));
      const below = points.map(() => 0);
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < N; i++) {
        const x = sampler.sample(uniform);
        least = Math.min(least, x);
        for (let k = 0; k < cuts.length; k++) if (x < cuts[k]!) below[k]!++;
      }
      expect(least).toBeGreaterThanOrEqual(0);
      for (let k = 0; k < cuts.length; k++) {
        const p = points[k]!;
        expect(Math.abs(below[k]! / N - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / N));
      }
    });
  }

  it('a constant draws nothing', () => {
    const refuses = () => {
      throw new Error('drew');
    };
    expect(samplerOf({ kind: 'constant', value: 0.02 }).sample(refuses)).toBe(0.02);
  });

  it('hits the given lognormal quantiles exactly', () => {
    const sampler = samplerOf({ kind: 'lognormal', median: 0.012, p95: 0.04 });
    expect(sampler.quantile(0.5)).toBeCloseTo(0.012, 14);
    expect(sampler.quantile(0.95)).toBeCloseTo(0.04, 14);
  });

  it('stays finite and in range for the extreme uniforms', () => {
    for (const { of } of CASES) {
      const sampler = samplerOf(of);
      for (const u of [0, 1 - Number.EPSILON / 2]) {
        if (of.kind === 'gamma') continue; // rejection: a constant uniform need not end
        const x = sampler.sample(() => u);
        expect(Number.isFinite(x) && x >= 0).toBe(true);
      }
    }
  });

  it('a spread of 0 is allowed', () => {
    expect(samplerOf({ kind: 'normal', mean: 1, sd: 0 }).sample(() => 0.3)).toBe(1);
    expect(samplerOf({ kind: 'lognormal', median: 2, p95: 2 }).sample(() => 0.3)).toBeCloseTo(2, 15);
  });
});
