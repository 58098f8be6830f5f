import type { Summary } from '../metrics/summary.ts';
import type { Table } from '../metrics/table.ts';

/** What the report says about where a result comes from. Facts of the host do not belong here. */
interface ReportManifest {
  readonly id: string;
  readonly name: string;
  readonly seed: number;
  readonly digest: string;
  readonly firmware: { readonly sha256: string };
  /** Set where real or emulated boards took part. */
  readonly live?: readonly object[] | undefined;
  /** Package or tool to version. */
  readonly versions: { readonly [name: string]: string };
}

/** One run of a comparison: another method, or another setting of the same. */
export interface RivalRun {
  readonly label: string;
  readonly summary: Summary;
  readonly tables: {
    readonly rounds?: Table;
    readonly metrics?: Table;
    readonly improvements?: Table;
    readonly ages?: Table;
  };
  /** Of a run whose number of local steps is in question: that number, and how its data are dealt out, in a word or two. */
  readonly tau?: { readonly steps: number | 'adaptive'; readonly data: string };
  /** Whether it ends when a budget of time is spent, and not when an amount of training is done. */
  readonly budgeted?: boolean;
}

/** Rows by device and label. */
export interface LabelledPartition {
  /** Of the run that has it. */
  readonly label: string;
  readonly table: Table;
}

/** Runs on the same seed, fleet and weather, the result's own first. */
export interface Rivals {
  readonly runs: readonly RivalRun[];
  /** Runs that change one of `runs` (by index) further, such as its network. */
  readonly changed?: readonly { readonly run: RivalRun; readonly of: number }[];
  /** Whether they differ in their method, or only in its settings. */
  readonly byMethod: boolean;
  /** The accuracy at which cost is compared (0 to 1); when left out, the report takes it from the runs. */
  readonly target?: number;
}

/** A headline beside those of the summary: time to accuracy, say, or the accuracy of another combination. */
interface Headline {
  readonly label: string;
  /** Ready to read, with its unit. */
  readonly value: string;
  readonly note?: string;
}

export interface ReportExtras {
  /** Runs to set beside each other, this one included, in this order. */
  readonly rivals?: Rivals;
  /** Set for the replay of the paper's experiment: draws the paper's nine figures beside the run's. */
  readonly paperReplay?: { readonly distinctTasks: number };
  readonly headlines?: readonly Headline[];
  /** Where runs of a comparison have other rows on their devices: each division once. */
  readonly partitions?: readonly LabelledPartition[];
  /** What a reader should know of this run, a sentence each. */
  readonly notes?: readonly string[];
}

/** The most runs that lines, bars and a table's columns can show beside each other. */
const MOST_BESIDE = 8;

/** The runs of a comparison, where they are few enough to be shown beside each other. */
export function fewRivals({ extras }: RunResult): Rivals | undefined {
  const rivals = extras?.rivals;
  return rivals !== undefined && rivals.runs.length <= MOST_BESIDE ? rivals : undefined;
}

/** All that charts and report are made of. A chart whose table is missing or empty is left out. */
export interface RunResult {
  readonly summary: Summary;
  readonly manifest: ReportManifest;
  readonly tables: {
    readonly rounds?: Table;
    readonly devices?: Table;
    readonly metrics?: Table;
    readonly timeline?: Table;
    readonly ages?: Table;
    readonly partition?: Table;
  };
  /** The scenario's YAML as it was given. */
  readonly scenarioText: string;
  readonly extras?: ReportExtras;
}
