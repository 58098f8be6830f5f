import { z } from 'zod';
import { formatQuantity, quantity } from '../kernel/quantity.ts';
import type { CongestionModel } from './congestion.ts';
import { distributionOptions } from './distribution.ts';
import type { DropoutModel } from './dropout.ts';
import { LIMITS } from './limits.ts';
import type { MobilityModel } from './mobility.ts';
import { samplerOf } from './sampler.ts';

const AT_LEAST = `at least ${formatQuantity(LIMITS.condition.min, 'time')}`;

/** Whether a condition between two times, s, lasts as long as one must; rounding of the difference is no fault. */
function holds(from: number, to: number): boolean {
  return Math.round((to - from) * 1e9) >= LIMITS.condition.min * 1e9;
}

/** A share of a link's capacity: some of it is always left. */
const load = quantity('share', { max: 0.99 });

const dropoutKeys = z.strictObject({
  up: distributionOptions.optional().describe('How long a connection lasts; with `down`'),
  down: distributionOptions.optional().describe('How long a device then stays offline; with `up`'),
  'duty-cycle': z
    .strictObject({
      period: quantity('time', LIMITS.condition).describe('From one waking to the next'),
      on: quantity('share', { min: 0.001, max: 0.999 }).describe('Share of the period in which the device is online'),
      phase: z
        .enum(['random', 'same'])
        .default('random')
        .describe('Each device in a phase of its own, or all together, online at 0 s'),
    })
    .optional()
    .describe('Online for the first part of every period'),
  trace: z
    .strictObject({
      off: z
        .array(z.tuple([quantity('time'), quantity('time')]))
        .min(1)
        .describe('Times [from, to) in which the devices are offline, rising, apart from one another'),
      every: quantity('time', LIMITS.condition).optional().describe('Repeat after this time; without it: once'),
    })
    .optional()
    .describe('The same given times offline for every device of the profile'),
});

/**
 * `none`, `outage` (offline all the time), `{ up: <distribution>, down: <distribution> }` (in turn), `{ duty-cycle: { period, on, phase } }` or
 * `{ trace: { off: [[from, to], ...], every } }`.
 */
export const dropoutOptions = z
  .union([z.enum(['none', 'outage']).transform((kind): DropoutModel => ({ kind })), dropoutKeys.transform(readDropout)])
  .describe('How devices lose their connection and get it back');

function readDropout(written: z.output<typeof dropoutKeys>, context: z.RefinementCtx): DropoutModel {
  const { up, down, trace } = written;
  const cycle = written['duty-cycle'];
  const given = [up ?? down, cycle, trace].filter((kind) => kind !== undefined).length;
  if (given !== 1) return refuse(context, [], 'expected one of up with down, duty-cycle, trace');
  if (cycle) return { kind: 'duty-cycle', ...cycle };
  if (trace) return readTrace(trace, context);
  if (!up || !down) return refuse(context, [], `expected up and down together, got ${up ? 'up' : 'down'} alone`);
  for (const [key, spell] of Object.entries({ up, down })) {
    const { mean } = samplerOf(spell);
    if (!(mean >= LIMITS.condition.min))
      return refuse(context, [key], `expected a mean of ${AT_LEAST}, got ${formatQuantity(mean, 'time')}`);
  }
  return { kind: 'renewal', up, down };
}

function readTrace(
  trace: { readonly off: [number, number][]; readonly every?: number | undefined },
  context: z.RefinementCtx,
): DropoutModel {
  const { off, every } = trace;
  for (let i = 0; i < off.length; i++) {
    const [from, to] = off[i]!;
    if (!holds(from, to)) return refuse(context, ['trace', 'off', i], `expected to end ${AT_LEAST} after it begins`);
    if (i > 0 && !holds(off[i - 1]![1], from)) {
      return refuse(context, ['trace', 'off', i], `expected to begin ${AT_LEAST} after the time before it has ended`);
    }
  }
  if (every === undefined) return { kind: 'trace', off };
  // What is left online at the end of a period goes on into the next.
  const last = off.at(-1)![1];
  if (last > every || !holds(last, every + off[0]![0])) {
    return refuse(
      context,
      ['trace', 'every'],
      `expected every to be ${AT_LEAST} longer than the times that it repeats`,
    );
  }
  return { kind: 'trace', off, every };
}

const congestionKeys = z.strictObject({
  diurnal: z
    .strictObject({
      mean: load.describe('Load over the day'),
      swing: load.describe('How much more at the peak, and less twelve hours later; at most the mean'),
      peak: quantity('time', { max: LIMITS.dailyStep.max })
        .prefault('21 h')
        .describe('Local (solar) time of day of the peak; 21 h is the middle of the usual peak of 7 to 11 p.m.'),
      step: quantity('time', LIMITS.dailyStep).prefault('15 min').describe('How long the load stays the same'),
    })
    .optional()
    .describe('A daily cycle in local time'),
  markov: z
    .strictObject({
      states: z
        .array(
          z.strictObject({
            share: load.describe('Load in this state'),
            hold: quantity('time', LIMITS.condition).describe('Mean time in this state, exponential'),
          }),
        )
        .min(2)
        .max(100)
        .describe('Two or more states; from one to any other alike'),
    })
    .optional()
    .describe('Random changes between levels of load'),
  trace: z
    .strictObject({
      points: z
        .array(z.tuple([quantity('time'), load]))
        .min(1)
        .describe('Pairs [time, load]: the load from that time on, times rising'),
      every: quantity('time', LIMITS.condition).optional().describe('Repeat after this time; without it: once'),
    })
    .optional()
    .describe('Given loads'),
});

/** `30 %` (constant), `{ diurnal: {...} }`, `{ markov: { states } }` or `{ trace: { points, every } }`. */
export const congestionOptions = z
  .union([
    load.transform((share): CongestionModel => ({ kind: 'constant', share })),
    congestionKeys.transform(readCongestion),
  ])
  .describe('Background load of a shared link: the share of it that others use, 0 % to 99 %');

function readCongestion(written: z.output<typeof congestionKeys>, context: z.RefinementCtx): CongestionModel {
  const { diurnal, markov, trace } = written;
  if ([diurnal, markov, trace].filter((kind) => kind !== undefined).length !== 1) {
    return refuse(context, [], 'expected one of diurnal, markov, trace');
  }
  if (markov) return { kind: 'markov', states: markov.states };
  if (diurnal) {
    const { mean, swing } = diurnal;
    return swing > mean || mean + swing > 0.99
      ? refuse(context, ['diurnal', 'swing'], 'expected mean - swing and mean + swing to lie within 0 % to 99 %')
      : { kind: 'diurnal', ...diurnal };
  }
  const { points, every } = trace!;
  for (let i = 1; i < points.length; i++) {
    if (!holds(points[i - 1]![0], points[i]![0])) {
      return refuse(context, ['trace', 'points', i], `expected times to rise by ${AT_LEAST}`);
    }
  }
  if (every === undefined) return { kind: 'trace', points };
  return !holds(points.at(-1)![0], every)
    ? refuse(context, ['trace', 'every'], `expected every to be ${AT_LEAST} longer than the times that it repeats`)
    : { kind: 'trace', points, every };
}

const cells = z.strictObject({
  dwell: quantity('time', LIMITS.dwell).describe(
    'Mean time in a cell. On a straight way at speed v through round cells of radius r: pi r / (2 v)',
  ),
  spread: z
    .number()
    .min(1)
    .max(100)
    .default(2)
    .describe('95th percentile over cells of the factor on the latency, whose median is 1 (default 2: an estimate)'),
  rate: quantity('share', { min: 0.01 })
    .prefault('50 %')
    .describe('Least share of its rates that a device gets in a cell (default 50 %: an estimate)'),
  gap: quantity('time', LIMITS.delay)
    .prefault('50 ms')
    .describe('How long nothing passes at a handover (default: an LTE handover, 49.5 ms in 3GPP TR 36.881)'),
});

/** `none`, or `{ dwell, spread, rate, gap }`. */
export const mobilityOptions = z
  .union([
    z.literal('none').transform((): MobilityModel => ({ kind: 'still' })),
    cells.transform((model): MobilityModel => ({ kind: 'cells', ...model })),
  ])
  .describe('How a device moves through the cells of its network');

function refuse(context: z.RefinementCtx, path: (string | number)[], message: string): never {
  context.addIssue({ code: 'custom', path, message });
  return z.NEVER;
}
