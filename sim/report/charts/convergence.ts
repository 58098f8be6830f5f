import { findColumn, numbersOf, type Table } from '../../metrics/table.ts';
import { grouped, percent, short, six } from '../numbers.ts';
import type { RunResult } from '../result.ts';
import { THIN_RULE, thin } from '../series.ts';
import { type Chart, COLOR, chart, type Spec } from '../style.ts';
import { linePanel, PERCENT_AXIS, type Point, stacked, subtitleOf, timeAxis, valueAxis } from './axes.ts';

const QUALITY = [
  { column: 'accuracy', name: 'accuracy', color: COLOR.blue, dash: [1, 0] },
  { column: 'macro_f1', name: 'macro-F1', color: COLOR.vermillion, dash: [5, 3] },
] as const;

/** Accuracy and macro-F1, the tasks done, and (when it varies) the devices online, over simulated time. */
export function convergenceChart(result: RunResult): Chart | null {
  const { metrics } = result.tables;
  if (metrics === undefined || metrics.rows < 2) return null;
  const at = numbersOf(metrics, 'at_s');
  const x = timeAxis(at[metrics.rows - 1]!);
  const points = pointsOf(metrics, x.per);
  const panels: ((x: Spec) => Spec)[] = [];
  const quality = QUALITY.map((line) => ({ ...line, points: points(line.column) })).filter((l) => l.points.length > 0);
  if (quality.length > 0) panels.push(qualityPanel(quality));
  if (findColumn(metrics, 'loss') !== undefined) {
    const loss = points('loss', 'gap');
    if (loss.filter(({ v }) => v !== null).length > 1) panels.push(lossPanel(loss));
  }
  panels.push(tasksPanel(points('tasks_done'), result.summary.tasks_total));
  if (varies(metrics, 'online')) panels.push(onlinePanel(points('online'), result.summary.devices));
  return chart({
    name: 'convergence',
    title: 'Convergence',
    subtitle: subtitleOf(result),
    caption: `Quality of the model so far on the test rows, and progress of the tasks, over simulated time. ${THIN_RULE}`,
    body: { vconcat: stacked(panels, x) },
  });
}

/**
 * Gives a column as points over time, thinned out.
 * @param missing what becomes of rows without a number: dropped, where nothing happened since the last row, or a gap in the line.
 */
export function pointsOf(metrics: Table, per: number): (column: string, missing?: 'dropped' | 'gap') => Point[] {
  const at = numbersOf(metrics, 'at_s');
  const rows = thin(at);
  return (column, missing = 'dropped') => {
    const values = numbersOf(metrics, column);
    const kept = missing === 'gap' ? rows : rows.filter((row) => !Number.isNaN(values[row]));
    return kept.map((row) => ({ t: six(at[row]! / per), v: six(values[row]!) }));
  };
}

type QualityLine = (typeof QUALITY)[number] & { readonly points: readonly Point[] };

function qualityPanel(lines: readonly QualityLine[]): (x: Spec) => Spec {
  const top = Math.max(...lines.flatMap((line) => line.points.map((point) => point.v ?? 0)));
  const ends = lines.map((line) => line.points.at(-1)!.v!);
  return (x) =>
    linePanel({
      x,
      height: 210,
      title: 'score on the test rows',
      y: { scale: { domain: [0, top > 0.5 ? 1 : Math.max(0.1, Math.ceil(top * 12) / 10)] }, axis: PERCENT_AXIS },
      lines: lines.map((line, i) => ({
        points: line.points,
        color: line.color,
        dash: line.dash,
        label: `${line.name} ${percent(ends[i]!)}`,
        dy: apart(ends, i),
      })),
    });
}

/** Moves two end labels out of each other's way. */
function apart(ends: readonly number[], i: number): number {
  if (ends.length < 2 || Math.abs(ends[0]! - ends[1]!) > 0.08) return 0;
  return i === (ends[0]! >= ends[1]! ? 0 : 1) ? -7 : 7;
}

function lossPanel(points: readonly Point[]): (x: Spec) => Spec {
  const axis = valueAxis(points.map((point) => point.v));
  return (x) =>
    linePanel({
      x,
      height: 110,
      title: `training loss${JSON.stringify(axis).includes('"log"') ? ' (logarithmic)' : ''}`,
      y: axis,
      lines: [{ points, color: COLOR.ink, label: short(points.at(-1)!.v) }],
    });
}

function tasksPanel(points: readonly Point[], total: number): (x: Spec) => Spec {
  const done = points.at(-1)!.v!;
  return (x) =>
    linePanel({
      x,
      height: 110,
      title: 'tasks done',
      y: {
        scale: { domain: [0, Math.max(total, done, 1)], nice: false },
        axis: { tickCount: 4, tickMinStep: 1, format: ',~r' },
      },
      lines: [{ points, color: COLOR.ink, label: `${grouped(done)} of ${grouped(total)}` }],
    });
}

function onlinePanel(points: readonly Point[], devices: number): (x: Spec) => Spec {
  const values = points.map((point) => point.v!);
  const low = Math.min(...values);
  return (x) =>
    linePanel({
      x,
      height: 70,
      title: 'devices online',
      y: {
        scale: { domain: [low < 0.7 * devices ? 0 : low, devices], nice: true, zero: false },
        axis: { tickCount: 3, tickMinStep: 1, format: ',~r' },
      },
      lines: [{ points, color: COLOR.green, thin: true, label: `${grouped(values.at(-1)!)} of ${grouped(devices)}` }],
    });
}

function varies(table: Table, name: string): boolean {
  if (findColumn(table, name) === undefined) return false;
  const values = numbersOf(table, name);
  for (let i = 1; i < table.rows; i++) if (values[i] !== values[0]) return true;
  return false;
}
