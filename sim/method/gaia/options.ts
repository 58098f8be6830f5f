import { z } from 'zod';
import { exchangeShape } from '../exchange/options.ts';

/** Gaia's approximate synchronous parallel, relayed by the server (algorithms D7). */
export const gaiaOptions = z.strictObject({
  name: z.literal('gaia'),
  ...exchangeShape,
  steps: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(200)
    .describe('updates of each device: the model is trained when the slowest has made so many'),
  tau: z.int().min(1).max(65_535).default(1).describe('local steps between two updates'),
  threshold: z
    .number()
    .min(0)
    .max(1e6)
    .default(0.01)
    .describe('v_0: a change is significant when it is more than v_0 / sqrt(t) of the weight'),
  slack: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1)
    .describe('DS: a device whose clock is further ahead of the slowest waits'),
});
export type GaiaOptions = z.output<typeof gaiaOptions>;
