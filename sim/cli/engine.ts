import type { Summary } from '../metrics/summary.ts';
import type { Origin } from '../run/inputs.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Progress } from './progress.ts';

/** What every call of the engine is told beside its subject. */
export interface EngineOptions extends Origin {
  /** Folder of the data sets. */
  readonly dataDir: string;
  /** Threads for the runs of a comparison; chosen by the machine when undefined. */
  readonly workers: number | undefined;
  /** Threads that a run by itself may use; no result depends on them. */
  readonly threads: number;
  /** Called a few times a second at most. */
  readonly onProgress: (progress: Progress) => void;
  /** Asked between events; once true, the engine stops and leaves nothing half-written. */
  readonly cancelled: () => boolean;
}

/** What a person allows foreign firmware, beside `EngineOptions`. */
export interface TrustOptions {
  /** Whether firmware that is not the one built here may run. */
  readonly trust: boolean;
  /** How long it may take for one call, s; chosen when undefined. */
  readonly callSeconds: number | undefined;
  /** Says whose code is going to run: a person should always see it. */
  readonly say: (line: string) => void;
}

export interface VerifyOutcome {
  readonly same: boolean;
  /** The digest that the result's manifest names, and the one of the run just made. */
  readonly expected: string;
  readonly digest: string;
  /** The first difference in words, when there is one. */
  readonly difference: string | null;
  /** Set for a run with real or emulated boards: what they did was replayed instead; how much, in words. */
  readonly replayed?: string;
  /** Set where it was foreign: the SHA-256 of the firmware that was run. */
  readonly foreign_firmware?: string;
  /** What a reader should know: that no task was done; of a bundle, that another version made it. */
  readonly notes?: readonly string[];
}

export interface DiffOutcome {
  readonly same: boolean;
  /** The first event in which the runs differ, in words. */
  readonly difference: string | null;
}

export interface RunDone {
  readonly summary: Summary;
  readonly resultDir: string;
  /** Runs of the scenario and its `compare`, and how many of them were cut at their horizon. */
  readonly runs: number;
  readonly cut: number;
}

/** What the command line asks of `run/`. */
export interface Engine {
  runScenario(
    options: EngineOptions & { readonly scenario: LoadedScenario; readonly outDir: string },
  ): Promise<RunDone>;
  verifyResult(resultDir: string, options: EngineOptions): Promise<VerifyOutcome>;
  diffResults(a: string, b: string, options: EngineOptions): Promise<DiffOutcome>;
}

/** The engine, loaded when first needed. */
export async function loadEngine(): Promise<Engine> {
  return await import('./simulate.ts');
}
