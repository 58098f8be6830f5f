import { besidePaper, PAPER_ROUNDS } from '../paper.ts';
import { COLOR, type Spec } from '../style.ts';
import type { Figure, FigureRun } from './figure.ts';
import { type Axis, barsPlot } from './plots.ts';
import { exactly, type Interval, interval, seedsText } from './values.ts';

const WHO = ['paper', 'simulated'] as const;
const BOARDS = [...new Set(PAPER_ROUNDS.map(({ board }) => board))];

/** Training time and accuracy of each round on each board, the paper's beside the runs'. */
export const fig3: Figure = {
  name: 'fig-3',
  title: 'Training time and accuracy of each round on each board',
  columns: 2,
  seeds: 5,
  generated: ['dataset={ name: clusters, classes: 95, rows: 27 }'],
  reduced: { seeds: 1, set: [] },
  draw: (runs) => ({
    kind: 'chart',
    caption: `Training time and accuracy of each round on each of the paper's three boards: the paper (reconstructed from the authors' published measurements) and the simulation. Accuracy is that of the round's own model on the rows that it was trained with, as in the paper. Scales of time differ between boards. ${seedsText(runs)}`,
    body: (plot) => body(runs, plot),
  }),
};

function body(runs: readonly FigureRun[], plot: number): Spec {
  const all = runs.map(({ tables }) => besidePaper(tables.rounds, tables.devices));
  const panel = (what: 'time' | 'accuracy', board: string, column: number): Spec => {
    const groups = PAPER_ROUNDS.flatMap((round, index) => {
      if (round.board !== board) return [];
      const ours = all.map((beside) => (what === 'time' ? beside[index]!.ourMilliseconds : beside[index]!.ourAccuracy));
      return {
        name: `round ${round.round}|${round.classes} classes`,
        bars: [
          exactly(what === 'time' ? round.milliseconds : round.accuracy),
          ours.some(Number.isNaN) ? undefined : interval(ours),
        ],
      };
    });
    return barsPlot({
      series: WHO,
      colors: [COLOR.grid, COLOR.blue],
      groups,
      axis: { ...axisOf(what, groups), title: column > 0 ? null : TITLES[what], extent: 26 },
      width: plot / BOARDS.length,
      height: what === 'time' ? 80 : 66,
      ...(what === 'time' ? { title: PAPER_ROUNDS.find((round) => round.board === board)!.name } : {}),
      legend: 2,
      text: (value) => String(Math.round(value)),
    });
  };
  const rows = (['time', 'accuracy'] as const).map((what) => ({
    hconcat: BOARDS.map((board, column) => panel(what, board, column)),
    spacing: 10,
  }));
  return { vconcat: rows, spacing: 8 };
}

const TITLES = { time: 'training time (ms)', accuracy: 'accuracy (%)' } as const;

/** Room above the highest bar for its value. */
function axisOf(
  what: 'time' | 'accuracy',
  groups: readonly { readonly bars: readonly (Interval | undefined)[] }[],
): Omit<Axis, 'title'> {
  if (what === 'accuracy') return { domain: [0, 125], values: [0, 25, 50, 75, 100] };
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map((bar) => bar?.high ?? 0)));
  return { domain: [0, most * 1.14] };
}
