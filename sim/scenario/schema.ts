import { z } from 'zod';
import { datasetOptions } from '../data/options.ts';
import { partitionOptions } from '../data/partition-options.ts';
import { quantity } from '../kernel/quantity.ts';
import { methodOptions } from '../method/registry.ts';
import { networkOptions } from '../net/options.ts';
import { fleetOptions } from './fleet-options.ts';
import { sweepOptions } from './sweep-schema.ts';

/** The version of the scenario format that this program reads. */
export const SCENARIO_SCHEMA = 1;

const stopOptions = z.strictObject({
  when: z
    .union([
      z.enum(['trained', 'horizon']),
      z.strictObject({
        accuracy: quantity('share').describe('Accuracy on the test rows, tested at every aggregation'),
      }),
    ])
    .default('trained')
    .describe(
      'trained: when the method has its model; horizon: not before; { accuracy: 90 % }: when an aggregation has made the model that good',
    ),
  horizon: quantity('time', { above: 0 })
    .prefault('1 d')
    .describe(
      'The run is cut here whatever happens (stopped: horizon), and then has no makespan; at most 104 d, as far as simulated time is exact',
    ),
});

const interventionOptions = z.strictObject({
  at: quantity('time').describe('When, from the start of the run'),
  set: z
    .record(z.string().min(1), z.unknown())
    .refine((changes) => Object.keys(changes).length > 0, 'expected at least one path: value')
    .describe('What then holds, by path: { network.links.home-wifi.latency: 300 ms }'),
});

const changes = z
  .record(z.string().min(1), z.unknown())
  .refine((paths) => Object.keys(paths).length > 0, 'expected at least one path: value');

const compareOptions = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(80)
      .describe(
        'What the variant is called in charts, at most 40 letters; with `each`, a path in braces stands for its value: tau {method.tau}',
      ),
    against: z
      .string()
      .optional()
      .describe(
        'The scenario or another variant, by name: this one sets what that one sets and then its own (a worse network, say), and the report gives the ratio of their makespans',
      ),
    set: changes
      .optional()
      .describe('What differs, by path: { method.hold.w0: 10 }, or a whole part: { method: { name: g2t } }'),
    each: z
      .record(z.string().min(1), z.array(z.unknown()).min(1))
      .refine((paths) => Object.keys(paths).length > 0, 'expected at least one path: [values]')
      .optional()
      .describe(
        'A variant of every combination of these values, by path: { method.tau: [1, 10, 100] }; one that is the scenario itself is left out',
      ),
  })
  .refine(({ set, each }) => set !== undefined || each !== undefined, 'expected `set` or `each`, got neither');

/** A scenario as people write it. One schema gives the types, the validation and the editors' JSON Schema. */
export const scenarioOptions = z.strictObject({
  schema: z.literal(SCENARIO_SCHEMA).describe('Version of the scenario format'),
  name: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case letters, digits and single hyphens')
    .describe('Names the results folder'),
  description: z.string().optional().describe('What the scenario shows, for its readers'),
  seed: z.int().min(0).default(1).describe('Where all chance comes from'),
  dataset: datasetOptions.describe('What is learned'),
  partition: partitionOptions.default('none'),
  method: methodOptions.describe('How it is learned'),
  fleet: fleetOptions,
  network: networkOptions.describe('What lies between the devices and the server'),
  stop: stopOptions.prefault({}).describe('When the run ends'),
  measure: z
    .strictObject({
      every: quantity('time', { min: 0.001 })
        .prefault('1 s')
        .describe(
          'Simulated time between two rows of the table metrics; targets are tested at every aggregation, whatever this is',
        ),
    })
    .prefault({})
    .describe('How often the model is measured'),
  interventions: z.array(interventionOptions).default([]).describe('What changes during the run, at which instant'),
  compare: z
    .array(compareOptions)
    .default([])
    .describe(
      'Variants that are run beside the scenario, with its seed, fleet and weather, and compared with it in the report; { name: fedavg, set: { method: { name: fedavg } } } runs another method',
    ),
  sweep: sweepOptions.optional(),
  isolation: z
    .enum(['pooled', 'instance'])
    .default('pooled')
    .describe(
      'pooled: one WebAssembly instance holds all devices; instance: one each (up to 1000). Results are the same',
    ),
  record: z.enum(['none', 'frames']).default('none').describe('frames: keep every frame, for a replay on a board'),
});

/** Every value there, numbers in SI units. */
export type Scenario = z.output<typeof scenarioOptions>;
