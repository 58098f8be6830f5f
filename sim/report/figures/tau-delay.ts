import { numbersOf } from '../../metrics/table.ts';
import type { Spec } from '../style.ts';
import { averageTau } from '../tau.ts';
import type { Figure, FigureRun } from './figure.ts';
import { linesPlot } from './plots.ts';
import { GENERATED_IMAGES } from './tau-fixed.ts';
import { latencyOf, over, profileNamed, seedsText, variantsOf } from './values.ts';

/** What adaptive tau makes of added delay. */
export const tauDelay: Figure = {
  name: 'tau-delay',
  title: 'Adaptation of tau to added delay',
  columns: 1,
  seeds: 5,
  generated: GENERATED_IMAGES,
  reduced: { seeds: 1, set: ['method.budget.time=2 s'] },
  draw: (runs) => ({
    kind: 'chart',
    caption: `What adaptive tau makes of delay that is added on the way between four of five nodes and the aggregator, within a budget of 15 s: local steps between two aggregations (averaged over steps, as adaptive tau’s paper does), and rounds. Linear support vector machine on even against odd digits of MNIST, the first 12,000 training and 2,000 test images. ${seedsText(runs)}`,
    body: (plot) => body(runs, plot),
  }),
};

function body(runs: readonly FigureRun[], plot: number): Spec {
  const variants = variantsOf(runs);
  const least = Math.min(...variants.map(({ scenario }) => latencyOf(profileNamed(scenario, 'wifi'))));
  const panel = (title: string, value: (run: FigureRun) => number, last: boolean): Spec => {
    const points = variants.flatMap((each) => {
      const added = latencyOf(profileNamed(each.scenario, 'wifi')) - least;
      const found = over(each, value);
      return found === undefined ? [] : [{ x: Math.round(added * 1e6) / 1e3, ...found }];
    });
    return linesPlot({
      series: [{ name: 'adaptive tau', points }],
      x: { title: last ? 'added one-way delay (ms)' : null, domain: [0, 420], values: [0, 100, 200, 300, 400] },
      y: { title, extent: 18 },
      width: plot,
      height: 72,
    });
  };
  return {
    vconcat: [
      panel('average tau (steps)', ({ tables }) => averageTau(tables.rounds), false),
      panel('rounds', roundsOf, true),
    ],
    spacing: 8,
  };
}

/** Rounds of the whole fleet: the last number in the table. */
function roundsOf({ tables: { rounds } }: FigureRun): number {
  let most = 0;
  for (const round of numbersOf(rounds, 'round')) most = Math.max(most, round);
  return most;
}
