import type { Dataset } from '../../data/dataset.ts';
import type { Summary } from '../../metrics/summary.ts';
import { numbersOf, type Table } from '../../metrics/table.ts';
import type { RunOutcome } from '../../run/run.ts';
import type { LoadedScenario, ResolvedScenario } from '../../scenario/load.ts';

/** What a run came to, as the invariants look at it: all that a result holds, and bytes as the network itself counts them. */
export interface Observed {
  readonly scenario: ResolvedScenario;
  readonly summary: Summary;
  readonly tables: RunOutcome['tables'];
  readonly model: Table;
  readonly notes: readonly string[];
  readonly classes: number;
  readonly trainingRows: number;
  /** Bytes by device: delivered, lost and wasted; `active` transfers may still have some under way. */
  readonly network: {
    readonly delivered: Float64Array;
    readonly lost: Float64Array;
    readonly wasted: Float64Array;
    readonly active: number;
  };
}

/** What the invariants look at, from a run that has ended. */
export function observe(loaded: LoadedScenario, outcome: RunOutcome, dataset: Dataset): Observed {
  const { summary, tables, extras, world } = outcome;
  const { bytesDelivered, bytesLost, bytesWasted } = world.network.totals;
  return {
    scenario: loaded.scenario,
    summary,
    tables,
    model: world.method.model().table,
    notes: extras.notes,
    classes: dataset.classes,
    trainingRows: dataset.train.count,
    network: { delivered: bytesDelivered, lost: bytesLost, wasted: bytesWasted, active: world.network.active },
  };
}

/** One promise that every run keeps. */
export interface Invariant {
  readonly name: string;
  /** The promise in a sentence. */
  readonly says: string;
  /** What breaks it, in words; none where it holds. */
  readonly broken: (run: Observed) => Iterable<string>;
}

/** Rounding of sums of seconds and joules: a part in 1e9 and a nanosecond. */
export function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)) + 2e-9;
}

/** Whether `a` is at most `b`, up to rounding. */
export function atMost(a: number, b: number): boolean {
  return a <= b || near(a, b);
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

/** The last instant of the run, s: that of its last measurement. */
export function endOf({ tables }: Observed): number {
  return numbersOf(tables.metrics, 'at_s').at(-1) ?? 0;
}

export function isG2t({ scenario }: Observed): boolean {
  return scenario.method.name === 'g2t';
}

/** The rows of a table, by device, in order. */
export function byDevice(table: Table): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  numbersOf(table, 'device').forEach((device, row) => {
    const list = rows.get(device);
    if (list === undefined) rows.set(device, [row]);
    else list.push(row);
  });
  return rows;
}

/** Says what a number should be and is, where it is not. */
export function* expectEqual(what: string, got: number | null, expected: number | null): Generator<string> {
  if (got === expected) return;
  if (got !== null && expected !== null && near(got, expected)) return;
  yield `expected ${what} to be ${expected}, got ${got}`;
}

/** Says which number of a column lies outside a range, up to rounding; missing ones are left out. */
export function* expectRange(table: Table, column: string, least: number, most: number): Generator<string> {
  const values = numbersOf(table, column);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value) || (atMost(least, value) && atMost(value, most))) continue;
    yield `expected ${table.name}.${column} to be ${least} to ${most}, got ${value} in row ${row}`;
    return;
  }
}

/** Says where a column falls, up to rounding. */
export function* expectRising(table: Table, column: string, isStrict = false): Generator<string> {
  const values = numbersOf(table, column);
  for (let row = 1; row < values.length; row++) {
    const [before, value] = [values[row - 1]!, values[row]!];
    if (isStrict ? value > before : atMost(before, value)) continue;
    yield `expected ${table.name}.${column} to rise, got ${value} after ${before} in row ${row}`;
    return;
  }
}
