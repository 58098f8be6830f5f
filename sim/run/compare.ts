import type { Dataset } from '../data/dataset.ts';
import { CHECKPOINT_EVERY, type TracedEvent } from '../kernel/simulation.ts';
import { toSeconds } from '../kernel/time.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { BuiltFirmware } from './inputs.ts';
import { Interrupted, type RunOutcome, runToEnd } from './run.ts';

/** A run that can be made again. */
export interface Repeatable {
  readonly loaded: LoadedScenario;
  readonly dataset: Dataset;
  readonly firmware: BuiltFirmware;
  readonly cancelled: () => boolean;
}

/** An event as it was before it ran: what it is, and the digest of all that went before. */
interface Step {
  readonly event: TracedEvent;
  readonly digest: string;
}

/** The first checkpoint (counted from 0) at which two runs differ; the shorter's length when one begins the other. */
export function firstDifferentCheckpoint(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** In which events a stored run and its repetition first differ, in words, where only checkpoints of the first are known. */
export function bracketInWords(
  stored: readonly string[],
  again: Pick<RunOutcome, 'checkpoints' | 'summary'>,
  storedEvents: number,
): string {
  const n = firstDifferentCheckpoint(stored, again.checkpoints);
  const from = n * CHECKPOINT_EVERY;
  const to = Math.min(from + CHECKPOINT_EVERY, Math.max(storedEvents, again.summary.events));
  return `in events ${from + 1} to ${to}, or in the tables made of them (${storedEvents} events then, ${again.summary.events} now)`;
}

/**
 * The first event in which two runs differ, in words, found by running the one bracket of checkpoints in which they
 * part again with a trace. Undefined when no event differs.
 */
export async function firstDifference(a: Repeatable, b: Repeatable, checkpoint: number): Promise<string | undefined> {
  const stepsOfA = await trace(a, checkpoint);
  const stepsOfB = await trace(b, checkpoint);
  const longest = Math.max(stepsOfA.length, stepsOfB.length);
  for (let n = 0; n < longest; n++) {
    const one = stepsOfA[n];
    const other = stepsOfB[n];
    if (one !== undefined && other !== undefined && sameEvent(one.event, other.event)) {
      if (one.digest === other.digest) continue;
      // The events agree so far, but what one of them handled (a frame's bytes) did not.
      const before = stepsOfA[n - 1];
      return before === undefined
        ? `before event ${one.event.index + 1}`
        : `${inWords(before.event)}: the same event, other bytes`;
    }
    return against(one?.event, other?.event);
  }
  return undefined;
}

async function trace(run: Repeatable, checkpoint: number): Promise<Step[]> {
  const first = checkpoint * CHECKPOINT_EVERY;
  const last = first + CHECKPOINT_EVERY;
  const steps: Step[] = [];
  let done = false;
  try {
    await runToEnd({
      loaded: run.loaded,
      dataset: run.dataset,
      firmware: run.firmware.module,
      cancelled: () => done || run.cancelled(),
      onWorld: ({ sim }) => {
        sim.tracer = (event) => {
          if (event.index >= first && event.index <= last) steps.push({ event, digest: sim.digest.hex() });
          if (event.index > last) done = true;
        };
      },
    });
  } catch (error) {
    if (!(error instanceof Interrupted) || !done) throw error;
  }
  return steps;
}

function against(one: TracedEvent | undefined, other: TracedEvent | undefined): string {
  const [left, right] = [one, other].map((event) => (event === undefined ? 'no event' : inWords(event)));
  return left === right
    ? `${left}, from other sources (${one?.source} against ${other?.source}) or in another order`
    : `${left} against ${right}`;
}

function sameEvent(x: TracedEvent, y: TracedEvent): boolean {
  return x.time === y.time && x.key === y.key && x.kind === y.kind && x.a === y.a && x.b === y.b;
}

function inWords({ index, time, kind, a, b }: TracedEvent): string {
  return `event ${index + 1}, ${kind}(${a}, ${b}) at ${toSeconds(time)} s`;
}
