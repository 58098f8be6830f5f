import { numbersOf, type Table } from '../../metrics/table.ts';
import { short } from '../numbers.ts';
import type { RatioOfRun, RunResult } from '../result.ts';
import { THIN_RULE } from '../series.ts';
import { type Chart, COLOR, chart, type Spec } from '../style.ts';
import { linePanel, stacked, subtitleOf, timeAxis, valueAxis, valueLabel } from './axes.ts';
import { pointsOf } from './convergence.ts';

const RATIOS = [
  {
    column: 'comm_to_comp_time',
    title: 'by time: communication seconds per computation second',
    unit: '',
    color: COLOR.vermillion,
  },
  {
    column: 'comm_to_comp_bytes_per_flop',
    title: 'by volume: bytes on the wire per floating-point operation',
    unit: ' B/FLOP',
    color: COLOR.blue,
  },
] as const;

/** The communication-to-computation ratio so far, by time and by volume, over simulated time. */
export function communicationChart(result: RunResult): Chart | null {
  const { metrics } = result.tables;
  if (metrics === undefined || metrics.rows < 2) return null;
  const x = timeAxis(numbersOf(metrics, 'at_s')[metrics.rows - 1]!);
  const panels = RATIOS.flatMap((ratio) => ratioPanel(metrics, x.per, ratio));
  if (panels.length === 0) return null;
  return chart({
    name: 'communication',
    title: 'Communication-to-computation ratio',
    subtitle: subtitleOf(result),
    caption: `Communication over computation since the start, summed over devices. ${THIN_RULE}`,
    body: { vconcat: stacked(panels, x) },
  });
}

function ratioPanel(metrics: Table, per: number, ratio: (typeof RATIOS)[number]): ((x: Spec) => Spec)[] {
  const points = pointsOf(metrics, per)(ratio.column);
  if (points.length === 0) return [];
  const values = points.map((point) => point.v!);
  const axis = valueAxis(values);
  const log = JSON.stringify(axis).includes('"log"') ? ' (logarithmic)' : '';
  return [
    (x) =>
      linePanel({
        x,
        height: 130,
        title: `${ratio.title}${log}`,
        y: axis,
        lines: [{ points, color: ratio.color, label: `${short(values.at(-1)!)}${ratio.unit}` }],
      }),
  ];
}

/** Runs (or variants of W_t) beside each other: a bar each, by time and by volume. */
export function comparisonChart(result: RunResult): Chart | null {
  const runs = result.extras?.compare ?? [];
  return runs.length < 2 ? null : ratioBars(runs, result.manifest.name);
}

function ratioBars(runs: readonly RatioOfRun[], subtitle: string): Chart {
  const values = runs.map(({ label, time, bytesPerFlop }) => ({
    run: label,
    time,
    volume: bytesPerFlop,
    timeText: time === null ? 'not defined' : short(time),
    volumeText: bytesPerFlop === null ? 'not defined' : short(bytesPerFlop),
  }));
  const panel = (field: 'time' | 'volume', title: string, color: string, labels: boolean): Spec => ({
    width: 250,
    height: { step: 34 },
    encoding: {
      y: {
        field: 'run',
        type: 'nominal',
        sort: null,
        title: null,
        axis: labels ? { labelColor: COLOR.ink, labelFontSize: 12, labelLimit: 200 } : { labels: false },
      },
      x: { field, type: 'quantitative', title, scale: { zero: true }, axis: { tickCount: 4, format: ',~r' } },
    },
    layer: [{ mark: { type: 'bar', color, height: { band: 0.62 } } }, valueLabel({ field: `${field}Text` })],
  });
  return chart({
    name: 'communication-compared',
    title: 'Communication-to-computation ratio, compared',
    subtitle,
    caption:
      'The ratio over the whole run, of each run: by time and by bytes on the wire per floating-point operation.',
    body: {
      data: { values },
      hconcat: [
        panel('time', 'communication s / computation s', COLOR.vermillion, true),
        panel('volume', 'bytes on the wire / FLOP', COLOR.blue, false),
      ],
      spacing: 56,
    },
  });
}
