import type { InputFile } from '../data/input-file.ts';
import type { Summary } from '../metrics/summary.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { Interrupted } from './interrupted.ts';
import { errorOf, RunPool } from './pool.ts';
import { failureOf, type RunFailure, told } from './sweep-failure.ts';
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

/** How a run ended. A failure is the run's own: it would come again, and concerns no other run. */
export type RunEnd =
  | { readonly summary: Summary; readonly failure?: undefined }
  | { readonly summary?: undefined; readonly failure: RunFailure };

/** What makes the runs of a sweep: threads of this process, or workers on other machines. */
export interface SweepEngine {
  /** How many runs it should be given at a time, so that it is never idle. */
  readonly width: number;
  /**
   * Makes a run and, where it does not fail, writes its record, whole.
   * @throws Interrupted after `cancel`; whatever stops the whole sweep: a record that cannot be written, workers that cannot start.
   */
  run(run: EngineRun): Promise<RunEnd>;
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
    run: async ({ loaded, inputs, head, file }) => {
      const answer = await pool.answer({ loaded, inputs, save: { file, head } });
      if (answer.kind === 'done') return { summary: answer.outcome.summary };
      if (answer.kind === 'interrupted') throw new Interrupted();
      if (answer.kind === 'unable') throw errorOf(answer);
      return { failure: told(failureOf(answer, options.dataDir), { loaded, inputs }, options.dataDir) };
    },
    cancel: () => pool.cancel(),
    close: () => pool.close(),
  };
}
