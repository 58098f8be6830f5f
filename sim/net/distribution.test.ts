import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { distributionOptions } from './distribution.ts';
import { samplerOf } from './sampler.ts';

const read = (written: unknown) => distributionOptions.parse(written);
const fault = (written: unknown) => {
  const result = distributionOptions.safeParse(written);
  expect(result.success).toBe(false);
  return JSON.stringify(result.error?.issues);
};

describe('distribution options', () => {
  it('reads every shape, in seconds', () => {
    expect(read('20 ms')).toEqual({ kind: 'constant', value: 0.02 });
    expect(read({ lognormal: { median: '12 ms', p95: '40 ms' } })).toEqual({
      kind: 'lognormal',
      median: 0.012,
      p95: 0.04,
    });
    expect(read({ uniform: { min: '1 s', max: '1 min' } })).toEqual({ kind: 'uniform', min: 1, max: 60 });
    expect(read({ normal: { mean: '1 s', sd: '100 ms' } })).toEqual({ kind: 'normal', mean: 1, sd: 0.1 });
    expect(read({ gamma: { mean: '1 s', shape: 2 } })).toEqual({ kind: 'gamma', mean: 1, shape: 2 });
    expect(read({ pareto: { min: '5 ms', alpha: 2.5 } })).toEqual({ kind: 'pareto', min: 0.005, alpha: 2.5 });
    expect(read({ exponential: '6 h' })).toEqual({ kind: 'exponential', mean: 21600 });
    expect(read({ weibull: { scale: '1 h', shape: 0.5 } })).toEqual({ kind: 'weibull', scale: 3600, shape: 0.5 });
    expect(
      read({
        quantiles: [
          ['0 %', '1 ms'],
          ['50 %', '2 ms'],
          ['100 %', '9 ms'],
        ],
      }),
    ).toEqual({
      kind: 'quantiles',
      at: [0, 0.5, 1],
      values: [0.001, 0.002, 0.009],
    });
  });

  it('empirical values may come in any order, and one is a constant', () => {
    const sampler = samplerOf(read({ empirical: ['30 ms', '10 ms', '20 ms'] }));
    expect(sampler.quantile(0)).toBe(0.01);
    expect(sampler.quantile(0.25)).toBeCloseTo(0.015, 15);
    expect(sampler.mean).toBeCloseTo(0.02, 15);
    expect(read({ empirical: ['5 ms'] })).toEqual({ kind: 'constant', value: 0.005 });
  });

  it('refuses what makes no sense, and says so', () => {
    expect(fault(20)).toContain('bare number 20');
    expect(fault('20 MB')).toContain('expected a time');
    expect(fault('-1 ms')).toContain('expected 0 ms to 104 d');
    expect(fault({ lognormal: { median: '40 ms', p95: '12 ms' } })).toContain('p95 to be at least the median');
    expect(fault({ uniform: { min: '2 s', max: '1 s' } })).toContain('max to be at least min');
    expect(fault({ pareto: { min: '1 s', alpha: 1 } })).toContain('too_small');
    expect(fault({ exponential: '1 s', gamma: { mean: '1 s', shape: 1 } })).toContain('got gamma and exponential');
    expect(fault({})).toContain('got none');
    expect(fault({ lognorml: { median: '1 s', p95: '1 s' } })).toContain('unrecognized_keys');
    expect(
      fault({
        quantiles: [
          ['0 %', '1 s'],
          ['90 %', '2 s'],
        ],
      }),
    ).toContain('last at 100 %');
    expect(
      fault({
        quantiles: [
          ['0 %', '3 s'],
          ['100 %', '2 s'],
        ],
      }),
    ).toContain('not to fall');
  });

  it('gives a JSON Schema', () => {
    const schema = JSON.stringify(z.toJSONSchema(distributionOptions, { io: 'input', target: 'draft-7' }));
    expect(schema).toContain('lognormal');
  });
});
