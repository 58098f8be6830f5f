import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import type { InputFile } from '../data/input-file.ts';
import { EXIT, InputError, RunError } from '../kernel/errors.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Firmware, Origin } from './inputs.ts';
import { Interrupted } from './interrupted.ts';
import {
  type PoolAnswer,
  type PoolError,
  type PoolJob,
  type PoolOutcome,
  type PoolSetup,
  progressWords,
  readProgress,
  type SavedSummary,
  SHARED,
  type WatchedJob,
} from './pool-job.ts';
import type { RunProgress } from './run.ts';
import { GUARD_LIMITS, type GuardLimits, Watchdog } from './watchdog.ts';

export type { PoolOutcome } from './pool-job.ts';

/** A run for the pool. */
export interface PoolRequest {
  readonly loaded: LoadedScenario;
  /** The files that the run must be made with; one with other content is an InputError. Whatever is there when left out. */
  readonly inputs?: readonly InputFile[] | undefined;
  /** Whether tables and model are wanted, not the summary alone. */
  readonly tables?: boolean;
  /** A JSON file that is to hold `head` and the summary: written by the thread, whole, before the run is done. */
  readonly save?: SavedSummary;
  /** Called a few times a second. */
  readonly onProgress?: (progress: RunProgress) => void;
}

export interface PoolOptions extends Origin {
  readonly firmware: Firmware;
  /** Folder of the data sets. */
  readonly dataDir: string;
  /** Threads; as many as the machine has processors when left out. */
  readonly workers?: number | undefined;
  /** What the threads run instead of the compiled pool-worker.ts: for tests of their death. */
  readonly worker?: string;
  /** What foreign firmware may take, where that differs from GUARD_LIMITS. */
  readonly limits?: Partial<GuardLimits> | undefined;
}

/** A job of another kind than a run: what does it, a compiled file whose default export answers with `answerTo`. */
interface OtherJob<T extends object> {
  readonly worker: string;
  readonly job: T;
  /** Names the job in an error. */
  readonly what: string;
}

/** A thread loads compiled code, from the sources and from the compiled program alike. */
const WORKER = fileURLToPath(new URL('../../dist/run/pool-worker.js', import.meta.url));
/** The threads cannot even start: no run can be made. */
class BrokenPool extends RunError {}

/** How often a run is begun before its death counts as its own. */
const ATTEMPTS = 2;
/** The longest wait for threads to load, ms. */
const LOADING_MS = 10_000;
/** Real time between two looks at how far the runs are, ms. */
const LOOK_EVERY_MS = 200;

/**
 * Runs scenarios in worker threads, as many at a time as there are threads; the rest wait. What a run comes to is the
 * same in any worker and any order. A data set is read once a worker. Foreign firmware runs here alone: under a guard, with a
 * watchdog in the main thread.
 */
export class RunPool {
  readonly workers: number;
  readonly #threads: Piscina<WatchedJob, unknown>;
  /** There where the firmware is foreign. */
  readonly #watchdog: Watchdog | undefined;
  readonly #shared = new Int32Array(new SharedArrayBuffer(4 * Object.keys(SHARED).length));
  /** Threads that were started: those that died were replaced. */
  #started: number;
  #closing = false;

  /** Rejects when the threads cannot even start. */
  readonly #broken: Promise<never>;

  private constructor(
    Threads: typeof Piscina,
    { firmware, dataDir, foreign = false, workers, worker = WORKER, limits: changed }: PoolOptions,
  ) {
    this.workers = workers ?? availableParallelism();
    const limits = { ...GUARD_LIMITS, ...changed };
    const shared = this.#shared;
    const isGuarded = firmware.kind === 'foreign';
    if (isGuarded) this.#watchdog = new Watchdog(limits, this.workers, () => Atomics.load(shared, SHARED.stop) !== 0);
    const setup: PoolSetup = { firmware, limits, dataDir, foreign, shared };
    this.#threads = new Threads({
      filename: worker,
      minThreads: this.workers,
      maxThreads: this.workers,
      workerData: setup,
      ...(isGuarded ? { resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes } } : {}),
    });
    this.#started = this.workers;
    this.#threads.on('workerDestroy', () => {
      if (!this.#closing) this.#started++;
    });
    this.#broken = new Promise((_, reject) => {
      // Before the first answer: what the threads load is at fault, and they are not replaced. Later, a thread that dies
      // without a job is, and nothing was lost.
      this.#threads.on('error', (cause: Error) => {
        if (this.#threads.completed === 0) reject(new BrokenPool(`cannot start a worker: ${cause.message}`, { cause }));
      });
    });
    this.#broken.catch(() => {});
  }

  /** Starts the threads. @throws InputError when the program was not built. */
  static async open(options: PoolOptions): Promise<RunPool> {
    if (!existsSync(WORKER)) throw new InputError(`cannot read ${WORKER}: not built; run \`npm run build\``);
    const { Piscina: Threads } = await import('piscina');
    return new RunPool(Threads, options);
  }

  /**
   * Runs a scenario to its end in one of the threads. A thread that dies is replaced, and its run begun once more.
   * @throws Interrupted after `cancel`; ScenarioError, with its place, for what shows only once the scenario is wired;
   * RunError when two workers died of this run.
   */
  async run(request: PoolRequest): Promise<PoolOutcome> {
    const { name, seed } = request.loaded.scenario;
    return outcomeOf(await this.answer(request), `${name}, seed ${seed}`, request.loaded);
  }

  /** The same, with all that can go wrong in the run as an answer. @throws RunError where the threads cannot even start. */
  async answer({ loaded, inputs, tables = false, save, onProgress }: PoolRequest): Promise<PoolAnswer> {
    const progress = onProgress === undefined ? undefined : progressWords();
    const { scenario, inputs: beside } = loaded;
    const job: Omit<PoolJob, keyof WatchedJob> = { scenario, beside, inputs, tables, save, progress };
    const look = progress && setInterval(() => onProgress!(readProgress(progress)), LOOK_EVERY_MS);
    try {
      return await this.#answer<PoolOutcome>(job, `${scenario.name}, seed ${scenario.seed}`);
    } finally {
      clearInterval(look);
    }
  }

  /** Does a job of another kind in one of the threads. @throws as `run` does. */
  async do<T extends object, U>({ worker, job, what }: OtherJob<T>): Promise<U> {
    return outcomeOf(await this.#answer<U>(job, what, worker), what);
  }

  async #answer<T>(job: object, what: string, filename?: string): Promise<PoolAnswer<T>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await Promise.race([this.#begin<T>(job, what, filename), this.#broken]);
      } catch (cause) {
        // The job's own faults are answers: here its thread ended without one.
        if (Atomics.load(this.#shared, SHARED.stop) !== 0) return { kind: 'interrupted' };
        if (cause instanceof BrokenPool) throw cause;
        if (cause instanceof RunError)
          return { kind: 'failed', exitCode: cause.exitCode, message: cause.message, stack: cause.stack ?? '' };
        if (attempt < ATTEMPTS) continue;
        const why = cause instanceof Error ? cause.message : String(cause);
        const message = `${what}: ${ATTEMPTS} workers died of this run, one after the other (${why})`;
        return { kind: 'failed', exitCode: EXIT.failed, message, stack: message };
      }
    }
  }

  #begin<T>(job: object, what: string, filename: string | undefined): Promise<PoolAnswer<T>> {
    const begin = (record?: SharedArrayBuffer, signal?: AbortSignal) =>
      this.#threads.run({ ...job, record }, { ...(filename && { filename }), ...(signal && { signal }) });
    return (this.#watchdog?.watch(what, begin) ?? begin()) as Promise<PoolAnswer<T>>;
  }

  /** Ends all runs soon, those that wait too: each rejects with `Interrupted`. */
  cancel(): void {
    Atomics.store(this.#shared, SHARED.stop, 1);
  }

  /** Ends the threads. Runs that are not done yet are cancelled. */
  async close(): Promise<void> {
    this.cancel();
    if (!this.#closing) await Promise.race([this.#allLoaded(), this.#broken.catch(() => {})]);
    this.#closing = true;
    await this.#threads.destroy();
  }

  /** Waits for threads that still load their code: one that is ended meanwhile takes the process with it (Node 20). */
  async #allLoaded(): Promise<void> {
    const until = performance.now() + LOADING_MS;
    while (Atomics.load(this.#shared, SHARED.loaded) < this.#started && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function outcomeOf<T>(answer: PoolAnswer<T>, what: string, loaded?: LoadedScenario): T {
  switch (answer.kind) {
    case 'done':
      return answer.outcome;
    case 'interrupted':
      throw new Interrupted();
    case 'fault':
      throw loaded?.fault(answer.path, answer.message) ?? new InputError(`${what}: ${answer.message}`);
    case 'failed':
    case 'unable':
      throw errorOf(answer);
  }
}

/** The error as it was thrown in the worker, with its stack. */
export function errorOf({ exitCode, message, stack }: PoolError): Error {
  const Kind = exitCode === undefined ? Error : exitCode === EXIT.input ? InputError : RunError;
  const error = new Kind(message);
  error.stack = stack;
  return error;
}
