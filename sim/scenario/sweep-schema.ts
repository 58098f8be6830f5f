import { z } from 'zod';
import { quantity } from '../kernel/quantity.ts';

/** The most runs of a sweep: about a CPU-week of the smallest scenario. */
export const MOST_RUNS = 1_000_000;
/** Seeds that are run before a sweep that repeats until an interval is narrow looks at it. */
const BATCH = 5;

const bound = z
  .union([z.number(), z.string()], { error: 'expected a number, or a quantity with its unit' })
  .describe('A number, or a quantity with its unit');

const span = {
  from: bound.describe('The first value: a number, or a quantity with its unit'),
  to: bound.describe('The last value'),
  scale: z
    .enum(['linear', 'log'])
    .default('linear')
    .describe('linear: equal differences; log: equal ratios, from above 0'),
  whole: z.boolean().default(false).describe('Whole numbers only; those that come out twice are taken once'),
};

const values = z.array(z.unknown()).min(1).describe('The values, as they would stand in the scenario');

const axis = z.union([
  values,
  z.strictObject({
    ...span,
    steps: z.int().min(1).describe('How many values, the first and the last included'),
  }),
]);

const drawn = z.union([values, z.strictObject(span)]);

const name = z.string().min(1);
const some = <T>(map: Readonly<Record<string, T>>): boolean => Object.keys(map).length > 0;

const sample = z.strictObject({
  count: z.int().min(1).describe('How many points are drawn'),
  by: z
    .enum(['random', 'latin-hypercube'])
    .default('latin-hypercube')
    .describe(
      'random: each value for itself; latin-hypercube: each value’s range in `count` equal parts, one point in each',
    ),
  seed: z.int().min(0).default(1).describe('Seed of these draws alone'),
  over: z
    .record(name, drawn)
    .refine(some, 'expected at least one name: range')
    .describe('What is drawn: by name or path, a range or a list to choose from'),
});

const until = z.strictObject({
  ci: z.string().min(1).describe('The metric whose confidence interval decides: a column of the results'),
  width: z
    .string({ error: 'expected a width such as 1 %' })
    .describe('How wide the interval may be from end to end: in the metric’s unit, or a share of its mean'),
  max: z.int().min(2).max(MOST_RUNS).default(50).describe('The most seeds of a point'),
  batch: z.int().min(2).default(BATCH).describe('Seeds that are run between two looks'),
});

const repeat = z.union([
  z.strictObject({
    seeds: z
      .union([z.int().min(1), z.array(z.int().min(0)).min(1)])
      .describe('How many seeds, counted on from the scenario’s; or a list of seeds'),
  }),
  z.strictObject({ until: until.describe('As many seeds as it takes, point by point, in fixed batches') }),
]);

export const sweepOptions = z
  .strictObject({
    names: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'expected a name of letters, digits and underscores'),
        z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
      )
      .default({})
      .describe('Short names for columns and expressions: a path of the scenario each, several paths, or none'),
    grid: z
      .record(name, axis)
      .refine(some, 'expected at least one name: values')
      .optional()
      .describe('Every combination of these: by name or path, a list or a range'),
    points: z
      .array(z.record(name, z.unknown()).refine(some, 'expected at least one name: value'))
      .min(1)
      .optional()
      .describe('Points written out; each meets each of the grid and the sample'),
    sample: sample.optional().describe('Points drawn at random; each meets each of the grid'),
    expressions: z
      .record(name, z.union([z.string().min(1), z.number()]))
      .refine(some, 'expected at least one name: expression')
      .optional()
      .describe('Values worked out from others, point by point: 3 * latency + 10 ms'),
    repeat: repeat
      .prefault({ seeds: 1 })
      .describe('Seeds, the same for every point, so that points are compared seed by seed'),
    against: z
      .record(name, z.unknown())
      .optional()
      .describe(
        'What a point is compared with, seed by seed: the point with these values instead; the first point when left out',
      ),
    confidence: quantity('share', { min: 0.5, max: 0.999 })
      .prefault('95 %')
      .describe('Of the intervals in tables and charts'),
  })
  .describe('Many runs of the scenario: what varies, and over how many seeds');

export type SweepOptions = z.output<typeof sweepOptions>;
export type Axis = z.output<typeof axis>;
export type Drawn = z.output<typeof drawn>;
export type Until = z.output<typeof until>;

/** A sweep in a file of its own, over a scenario in another. */
export const sweepFileOptions = z.strictObject({
  schema: z.literal(1).describe('Version of the scenario format'),
  name: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case letters, digits and single hyphens')
    .describe('Names the results folder'),
  description: z.string().optional().describe('What the sweep shows, for its readers'),
  scenario: z.string().min(1).describe('The scenario’s file, from the folder of this one'),
  set: z
    .record(z.string().min(1), z.unknown())
    .default({})
    .describe('What is changed in the scenario for all runs, by path'),
  sweep: sweepOptions,
});
