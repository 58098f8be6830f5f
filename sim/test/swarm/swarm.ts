import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { InputError } from '../../kernel/errors.ts';
import { writeDataFiles } from './data-files.ts';
import type { Examined, Failure } from './examine.ts';
import { drawScenario, read } from './scenario.ts';
import { shrink } from './shrink.ts';
import type { ExamineJob, WorkerSetup } from './worker.ts';

/** A thread loads compiled code, from the sources and from the compiled program alike. */
const WORKER = fileURLToPath(new URL('../../../dist/test/swarm/worker.js', import.meta.url));
/** Scenarios drawn in the place of one that its data refuse. */
const ATTEMPTS = 10;

export interface SwarmOptions {
  readonly seed: number;
  /** Share of the scenarios with values from their limits. */
  readonly extreme: number;
  readonly workers: number;
  /** A scenario that takes longer hangs, s. */
  readonly limit: number;
  /** Every so many are also run and verified as by the command line. */
  readonly asCommandsEvery: number;
  /** What workers run instead of the compiled worker.ts: for tests of what ends them. */
  readonly worker?: string;
}

/** A scenario that fails, as it was drawn. */
export interface Failing {
  readonly text: string;
  readonly failure: Failure;
}

export interface Swarmed {
  readonly index: number;
  readonly isExtreme: boolean;
  readonly examined: Examined;
  /** Scenarios that were drawn before it and refused by their data. */
  readonly refusals: number;
  readonly failing: readonly Failing[];
}

/** What makes two failures the same for whoever looks for its cause. */
export function keyOf({ kind, name }: Failure): string {
  return `${kind}: ${name}`;
}

/** Examines scenarios in worker threads, which can be ended: a scenario that hangs costs its limit and nothing else. */
export class Swarm {
  readonly #options: SwarmOptions;
  readonly #folder: string;
  readonly #pool: Piscina<ExamineJob, Examined>;

  constructor(options: SwarmOptions) {
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), 'g2t-swarm-'));
    const setup: WorkerSetup = { dataDir: join(this.#folder, 'data'), results: join(this.#folder, 'results') };
    writeDataFiles(setup.dataDir);
    mkdirSync(setup.results);
    const filename = options.worker ?? WORKER;
    this.#pool = new Piscina({ filename, workerData: setup, minThreads: options.workers, maxThreads: options.workers });
  }

  /** Whether the scenario of a number is drawn from limits: evenly spread. */
  isExtreme(index: number): boolean {
    const { extreme } = this.#options;
    return Math.floor((index + 1) * extreme) > Math.floor(index * extreme);
  }

  /** Draws and examines the scenario of a number. */
  async at(index: number): Promise<Swarmed> {
    const isExtreme = this.isExtreme(index);
    for (let attempt = 0; ; attempt++) {
      const { text } = drawScenario(this.#options.seed, index, isExtreme, attempt);
      const examined = await this.examine(text, index % this.#options.asCommandsEvery === 0);
      const isRefused = examined.failures.some(({ kind }) => kind === 'refused by its data');
      if (isRefused && attempt < ATTEMPTS) continue;
      const failures = examined.failures.filter(({ kind }) => kind !== 'refused by its data');
      return { index, isExtreme, examined, refusals: attempt, failing: failures.map((failure) => ({ text, failure })) };
    }
  }

  /** Examines a scenario; whatever befalls its worker is a failure too. @param limit s. */
  async examine(text: string, asCommands: boolean, limit = this.#options.limit): Promise<Examined> {
    const signal = AbortSignal.timeout(limit * 1000);
    try {
      return await this.#pool.run({ text, asCommands }, { signal });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const failure: Failure = signal.aborted
        ? { kind: 'hang', name: 'time', message: `expected to be done within ${limit} s` }
        : { kind: 'internal error', name: 'the worker ended', message };
      return { failures: [failure], runs: 0, events: 0, method: '', stopped: '' };
    }
  }

  /** The smallest scenario found that still fails in the same way. */
  async shrink({ text, failure }: Failing, asCommands: boolean): Promise<string> {
    const key = keyOf(failure);
    return await shrink(text, async (smaller) => {
      if (!isAccepted(smaller)) return false;
      const limit = failure.kind === 'hang' ? Math.min(10, this.#options.limit) : this.#options.limit;
      const { failures } = await this.examine(smaller, asCommands, limit);
      return failures.some((other) => keyOf(other) === key);
    });
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function isAccepted(text: string): boolean {
  try {
    read(text);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
