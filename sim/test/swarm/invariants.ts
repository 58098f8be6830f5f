import { FRAMES } from './invariants-frames.ts';
import { ROUNDS } from './invariants-rounds.ts';
import { TIMELINES } from './invariants-timeline.ts';
import { TOTALS } from './invariants-totals.ts';
import type { Invariant, Observed } from './observed.ts';

/** Every promise that a run keeps, whatever its scenario. */
export const INVARIANTS: readonly Invariant[] = [...TOTALS, ...ROUNDS, ...TIMELINES, ...FRAMES];

/** The invariants that a run breaks, each with the first of what breaks it. */
export function brokenBy(run: Observed): { readonly invariant: string; readonly message: string }[] {
  return INVARIANTS.flatMap(({ name, broken }) => {
    for (const message of broken(run)) return [{ invariant: name, message }];
    return [];
  });
}
