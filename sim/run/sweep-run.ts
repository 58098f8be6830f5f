import { InputError } from '../kernel/errors.ts';
import { mean, studentInterval } from '../metrics/statistics.ts';
import { summaryColumn } from '../metrics/summary-columns.ts';
import { amountOf } from '../scenario/amount.ts';
import type { LoadedSweep, SweepPoint } from '../scenario/sweep.ts';
import { Interrupted } from './interrupted.ts';
import { isInShard, type Shard } from './shard.ts';
import type { SweepEngine } from './sweep-engine.ts';
import { failureText } from './sweep-failure.ts';
import type { PlannedRun, RunRecord, SweepPlan, SweepRow } from './sweep-plan.ts';
import { readRecord, recordedIds, recordFile, writeRecord } from './sweep-store.ts';

export interface SweepProgress {
  /** Runs that have ended, those that stood already and those that failed included. */
  readonly done: number;
  /** Of these, what failed. */
  readonly failed: number;
  /** Of these, what stood before this began. */
  readonly found: number;
  /** The most runs that there will be. */
  readonly total: number;
}

export interface SweepWork {
  readonly plan: SweepPlan;
  readonly folder: string;
  readonly shard?: Shard | undefined;
  readonly engine: SweepEngine;
  readonly onProgress?: ((progress: SweepProgress) => void) | undefined;
  readonly cancelled: () => boolean;
}

/**
 * Makes the runs of a sweep that do not stand yet, in the order of the plan but several at a time, each written when it is done.
 * A run that fails is a row with its error, and the others go on; one that failed before is made again.
 * @returns all of its rows (of the shard), in the order of the plan.
 * @throws Interrupted; or what stops the whole sweep, when the runs that were under way have ended. What was written stays.
 */
export async function runSweep(work: SweepWork): Promise<readonly SweepRow[]> {
  const { plan, engine, shard } = work;
  const { sweep } = plan;
  const records = new Records(work);
  const slots = new Slots(engine.width);
  const rows: SweepRow[][] = sweep.points.map(() => []);
  let stopped: { readonly error: unknown } | undefined;
  const make = async (run: PlannedRun): Promise<void> => {
    await slots.take();
    try {
      if (stopped !== undefined) return;
      if (work.cancelled()) throw new Interrupted();
      rows[run.point.index]!.push({ ...run, record: await records.of(run) });
    } catch (error) {
      stopped ??= { error };
      engine.cancel();
    } finally {
      slots.give();
    }
  };
  const watch = setInterval(() => {
    if (work.cancelled()) engine.cancel();
  }, 100);
  try {
    await overPoints(sweep.points, engine.width, async (point) => {
      const runs = plan.of(point).filter(({ index }) => shard === undefined || isInShard(shard, index));
      const batch = sweep.until?.batch ?? runs.length;
      for (let next = 0; next < runs.length && stopped === undefined; next += batch) {
        await Promise.all(runs.slice(next, next + batch).map(make));
        if (isEnough(sweep, rows[point.index]!, batch)) {
          records.skip(runs.length - Math.min(runs.length, next + batch));
          return;
        }
      }
    });
  } finally {
    clearInterval(watch);
  }
  if (stopped !== undefined) throw stopped.error;
  return rows.flatMap((each) => each.toSorted((a, b) => a.index - b.index));
}

/** The rows of a sweep from records that stand; `missing` are those that do not. With `until`, what its rule asks for. */
export function collectRows(
  plan: SweepPlan,
  find: (run: PlannedRun) => RunRecord | undefined,
): { readonly rows: readonly SweepRow[]; readonly missing: readonly PlannedRun[] } {
  const { sweep } = plan;
  const rows: SweepRow[] = [];
  const missing: PlannedRun[] = [];
  for (const point of sweep.points) {
    const runs = plan.of(point);
    const batch = sweep.until?.batch ?? runs.length;
    const own: SweepRow[] = [];
    for (let next = 0; next < runs.length; next += batch) {
      for (const run of runs.slice(next, next + batch)) {
        const record = find(run);
        if (record === undefined) missing.push(run);
        else own.push({ ...run, record });
      }
      if (isEnough(sweep, own, batch)) break;
    }
    rows.push(...own);
  }
  return { rows, missing };
}

/**
 * Whether a point has been run often enough: the interval of the metric that decides is as narrow as is asked for, or a whole
 * batch of seeds failed. Asked after whole batches only, so that the answer is the same however long each run took.
 */
function isEnough({ until, confidence }: LoadedSweep, rows: readonly SweepRow[], batch: number): boolean {
  if (until === undefined) return false;
  const last = rows.toSorted((a, b) => a.index - b.index).slice(-batch);
  if (last.length === batch && last.every(({ record }) => record.error !== undefined)) return true;
  const { of, share } = summaryColumn(until.ci)!;
  const values = rows.flatMap(({ record }) => (record.summary && of(record.summary)) ?? []);
  if (values.length < 2) return false;
  // A sum in the order of arrival may differ in its last bit.
  values.sort((a, b) => a - b);
  const { low, high } = studentInterval(values, confidence);
  const width = amountOf(until.width)!;
  const relative = width.dimension === 'share' && !share;
  return high - low <= width.value * (relative ? Math.abs(mean(values)) : 1);
}

/** As many points at a time as keep the engine busy, begun in their order. */
async function overPoints(
  points: readonly SweepPoint[],
  width: number,
  work: (point: SweepPoint) => Promise<void>,
): Promise<void> {
  const left = points.values();
  const lane = async (): Promise<void> => {
    for (const point of left) await work(point);
  };
  await Promise.all(Array.from({ length: Math.min(width, points.length) }, lane));
}

/** Lets so many through at a time, in the order in which they came. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/** Records by run: read where they stand, made and written where they do not, each id once. */
class Records {
  readonly #work: SweepWork;
  readonly #stood: ReadonlySet<string>;
  readonly #known = new Map<string, Promise<RunRecord>>();
  #done = 0;
  #failed = 0;
  #found = 0;
  #total: number;

  constructor(work: SweepWork) {
    const { plan, shard, folder } = work;
    this.#work = work;
    this.#stood = recordedIds(folder);
    this.#total = shard === undefined ? plan.runs : shardLength(plan.runs, shard);
  }

  async of(run: PlannedRun): Promise<RunRecord> {
    const { folder } = this.#work;
    const stood = this.#stood.has(run.id) ? readRecord(folder, run) : undefined;
    if (stood?.summary !== undefined) {
      this.#found++;
      this.#tell(stood);
      return stood;
    }
    let made = this.#known.get(run.id);
    if (made === undefined) {
      made = this.#make(run);
      this.#known.set(run.id, made);
    }
    const record = await made;
    this.#tell(record);
    return record;
  }

  /** Runs that will not be needed. */
  skip(count: number): void {
    this.#total -= count;
  }

  async #make(run: PlannedRun): Promise<RunRecord> {
    const { plan, engine, folder } = this.#work;
    const head = plan.head(run);
    const file = recordFile(folder, run.id);
    const loaded = plan.load(run);
    const { summary, failure } = await engine.run({ loaded, inputs: plan.inputsOf(run), head, file });
    if (summary !== undefined) return { ...head, summary };
    const record = { ...head, error: failureText(failure, loaded, plan.sweep), exit_code: failure.exitCode };
    writeRecord(folder, record);
    return record;
  }

  #tell({ error }: RunRecord): void {
    this.#done++;
    if (error !== undefined) this.#failed++;
    this.#work.onProgress?.({ done: this.#done, failed: this.#failed, found: this.#found, total: this.#total });
  }
}

function shardLength(runs: number, { number, of }: Shard): number {
  return Math.floor(runs / of) + (number <= runs % of ? 1 : 0);
}

/** Refuses what no shard can decide alone. */
export function checkShard({ sweep }: SweepPlan, shard: Shard | undefined): void {
  if (shard === undefined) return;
  if (sweep.until !== undefined) {
    throw sweep.fault(
      ['repeat', 'until'],
      'expected a number of seeds with --shard, since no shard sees the others’ results, got until',
    );
  }
  if (shard.of > sweep.points.length * sweep.seeds.length) {
    throw new InputError(
      `--shard: expected at most as many shards as runs (${sweep.points.length * sweep.seeds.length}), got ${shard.of}`,
    );
  }
}
