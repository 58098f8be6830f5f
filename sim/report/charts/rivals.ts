import { wasCut } from '../../metrics/summary.ts';
import { findColumn, numbersOf, type Table } from '../../metrics/table.ts';
import { percent, short, six, span, withPrefix } from '../numbers.ts';
import { fewRivals, type RivalRun, type Rivals, type RunResult } from '../result.ts';
import { costOf, cutText, targetOf } from '../rivals.ts';
import { THIN_RULE, thin, timeUnit } from '../series.ts';
import { type Chart, COLOR, chart, type Spec, WIDTH } from '../style.ts';
import { PERCENT_AXIS, powersOfTen, subtitleOf } from './axes.ts';
import { barPanels } from './bars.ts';

const COLORS = [
  COLOR.blue,
  COLOR.vermillion,
  COLOR.green,
  COLOR.orange,
  COLOR.purple,
  COLOR.sky,
  COLOR.ink,
  COLOR.soft,
] as const;

/** Accuracy over simulated time and over bytes on the wire, and the loss where runs have one: a line a run. */
export function rivalsQualityChart(result: RunResult): Chart | null {
  const rivals = fewRivals(result);
  if (rivals === undefined) return null;
  const seconds = Math.max(...rivals.runs.map(({ tables }) => lastOf(tables.metrics, 'at_s')));
  // Minutes would begin at fractions on a logarithmic axis.
  const { per, name } = spreadsWide(rivals) ? timeUnit(1) : timeUnit(seconds);
  const time = (metrics: Table) => Array.from(numbersOf(metrics, 'at_s'), (at) => at / per);
  const volume = (metrics: Table) => {
    const down = numbersOf(metrics, 'bytes_down');
    return Array.from(numbersOf(metrics, 'bytes_up'), (up, row) => (up + down[row]!) / 1e6);
  };
  const panels = [
    linesPanel(rivals, {
      column: 'accuracy',
      x: time,
      axis: `simulated time (${name})`,
      title: 'accuracy on the test rows',
    }),
    linesPanel(rivals, {
      column: 'accuracy',
      x: volume,
      axis: 'bytes on the wire, up and down (MB)',
      title: 'accuracy on the test rows',
    }),
    linesPanel(rivals, { column: 'loss', x: time, axis: `simulated time (${name})`, title: 'loss of the model' }),
  ].filter((panel) => panel !== null);
  if (panels.length === 0) return null;
  return chart({
    name: 'rivals-quality',
    title: 'Side by side: quality over time and over bytes',
    subtitle: subtitleOf(result),
    caption:
      `Quality of each run’s model on the same rows, under the same seed, fleet and weather; a point marks the end of a run. ${THIN_RULE} ${cutText(rivals.runs)}`.trimEnd(),
    body: { vconcat: panels, spacing: 30 },
  });
}

/** Whether the longest run takes so much longer than the shortest that time is drawn on a logarithmic axis. */
function spreadsWide({ runs }: Rivals): boolean {
  const ends = runs.map(({ tables }) => lastOf(tables.metrics, 'at_s')).filter((end) => end > 0);
  return Math.max(...ends) / Math.min(...ends) > LOG_FROM;
}

interface Lines {
  readonly column: string;
  readonly x: (metrics: Table) => readonly number[];
  readonly axis: string;
  readonly title: string;
}

/** From this many times the shortest run on, the axis is logarithmic, so that no run is a line at the edge. */
const LOG_FROM = 12;

function linesPanel({ runs }: Rivals, { column, x, axis, title }: Lines): Spec | null {
  const drawn = runs.flatMap(({ label, tables }) => {
    const { metrics } = tables;
    if (metrics === undefined || metrics.rows === 0 || findColumn(metrics, column) === undefined) return [];
    const at = x(metrics);
    const values = numbersOf(metrics, column);
    const rows = thin(at).filter((row) => !Number.isNaN(values[row]) && at[row]! > 0);
    return rows.map((row) => ({ run: label, t: six(at[row]!)!, v: six(values[row]!)! }));
  });
  if (drawn.length === 0) return null;
  const ends = runs.flatMap(({ label }) => drawn.findLast(({ run }) => run === label) ?? []);
  const [shortest, longest] = [Math.min(...ends.map(({ t }) => t)), Math.max(...ends.map(({ t }) => t))];
  const log = longest / shortest > LOG_FROM;
  const from = Math.max(shortest / 30, Math.min(...drawn.map(({ t }) => t)));
  const labels = runs.map(({ label }) => label);
  const scale = log
    ? { type: 'log', domain: [six(from), longest], nice: false, clamp: true }
    : { domain: [0, longest], nice: false };
  const share = column === 'accuracy';
  const top = Math.max(...drawn.map(({ v }) => v));
  return {
    width: WIDTH,
    height: share ? 210 : 130,
    data: { values: drawn },
    encoding: {
      x: {
        field: 't',
        type: 'quantitative',
        title: `${axis}${log ? ', logarithmic' : ''}`,
        scale,
        axis: {
          format: ',~r',
          ...(log
            ? { values: powersOfTen(from, longest).filter((value) => value >= from && value <= longest) }
            : { tickCount: 8 }),
        },
      },
      y: {
        field: 'v',
        type: 'quantitative',
        title,
        ...(share
          ? { scale: { domain: [0, top > 0.5 ? 1 : Math.max(0.1, Math.ceil(top * 12) / 10)] }, axis: PERCENT_AXIS }
          : { scale: { zero: true, nice: true }, axis: { tickCount: 4, format: ',~r' } }),
      },
      color: {
        field: 'run',
        type: 'nominal',
        sort: null,
        scale: { domain: labels, range: labels.map((_, i) => COLORS[i % COLORS.length]) },
      },
    },
    layer: [
      { mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.8 } },
      { data: { values: ends }, mark: { type: 'point', filled: true, size: 45, opacity: 1 } },
    ],
  };
}

/** How version lags and ages are spread in each run. */
export function rivalsStalenessChart(result: RunResult): Chart | null {
  const rivals = fewRivals(result);
  if (rivals === undefined) return null;
  const labels = rivals.runs.map(({ label }) => label);
  const lags = rivals.runs.map(lagSpread);
  const ages = rivals.runs.map(ageSpread);
  return chart({
    name: 'rivals-staleness',
    title: 'Side by side: staleness',
    subtitle: subtitleOf(result),
    caption:
      'Of each run: the version lag of updates (the server’s updates between reading the parameters and applying the update) and the age of results on arrival. Pale: 5 to 95 % of them; dark: 25 to 75 %; point: the mean. Globe2Train has no shared version, so no lag.',
    body: {
      hconcat: [
        spreadPanel(labels, lags, {
          title: 'version lag (updates)',
          color: COLOR.purple,
          names: true,
          text: (value) => short(value),
        }),
        spreadPanel(labels, ages, { title: 'age (s)', color: COLOR.green, names: false, text: span }),
      ],
      spacing: 26,
    },
  });
}

interface SpreadOfRun {
  readonly quantiles: readonly number[];
  readonly mean: number;
}

const SHARES = [0.05, 0.25, 0.75, 0.95] as const;

function lagSpread({ tables, summary }: RivalRun): SpreadOfRun | null {
  const { rounds } = tables;
  if (summary.staleness === null || rounds === undefined || findColumn(rounds, 'staleness') === undefined) return null;
  const lags = Float64Array.from(numbersOf(rounds, 'staleness'))
    .filter((lag) => !Number.isNaN(lag))
    .sort();
  if (lags.length === 0) return null;
  return {
    quantiles: SHARES.map((share) => lags[Math.round(share * (lags.length - 1))]!),
    mean: summary.staleness.mean,
  };
}

function ageSpread({ tables, summary }: RivalRun): SpreadOfRun | null {
  const { ages } = tables;
  if (summary.age_s === null || ages === undefined || ages.rows === 0) return null;
  const values = numbersOf(ages, 'age_s');
  return { quantiles: SHARES.map((share) => values[Math.round(share * (ages.rows - 1))]!), mean: summary.age_s.mean };
}

function spreadPanel(
  runs: readonly string[],
  spreads: readonly (SpreadOfRun | null)[],
  look: {
    readonly title: string;
    readonly color: string;
    readonly names: boolean;
    readonly text: (value: number) => string;
  },
): Spec {
  const values = spreads.flatMap((spread, i) => {
    if (spread === null) return [];
    const [p5, p25, p75, p95] = spread.quantiles.map(six);
    return {
      run: runs[i]!,
      p5,
      p25,
      p75,
      p95,
      mean: six(spread.mean),
      text: `mean ${look.text(spread.mean)}, 95 % ${look.text(spread.quantiles[3]!)}`,
    };
  });
  const most = Math.max(0, ...values.flatMap(({ p95, mean }) => [p95 ?? 0, mean ?? 0]));
  const least = Math.min(...values.map(({ p5 }) => p5 ?? 0));
  const log = least > 0 && most / least > 60;
  const x = (field: string): Spec => ({
    field,
    type: 'quantitative',
    title: `${look.title}${log ? ', logarithmic' : ''}`,
    scale: log ? { type: 'log', nice: true } : { domain: [0, most || 1], nice: true },
    axis: { format: ',~r', ...(log ? { values: powersOfTen(least, most), labelFlush: false } : { tickCount: 4 }) },
  });
  const band = (from: string, to: string, size: number, opacity: number): Spec => ({
    mark: { type: 'bar', height: size, opacity, color: look.color },
    encoding: { x: x(from), x2: { field: to } },
  });
  return {
    width: 190,
    height: { step: 30 },
    data: { values },
    encoding: {
      y: {
        field: 'run',
        type: 'nominal',
        scale: { domain: runs },
        title: null,
        // Clear of the points that stand at 0.
        axis: look.names
          ? { labelColor: COLOR.ink, labelFontSize: 12, labelLimit: 200, labelPadding: 9 }
          : { labels: false },
      },
    },
    layer: [
      band('p5', 'p95', 8, 0.35),
      band('p25', 'p75', 8, 1),
      {
        mark: { type: 'point', filled: true, size: 60, color: COLOR.ink, opacity: 1 },
        encoding: { x: x('mean') },
      },
      {
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 10, color: COLOR.soft },
        encoding: { x: { value: 190 }, text: { field: 'text' } },
      },
      {
        data: { values: runs.filter((_, i) => spreads[i] === null).map((run) => ({ run })) },
        mark: { type: 'text', align: 'left', dx: 4, color: COLOR.soft, text: 'not defined' },
        encoding: { x: { value: 0 } },
      },
    ],
  };
}

/** Time, bytes and energy until each run's model was as accurate as asked. */
export function rivalsCostChart(result: RunResult): Chart | null {
  const rivals = fewRivals(result);
  if (rivals === undefined) return null;
  const target = targetOf(rivals);
  if (!(target > 0)) return null;
  const costs = rivals.runs.map((run) => costOf(run, target));
  const panel = (
    title: string,
    color: string,
    values: readonly (number | null)[],
    text: (value: number) => string,
  ) => ({
    title,
    color,
    values,
    texts: values.map((value, i) => {
      if (value !== null) return text(value);
      return wasCut(rivals.runs[i]!.summary) ? 'not by the horizon' : 'not reached';
    }),
  });
  const rule = rivals.target === undefined ? ', nine tenths of the best accuracy of any run in whole percent' : '';
  return chart({
    name: 'rivals-cost',
    title: `Side by side: what ${percent(target, 0)} accuracy cost`,
    subtitle: subtitleOf(result),
    caption:
      `Simulated time, bytes on the wire (both ways) and energy of all devices until the first aggregation that made the model at least ${percent(target, 0)} accurate on the test rows${rule}. ${cutText(rivals.runs)}`.trimEnd(),
    body: barPanels(
      rivals.runs.map(({ label }) => label),
      [
        panel(
          'time',
          COLOR.green,
          costs.map(({ seconds }) => seconds),
          span,
        ),
        panel(
          'bytes on the wire',
          COLOR.blue,
          costs.map((cost) => cost.bytes),
          (value) => withPrefix(value, 'B'),
        ),
        panel(
          'energy',
          COLOR.orange,
          costs.map(({ joules }) => joules),
          (value) => withPrefix(value, 'J'),
        ),
      ],
    ),
  });
}

function lastOf(table: Table | undefined, column: string): number {
  return table === undefined || table.rows === 0 ? 0 : numbersOf(table, column)[table.rows - 1]!;
}
