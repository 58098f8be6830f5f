import { z } from 'zod';
import { quantity } from '../kernel/quantity.ts';
import { REGION_NAMES } from '../net/regions.ts';

export { datasetOptions } from '../data/options.ts';
export { boardName } from '../device/boards/index.ts';

export const regionNames = REGION_NAMES;
export const profileNames = ['home-wifi', 'lte-m', 'cellular-3g', 'cellular-4g', 'fibre'] as const;

const link = z.strictObject({
  up: quantity('rate', { above: 0 }).describe('Rate from the device'),
  down: quantity('rate', { above: 0 }).describe('Rate to the device'),
  latency: z.union([
    quantity('time'),
    z.strictObject({ lognormal: z.strictObject({ median: quantity('time'), p95: quantity('time') }) }),
  ]),
  loss: quantity('share').prefault('0 %'),
  dropout: z
    .strictObject({
      up: z.strictObject({ exponential: quantity('time') }),
      down: z.strictObject({ exponential: quantity('time') }),
    })
    .optional(),
});

export const networkOptions = z.strictObject({
  model: z.enum(['simple', 'flow']).default('flow'),
  server: z.strictObject({ region: z.enum(regionNames), up: quantity('rate'), down: quantity('rate') }),
  links: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), link).default({}),
});

export const methodOptions = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('g2t'),
    learner: z.strictObject({
      name: z.literal('opt-sgd'),
      alpha: z.number().positive().default(1),
      momentum: z.number().min(0).max(1).default(0),
      passes: z.int().min(1).max(255).default(30),
    }),
    allocate: z.enum(['manual', 'equal', 'ram', 'rate']).default('rate'),
    round: z.enum(['classifier', 'batch', 'queue']).default('queue'),
    redundancy: z.int().min(1).default(2),
    combine: z.enum(['vote', 'opt-ovo', 'wlw', 'ht']).default('vote'),
  }),
]);
