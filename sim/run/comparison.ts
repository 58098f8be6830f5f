import { availableParallelism } from 'node:os';
import type { InputFile } from '../data/input-file.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { type BuiltFirmware, DatasetShelf, type Firmware, type Origin } from './inputs.ts';
import type { LiveBoards } from './live.ts';
import { type PoolOutcome, RunPool } from './pool.ts';
import { type RunProgress, runToEnd } from './run.ts';
import { type FinishedRun, type VariantOutcome, variantFolders } from './store.ts';
import type { GuardLimits } from './watchdog.ts';

/** How far a scenario and its variants are: `tasks` are runs where there are several. */
export interface ComparisonProgress extends RunProgress {
  readonly unit: 'tasks' | 'runs';
}

export interface ComparisonInput extends Origin {
  readonly loaded: LoadedScenario;
  /** The files that the runs must be made with. */
  readonly inputs: readonly InputFile[];
  readonly firmware: Firmware;
  /** Folder of the data sets. */
  readonly dataDir: string;
  /** Threads for the variants; when left out as many as the machine has processors, at most 8. */
  readonly workers?: number | undefined;
  /** What foreign firmware may take, where that differs from GUARD_LIMITS. */
  readonly limits?: Partial<GuardLimits> | undefined;
  /** Threads that a run by itself may use: with several runs at once, and with foreign firmware, each has one. */
  readonly threads?: number | undefined;
  readonly onProgress?: (progress: ComparisonProgress) => void;
  readonly cancelled: () => boolean;
  /** Boards that take part in the scenario's run, which then has no variants. */
  readonly live?: LiveBoards | undefined;
}

/** A scenario that was run, and its variants in their order. */
export interface Comparison {
  readonly outcome: FinishedRun;
  readonly variants: readonly VariantOutcome[];
  /** Of the scenario's own run, then those that only a variant has, with its name. */
  readonly notes: readonly string[];
}

/** Every thread holds the data set and the rows of its devices: more need a word from whoever has the memory. */
const MOST_THREADS = 8;
/** How often a person's wish to stop is looked for while threads work, ms. */
const LOOK_EVERY_MS = 100;

/**
 * Runs a scenario and its variants; what comes out is the same for any number of threads. Foreign firmware runs in a guarded thread.
 * @throws Interrupted when cancelled.
 */
export async function runComparison(input: ComparisonInput): Promise<Comparison> {
  const { loaded, firmware } = input;
  const all = [loaded, ...loaded.variants.map((variant) => variant.loaded)];
  const workers = Math.min(input.workers ?? Math.min(availableParallelism(), MOST_THREADS), all.length);
  const outcomes =
    firmware.kind === 'built' && workers === 1
      ? await oneByOne(all, firmware, input)
      : await inThreads(all, workers, input);
  const [outcome, ...others] = outcomes;
  const folders = variantFolders(loaded.variants.map(({ name }) => name));
  const notes = [...outcome!.extras.notes];
  const variants = loaded.variants.map(({ name, against }, index): VariantOutcome => {
    const { summary, tables, inputs, extras } = others[index]!;
    for (const note of extras.notes) if (!outcome!.extras.notes.includes(note)) notes.push(`${name}: ${note}`);
    return { name, folder: folders[index]!, against, summary, tables, inputs };
  });
  return { outcome: outcome!, variants, notes };
}

async function oneByOne(
  all: readonly LoadedScenario[],
  firmware: BuiltFirmware,
  input: ComparisonInput,
): Promise<FinishedRun[]> {
  const { dataDir, inputs, threads = 1, onProgress, cancelled, live } = input;
  const shelf = new DatasetShelf(dataDir, input);
  const outcomes: FinishedRun[] = [];
  for (const loaded of all) {
    const { dataset, seed } = loaded.scenario;
    const { world, ...outcome } = await runToEnd({
      loaded,
      dataset: shelf.take(dataset, seed, inputs),
      firmware: firmware.module,
      threads: { threads },
      onProgress: (progress) => onProgress?.({ ...progress, unit: 'tasks' }),
      cancelled,
      live,
    });
    outcomes.push({ ...outcome, model: world.method.model() });
  }
  return outcomes;
}

async function inThreads(
  all: readonly LoadedScenario[],
  workers: number,
  { firmware, limits, dataDir, foreign, inputs, onProgress, cancelled }: ComparisonInput,
): Promise<FinishedRun[]> {
  const pool = await RunPool.open({ firmware, limits, dataDir, foreign, workers });
  const states = new Map<LoadedScenario, RunProgress>();
  let done = 0;
  const look = setInterval(() => {
    if (cancelled()) pool.cancel();
    let simulatedSeconds = 0;
    let events = 0;
    for (const state of states.values()) {
      simulatedSeconds += state.simulatedSeconds;
      events += state.events;
    }
    onProgress?.({ simulatedSeconds, events, tasksDone: done, tasksTotal: all.length, unit: 'runs' });
  }, LOOK_EVERY_MS);
  try {
    return await Promise.all(
      all.map(async (loaded) => {
        const outcome = await pool.run({
          loaded,
          inputs,
          tables: true,
          onProgress: (progress) => void states.set(loaded, progress),
        });
        done++;
        return whole(outcome);
      }),
    );
  } finally {
    clearInterval(look);
    await pool.close();
  }
}

function whole({ tables, model, ...outcome }: PoolOutcome): FinishedRun {
  return { ...outcome, tables: tables!, model: model! };
}
