import { z } from 'zod';
import { exchangeShape } from '../exchange/options.ts';

/** Asynchronous SGD with a parameter server (algorithms D2). */
export const asgdOptions = z.strictObject({
  name: z.literal('asgd'),
  ...exchangeShape,
  updates: z
    .int()
    .min(1)
    .max(100_000_000)
    .default(2000)
    .describe('gradients that the server takes: the model is trained when so many are in'),
  exchange: z
    .enum(['combined', 'separate'])
    .default('combined')
    .describe(
      'combined: the model comes with the answer to a push; separate: the device asks for it when it has that answer, a round trip later',
    ),
  step: z
    .enum(['plain', 'staleness-aware'])
    .default('plain')
    .describe('plain: eta; staleness-aware: eta / (1 + staleness)'),
  bound: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe(
      'bounded staleness: a device so many gradients ahead of the slowest waits for it (Ho et al. 2013); none when left out',
    ),
});
export type AsgdOptions = z.output<typeof asgdOptions>;
