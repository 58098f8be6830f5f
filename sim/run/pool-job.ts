import type { InputFile } from '../data/input-file.ts';
import type { ForeignLimits } from '../device/guard.ts';
import type { Summary } from '../metrics/summary.ts';
import type { Table } from '../metrics/table.ts';
import type { ResolvedScenario } from '../scenario/load.ts';
import type { Firmware } from './inputs.ts';
import type { ReportNotes } from './notes.ts';
import type { RunOutcome, RunProgress } from './run.ts';
import type { RecordHead } from './sweep-plan.ts';

/** What all jobs of a worker share; handed over once, when it starts. */
export interface PoolSetup {
  /** Built here: compiled once, and threads share the code. Foreign: bytes, which each thread compiles where it is watched. */
  readonly firmware: Firmware;
  readonly limits: ForeignLimits;
  readonly dataDir: string;
  /** Whether the runs came from elsewhere: errors then quote no content of a file. */
  readonly foreign: boolean;
  /** Words by index in SHARED. */
  readonly shared: Int32Array;
}

/** What the threads of a pool share. `stop`: not 0 once all is to stop; `loaded`: threads that have loaded their code. */
export const SHARED = { stop: 0, loaded: 1 } as const;

/** The record of a run of a sweep: a file that holds what is in `head`, and the summary. */
export interface SavedSummary {
  readonly file: string;
  readonly head: RecordHead;
}

/** What every job has, whatever it is: plain data. */
export interface WatchedJob {
  /** Where the calls of foreign firmware are noted (CallRecord); undefined with the firmware built here. */
  readonly record: SharedArrayBuffer | undefined;
}

/** A run as a worker is given it. */
export interface PoolJob extends WatchedJob {
  readonly scenario: ResolvedScenario;
  /** Files beside the scenario whose content it holds. */
  readonly beside: readonly InputFile[];
  /** The files that its data set must be read from, perhaps among others; undefined: whatever is there. */
  readonly inputs: readonly InputFile[] | undefined;
  /** Whether tables and model are wanted, not the summary alone. */
  readonly tables: boolean;
  /** A file to which the summary goes, below what is known of the run already. */
  readonly save: SavedSummary | undefined;
  /** Four numbers that the worker keeps up to date: how far the run is. */
  readonly progress: Float64Array | undefined;
}

/** A run that was let finish, as far as it can leave its worker. */
export interface PoolOutcome {
  readonly summary: Summary;
  readonly digest: string;
  readonly checkpoints: readonly string[];
  readonly inputs: readonly InputFile[];
  /** What the report says beside the tables. */
  readonly extras: ReportNotes;
  /** Only where they were asked for. */
  readonly tables?: RunOutcome['tables'];
  readonly model?: { readonly table: Table; readonly description: object };
}

/** What a worker answers; a worker that answers nothing has died. */
export type PoolAnswer<T = PoolOutcome> =
  | { readonly kind: 'done'; readonly outcome: T }
  | { readonly kind: 'interrupted' }
  /** A fault of the scenario that showed when it was wired: its place is known to whoever read the file. */
  | { readonly kind: 'fault'; readonly path: readonly (string | number)[]; readonly message: string }
  | PoolError;

export interface PoolError {
  /** `unable`: a fault of the machine, not of the run: its file cannot be written, or data are not those that are meant. */
  readonly kind: 'failed' | 'unable';
  /** Undefined for an internal error. */
  readonly exitCode: number | undefined;
  readonly message: string;
  readonly stack: string;
  /** Set where the message leaves out what is in a file, since the run came from elsewhere. */
  readonly withheld?: boolean;
}

const FIELDS = ['simulatedSeconds', 'events', 'tasksDone', 'tasksTotal'] as const;

/** Memory by which a worker tells how far it is without a message. */
export function progressWords(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * FIELDS.length));
}

export function writeProgress(words: Float64Array, progress: RunProgress): void {
  FIELDS.forEach((field, index) => {
    words[index] = progress[field];
  });
}

export function readProgress(words: Float64Array): RunProgress {
  const [simulatedSeconds, events, tasksDone, tasksTotal] = words as unknown as [number, number, number, number];
  return { simulatedSeconds, events, tasksDone, tasksTotal };
}
