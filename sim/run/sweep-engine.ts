import type { InputFile } from '../data/input-file.ts';
import type { Summary } from '../metrics/summary.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { RunPool } from './pool.ts';
import type { RecordHead } from './sweep-plan.ts';

/** A run for an engine. */
export interface EngineRun {
  readonly loaded: LoadedScenario;
  readonly head: RecordHead;
  /** The files that it must be made with. */
  readonly inputs: readonly InputFile[];
  /** Where its record goes. */
  readonly file: string;
}

/** What makes the runs of a sweep: threads of this process, or workers on other machines. */
export interface SweepEngine {
  /** How many runs it should be given at a time, so that it is never idle. */
  readonly width: number;
  /**
   * Makes a run and writes its record, whole.
   * @throws Interrupted after `cancel`; the run's own fault; RunError when it cannot be made.
   */
  run(run: EngineRun): Promise<Summary>;
  /** Ends all runs soon, those that wait too. */
  cancel(): void;
  close(): Promise<void>;
}

/** The engine `local`: a pool of threads, each of which writes what it made. */
export async function localEngine(options: Parameters<typeof RunPool.open>[0]): Promise<SweepEngine> {
  const pool = await RunPool.open(options);
  return {
    // A thread that is done finds its next run waiting.
    width: 2 * pool.workers,
    run: async ({ loaded, inputs, head, file }) => (await pool.run({ loaded, inputs, save: { file, head } })).summary,
    cancel: () => pool.cancel(),
    close: () => pool.close(),
  };
}
