import { findColumn, numbersOf } from '../metrics/table.ts';
import { html, htmlTable, type Markup } from './html.ts';
import { percent, short } from './numbers.ts';
import type { RivalRun, Rivals } from './result.ts';

/** What a run of one tau came to. */
export interface TauPoint {
  readonly label: string;
  /** Local steps a round; of an adaptive tau the average over steps, sum(tau^2) / sum(tau), as its paper gives it. */
  readonly tau: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** Runs on the same data: fixed taus ascending, and adaptive tau where there is one. */
export interface TauPanel {
  readonly data: string;
  readonly fixed: readonly TauPoint[];
  readonly adaptive: TauPoint | undefined;
}

/** Fewer fixed taus make no curve. */
const LEAST_TAUS = 3;

/** The runs of a comparison that differ in tau, by their data, in the order of the runs. */
export function tauPanels(rivals: Rivals | undefined): TauPanel[] {
  const runs = (rivals?.runs ?? []).filter(({ tau }) => tau !== undefined);
  const panels = [...new Set(runs.map(({ tau }) => tau!.data))].map((data) => {
    const own = runs.filter(({ tau }) => tau!.data === data);
    const adaptive = own.find(({ tau }) => tau!.steps === 'adaptive');
    const fixed = own.filter(({ tau }) => tau!.steps !== 'adaptive').map(pointOf);
    return {
      data,
      fixed: fixed.filter((point) => point !== undefined).sort((a, b) => a.tau - b.tau),
      adaptive: adaptive && pointOf(adaptive),
    };
  });
  return panels.filter(({ fixed }) => fixed.length >= LEAST_TAUS);
}

function pointOf({ label, tau, tables, summary }: RivalRun): TauPoint | undefined {
  const { metrics } = tables;
  if (metrics === undefined || metrics.rows === 0 || findColumn(metrics, 'loss') === undefined) return undefined;
  const loss = numbersOf(metrics, 'loss')[metrics.rows - 1]!;
  if (!Number.isFinite(loss) || summary.accuracy === null) return undefined;
  const steps = tau!.steps === 'adaptive' ? averageTau(tables.rounds) : tau!.steps;
  return Number.isNaN(steps) ? undefined : { label, tau: steps, loss, accuracy: summary.accuracy };
}

/** Local steps a round, averaged over steps. The table has a row a device and round. */
export function averageTau(rounds: RivalRun['tables']['rounds']): number {
  if (rounds === undefined || findColumn(rounds, 'tau') === undefined) return Number.NaN;
  const round = numbersOf(rounds, 'round');
  const tau = numbersOf(rounds, 'tau');
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < rounds.rows; row++) {
    if (row > 0 && round[row] === round[row - 1]) continue;
    sum += tau[row]!;
    squares += tau[row]! * tau[row]!;
  }
  return squares / sum;
}

/** Adaptive tau beside the best fixed one. */
export interface TauContest {
  readonly data: string;
  readonly best: TauPoint;
  readonly adaptive: TauPoint;
  /** Loss of adaptive tau over that of the best fixed one. */
  readonly ratio: number;
}

export function tauContests(rivals: Rivals | undefined): TauContest[] {
  return tauPanels(rivals).flatMap(({ data, fixed, adaptive }) => {
    if (adaptive === undefined) return [];
    const best = fixed.reduce((least, point) => (point.loss < least.loss ? point : least));
    return { data, best, adaptive, ratio: adaptive.loss / best.loss };
  });
}

/** Beside the figure: how near adaptive tau comes to the best fixed tau, which nobody knows beforehand. */
export function tauTable(rivals: Rivals): Markup {
  const all = tauContests(rivals);
  if (all.length === 0) return html``;
  const rows = all.map(({ data, best, adaptive, ratio }) => [
    data,
    String(best.tau),
    best.loss.toFixed(4),
    adaptive.loss.toFixed(4),
    ratio.toFixed(4),
    short(adaptive.tau),
    percent(best.accuracy, 2),
    percent(adaptive.accuracy, 2),
  ]);
  const worst = Math.max(...all.map(({ ratio }) => ratio));
  return html`<h3>Adaptive tau and the best fixed tau</h3>
<p>The fixed tau with the least loss is known only after all have been tried. Adaptive tau’s loss is at most ${worst.toFixed(4)} times that.</p>
${htmlTable(['data', 'best fixed tau#', 'its loss#', 'loss of adaptive#', 'ratio#', 'average tau of adaptive#', 'accuracy of best#', 'accuracy of adaptive#'], rows)}`;
}
