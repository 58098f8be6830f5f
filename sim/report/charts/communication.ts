import { numbersOf, type Table } from '../../metrics/table.ts';
import { short } from '../numbers.ts';
import { fewRivals, type RunResult } from '../result.ts';
import { THIN_RULE } from '../series.ts';
import { type Chart, COLOR, chart, type Spec } from '../style.ts';
import { linePanel, stacked, subtitleOf, timeAxis, valueAxis } from './axes.ts';
import { barPanels } from './bars.ts';
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
  const values = points.map((point) => point.v);
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

/** Runs beside each other: a bar each, by time and by volume. */
export function comparisonChart(result: RunResult): Chart | null {
  const runs = fewRivals(result)?.runs ?? [];
  if (runs.length < 2) return null;
  const ratios = runs.map(({ summary }) => summary.comm_to_comp);
  const panel = (title: string, color: string, values: readonly (number | null)[]) => ({
    title,
    color,
    values,
    texts: values.map((value) => (value === null ? 'not defined' : short(value))),
  });
  return chart({
    name: 'communication-compared',
    title: 'Communication-to-computation ratio, compared',
    subtitle: subtitleOf(result),
    caption:
      'The ratio over the whole run, of each run: by time and by bytes on the wire per floating-point operation.',
    body: barPanels(
      runs.map(({ label }) => label),
      [
        panel(
          'communication seconds / computation second',
          COLOR.vermillion,
          ratios.map(({ time }) => time),
        ),
        panel(
          'bytes on the wire / FLOP',
          COLOR.blue,
          ratios.map((ratio) => ratio.bytes_per_flop),
        ),
      ],
    ),
  });
}
