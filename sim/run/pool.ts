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
  type PoolJob,
  type PoolOutcome,
  type PoolSetup,
  progressWords,
  readProgress,
  type SavedSummary,
} from './pool-job.ts';
import type { RunProgress } from './run.ts';

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
}

/** A thread loads compiled code, from the sources and from the compiled program alike. */
const WORKER = fileURLToPath(new URL('../../dist/run/pool-worker.js', import.meta.url));
/** How often a run is begun before its death counts as its own. */
const ATTEMPTS = 2;
/** Real time between two looks at how far the runs are, ms. */
const LOOK_EVERY_MS = 200;

/**
 * Runs scenarios in worker threads, as many at a time as there are threads; the rest wait. What a run comes to is the
 * same in any worker and any order. A data set is read once a worker.
 */
export class RunPool {
  readonly workers: number;
  readonly #threads: Piscina<PoolJob, PoolAnswer>;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));

  /** Rejects when the threads cannot even start. */
  readonly #broken: Promise<never>;

  private constructor(
    Threads: typeof Piscina,
    { firmware, dataDir, foreign = false, workers, worker = WORKER }: PoolOptions,
  ) {
    this.workers = workers ?? availableParallelism();
    const setup: PoolSetup = { firmware: firmware.module, dataDir, foreign, stop: this.#stop };
    this.#threads = new Threads({
      filename: worker,
      minThreads: this.workers,
      maxThreads: this.workers,
      workerData: setup,
    });
    this.#broken = new Promise((_, reject) => {
      // Before the first answer: what the threads load is at fault, and they are not replaced. Later, a thread that dies
      // without a job is, and nothing was lost.
      this.#threads.on('error', (cause: Error) => {
        if (this.#threads.completed === 0) reject(new RunError(`cannot start a worker: ${cause.message}`, { cause }));
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
  async run({ loaded, inputs, tables = false, save, onProgress }: PoolRequest): Promise<PoolOutcome> {
    const progress = onProgress === undefined ? undefined : progressWords();
    const job: PoolJob = { scenario: loaded.scenario, beside: loaded.inputs, inputs, tables, save, progress };
    const look = progress && setInterval(() => onProgress!(readProgress(progress)), LOOK_EVERY_MS);
    try {
      return outcomeOf(loaded, await this.#answer(job, loaded));
    } finally {
      clearInterval(look);
    }
  }

  async #answer(job: PoolJob, loaded: LoadedScenario): Promise<PoolAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await Promise.race([this.#threads.run(job), this.#broken]);
      } catch (cause) {
        if (cause instanceof RunError) throw cause;
        // The job's own faults are answers: here its thread ended without one.
        if (Atomics.load(this.#stop, 0) !== 0) return { kind: 'interrupted' };
        if (attempt < ATTEMPTS) continue;
        const { name, seed } = loaded.scenario;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new RunError(
          `${name}, seed ${seed}: ${ATTEMPTS} workers died of this run, one after the other (${why})`,
          {
            cause,
          },
        );
      }
    }
  }

  /** Ends all runs soon, those that wait too: each rejects with `Interrupted`. */
  cancel(): void {
    Atomics.store(this.#stop, 0, 1);
  }

  /** Ends the threads. Runs that are not done yet are cancelled. */
  async close(): Promise<void> {
    this.cancel();
    await this.#threads.destroy();
  }
}

function outcomeOf(loaded: LoadedScenario, answer: PoolAnswer): PoolOutcome {
  switch (answer.kind) {
    case 'done':
      return answer.outcome;
    case 'interrupted':
      throw new Interrupted();
    case 'fault':
      throw loaded.fault(answer.path, answer.message);
    case 'failed':
      throw failure(answer);
  }
}

/** The error as it was thrown in the worker, with its stack. */
function failure({ exitCode, message, stack }: Extract<PoolAnswer, { kind: 'failed' }>): Error {
  const Kind = exitCode === undefined ? Error : exitCode === EXIT.input ? InputError : RunError;
  const error = new Kind(message);
  error.stack = stack;
  return error;
}
