import type { FleetClient } from '../fleet/client.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Distribution } from '../metrics/distribution.ts';
import type { Scores } from '../metrics/scores.ts';
import type { Table } from '../metrics/table.ts';

/** What a run asks of a training method, beside its part as the fleet's client. */
export interface Method extends FleetClient {
  /** Begins at the present instant; devices are turned on next. */
  start(): void;
  /** Whether all is trained. */
  readonly finished: boolean;
  readonly progress: MethodProgress;
  readonly records: DeviceRecords;
  /** RAM that the method's work takes on each device, bytes. */
  readonly ramBytes: Float64Array;
  /** Accuracy and macro-F1 of the model as it is now, on the test rows; must cost next to nothing. */
  scores(): Scores;
  /** The same of the final model, which may take longer. */
  finalScores(): Scores;
  /** Mean training loss of the model as it is now; only methods that have one model for all. */
  loss?(): number;
  /** Calling what this gives forgets what was noted of scores and losses that were asked for since. */
  checkpoint?(): () => void;
  /** From the next round on: so many local steps, or as the method finds best. Only methods whose options have `tau`. */
  setTau?(tau: number | 'adaptive'): void;
  /** What a report should say of this run, a sentence each. */
  readonly notes?: readonly string[];
  /** What a method that is not finished waits for, a sentence; undefined where it is just not done yet. */
  readonly waitsFor?: string | undefined;
  /** Classes of some test rows by the model as it is now; for whoever looks on. */
  predict(rows: Uint32Array): Uint16Array;
  /**
   * When what a device works on, or has yet to be sent, was read from the model (where there is no such model: when last the
   * server heard of it), ns; -1 for a device that has nothing to do. For whoever looks on.
   */
  waitingSince(device: number): number;
  /** The table `rounds`, or its rows from number `from` on. */
  rounds(from?: number): Table;
  /** The trained model: its weights, and what a reader needs to use them. */
  model(): { readonly table: Table; readonly description: object };
  /** Folds the model, bit for bit, into a digest. */
  fold(digest: Digest): void;
}

/** What a method notes of its devices' results; arrays have an entry a device. */
export interface DeviceRecords {
  /** Tasks whose result from this device was the first valid one. */
  readonly tasksDone: Uint32Array;
  readonly uploads: Uint32Array;
  readonly classifiersSent: Uint32Array;
  /** W_t at the last upload. */
  readonly threshold: Uint32Array;
  /** Tasks taken from this device and given to another. */
  readonly reassigned: Uint32Array;
  /** Results by device, and the sum and largest of their ages, s. */
  readonly agesOf: Uint32Array;
  readonly ageSum: Float64Array;
  readonly ageMax: Float64Array;
  /** Bytes and floating-point operations of results that came second. */
  readonly bytesWasted: Float64Array;
  readonly flopWasted: Float64Array;
  /** Ages of all results, s. */
  readonly ages: Distribution;
  /** Version lags of all updates; null for a method without a shared version. */
  readonly staleness: Distribution | null;
}

export interface MethodProgress {
  readonly tasksDone: number;
  readonly tasksTotal: number;
  /** Tasks that are not repetitions of another. */
  readonly tasksDistinct: number;
  readonly tasksReassigned: number;
  /** Tasks given to a device, copies and repetitions included. */
  readonly tasksAssigned: number;
}
