import { z } from 'zod';
import { quantity } from '../../kernel/quantity.ts';
import { exchangeShape, roundShape, rounds } from '../exchange/options.ts';

/** Federated averaging, and distributed descent with a fixed tau (algorithms D5). */
export const fedavgOptions = z.strictObject({
  name: z.literal('fedavg'),
  ...exchangeShape,
  ...roundShape,
  tau: z.int().min(1).max(65_535).default(10).describe('local steps of a device in a round'),
  rounds: rounds.default(50).describe('rounds: the model is trained when so many are done'),
  fraction: quantity('share', { above: 0 }).prefault('100 %').describe('share of the fleet that a round needs, C'),
  'over-selection': quantity('share')
    .prefault('0 %')
    .describe('so many more are asked than a round needs; it ends with the first that answer (Bonawitz et al. 2019)'),
  weights: z
    .enum(['samples', 'equal'])
    .default('samples')
    .describe('samples: a device counts by its rows; equal: all devices alike'),
});
export type FedavgOptions = z.output<typeof fedavgOptions>;
