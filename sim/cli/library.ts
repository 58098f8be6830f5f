import { dataFolder } from '../files/read.ts';
import type { Summary } from '../metrics/summary.ts';
import type { Column, Table } from '../metrics/table.ts';
import { inputsInFolder } from '../run/data-files.ts';
import { DatasetShelf, loadFirmware } from '../run/inputs.ts';
import { Interrupted } from '../run/interrupted.ts';
import { type RunOutcome, type RunProgress, runToEnd } from '../run/run.ts';
import { readScenario, readSweep } from '../run/scenario-files.ts';
import { localEngine, type SweepEngine } from '../run/sweep-engine.ts';
import type { SweepProgress } from '../run/sweep-run.ts';
import { loadScenario } from '../scenario/load.ts';

export { G2tError, InputError, RunError } from '../kernel/errors.ts';
export type { Summary } from '../metrics/summary.ts';
export type { Column, Table } from '../metrics/table.ts';
export { Interrupted } from '../run/interrupted.ts';

/** Changes laid over a scenario, by path: `{ 'method.redundancy': 1, 'network.links.home-wifi.loss': '2 %' }`. */
export type Changes = { readonly [path: string]: unknown };

interface Common {
  readonly set?: Changes | undefined;
  readonly seed?: number | undefined;
  /** Folder of the data sets; else `$G2T_DATA`, else `./data`. */
  readonly data?: string | undefined;
  /** Ends it soon; the promise rejects with `Interrupted`. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunOptions extends Common {
  /** A scenario's file, or its text. */
  readonly scenario: string | { readonly yaml: string };
  /** Threads that it may train on, 1 to 64, its own included; 1 when left out. What it comes to does not depend on them. */
  readonly threads?: number | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/** What a run came to. */
export interface RunResult {
  readonly summary: Summary;
  /** The proof of how it went: the same on every machine. */
  readonly digest: string;
  readonly tables: RunOutcome['tables'];
}

/**
 * Runs a scenario in this process, as `g2t run` does, but writes nothing; variants in `compare` are left out.
 * @throws InputError for what is wrong with the scenario or its data, with the place; RunError when the run failed.
 * @example
 * const { summary } = await run({ scenario: 'scenarios/quickstart.yaml', seed: 2 });
 * console.log(summary.accuracy, summary.makespan_s ?? `cut after ${summary.simulated_s} s`);
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { scenario, seed, signal } = options;
  const changes = { set: settings(options.set), seed };
  const loaded =
    typeof scenario === 'string'
      ? readScenario(scenario, changes)
      : loadScenario({ ...textFile(scenario.yaml), ...changes });
  const outcome = await runToEnd({
    loaded,
    dataset: new DatasetShelf(folderOf(options)).take(loaded.scenario.dataset, loaded.scenario.seed),
    firmware: loadFirmware().module,
    threads: { threads: options.threads ?? 1 },
    onProgress: options.onProgress,
    cancelled: () => signal?.aborted === true,
  });
  const { summary, digest, tables } = outcome;
  return { summary, digest, tables };
}

export interface SweepOptions extends Common {
  /** The file of a sweep, or of a scenario with `sweep`. */
  readonly sweep: string;
  /** The sweep's own folder; `results/<name>-<id>` when left out. What stands there is not made again. */
  readonly out?: string | undefined;
  /** Threads that run at a time; all processors when left out. */
  readonly workers?: number | undefined;
  /** URL of Redis: then `g2t worker` processes make the runs. */
  readonly redis?: string | undefined;
  readonly onProgress?: ((progress: SweepProgress) => void) | undefined;
}

/** What a sweep came to, and where its files are. */
export interface SweepResult {
  /** Hash of all that decides the sweep. */
  readonly id: string;
  readonly folder: string;
  /** Runs that failed: their rows have an `error`, and no numbers. */
  readonly failed: number;
  /** A row a run: what varied, and every number of its summary. */
  readonly runs: Table;
  /** A row a point and metric: mean, median, intervals, differences seed by seed, effect sizes. */
  readonly statistics: Table;
}

/**
 * Runs a scenario over many values and seeds, as `g2t sweep` does, and writes its tables and report.
 * A run that fails is a row with its `error`, and the others go on; called again, it is tried again.
 * @throws where the sweep is wrong, or all of its runs fail alike. What was made until then stays, and is found when it is called again.
 * @example
 * const { runs } = await sweep({ sweep: 'scenarios/sweeps/latency-and-loss.yaml', workers: 2 });
 * const slow = rows(runs).filter(({ makespan_s }) => makespan_s === null || makespan_s > 20); // null: cut at its horizon
 */
export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const { sweep: file, signal, out, onProgress, redis } = options;
  const firmware = loadFirmware();
  const loaded = readSweep(file, { set: settings(options.set), seed: options.seed });
  const [{ makeSweep }, engine] = await Promise.all([
    import('./sweep.ts'),
    redis === undefined
      ? localEngine({ firmware, dataDir: folderOf(options), workers: options.workers })
      : redisEngine(redis, firmware, folderOf(options)),
  ]);
  const { id, folder, failed, tables } = await makeSweep({
    sweep: loaded,
    dataInputs: inputsInFolder(folderOf(options)),
    engine,
    out,
    ...(onProgress === undefined ? {} : { onProgress }),
    cancelled: () => signal?.aborted === true,
  });
  if (tables === undefined) throw new Interrupted();
  return { id, folder, failed, ...tables };
}

async function redisEngine(
  redis: string,
  firmware: ReturnType<typeof loadFirmware>,
  dataDir: string,
): Promise<SweepEngine> {
  const { bullEngine } = await import('../run/bull-engine.ts');
  return await bullEngine({ redis, firmware, dataDir, say: () => {} });
}

/** A row of a table: a value a column. */
export type Row = Readonly<Record<string, number | string | boolean | null>>;

/** A table as an object a row. Numbers that are missing are null; bytes are left out. */
export function rows(table: Table): Row[] {
  const columns = table.columns.filter(({ type }) => type !== 'binary');
  return Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries(columns.map((column) => [column.name, cell(column, row)])),
  );
}

function cell(column: Column, row: number): Row[string] {
  if (column.type === 'utf8') return column.words[column.codes[row]!]!;
  if (column.type === 'binary') return null;
  const value = column.values[row]!;
  if (column.type === 'bool') return value !== 0;
  return Number.isNaN(value) ? null : value;
}

function textFile(yaml: string): { readonly file: string; readonly bytes: Uint8Array } {
  return { file: 'scenario', bytes: new TextEncoder().encode(yaml) };
}

/** As --set takes them: JSON is YAML too. */
function settings(changes: Changes = {}): string[] {
  return Object.entries(changes).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
}

function folderOf({ data }: Common): string {
  return dataFolder({ data, env: process.env });
}
