import { findColumn, numbersOf, type Table, textOf, wordsOf } from '../metrics/table.ts';
import { horizonText, six } from './numbers.ts';
import { timeUnit } from './series.ts';

/** What a sweep's charts and page are made of. */
export interface SweepResult {
  readonly name: string;
  /** Hash of all that decides the sweep. */
  readonly id: string;
  readonly firmware: string;
  readonly version: string;
  /** "10 seeds a point" */
  readonly seeds: string;
  /** Of the intervals, 0 to 1. */
  readonly confidence: number;
  /** What varies, in the order of the tables' columns; not what is worked out from others. */
  readonly axes: readonly SweepAxis[];
  readonly runs: Table;
  readonly statistics: Table;
  /** YAML as it was given, by file name. */
  readonly texts: readonly (readonly [string, string])[];
}

export interface SweepAxis {
  readonly name: string;
  /** The paths that it sets, for readers. */
  readonly paths: string;
  /** A share is written in per cent; others by the unit of their column. */
  readonly share: boolean;
}

/** How many of a sweep's runs were cut: "27 of 30 at the horizon"; empty where none was. */
export function cutText({ runs }: Pick<SweepResult, 'runs'>): string {
  const cut = wordsOf(runs, 'stopped').filter((why) => why === 'horizon').length;
  return cut === 0 ? '' : horizonText(cut, runs.rows);
}

/** One point of a line with its interval, in the units of its axes; null where it is not defined. */
export interface Mark {
  readonly x: number | string;
  readonly y: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly series: string;
}

/** How the values of a column are written on an axis. */
export interface Scale {
  /** Values are divided by this. */
  readonly per: number;
  readonly unit: string;
}

/** How points are laid out: one axis runs along x, the others make the series. */
export interface Layout {
  readonly x: SweepAxis;
  readonly numeric: boolean;
  readonly scale: Scale;
  /** Of each point, by number. */
  readonly series: readonly string[];
  /** All series, in order of appearance. */
  readonly names: readonly string[];
  /** Whether points of a series lie on a line; not where there are too many series to tell apart. */
  readonly lines: boolean;
}

/** Beyond this many lines nobody tells them apart. */
const MOST_SERIES = 8;

/** Undefined where nothing but the seed varies. */
export function layoutOf({ axes, statistics }: SweepResult): Layout | undefined {
  const varying = axes.filter(({ name }) => distinct(statistics, name) > 1);
  const numeric = varying.filter(({ name }) => findColumn(statistics, name)?.type === 'f64');
  const longest = (all: readonly SweepAxis[]) =>
    all.reduce((a, b) => (distinct(statistics, b.name) > distinct(statistics, a.name) ? b : a));
  if (varying.length === 0) return undefined;
  const x = longest(numeric.length > 0 ? numeric : varying);
  const others = varying.filter((axis) => axis !== x);
  const points = numbersOf(statistics, 'point');
  const series: string[] = [];
  for (const [row, point] of points.entries())
    series[point] ??= others.map((axis) => `${axis.name} ${valueText(statistics, axis, row)}`).join(', ');
  const names = [...new Set(series)];
  const lines = names.length <= MOST_SERIES;
  return {
    x,
    numeric: numeric.length > 0,
    scale: scaleOf(statistics, x),
    series: lines ? series : series.map(() => ''),
    names: lines ? names : [''],
    lines,
  };
}

function distinct(table: Table, name: string): number {
  const column = findColumn(table, name)!;
  return column.type === 'utf8' ? column.words.length : new Set(numbersOf(table, name)).size;
}

function scaleOf(table: Table, { name, share }: SweepAxis): Scale {
  const column = findColumn(table, name)!;
  if (column.type === 'utf8') return { per: 1, unit: '' };
  if (share) return { per: 0.01, unit: '%' };
  return unitScale(column.unit, Math.max(...numbersOf(table, name).map(Math.abs)));
}

/** A unit that suits the greatest of some values. */
export function unitScale(unit: string, greatest: number): Scale {
  if (unit === 's') {
    if (greatest < 1) return { per: 1e-3, unit: 'ms' };
    const { per, name } = timeUnit(greatest);
    return { per, unit: name };
  }
  if (unit === '1' || unit === '') return { per: 1, unit: '' };
  for (const [per, prefix] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const)
    if (greatest >= per) return { per, unit: `${prefix}${unit}` };
  return { per: 1, unit };
}

/** A value of an axis as people read it: "20 ms", "1 %", "fedavg". */
export function valueText(table: Table, axis: SweepAxis, row: number): string {
  const column = findColumn(table, axis.name)!;
  if (column.type === 'utf8') return textOf(table, axis.name).words[column.codes[row]!]!;
  const value = numbersOf(table, axis.name)[row]!;
  const { per, unit } = axis.share ? { per: 0.01, unit: '%' } : unitScale(column.unit, Math.abs(value));
  return `${Number((value / per).toPrecision(6))}${unit === '' ? '' : ` ${unit}`}`;
}

/** Which columns of the statistics a chart shows. */
export interface Shown {
  readonly middle: string;
  readonly low: string;
  readonly high: string;
}

/** The marks of one metric, a point each, divided by `per`. */
export function marksOf(
  { statistics }: SweepResult,
  layout: Layout,
  what: { readonly metric: string; readonly shown: Shown; readonly per: number },
): Mark[] {
  const { codes, words } = textOf(statistics, 'metric');
  const points = numbersOf(statistics, 'point');
  const [middle, low, high] = [what.shown.middle, what.shown.low, what.shown.high].map((name) =>
    numbersOf(statistics, name),
  );
  const at = (values: ArrayLike<number>, row: number) => six(values[row]! / what.per);
  const column = findColumn(statistics, layout.x.name)!;
  return Array.from(codes, (code, row) => ({ metric: words[code], row }))
    .filter(({ metric }) => metric === what.metric)
    .map(({ row }) => ({
      x:
        column.type === 'utf8'
          ? valueText(statistics, layout.x, row)
          : Number((numbersOf(statistics, layout.x.name)[row]! / layout.scale.per).toPrecision(6)),
      y: at(middle!, row),
      low: at(low!, row),
      high: at(high!, row),
      series: layout.series[points[row]!]!,
    }));
}
