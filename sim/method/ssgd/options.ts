import { z } from 'zod';
import { exchangeShape, roundShape, rounds } from '../exchange/options.ts';

/** Synchronous SGD (algorithms D1). */
export const ssgdOptions = z.strictObject({
  name: z.literal('ssgd'),
  ...exchangeShape,
  ...roundShape,
  rounds: rounds.default(200).describe('steps of the server: the model is trained when so many are done'),
  backup: z
    .int()
    .min(0)
    .max(999_999)
    .default(0)
    .describe('devices that a step need not wait for: the quorum is the fleet less these (Chen et al. 2016)'),
});
export type SsgdOptions = z.output<typeof ssgdOptions>;
