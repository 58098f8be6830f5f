import { z } from 'zod';
import { quantity } from '../kernel/quantity.ts';
import type { Distribution } from './sampler.ts';

const share = quantity('share');
const duration = quantity('time');
const positive = quantity('time', { above: 0 });

const shapes = z.strictObject({
  uniform: z
    .strictObject({ min: duration.describe('Least time'), max: duration.describe('Greatest time') })
    .optional()
    .describe('Every time from min to max alike'),
  normal: z
    .strictObject({
      mean: duration.describe('Mean before the part below 0 is cut away'),
      sd: duration.describe('Standard deviation before the part below 0 is cut away'),
    })
    .optional()
    .describe('A normal conditioned on being 0 or more'),
  lognormal: z
    .strictObject({
      median: positive.describe('Median'),
      p95: positive.describe('95th percentile, at least the median'),
    })
    .optional()
    .describe('Lognormal, given by its median and 95th percentile'),
  gamma: z
    .strictObject({
      mean: positive.describe('Mean'),
      shape: z.number().min(0.01).max(1e6).describe('Shape, 0.01 to 1e6; 1 is the exponential'),
    })
    .optional()
    .describe('Gamma'),
  pareto: z
    .strictObject({
      min: positive.describe('Least time'),
      alpha: z.number().gt(1).max(1e3).describe('Tail index, more than 1 so that a mean exists'),
    })
    .optional()
    .describe('Pareto of the first kind'),
  exponential: positive.optional().describe('Exponential, given by its mean'),
  weibull: z
    .strictObject({
      scale: positive.describe('Scale: 63.2 % lie below'),
      shape: z
        .number()
        .min(0.1)
        .max(100)
        .describe('Shape, 0.1 to 100; 1 is the exponential, below 1 the tail is heavy'),
    })
    .optional()
    .describe('Weibull'),
  empirical: z
    .array(duration)
    .min(1)
    .max(100_000)
    .optional()
    .describe('Measured times, each as likely: straight lines between them when sorted (type 7 quantiles)'),
  quantiles: z
    .array(z.tuple([share, duration]))
    .min(2)
    .max(100_000)
    .optional()
    .describe('Pairs [share, time] from [0 %, ...] to [100 %, ...], rising: straight lines between them'),
});

type Shapes = z.output<typeof shapes>;

/**
 * A distribution of a time, as a scenario writes it: `20 ms` (always the same), or one of
 * `{ uniform: { min, max } }`, `{ normal: { mean, sd } }`, `{ lognormal: { median, p95 } }`, `{ gamma: { mean, shape } }`,
 * `{ pareto: { min, alpha } }`, `{ exponential: mean }`, `{ weibull: { scale, shape } }`, `{ empirical: [...] }`,
 * `{ quantiles: [[share, time], ...] }`. Times carry units; the output is in seconds.
 */
export const distributionOptions = z
  .union([duration.transform((value): Distribution => ({ kind: 'constant', value })), shapes.transform(readShapes)])
  .describe('A time, or the distribution of one');

function readShapes(written: Shapes, context: z.RefinementCtx): Distribution {
  const kinds = Object.keys(written).filter((key) => written[key as keyof Shapes] !== undefined);
  if (kinds.length !== 1) {
    const got = kinds.length === 0 ? 'none' : kinds.join(' and ');
    return refuse(context, [], `expected one of ${Object.keys(shapes.shape).join(', ')}, got ${got}`);
  }
  if (written.uniform) {
    const { min, max } = written.uniform;
    return max < min
      ? refuse(context, ['uniform', 'max'], 'expected max to be at least min')
      : { kind: 'uniform', min, max };
  }
  if (written.lognormal) {
    const { median, p95 } = written.lognormal;
    return p95 < median
      ? refuse(context, ['lognormal', 'p95'], 'expected p95 to be at least the median')
      : { kind: 'lognormal', median, p95 };
  }
  if (written.normal) return { kind: 'normal', ...written.normal };
  if (written.gamma) return { kind: 'gamma', ...written.gamma };
  if (written.pareto) return { kind: 'pareto', ...written.pareto };
  if (written.weibull) return { kind: 'weibull', ...written.weibull };
  if (written.exponential !== undefined) return { kind: 'exponential', mean: written.exponential };
  if (written.empirical) return fromSamples(written.empirical);
  return fromQuantiles(written.quantiles!, context);
}

/** Measured values, each as likely, as a distribution with straight lines between them. */
function fromSamples(samples: readonly number[]): Distribution {
  if (samples.length === 1) return { kind: 'constant', value: samples[0]! };
  const values = Array.from(Float64Array.from(samples).sort());
  return { kind: 'quantiles', at: values.map((_, i) => i / (values.length - 1)), values };
}

function fromQuantiles(pairs: readonly (readonly [number, number])[], context: z.RefinementCtx): Distribution {
  if (pairs[0]![0] !== 0 || pairs.at(-1)![0] !== 1) {
    return refuse(context, ['quantiles'], 'expected the first pair to be at 0 % and the last at 100 %');
  }
  for (let i = 1; i < pairs.length; i++) {
    if (pairs[i]![0] <= pairs[i - 1]![0] || pairs[i]![1] < pairs[i - 1]![1]) {
      return refuse(context, ['quantiles', i], 'expected shares to rise and times not to fall');
    }
  }
  return { kind: 'quantiles', at: pairs.map(([at]) => at), values: pairs.map(([, value]) => value) };
}

function refuse(context: z.RefinementCtx, path: (string | number)[], message: string): never {
  context.addIssue({ code: 'custom', path, message });
  return z.NEVER;
}
