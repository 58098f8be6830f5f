import { besidePaper, type RoundBeside } from '../paper.ts';
import type { RunResult } from '../result.ts';
import { type Chart, COLOR, chart, type Spec } from '../style.ts';

const WHO = ['paper', 'this run'] as const;

/** The paper's Fig. 3 beside the run: training time and accuracy a round on each board. */
export function paperChart(result: RunResult): Chart | null {
  const { rounds, devices } = result.tables;
  if (result.extras?.paperReplay === undefined || rounds === undefined || devices === undefined) return null;
  const all = besidePaper(rounds, devices);
  const boards = [...new Set(all.map((round) => round.board))];
  return chart({
    name: 'paper-figure-3',
    title: 'The paper’s Fig. 3 and this run',
    subtitle: 'training time and accuracy of each round, all 27 recordings a class',
    caption:
      'Training time and accuracy of each round on each board: the paper (reconstructed from the authors’ published measurements) and this run. The scales of time differ between boards.',
    body: {
      concat: (['time', 'accuracy'] as const).flatMap((what) =>
        boards.map((board) =>
          panel(
            all.filter((round) => round.board === board),
            what,
          ),
        ),
      ),
      columns: boards.length,
      spacing: 26,
    },
  });
}

function panel(rounds: readonly RoundBeside[], what: 'time' | 'accuracy'): Spec {
  const values = rounds.flatMap((round) => {
    const [paper, ours] =
      what === 'time' ? [round.milliseconds, round.ourMilliseconds] : [round.accuracy, round.ourAccuracy];
    return [paper, ours].map((value, who) => ({
      round: `round ${round.round}:${round.classes} classes`,
      who: WHO[who],
      value: Number.isNaN(value) ? null : Number(value.toPrecision(6)),
      // Without separators, since two labels of four digits stand side by side.
      text: Number.isNaN(value) ? '' : String(Math.round(value)),
    }));
  });
  const most = Math.max(...values.map((row) => row.value ?? 0));
  const title =
    what === 'time'
      ? { text: rounds[0]!.name, subtitle: 'training time (ms)', fontSize: 12 }
      : { text: 'accuracy on the training rows (%)', fontSize: 11, fontWeight: 'normal', color: COLOR.soft };
  return {
    title: { ...title, frame: 'group', offset: 8 },
    width: 210,
    height: what === 'time' ? 150 : 100,
    data: { values },
    encoding: {
      x: {
        field: 'round',
        type: 'nominal',
        title: null,
        axis: {
          labelAngle: 0,
          labelColor: COLOR.ink,
          labelFontSize: 10,
          labelExpr: "split(datum.label, ':')",
          ticks: false,
        },
      },
      xOffset: { field: 'who', sort: [...WHO] },
      y: {
        field: 'value',
        type: 'quantitative',
        title: null,
        scale: { domain: [0, what === 'time' ? most * 1.1 : 108], nice: false },
        axis: null,
      },
    },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          color: { field: 'who', scale: { domain: [...WHO], range: [COLOR.published, COLOR.blue] } },
        },
      },
      { mark: { type: 'text', baseline: 'bottom', dy: -3, fontSize: 9.5 }, encoding: { text: { field: 'text' } } },
    ],
  };
}
