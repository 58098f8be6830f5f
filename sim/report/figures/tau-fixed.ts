import { findColumn, numbersOf } from '../../metrics/table.ts';
import type { Spec } from '../style.ts';
import type { Figure, FigureRun } from './figure.ts';
import { linesPlot } from './plots.ts';
import { over, seedsText, type Variant, variantsOf } from './values.ts';

/** MNIST's place in the scenarios of adaptive tau. */
export const GENERATED_IMAGES = [
  'dataset={ name: clusters, classes: 10, features: 22, rows: 500, test: 100 }',
  'method.learner.name=softmax',
];

/** Adaptive tau against fixed numbers of local steps. */
export const tauFixed: Figure = {
  name: 'tau-fixed',
  title: 'Adaptive tau against fixed tau for four cases',
  columns: 2,
  seeds: 3,
  generated: GENERATED_IMAGES,
  reduced: { seeds: 1, set: ['method.budget.time=2 s'] },
  draw: (runs) => ({
    kind: 'chart',
    caption: `Loss of the returned model over the training rows and its accuracy on test rows after a budget of 15 s, for fixed numbers of local steps between aggregations (points) and for adaptive tau (dashed, with its interval), in the four cases of dealing rows out to five nodes: 1 in turn, 2 by label, 3 all rows to all, 4 half in turn and half by label. Linear support vector machine on even against odd digits of MNIST, the first 12,000 training and 2,000 test images. Scales do not begin at 0. ${seedsText(runs)}`,
    body: (plot) => body(runs, plot),
  }),
};

const CASES = [1, 2, 3, 4];
const TAUS = [1, 3, 10, 30, 100];

function body(runs: readonly FigureRun[], plot: number): Spec {
  const variants = variantsOf(runs);
  const rows = [
    { title: 'loss', value: lastLoss, dy: 6 },
    { title: 'accuracy', value: ({ summary }: FigureRun) => summary.accuracy, percent: true as const, dy: -6 },
  ];
  return {
    vconcat: rows.map(({ title, value, dy, percent }) => {
      const found = variants.map((each) => ({ tau: tauOf(each), of: caseOf(each.scenario), value: over(each, value) }));
      const domain = roomy(
        found.flatMap((each) => (each.value === undefined ? [] : [each.value.low, each.value.high])),
      );
      return {
        hconcat: CASES.map((number, column) => {
          const own = found.flatMap((each) =>
            each.of === number && each.value ? [{ ...each, value: each.value }] : [],
          );
          const fixed = own.flatMap(({ tau, value }) => (tau === 'adaptive' ? [] : [{ x: tau, ...value }]));
          const adaptive = own.find(({ tau }) => tau === 'adaptive')?.value;
          const text = column === CASES.length - 1 ? { text: 'adaptive tau', dy } : {};
          return linesPlot({
            series: [{ name: 'fixed tau', points: fixed }],
            x: { title: percent ? 'fixed tau (steps)' : null, log: true, values: TAUS, domain: [0.8, 125] },
            y: { title: column === 0 ? title : null, extent: 24, domain, ...(percent ? { percent } : {}) },
            width: plot / CASES.length,
            height: 72,
            ...(percent ? {} : { title: `case ${number}` }),
            ...(adaptive === undefined
              ? {}
              : { reference: { points: [0.8, 125].map((x) => ({ x, ...adaptive })), ...text } }),
          });
        }),
        spacing: 8,
      };
    }),
    spacing: 8,
  };
}

/** The values with a little room around them. */
function roomy(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low) * 0.12 || 0.01;
  return [low - room, high + room];
}

function lastLoss({ tables: { metrics } }: FigureRun): number | null {
  if (findColumn(metrics, 'loss') === undefined) return null;
  return numbersOf(metrics, 'loss')[metrics.rows - 1] ?? null;
}

function caseOf({ partition }: FigureRun['scenario']): number {
  return partition !== 'none' && partition.by === 'case' ? partition.case : 0;
}

function tauOf({ scenario: { method } }: Variant): number | 'adaptive' {
  return method.name === 'adaptive-tau' ? method.tau : 'adaptive';
}
