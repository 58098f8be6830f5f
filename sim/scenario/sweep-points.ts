import { didYouMean } from '../kernel/suggest.ts';
import { RESULT_COLUMNS } from '../metrics/summary-columns.ts';
import { isReserved } from './expression.ts';
import type { Path, ScenarioError } from './fault.ts';
import { shown } from './issues.ts';
import { splitPath } from './settings.ts';
import { workOut } from './sweep-expressions.ts';
import { MOST_RUNS, type SweepOptions } from './sweep-schema.ts';
import { axisLength, axisValues, drawValues, RangeFault } from './sweep-values.ts';

/** One thing that varies. */
export interface SweepColumn {
  /** The short name, or the path. */
  readonly name: string;
  /** Where it goes in the scenario; nowhere for what only expressions use. */
  readonly paths: readonly Path[];
  /** Where it is written, from the sweep on. */
  readonly at: Path;
  /** Where each of its values is, if one by one. */
  readonly list?: ReadonlyMap<unknown, Path>;
}

/** One setting of all that varies, as the scenario is given it: a value a column. */
export interface SweepPoint {
  readonly index: number;
  readonly values: readonly unknown[];
}

export interface Expanded {
  readonly columns: readonly SweepColumn[];
  readonly points: readonly SweepPoint[];
  /** The point that each is compared with, by index. */
  readonly against: readonly number[];
}

export type Fault = (path: Path, message: string, at?: 'key' | 'value') => ScenarioError;

export interface Surroundings {
  /** The scenario as it is written before a point changes it. */
  readonly base: unknown;
  readonly seeds: number;
  /** Makes an error at a place of the sweep. */
  readonly fault: Fault;
}

/** Values that change together: each row has one a column. */
interface Block {
  readonly columns: readonly SweepColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Parts of a scenario that a sweep does not vary, and what does. */
const NOT_SWEPT: Readonly<Record<string, string>> = {
  seed: 'expected a path other than seed: seeds come from sweep.repeat',
  name: 'expected a path other than name, which is the same for all runs',
  schema: 'expected a path other than schema',
  compare: 'expected a path other than compare: each run of a sweep stands alone',
  sweep: 'expected a path of the scenario, not of the sweep itself',
};

/**
 * Makes the points of a sweep: those written out meet those drawn, and these the grid, whose last axis changes fastest.
 * @throws ScenarioError; for too many runs before any is made.
 */
export function expand(options: SweepOptions, around: Surroundings): Expanded {
  const { fault, seeds } = around;
  const { grid, points: own, sample, repeat } = options;
  if (!(grid || own || sample || options.expressions || 'until' in repeat || seeds > 1)) {
    throw fault(
      [],
      'expected a grid, points, a sample, expressions or several seeds (repeat), got none of them',
      'key',
    );
  }
  checkNames(options, fault);
  checkCount(options, around);
  const columnOf = (at: Path): SweepColumn => column(options, at, fault);
  const blocks = [...pointBlock(options, columnOf, fault), ...sampleBlock(options, columnOf, fault)];
  for (const name of Object.keys(options.grid ?? {})) blocks.push(gridBlock(options, columnOf(['grid', name]), fault));
  const formulas = Object.keys(options.expressions ?? {}).map((name) => columnOf(['expressions', name]));
  const columns = [...blocks.flatMap((block) => block.columns), ...formulas];
  checkColumns(columns, fault);
  const work = formulas.length === 0 ? undefined : workOut(options, columns, formulas, around);
  const rows = blocks.reduce<readonly (readonly unknown[])[]>(
    (before, block) => before.flatMap((row) => block.rows.map((more) => [...row, ...more])),
    [[]],
  );
  const points = rows.map((row, index) => ({ index, values: work === undefined ? row : work(row) }));
  return {
    columns,
    points,
    against: baselines(options, columns.slice(0, columns.length - formulas.length), points, fault),
  };
}

function checkNames({ names }: SweepOptions, fault: Fault): void {
  for (const name of Object.keys(names)) {
    if (isReserved(name)) throw fault(['names', name], 'expected a name that is no unit and no function', 'key');
  }
}

function checkCount({ grid = {}, points, sample }: SweepOptions, { seeds, fault }: Surroundings): void {
  const lengths = Object.values(grid).map(axisLength);
  const factors = [points?.length ?? 1, sample?.count ?? 1, ...lengths, seeds].filter((n) => n !== 1);
  const runs = factors.reduce((a, b) => a * b, 1);
  if (runs <= MOST_RUNS) return;
  const how = factors.length > 1 ? ` (${factors.join(' × ')})` : '';
  throw fault([], `expected at most ${MOST_RUNS} runs, got ${runs}${how}`, 'key');
}

function column({ names }: SweepOptions, at: Path, fault: Fault): SweepColumn {
  const name = String(at.at(-1));
  const known = Object.hasOwn(names, name) ? names[name]! : undefined;
  const texts = known === undefined ? [name] : typeof known === 'string' ? [known] : known;
  if (known === 'none') return { name, paths: [], at };
  const paths = texts.map((text) => {
    const path = splitPath(text);
    const where: Path = known === undefined ? at : ['names', name];
    const side = known === undefined ? 'key' : 'value';
    if (path.length === 0) {
      throw fault(where, `expected a path of the scenario, such as network.links.home-wifi.loss, got ${text}`, side);
    }
    const refusal =
      path.length === 1 && Object.hasOwn(NOT_SWEPT, String(path[0])) ? NOT_SWEPT[String(path[0])] : undefined;
    if (refusal !== undefined) throw fault(where, refusal, side);
    return path;
  });
  return { name, paths, at };
}

function checkColumns(columns: readonly SweepColumn[], fault: Fault): void {
  const taken = new Map<string, string>();
  for (const { name, paths, at } of columns) {
    if (RESULT_COLUMNS.has(name))
      throw fault(at, `expected another name, for ${name} is a column of the results`, 'key');
    for (const key of [`name ${name}`, ...paths.map((path) => path.join('.'))]) {
      const before = taken.get(key);
      if (before !== undefined) throw fault(at, `expected to be set once, got it in ${before} too`, 'key');
      taken.set(key, at.slice(0, -1).join('.'));
    }
  }
}

function pointBlock({ points }: SweepOptions, columnOf: (at: Path) => SweepColumn, fault: Fault): Block[] {
  if (points === undefined) return [];
  const names = Object.keys(points[0]!);
  for (const [index, point] of points.entries()) {
    const own = Object.keys(point);
    const odd = own.find((name) => !names.includes(name)) ?? names.find((name) => !own.includes(name));
    if (odd !== undefined)
      throw fault(
        ['points', index],
        `expected the names of the first point (${names.join(', ')}), got ${own.join(', ')}`,
      );
  }
  const columns = names.map((name): SweepColumn => {
    const list = new Map(points.map((point, index) => [point[name], ['points', index, name]] as const).reverse());
    return { ...columnOf(['points', 0, name]), list };
  });
  return [{ columns, rows: points.map((point) => names.map((name) => point[name])) }];
}

function sampleBlock({ sample }: SweepOptions, columnOf: (at: Path) => SweepColumn, fault: Fault): Block[] {
  if (sample === undefined) return [];
  const { over, count, by, seed } = sample;
  const columns = Object.keys(over).map((name) => columnOf(['sample', 'over', name]));
  const drawn = columns.map(({ name, at }) =>
    placed(at, fault, () => drawValues(over[name]!, { name, count, seed, strata: by === 'latin-hypercube' })),
  );
  return [
    {
      columns: columns.map((each) => listed(each, over[each.name]!, each.at)),
      rows: Array.from({ length: count }, (_, row) => drawn.map((values) => values[row])),
    },
  ];
}

function gridBlock({ grid = {} }: SweepOptions, column: SweepColumn, fault: Fault): Block {
  const values = placed(column.at, fault, () => axisValues(grid[column.name]!));
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    const text = JSON.stringify(value);
    if (seen.has(text)) throw fault([...column.at, index], `expected values that differ, got ${shown(value)} again`);
    seen.add(text);
  }
  return { columns: [listed(column, grid[column.name]!, column.at)], rows: values.map((value) => [value]) };
}

function listed(column: SweepColumn, written: unknown, at: Path): SweepColumn {
  return Array.isArray(written) ? { ...column, list: new Map(written.map((value, i) => [value, [...at, i]])) } : column;
}

function placed<T>(at: Path, fault: Fault, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeFault) throw fault([...at, error.key], error.message);
    throw error;
  }
}

/** For each point the one with the values of `against` in place of its own; the first where nothing is said. */
function baselines(
  { against }: SweepOptions,
  columns: readonly SweepColumn[],
  points: readonly SweepPoint[],
  fault: Fault,
): readonly number[] {
  if (against === undefined) return points.map(() => 0);
  for (const name of Object.keys(against)) {
    const known = columns.map((column) => column.name);
    if (!known.includes(name))
      throw fault(
        ['against', name],
        `expected one of ${known.join(', ')}, got ${name}${didYouMean(name, known)}`,
        'key',
      );
  }
  const key = (values: readonly unknown[]) => JSON.stringify(columns.map((_, index) => values[index]));
  const byKey = new Map(points.map(({ index, values }) => [key(values), index]));
  return points.map(({ values }) => {
    const wanted = columns.map(({ name }, index) => (Object.hasOwn(against, name) ? against[name] : values[index]));
    const found = byKey.get(key(wanted));
    if (found !== undefined) return found;
    const said = columns.map(({ name }, index) => `${name}: ${shown(wanted[index])}`).join(', ');
    throw fault(['against'], `expected a point of the sweep, got { ${said} }, which is none`);
  });
}
