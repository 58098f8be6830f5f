import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { InputFile } from '../data/input-file.ts';
import { EXIT, InputError, RunError } from '../kernel/errors.ts';
import { faultText, type Path } from '../scenario/fault.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { LoadedSweep } from '../scenario/sweep.ts';
import { loadDataset } from './inputs.ts';
import type { PoolAnswer, PoolError } from './pool-job.ts';
import type { SweepRow } from './sweep-plan.ts';

/** Why a run of a sweep failed, whoever made it. */
export interface RunFailure {
  /** Where in the scenario the fault lies, where it is one of the scenario. */
  readonly path?: Path | undefined;
  /** Without paths of the machine. */
  readonly message: string;
  readonly exitCode: 1 | 2;
  /** Set where a worker elsewhere tells nothing of what is in a file: whoever has that file can. */
  readonly withheld?: boolean | undefined;
}

/** What a worker's answer says of a run that failed. @param dataDir the worker's own data folder, which the message leaves out. */
export function failureOf(answer: Extract<PoolAnswer, { kind: 'fault' }> | PoolError, dataDir: string): RunFailure {
  if (answer.kind === 'fault') return { path: answer.path, message: answer.message, exitCode: EXIT.input };
  const { exitCode, message, withheld } = answer;
  const plain = withoutFolder(message, dataDir);
  if (exitCode === undefined) return { message: `internal error: ${plain}`, exitCode: EXIT.failed };
  return {
    message: plain,
    exitCode: exitCode === EXIT.input ? EXIT.input : EXIT.failed,
    ...(withheld === true ? { withheld } : {}),
  };
}

/**
 * A failure with what is in a file of the data folder here, where whoever made the run withholds it. The files are the same, and so
 * is what is wrong with them. It is for a record; whoever does not trust the run's origin must not print it.
 */
export function told(
  failure: RunFailure,
  { loaded, inputs }: { readonly loaded: LoadedScenario; readonly inputs: readonly InputFile[] },
  dataDir: string,
): RunFailure {
  if (failure.withheld !== true) return failure;
  const { dataset, seed } = loaded.scenario;
  try {
    loadDataset(dataset, dataDir, seed, inputs);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { message: withoutFolder(error.message, dataDir), exitCode: EXIT.input, withheld: true };
  }
  return failure;
}

/** The files of a sweep's folder in which a place is told: the same wherever the sweep was read from. */
const FILES = { sweep: 'sweep.yaml', scenario: 'scenario.yaml' } as const;

/** A failure as a record keeps it: with its place, the same bytes on every machine. */
export function failureText({ path, message }: RunFailure, loaded: LoadedScenario, sweep: LoadedSweep): string {
  if (path === undefined) return message;
  const [fault] = loaded.fault(path, message).faults;
  const files = [
    [sweep.file, FILES.sweep],
    [sweep.base.file, FILES.scenario],
  ] as const;
  const { place } = fault!;
  const here = files.find(([file]) => place.startsWith(`${file}:`));
  return faultText({ ...fault!, place: here === undefined ? place : `${here[1]}${place.slice(here[0].length)}` });
}

/** A message with the names of files in the data folder, but not where that lies. */
function withoutFolder(message: string, folder: string): string {
  let real = folder;
  try {
    real = realpathSync(folder);
  } catch {
    // A folder that is not there has no other name.
  }
  let plain = message;
  for (const name of new Set([real, join(folder, '.'), folder])) {
    const escaped = name.replace(/[\\/]+$/, '').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    plain = plain
      .replace(new RegExp(` in ${escaped}[\\\\/]?(?=[,;:])`, 'g'), ' in the data folder')
      .replace(new RegExp(`(^|[\\s"'(])${escaped}[\\\\/]`, 'g'), '$1');
  }
  return plain;
}

/** The runs of one point that failed. */
export interface FailedPoint {
  readonly point: number;
  /** What varied, as it was written: "dataset.path inf.csv". */
  readonly settings: string;
  readonly seeds: readonly number[];
  /** Of the first of them. */
  readonly error: string;
}

/** The points of which runs failed, in the order of the plan. */
export function failedPoints({ columns }: LoadedSweep, rows: readonly SweepRow[]): FailedPoint[] {
  const failed = new Map<number, FailedPoint>();
  for (const { point, seed, record } of rows) {
    if (record.error === undefined) continue;
    const settings = columns.map(({ name }, index) => {
      const value = point.values[index];
      return `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
    });
    const known = failed.get(point.index) ?? {
      point: point.index,
      settings: settings.join(', '),
      seeds: [],
      error: record.error,
    };
    failed.set(point.index, { ...known, seeds: [...known.seeds, seed] });
  }
  return [...failed.values()];
}

/**
 * Refuses a sweep of which every run failed alike: what is wrong is not a point of it, but what all points share (a data set
 * that is missing, say).
 */
export function refuseIfAllFailed(rows: readonly SweepRow[]): void {
  const [first] = rows;
  if (first?.record.error === undefined) return;
  const { error, exit_code: code } = first.record;
  if (rows.some(({ record }) => record.error !== error)) return;
  const message = rows.length === 1 ? error : `all ${rows.length} runs failed alike: ${error}`;
  throw code === EXIT.input ? new InputError(message) : new RunError(message);
}
