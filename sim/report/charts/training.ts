import { findColumn, numbersOf, type Table } from '../../metrics/table.ts';
import { grouped, short, six } from '../numbers.ts';
import type { RunResult } from '../result.ts';
import { thin } from '../series.ts';
import { type Chart, COLOR, chart, type Spec } from '../style.ts';
import { linePanel, type Point, stacked, subtitleOf, valueAxis } from './axes.ts';

const LINES = [
  { column: 'tau', title: 'τ: local steps between two aggregations', color: COLOR.ink, height: 130 },
  { column: 'loss', title: 'training loss of the model', color: COLOR.blue, height: 130 },
  { column: 'beta', title: 'β: estimated smoothness of the loss', color: COLOR.vermillion, height: 90 },
  { column: 'delta', title: 'δ: divergence of the devices’ gradients', color: COLOR.green, height: 90 },
  { column: 'rho', title: 'ρ: estimated Lipschitz constant of the loss', color: COLOR.purple, height: 90 },
] as const;

/** Local steps, loss and the estimates that choose the steps, over the rounds of a method that aggregates in rounds. */
export function trainingChart(result: RunResult): Chart | null {
  const { rounds } = result.tables;
  if (rounds === undefined || rounds.rows === 0 || findColumn(rounds, 'tau') === undefined) return null;
  let last = 0;
  for (const round of numbersOf(rounds, 'round')) last = Math.max(last, round);
  if (last < 2 || !has(rounds, 'tau')) return null;
  const lines = LINES.filter(({ column }) => has(rounds, column)).map((line) => ({
    ...line,
    points: byRound(rounds, line.column, last),
  }));
  const x = roundAxis(last);
  const panels = lines.map(({ points, title, color, height }) => {
    const axis = valueAxis(points.map(({ v }) => v));
    const log = JSON.stringify(axis).includes('"log"') ? ' (logarithmic)' : '';
    return (shown: Spec) =>
      linePanel({
        x: shown,
        height,
        title: `${title}${log}`,
        y: axis,
        lines: [{ points, color, label: short(points.at(-1)!.v) }],
      });
  });
  return chart({
    name: 'training',
    title: 'Training by rounds',
    subtitle: `${subtitleOf(result)}, ${grouped(last)} rounds`,
    caption:
      'Round by round: local steps τ, the loss, and where the method has them the estimates β, δ and ρ from which τ is chosen; the mean over the devices of a round. Where there are over 500 rounds, the last one in each of 500 equal stretches is drawn.',
    body: { vconcat: stacked(panels, x) },
  });
}

/** Whether a column is there and says something: a number, and not 0 throughout. */
function has(rounds: Table, column: string): boolean {
  return (
    findColumn(rounds, column) !== undefined &&
    Array.from(numbersOf(rounds, column)).some((value) => value !== 0 && Number.isFinite(value))
  );
}

/** The mean of a column over the rows of each round, without missing ones, thinned out. */
function byRound(rounds: Table, column: string, last: number): Point[] {
  const round = numbersOf(rounds, 'round');
  const values = numbersOf(rounds, column);
  const [sum, count] = [new Float64Array(last + 1), new Uint32Array(last + 1)];
  for (let row = 0; row < rounds.rows; row++) {
    if (Number.isNaN(values[row])) continue;
    sum[round[row]!]! += values[row]!;
    count[round[row]!]!++;
  }
  const known = Array.from(count.keys()).filter((number) => count[number]! > 0);
  const mean = (number: number): number | null => six(sum[number]! / count[number]!);
  // Round r is drawn from r - 1 to r.
  const points = thin(known).map((i) => ({ t: known[i]! - 1, v: mean(known[i]!) }));
  return [...points, { t: known.at(-1)!, v: mean(known.at(-1)!) }];
}

function roundAxis(last: number): { readonly shown: Spec; readonly bare: Spec } {
  const base = { field: 't', type: 'quantitative', scale: { domain: [0, last], nice: false } };
  const axis = { tickCount: 8, tickMinStep: 1, format: ',~r' };
  return {
    shown: { ...base, title: 'round', axis },
    bare: { ...base, title: null, axis: { ...axis, labels: false } },
  };
}
