import { Crew } from '../device/crew.ts';
import { InputError } from '../kernel/errors.ts';
import { toSeconds } from '../kernel/time.ts';
import { Interrupted } from './interrupted.ts';
import { type RunOutcome, Session, type SessionInput } from './session.ts';
import { Standstill } from './standstill.ts';
import { MOST_THREADS, type ThreadOptions, Threads } from './threads.ts';

export { Interrupted } from './interrupted.ts';
export type { RunOutcome } from './session.ts';

export interface RunProgress {
  readonly simulatedSeconds: number;
  readonly events: number;
  readonly tasksDone: number;
  readonly tasksTotal: number;
}

export interface RunInput extends Omit<SessionInput, 'crew'> {
  /** Threads that it may use: by default its own alone. What it comes to does not depend on them. */
  readonly threads?: ThreadOptions | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  /** Asked between batches of events; true ends the run with an `Interrupted`. */
  readonly cancelled?: (() => boolean) | undefined;
}

/** The most events between two looks at the clock. */
const BATCH = 500;
/** How long a run may hold the program before an interrupt, say, is noticed; ms. */
const LOOK_EVERY_MS = 50;

/**
 * Runs a scenario to its end: all trained, a target accuracy, or the horizon. What the result says is a function of
 * scenario, seed, data and firmware alone. The program can do other things (notice Ctrl-C) twenty times a second.
 * @throws Interrupted when cancelled.
 */
export async function runToEnd(input: RunInput): Promise<RunOutcome> {
  const { threads: asked } = input;
  const threads = asked === undefined ? undefined : threadsFor(input.firmware, asked);
  try {
    return await untilEnd(input, threads);
  } finally {
    await threads?.stop();
  }
}

function threadsFor(firmware: WebAssembly.Module, asked: ThreadOptions): Threads | undefined {
  const { threads } = asked;
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS)
    throw new InputError(`threads: expected a whole number from 1 to ${MOST_THREADS}, got ${threads}`);
  return threads === 1 ? undefined : new Threads(firmware, asked);
}

async function untilEnd(input: RunInput, threads: Threads | undefined): Promise<RunOutcome> {
  const crew = new Crew(threads);
  const session = new Session({ ...input, crew });
  const standstill = input.guard && new Standstill(session, input.guard);
  let looked = performance.now();
  let batch = BATCH;
  while (session.run(session.horizon, batch)) {
    standstill?.check();
    const took = performance.now() - looked;
    if (took < LOOK_EVERY_MS) continue;
    // An event that trains may take as long as thousands that do not.
    batch = took > 2 * LOOK_EVERY_MS ? Math.ceil(batch / 2) : Math.min(BATCH, batch * 2);
    input.onProgress?.(progressOf(session));
    await new Promise((resolve) => setImmediate(resolve));
    if (input.cancelled?.() === true) throw new Interrupted();
    threads?.check();
    looked = performance.now();
  }
  crew.close();
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
