import { COLOR, type Spec } from '../style.ts';
import type { Figure, FigureRun } from './figure.ts';
import { dotsPlot } from './plots.ts';
import { over, seedsText, variantsOf } from './values.ts';

/** What distribution costs in quality. */
export const accuracyCentral: Figure = {
  name: 'accuracy-central',
  title: 'Accuracy and macro-F1 of distributed models against central ones',
  columns: 1,
  seeds: 5,
  generated: ['dataset={ name: clusters, classes: 40, rows: 18, test: 9 }'],
  reduced: { seeds: 1, set: ['dataset.classes=8'] },
  draw: (runs) => ({
    kind: 'chart',
    caption: `Accuracy and macro-F1 on test rows of models trained over twelve devices in four cities, and of the same learners trained in one place on all rows, for 40 classes. Pairwise classifiers are independent of each other: wherever they are trained they come to the same weights, but for the order of their rows. Split into training and test rows drawn anew for each seed, the same for all methods. ${seedsText(runs)}`,
    body: (plot) => body(runs, plot),
  }),
};

function body(runs: readonly FigureRun[], plot: number): Spec {
  const variants = variantsOf(runs);
  return dotsPlot({
    rows: variants.map(({ label }, index) => (index === 0 ? 'Globe2Train' : label.replace('G2T', 'Globe2Train'))),
    series: [
      { name: 'accuracy', values: variants.map((each) => over(each, ({ summary }) => summary.accuracy)) },
      { name: 'macro-F1', values: variants.map((each) => over(each, ({ summary }) => summary.macro_f1)) },
    ],
    colors: [COLOR.blue, COLOR.orange],
    axis: { title: 'share of the test rows', percent: true },
    width: plot,
  });
}
