import { z } from 'zod';
import { quantity } from '../../kernel/quantity.ts';
import { exchangeShape, roundShape } from '../exchange/options.ts';

/** A step takes a microcontroller microseconds at least; shorter ones would make millions of rounds of a second. */
const FIXED = { min: 1e-6, max: 3600 } as const;

const timing = z
  .union([
    z.literal('measured'),
    z.strictObject({
      fixed: z
        .strictObject({
          step: quantity('time', FIXED).describe('what one local step counts'),
          aggregation: quantity('time', FIXED).describe('what the rest of a round counts'),
        })
        .describe('constant times instead of those that devices and network take; said in the report'),
    }),
  ])
  .default('measured')
  .describe('measured: steps and rounds take what they take; { fixed: { step, aggregation } }: constant times');

/** Adaptive tau (algorithms D6). */
export const adaptiveTauOptions = z.strictObject({
  name: z.literal('adaptive-tau'),
  ...exchangeShape,
  ...roundShape,
  phi: z
    .number()
    .positive()
    .default(0.025)
    .describe('weight of the bound’s second part, found by trial for each model'),
  'tau-max': z.int().min(1).max(65_535).default(100).describe('the largest tau'),
  tau: z
    .union([z.literal('adaptive'), z.int().min(1).max(65_535)])
    .default('adaptive')
    .describe(
      'adaptive; or a number of local steps that stays, under the same budget and stopping rule, without the traffic and work of the control',
    ),
  smoothing: z.number().min(0).lt(1).default(0).describe('mu: how much of the estimates before is kept'),
  'min-loss': z.boolean().default(true).describe('whether the model of the round with the least loss is returned'),
  budget: z
    .strictObject({
      time: quantity('time', { above: 0, max: 8_640_000 }).prefault('15 s').describe('simulated time in all'),
      traffic: quantity('size', { above: 0 })
        .optional()
        .describe('payload of all rounds together, up and down; without it, traffic is not scarce'),
      energy: quantity('energy', { above: 0 })
        .optional()
        .describe('energy of all devices together, waiting included; without it, energy is not scarce'),
    })
    .prefault({})
    .describe('resources that training may take; the scarcest decides tau and the end'),
  timing,
});
export type AdaptiveTauOptions = z.output<typeof adaptiveTauOptions>;
