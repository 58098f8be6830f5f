import { findColumn, numbersOf, type Table } from '../../metrics/table.ts';
import { short, six, span } from '../numbers.ts';
import type { RunResult } from '../result.ts';
import { THIN_RULE, timeUnit } from '../series.ts';
import { type Chart, COLOR, chart, type Spec, WIDTH } from '../style.ts';
import { linePanel, PERCENT_AXIS, powersOfTen, subtitleOf, timeAxis, valueAxis } from './axes.ts';
import { pointsOf } from './convergence.ts';

/** Version lag where it is defined, the distribution of ages, and the mean age over time. */
export function stalenessChart(result: RunResult): Chart | null {
  const { ages, rounds, metrics } = result.tables;
  const panels: Spec[] = [];
  const defined = rounds !== undefined && findColumn(rounds, 'staleness') !== undefined;
  // A lag of 0 throughout is a word, not a picture.
  const lagging = defined && result.summary.staleness?.max !== 0;
  if (lagging) panels.push(...lagPanel(rounds, result));
  if (ages !== undefined && ages.rows > 1 && result.summary.age_s !== null) panels.push(agePanel(ages, result));
  if (metrics !== undefined && metrics.rows > 1) panels.push(...overTime(metrics, lagging));
  if (panels.length === 0) return null;
  const undefinedNote = defined
    ? lagging
      ? ''
      : ' No update had a version lag: each was made from the model that it was applied to.'
    : ' Version lag is not defined: the method has no shared version.';
  return chart({
    name: 'staleness',
    title: 'Staleness',
    subtitle: subtitleOf(result),
    caption: `How old results are when they reach the server.${undefinedNote} ${THIN_RULE}`,
    body: { vconcat: panels },
  });
}

/** At most this many bars; a wider range of lags is put into bins of equal width. */
const MOST_BARS = 60;

function lagPanel(rounds: Table, result: RunResult): Spec[] {
  const lags = Array.from(numbersOf(rounds, 'staleness')).filter((lag) => !Number.isNaN(lag));
  if (lags.length === 0) return [];
  const width = Math.max(1, Math.ceil((maximum(lags) + 1) / MOST_BARS));
  const counts: number[] = [];
  for (const lag of lags) {
    const bin = Math.floor(lag / width);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const bars = Array.from(counts, (count, bin) => ({
    from: bin * width - 0.4,
    to: (bin + 1) * width - 0.6,
    share: six((count ?? 0) / lags.length),
  }));
  const { staleness } = result.summary;
  const said =
    staleness === null
      ? ''
      : ` (mean ${short(staleness.mean)}, 95th percentile ${short(staleness.p95)}, maximum ${short(staleness.max)})`;
  return [
    {
      width: WIDTH,
      height: 120,
      data: { values: bars },
      mark: { type: 'rect', color: COLOR.blue },
      encoding: {
        x: {
          field: 'from',
          type: 'quantitative',
          title: `version lag: updates applied in between${said}`,
          axis: { format: ',~r', tickMinStep: 1 },
          scale: { nice: false },
        },
        x2: { field: 'to' },
        y: { field: 'share', type: 'quantitative', title: 'share of updates', axis: { ...PERCENT_AXIS, tickCount: 4 } },
        y2: { datum: 0 },
      },
    },
  ];
}

function maximum(values: readonly number[]): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}

const HEIGHT = 170;

function agePanel(ages: Table, result: RunResult): Spec {
  const shares = numbersOf(ages, 'share');
  const values = numbersOf(ages, 'age_s');
  const { mean, p95, max } = result.summary.age_s!;
  const { per, name } = timeUnit(max);
  const log = values[0]! > 0 && max / values[Math.floor(ages.rows / 20)]! > 40;
  const points = Array.from(shares, (share, i) => ({ age: six(values[i]! / per), share: six(share) }));
  const shareAt = (age: number) => {
    let i = 0;
    while (i < ages.rows - 1 && values[i]! < age) i++;
    return shares[i]!;
  };
  const meanShare = shareAt(mean);
  // The labels stand at the right edge, apart from each other however close the points are.
  const marks = [
    { age: six(max / per), share: 1, label: `all within ${span(max)}`, dy: -5 },
    { age: six(p95 / per), share: 0.95, label: `95 % within ${span(p95)}`, dy: 2 },
    {
      age: six(mean / per),
      share: meanShare,
      label: `mean ${span(mean)}`,
      dy: Math.max(0, (meanShare - 0.84) * HEIGHT),
    },
  ];
  const x = {
    field: 'age',
    type: 'quantitative',
    title: `age of a result on arrival (${name}${log ? ', logarithmic' : ''})`,
    scale: log ? { type: 'log', nice: true } : { zero: true, nice: true },
    axis: { format: ',~r', ...(log ? { values: powersOfTen(values[0]! / per, max / per) } : { tickCount: 8 }) },
  };
  const y = {
    field: 'share',
    type: 'quantitative',
    title: 'share of results that are at most this old',
    scale: { domain: [0, 1] },
    axis: PERCENT_AXIS,
  };
  const point = { field: 'age', type: 'quantitative' };
  const share = { field: 'share', type: 'quantitative' };
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [
      { data: { values: points }, mark: { type: 'line', color: COLOR.blue }, encoding: { x, y } },
      {
        data: { values: marks },
        mark: { type: 'rule', color: COLOR.soft, strokeDash: [2, 3] },
        encoding: { x: point, x2: { value: WIDTH }, y: share },
      },
      {
        data: { values: marks },
        mark: { type: 'point', filled: true, size: 55, color: COLOR.blue, opacity: 1 },
        encoding: { x: point, y: share },
      },
      ...marks.map((mark) => ({
        data: { values: [mark] },
        mark: { type: 'text', align: 'left', dx: 6, dy: mark.dy, color: COLOR.ink, text: mark.label },
        encoding: { x: { value: WIDTH }, y: share },
      })),
    ],
  };
}

function overTime(metrics: Table, lagging: boolean): Spec[] {
  const at = numbersOf(metrics, 'at_s');
  const x = timeAxis(at[metrics.rows - 1]!);
  const lag =
    !lagging || findColumn(metrics, 'staleness_mean') === undefined ? [] : pointsOf(metrics, x.per)('staleness_mean');
  const age = pointsOf(metrics, x.per)('age_mean_s');
  if (age.length < 2) return [];
  const last = age.at(-1)!.v;
  const panel = linePanel({
    x: x.shown,
    height: 90,
    title: 'mean age of the results that arrived (s)',
    y: valueAxis(age.map((point) => point.v)),
    lines: [{ points: age, color: COLOR.blue, thin: true, label: `last ${span(last)}` }],
  });
  if (lag.length < 2) return [panel];
  const lagLine = linePanel({
    x: x.bare,
    height: 90,
    title: 'mean version lag of the updates applied',
    y: valueAxis(lag.map((point) => point.v)),
    lines: [{ points: lag, color: COLOR.blue, thin: true, label: `last ${short(lag.at(-1)!.v)}` }],
  });
  return [lagLine, panel];
}
