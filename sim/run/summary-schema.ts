import { z } from 'zod';
import type { Summary } from '../metrics/summary.ts';
import { count, words } from './checked-json.ts';

const STOPPED = [
  'trained',
  'horizon',
  'accuracy',
  'converged',
  'rounds',
] as const satisfies readonly Summary['stopped'][];

const spread = z.looseObject({ mean: z.number(), p95: z.number(), max: z.number() }).nullable();
const orNull = z.number().nullable();

/** A summary as it stands in `summary.json`, in a record of a sweep or in a worker's answer. */
export const summarySchema: z.ZodType<Summary> = z.looseObject({
  schema: z.literal(1),
  name: words,
  digest: words,
  result: words,
  makespan_s: orNull,
  simulated_s: z.number(),
  time_to_accuracy_s: orNull,
  accuracy: orNull,
  macro_f1: orNull,
  staleness: spread,
  age_s: spread,
  comm_to_comp: z.looseObject({ time: orNull, bytes_per_flop: orNull }),
  bytes_up: z.number(),
  bytes_down: z.number(),
  bytes_wasted: z.number(),
  energy_j: z.number(),
  events: count,
  devices: count,
  tasks_done: count,
  tasks_total: count,
  tasks_reassigned: count,
  tasks_assigned: orNull,
  seconds_lost: orNull,
  flop: z.number(),
  flop_wasted: orNull,
  device_seconds: z.number(),
  efficiency: orNull,
  stopped: z.enum(STOPPED),
});
