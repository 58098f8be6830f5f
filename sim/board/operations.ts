import { WORK } from '../device/host-types.ts';
import { isTaskStart, type Observation } from './experiments.ts';
import { type Fit, fitCosts } from './fit.ts';

/**
 * The operations that a calibration fits, by WORK index. Left out: `exps`, which the firmware counts and does not compute, and
 * `bytesReceived`: bytes are taken in by the port before a call, so that no call shows them.
 */
export const OPERATIONS: readonly (readonly [name: keyof typeof WORK, index: number])[] = (
  Object.entries(WORK) as [keyof typeof WORK, number][]
).filter(([name]) => name !== 'exps' && name !== 'bytesReceived');

/** What calls take beside all that is counted: any call; one that begins a task (its memory is looked for and cleared). */
export const BESIDE = ['call', 'task-start'] as const;

/**
 * Fits what calls took to what was counted in them, in the counter's unit.
 * @param otherwise by WORK index: costs that stand where the calls cannot tell them.
 * @param floor see `Samples`.
 */
export function operationFit(observations: readonly Observation[], otherwise?: Float64Array, floor?: number): Fit {
  return fitCosts({
    columns: [...OPERATIONS.map(([name]) => name), ...BESIDE],
    counts: observations.map((call) => [
      ...OPERATIONS.map(([, index]) => call.work[index] ?? 0),
      1,
      isTaskStart(call) ? 1 : 0,
    ]),
    taken: observations.map(({ counter }) => counter),
    otherwise: [...OPERATIONS.map(([, index]) => otherwise?.[index] ?? 0), ...BESIDE.map(() => 0)],
    ...(floor === undefined ? {} : { floor }),
  });
}
