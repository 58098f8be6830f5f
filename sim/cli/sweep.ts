import { basename, join } from 'node:path';
import { canonicalJson } from '../files/json.ts';
import { writeFileWhole } from '../files/write.ts';
import { InputError } from '../kernel/errors.ts';
import { wasCut } from '../metrics/summary.ts';
import { renderSweep } from '../report/sweep-report.ts';
import type { SweepResult } from '../report/sweep-series.ts';
import { type DataInputs, inputsForSweep } from '../run/data-files.ts';
import { loadFirmware } from '../run/inputs.ts';
import { Interrupted, SweepInterrupted } from '../run/interrupted.ts';
import type { Shard } from '../run/shard.ts';
import type { SweepEngine } from '../run/sweep-engine.ts';
import { type FailedPoint, failedPoints, refuseIfAllFailed } from '../run/sweep-failure.ts';
import { SweepPlan, type SweepRow } from '../run/sweep-plan.ts';
import { type SweepTables, sweepTables, tableFiles } from '../run/sweep-results.ts';
import { checkShard, collectRows, runSweep, type SweepProgress } from '../run/sweep-run.ts';
import {
  changedSinceBegun,
  missingInWords,
  openSweep,
  openSweepFolder,
  readRecord,
  sweepFolder,
  writeRecord,
} from '../run/sweep-store.ts';
import { amountOf } from '../scenario/amount.ts';
import type { LoadedSweep } from '../scenario/sweep.ts';
import { packageVersion } from './version.ts';

/** What a sweep was asked for on the command line or by a program. */
export interface SweepRequest {
  readonly sweep: LoadedSweep;
  /** The files of data sets in the data folder. */
  readonly dataInputs: DataInputs;
  /** The sweep's own folder; below `results` when left out. */
  readonly out?: string | undefined;
  /** What makes the runs; closed when they are made. */
  readonly engine: SweepEngine;
  readonly shard?: Shard | undefined;
  /** Whether the sweep must have been begun. */
  readonly resume?: boolean;
  readonly onProgress?: (progress: SweepProgress) => void;
  readonly cancelled?: () => boolean;
}

export interface SweepDone {
  readonly id: string;
  readonly folder: string;
  readonly points: number;
  /** Runs of the sweep, or of the shard. */
  readonly runs: number;
  /** Of these, how many stood already. */
  readonly found: number;
  /** Of these, how many failed. */
  readonly failed: number;
  /** The points that they are of. */
  readonly failedPoints: readonly FailedPoint[];
  /** Runs that were cut at their horizon. */
  readonly cut: number;
  /** Undefined for a shard, which has no tables of its own. */
  readonly tables: SweepTables | undefined;
}

/**
 * Makes the runs of a sweep that do not stand yet, then its tables, charts and report. A run that fails is a row of them.
 * @throws what a run failed of where all runs failed alike.
 */
export async function makeSweep(request: SweepRequest): Promise<SweepDone> {
  const { sweep, shard, engine, cancelled = () => false } = request;
  let rows: readonly SweepRow[];
  let plan: SweepPlan;
  let folder = '';
  let progress: SweepProgress | undefined;
  try {
    plan = new SweepPlan(sweep, loadFirmware(), inputsForSweep(sweep.datasets, request.dataInputs));
    checkShard(plan, shard);
    folder = request.out ?? sweepFolder('results', plan, shard);
    openSweepFolder(folder, plan, request.resume === true);
    progress = { done: 0, failed: 0, found: 0, total: plan.runs };
    const onProgress = (now: SweepProgress) => {
      progress = now;
      request.onProgress?.(now);
    };
    rows = await runSweep({ plan, folder, shard, engine, onProgress, cancelled });
  } catch (error) {
    if (error instanceof Interrupted && progress !== undefined) throw new SweepInterrupted({ folder, ...progress });
    throw error;
  } finally {
    await engine.close();
  }
  const tables = shard === undefined ? await writeResults(folder, plan, rows) : undefined;
  return { ...doneOf(plan, rows), folder, found: progress.found, tables };
}

function doneOf({ id, sweep }: SweepPlan, rows: readonly SweepRow[]) {
  const failures = failedPoints(sweep, rows);
  const failed = failures.reduce((sum, { seeds }) => sum + seeds.length, 0);
  return { id, points: sweep.points.length, runs: rows.length, failed, failedPoints: failures, cut: cutOf(rows) };
}

/**
 * Joins shards, in one folder or in several, to the sweep that they are parts of.
 * @throws InputError when they are not of one sweep, or runs are missing.
 */
export async function mergeShards(folders: readonly string[], out: string | undefined): Promise<SweepDone> {
  const firmware = loadFirmware();
  const [first, ...rest] = folders.map((folder) => ({ folder, plan: openSweep(folder, firmware) }));
  const { plan } = first!;
  for (const other of rest) {
    if (other.plan.id === plan.id) continue;
    const both = `${plan.sweep.name} (${plan.id.slice(0, 8)}) in ${first!.folder} and ${other.plan.sweep.name} (${other.plan.id.slice(0, 8)}) in ${other.folder}`;
    const changed = changedSinceBegun(plan, other.plan);
    const why = changed === undefined ? '' : `; ${other.folder} was made with ${changed}, as ${first!.folder} has it`;
    throw new InputError(`expected shards of one sweep, got ${both}${why}`);
  }
  const { rows, missing } = collectRows(plan, (run) => {
    const records = folders.flatMap((folder) => readRecord(folder, run) ?? []);
    // Shards may share a run: where it failed in one of them only, it stands.
    return records.find(({ error }) => error === undefined) ?? records[0];
  });
  if (missing.length > 0) {
    const shards = shardsOf(folders);
    const which = shards === undefined ? '' : `, of shard ${missingInWords(missing, shards)}`;
    throw new InputError(
      `expected ${plan.runs} runs in ${folders.join(', ')}, got ${rows.length}: ${missing.length} are missing${which}; run those shards again, with --resume where they were begun`,
    );
  }
  const folder = out ?? (folders.length === 1 ? folders[0]! : sweepFolder('results', plan, undefined));
  openSweepFolder(folder, plan, false);
  for (const { record, id, seed } of rows)
    if (readRecord(folder, { id, seed })?.summary === undefined) writeRecord(folder, record);
  const done = doneOf(plan, rows);
  return { ...done, folder, found: done.runs - done.failed, tables: await writeResults(folder, plan, rows) };
}

function cutOf(rows: readonly SweepRow[]): number {
  return rows.filter(({ record }) => record.summary !== undefined && wasCut(record.summary)).length;
}

/** How many shards there were, by the names of their folders. */
function shardsOf(folders: readonly string[]): number | undefined {
  for (const folder of folders) {
    const named = /-shard-\d+-of-(\d+)$/.exec(basename(folder));
    if (named !== null) return Number(named[1]);
  }
  return undefined;
}

/** Tables, charts and report, each file whole; the same bytes whoever made the runs. */
async function writeResults(folder: string, plan: SweepPlan, rows: readonly SweepRow[]): Promise<SweepTables> {
  refuseIfAllFailed(rows);
  const tables = sweepTables(plan, rows);
  const version = packageVersion();
  const files = new Map([
    ...(await tableFiles(plan, tables, version)),
    ...(await renderSweep(resultOf(plan, tables, version))),
  ]);
  const { sweep, id } = plan;
  const summary = {
    schema: 1,
    sweep: id,
    name: sweep.name,
    versions: { globe2train: version },
    points: sweep.points.length,
    runs: rows.length,
    failed: rows.filter(({ record }) => record.error !== undefined).length,
    cut: cutOf(rows),
    columns: sweep.columns.map(({ name }) => name),
  };
  files.set('summary.json', canonicalJson(summary));
  for (const [name, content] of files) writeFileWhole(join(folder, name), content);
  return tables;
}

function resultOf({ sweep, id, firmware }: SweepPlan, tables: SweepTables, version: string): SweepResult {
  const { seeds, until } = sweep;
  const own: [string, string] = ['sweep.yaml', sweep.text];
  return {
    name: sweep.name,
    id,
    firmware: firmware.sha256,
    version,
    seeds:
      until === undefined
        ? `${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} a point`
        : `up to ${seeds.length} seeds a point`,
    confidence: sweep.confidence,
    axes: sweep.columns
      .map(({ name, paths, at }, index) => ({
        name,
        paths: paths.map((path) => path.join('.')).join(', '),
        share: amountOf(sweep.points[0]!.values[index])?.dimension === 'share',
        formula: at[0] === 'expressions',
      }))
      .filter(({ formula }) => !formula),
    ...tables,
    texts: sweep.scenario === undefined ? [own] : [own, ['scenario.yaml', sweep.scenario.text]],
  };
}
