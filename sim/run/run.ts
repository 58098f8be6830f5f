import { toSeconds } from '../kernel/time.ts';
import { type RunOutcome, Session, type SessionInput } from './session.ts';

export type { RunOutcome } from './session.ts';

export interface RunProgress {
  readonly simulatedSeconds: number;
  readonly events: number;
  readonly tasksDone: number;
  readonly tasksTotal: number;
}

export interface RunInput extends SessionInput {
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  /** Asked between batches of events; true ends the run with an `Interrupted`. */
  readonly cancelled?: (() => boolean) | undefined;
}

/** The person asked the run to stop. */
export class Interrupted extends Error {}

/** Events between two looks at the clock. */
const BATCH = 500;
/** How long a run may hold the program before an interrupt, say, is noticed; ms. */
const LOOK_EVERY_MS = 50;

/**
 * Runs a scenario to its end: all trained, a target accuracy, or the horizon. What the result says is a function of
 * scenario, seed, data and firmware alone. The program can do other things (notice Ctrl-C) twenty times a second.
 * @throws Interrupted when cancelled.
 */
export async function runToEnd(input: RunInput): Promise<RunOutcome> {
  const session = new Session(input);
  let looked = performance.now();
  while (session.run(session.horizon, BATCH)) {
    if (performance.now() - looked < LOOK_EVERY_MS) continue;
    input.onProgress?.(progressOf(session));
    await new Promise((resolve) => setImmediate(resolve));
    if (input.cancelled?.() === true) throw new Interrupted();
    looked = performance.now();
  }
  return session.outcome();
}

function progressOf({ world: { sim, method } }: Session): RunProgress {
  return {
    simulatedSeconds: toSeconds(sim.now),
    events: sim.events,
    tasksDone: method.progress.tasksDone,
    tasksTotal: method.progress.tasksTotal,
  };
}
