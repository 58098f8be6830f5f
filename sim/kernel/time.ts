import { assert } from './errors.ts';

/** A point in simulated time: integer nanoseconds since the run's start. */
export type Instant = number & { readonly __brand: 'Instant' };
/** A span of simulated time: integer nanoseconds, at least 0. */
export type Duration = number & { readonly __brand: 'Duration' };

/** The last instant that a JS number holds exactly: 2^53 - 1 ns, a little over 104 days. */
export const LAST_INSTANT = Number.MAX_SAFE_INTEGER as Instant;
/** The longest time that a scenario may give, s: whole days below `LAST_INSTANT`. */
export const MAX_SECONDS = 104 * 86_400;
export const START = 0 as Instant;
export const NONE = 0 as Duration;

export const NS_PER_SECOND = 1e9;

/** @param ns integer nanoseconds, 0 to 2^53 - 1. */
export function duration(ns: number): Duration {
  assert(Number.isSafeInteger(ns) && ns >= 0, `Expected a duration to be 0 to 2^53-1 whole ns, got ${ns}`);
  return ns as Duration;
}

/** Seconds to whole nanoseconds, rounded up (the one rounding rule of the simulator). */
export function fromSeconds(seconds: number): Duration {
  return duration(Math.ceil(seconds * NS_PER_SECOND));
}

/** Instant or duration to seconds, for output only. */
export function toSeconds(ns: number): number {
  return ns / NS_PER_SECOND;
}

/**
 * Cycles to time, rounded up.
 * @param cycles whole cycles, 0 to 2^53 - 1.
 * @param kilohertz the clock in whole kHz, so that the product stays exact.
 */
export function cyclesToDuration(cycles: number, kilohertz: number): Duration {
  const wholeMs = Math.floor(cycles / kilohertz);
  const rest = cycles - wholeMs * kilohertz;
  return duration(wholeMs * 1e6 + Math.ceil((rest * 1e6) / kilohertz));
}
