import { describe, expect, it } from 'vitest';
import { coldStream } from '../kernel/random.ts';
import { Residual } from './renewal.ts';
import type { Distribution } from './sampler.ts';

/** Mean residual life E[x^2] / (2 E[x]), from the textbooks' moments. */
const CASES: [Distribution, number, number?][] = [
  [{ kind: 'constant', value: 10 }, 5],
  [{ kind: 'exponential', mean: 7 }, 7],
  [{ kind: 'uniform', min: 0, max: 6 }, 2],
  [{ kind: 'gamma', mean: 3, shape: 0.5 }, 4.5],
  [{ kind: 'weibull', scale: 1, shape: 2 }, 1 / Math.sqrt(Math.PI)],
  [{ kind: 'pareto', min: 1, alpha: 4 }, 0.75],
  [{ kind: 'lognormal', median: 1, p95: Math.exp(1.6448536269514722) }, Math.exp(2) / (2 * Math.exp(0.5)), 0.05],
];

describe('residual life', () => {
  for (const [distribution, mean, tolerance = 0.02] of CASES) {
    it(`${JSON.stringify(distribution)}: has the mean of renewal theory`, () => {
      const residual = new Residual(distribution);
      const uniform = coldStream(5, 'residual');
      let sum = 0;
      for (let i = 0; i < 60_000; i++) sum += residual.sample(uniform);
      expect(Math.abs(sum / 60_000 / mean - 1)).toBeLessThan(tolerance);
    });
  }
});
