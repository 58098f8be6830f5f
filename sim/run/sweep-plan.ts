import { type InputFile, joinInputs } from '../data/input-file.ts';
import type { Summary } from '../metrics/summary.ts';
import { type LoadedScenario, withSeed } from '../scenario/load.ts';
import type { LoadedSweep, SweepPoint } from '../scenario/sweep.ts';
import type { DataInputs } from './data-files.ts';
import { inputsOf } from './input-check.ts';
import type { Firmware } from './inputs.ts';
import { idOf, runId } from './store.ts';

/** One run of a sweep: a point with a seed. */
export interface PlannedRun {
  /** Counts the runs of a sweep: all seeds of the first point, then of the second. */
  readonly index: number;
  readonly point: SweepPoint;
  readonly seed: number;
  /** Hash of resolved scenario, seed, firmware and input files. Points that come to the same scenario share their runs. */
  readonly id: string;
}

/** What is known of a run before it is made. */
export interface RecordHead {
  readonly schema: 1;
  readonly id: string;
  readonly seed: number;
  readonly firmware: string;
}

/** What is kept of a run that ended. Nothing of the machine that made it. */
export interface DoneRecord extends RecordHead {
  readonly summary: Summary;
  readonly error?: undefined;
}

/** What is kept of a run that failed. It never counts as done: the next `g2t sweep` runs it again. */
export interface FailedRecord extends RecordHead {
  readonly summary?: undefined;
  /** One line with its place, without paths of the machine: the same on every machine. */
  readonly error: string;
  /** The exit code that the run alone would have had: 2 where its input is wrong, else 1. */
  readonly exit_code: 1 | 2;
}

export type RunRecord = DoneRecord | FailedRecord;

/** A run with its record: a row of the table. */
export interface SweepRow extends PlannedRun {
  readonly record: RunRecord;
}

/** A sweep and the ids of all that it may run, which hang on nothing that is run. */
export class SweepPlan {
  readonly sweep: LoadedSweep;
  readonly firmware: Firmware;
  /** The files that its runs read. */
  readonly inputs: readonly InputFile[];
  /** Hash of all that decides the sweep. */
  readonly id: string;
  readonly #dataInputs: DataInputs;
  readonly #ids = new Map<number, readonly string[]>();
  #last: { readonly point: number; readonly loaded: LoadedScenario } | undefined;

  /** @param dataInputs what files the data sets of its points are read from. */
  constructor(sweep: LoadedSweep, firmware: Firmware, dataInputs: DataInputs) {
    this.sweep = sweep;
    this.firmware = firmware;
    this.#dataInputs = dataInputs;
    this.inputs = joinInputs([sweep.inputs, ...sweep.datasets.map(dataInputs)]);
    this.id = idOf(sweep.canonical, firmware, this.inputs);
  }

  /** The most runs that there can be; with seeds until an interval is narrow there may be fewer. */
  get runs(): number {
    return this.sweep.points.length * this.sweep.seeds.length;
  }

  /** The runs of a point, in the order of the seeds. */
  of(point: SweepPoint): PlannedRun[] {
    const { seeds } = this.sweep;
    const first = point.index * seeds.length;
    let ids = this.#ids.get(point.index);
    if (ids === undefined) {
      const loaded = this.#loadPoint(point);
      const inputs = inputsOf(loaded, this.#dataInputs);
      ids = seeds.map((seed) => runId(withSeed(loaded, seed), this.firmware, inputs));
      this.#ids.set(point.index, ids);
    }
    return seeds.map((seed, n) => ({ index: first + n, point, seed, id: ids[n]! }));
  }

  /** The scenario of a run. Those of one point, asked for one after another, are read once. */
  load({ point, seed }: PlannedRun): LoadedScenario {
    return withSeed(this.#loadPoint(point), seed);
  }

  /** The files that a run reads. */
  inputsOf({ point }: PlannedRun): readonly InputFile[] {
    return inputsOf(this.#loadPoint(point), this.#dataInputs);
  }

  #loadPoint(point: SweepPoint): LoadedScenario {
    if (this.#last?.point !== point.index) this.#last = { point: point.index, loaded: this.sweep.load(point) };
    return this.#last.loaded;
  }

  /** The record of a run but for what it comes to. */
  head({ id, seed }: PlannedRun): RecordHead {
    return { schema: 1, id, seed, firmware: this.firmware.sha256 };
  }
}
