import { coldStream } from '../kernel/random.ts';
import {
  Bootstrap,
  deviation,
  effectSize,
  type Interval,
  mean,
  median,
  pairedEffectSize,
  studentInterval,
} from '../metrics/statistics.ts';
import { wasCut } from '../metrics/summary.ts';
import { SUMMARY_COLUMNS, type SummaryColumn } from '../metrics/summary-columns.ts';
import { type ColumnDefinition, type ColumnValues, type Table, tableFromArrays } from '../metrics/table.ts';
import { amountOf, unitOf } from '../scenario/amount.ts';
import type { LoadedSweep, SweepColumn } from '../scenario/sweep.ts';
import type { SweepRow } from './sweep-plan.ts';

/** A column with its values, until all are there. */
interface Filled {
  readonly definition: ColumnDefinition;
  readonly values: ColumnValues;
}

/** A row a run: what varied, then every number of the summary. Nothing of the host. */
export function runsTable(sweep: LoadedSweep, rows: readonly SweepRow[]): Table {
  const summaries = rows.map(({ record }) => record.summary);
  const columns: Filled[] = [
    text(
      'run',
      'id of the run: hash of its scenario, seed and firmware',
      rows.map(({ id }) => id),
    ),
    whole(
      'point',
      'number of the point, from 0',
      rows.map(({ point }) => point.index),
    ),
    float(
      'seed',
      '1',
      'seed of all chance',
      rows.map(({ seed }) => seed),
    ),
    ...sweep.columns.map((column, index) =>
      varied(
        column,
        rows.map(({ point }) => point.values[index]),
      ),
    ),
    ...definedMetrics(rows).map(({ name, unit, description, of }) =>
      float(
        name,
        unit,
        description,
        summaries.map((summary) => (summary && of(summary)) ?? Number.NaN),
      ),
    ),
    text(
      'stopped',
      'why the run ended; failed where it did not reach an end',
      summaries.map((summary) => summary?.stopped ?? 'failed'),
    ),
    text(
      'digest',
      'proof of the run; empty for one that failed',
      summaries.map((summary) => summary?.digest ?? ''),
    ),
    text(
      'error',
      'why the run failed, with its place; empty for one that did not',
      rows.map(({ record }) => record.error ?? ''),
    ),
  ];
  return made('runs', 'a row a run of the sweep: what varied, and what it came to', columns);
}

/** The metrics that some run defines, and the makespan, which is null where all were cut. */
function definedMetrics(rows: readonly SweepRow[]): SummaryColumn[] {
  return SUMMARY_COLUMNS.filter(
    ({ name, of }) =>
      name === 'makespan_s' || rows.some(({ record }) => record.summary !== undefined && of(record.summary) !== null),
  );
}

/** One point and metric. */
interface Statistics {
  readonly point: number;
  readonly metric: SummaryColumn;
  readonly values: Float64Array;
  /** Runs of the point that were cut at their horizon. */
  readonly cut: number;
  readonly against: number;
  /** Value by value the difference to the point it is compared with, of seeds that both have. */
  readonly differences: Float64Array;
  readonly other: Float64Array;
}

/**
 * A row a point and metric: mean, median, spread and intervals over its seeds, and the difference to the point it is compared
 * with, seed by seed. Intervals are NaN for fewer than two seeds.
 */
export function statisticsTable(sweep: LoadedSweep, rows: readonly SweepRow[]): Table {
  const byPoint = sweep.points.map((): SweepRow[] => []);
  for (const row of rows) byPoint[row.point.index]!.push(row);
  const all = definedMetrics(rows).flatMap((metric) =>
    sweep.points.map(({ index }) => statistics(metric, index, byPoint, sweep.against[index]!)),
  );
  const { confidence } = sweep;
  const bootstrap = new Bootstrap((size) => coldStream(1, `sweep/bootstrap/${size}`));
  const percent = `${Number((confidence * 100).toPrecision(6))} %`;
  const number = (name: string, description: string, of: (row: Statistics) => number): Filled =>
    float(name, '', description, all.map(of));
  const interval = (name: string, what: string, of: (row: Statistics) => Interval): Filled[] => {
    const both = all.map(of);
    return [
      float(
        `${name}_low`,
        '',
        `lower end of the ${percent} ${what}`,
        both.map(({ low }) => low),
      ),
      float(
        `${name}_high`,
        '',
        `upper end of the ${percent} ${what}`,
        both.map(({ high }) => high),
      ),
    ];
  };
  return made('statistics', 'a row a metric and point: over the seeds, in the unit of the metric', [
    text(
      'metric',
      'a column of the table of runs',
      all.map(({ metric }) => metric.name),
    ),
    text(
      'unit',
      'of the metric and all figures of the row but the effect sizes',
      all.map(({ metric }) => metric.unit),
    ),
    whole(
      'point',
      'number of the point, from 0',
      all.map(({ point }) => point),
    ),
    ...sweep.columns.map((column, index) =>
      varied(
        column,
        all.map(({ point }) => sweep.points[point]!.values[index]),
      ),
    ),
    whole(
      'n',
      'seeds for which the metric is defined: all figures of the row are over these',
      all.map(({ values }) => values.length),
    ),
    whole(
      'n_cut',
      'seeds whose run was cut at its horizon: makespan_s, efficiency and time_to_accuracy_s are not defined for them, other metrics are what the run had come to',
      all.map(({ cut }) => cut),
    ),
    whole(
      'n_failed',
      'seeds whose run failed: no figure of the row counts them',
      all.map(({ point }) => byPoint[point]!.filter(({ record }) => record.error !== undefined).length),
    ),
    number('mean', 'mean', ({ values }) => mean(values)),
    number('median', 'median', ({ values }) => median(values)),
    number('sd', 'standard deviation of a sample', ({ values }) => deviation(values)),
    number('min', 'least', ({ values }) => extreme(values, Math.min)),
    number('max', 'greatest', ({ values }) => extreme(values, Math.max)),
    ...interval('student', 'interval of the mean by Student’s distribution', ({ values }) =>
      studentInterval(values, confidence),
    ),
    ...interval('bootstrap', 'interval of the mean by percentile bootstrap, 2000 draws', ({ values }) =>
      bootstrap.interval(values, confidence),
    ),
    whole(
      'against',
      'number of the point that this one is compared with',
      all.map(({ against }) => against),
    ),
    whole(
      'pairs',
      'seeds that both points have',
      all.map(({ differences }) => differences.length),
    ),
    number('difference', 'mean of the differences seed by seed: this point less the other', ({ differences }) =>
      mean(differences),
    ),
    ...interval('difference_student', 'interval of that difference by Student’s distribution', ({ differences }) =>
      studentInterval(differences, confidence),
    ),
    ...interval(
      'difference_bootstrap',
      'interval of that difference by percentile bootstrap, 2000 draws',
      ({ differences }) => bootstrap.interval(differences, confidence),
    ),
    number(
      'effect_paired',
      'Cohen’s d_z: that difference in standard deviations of the differences',
      ({ differences }) => pairedEffectSize(differences),
    ),
    number('effect', 'Cohen’s d: difference of the means in pooled standard deviations', ({ values, other }) =>
      effectSize(values, other),
    ),
  ]);
}

function statistics(
  metric: SummaryColumn,
  point: number,
  byPoint: readonly (readonly SweepRow[])[],
  against: number,
): Statistics {
  const bySeed = (rows: readonly SweepRow[]) =>
    new Map(
      rows.flatMap(({ seed, record }) => {
        const value = record.summary && metric.of(record.summary);
        return value == null ? [] : [[seed, value] as const];
      }),
    );
  const [own, other] = [bySeed(byPoint[point]!), bySeed(byPoint[against]!)];
  const shared = [...own].filter(([seed]) => other.has(seed));
  return {
    point,
    metric,
    values: Float64Array.from(own.values()),
    cut: byPoint[point]!.filter(({ record }) => record.summary !== undefined && wasCut(record.summary)).length,
    against,
    differences: Float64Array.from(shared, ([seed, value]) => value - other.get(seed)!),
    other: Float64Array.from(other.values()),
  };
}

function extreme(values: Float64Array, of: (a: number, b: number) => number): number {
  return values.length === 0 ? Number.NaN : values.reduce((a, b) => of(a, b));
}

/** What varied: a number in SI where every value is one of one kind, else text as it was written. */
function varied({ name, paths }: SweepColumn, values: readonly unknown[]): Filled {
  const where = paths.map((path) => path.join('.')).join(', ') || 'no path: for expressions';
  const amounts = values.map(amountOf);
  const [first] = amounts;
  if (first !== undefined && amounts.every((amount) => amount?.dimension === first.dimension)) {
    return float(
      name,
      unitOf(first.dimension),
      where,
      amounts.map((amount) => amount!.value),
    );
  }
  return text(
    name,
    where,
    values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
  );
}

function text(name: string, description: string, values: readonly string[]): Filled {
  return { definition: { name, type: 'utf8', unit: '', description }, values };
}

function float(name: string, unit: string, description: string, values: readonly number[]): Filled {
  return { definition: { name, type: 'f64', unit, description }, values: Float64Array.from(values) };
}

function whole(name: string, description: string, values: readonly number[]): Filled {
  return { definition: { name, type: 'i32', unit: '1', description }, values: Int32Array.from(values) };
}

function made(name: string, description: string, columns: readonly Filled[]): Table {
  const arrays = Object.fromEntries(columns.map(({ definition, values }) => [definition.name, values]));
  return tableFromArrays({ name, description, columns: columns.map(({ definition }) => definition) }, arrays);
}
