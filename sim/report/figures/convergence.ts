import { numbersOf } from '../../metrics/table.ts';
import type { Spec } from '../style.ts';
import type { Figure, FigureRun } from './figure.ts';
import { linesPlot, type PlotSeries } from './plots.ts';
import { interval, methodName, seedsText, type Variant, variantsOf } from './values.ts';

/** How fast methods come to a good model. */
export const convergence: Figure = {
  name: 'convergence',
  title: 'Convergence by method',
  columns: 2,
  seeds: 5,
  generated: ['dataset={ name: clusters, classes: 40, rows: 18, test: 9 }'],
  reduced: { seeds: 2, set: ['dataset.classes=8'], keep: ({ method }) => method.name !== 'asgd' },
  draw: (runs) => ({
    kind: 'chart',
    caption: `Accuracy on the test rows over time and over bytes on the wire (both ways), by method, on the same twenty devices, network and weather; 40 classes. A run that has ended keeps its accuracy, to the end of the longest of its method. Globe2Train sends rows to the devices and trains 780 pairwise classifiers; its accuracy is that of a vote of those it has, the other methods' that of one softmax model over rows that the devices hold. Logarithmic scales. ${bandText(runs)}`,
    body: (plot) => body(runs, plot),
  }),
};

function bandText(runs: readonly FigureRun[]): string {
  return seedsText(runs).replace('bars', 'bands');
}

/** Points of a line. */
const POINTS = 120;

function body(runs: readonly FigureRun[], plot: number): Spec {
  const variants = variantsOf(runs);
  const megabytes = ({ tables: { metrics } }: FigureRun): Float64Array => {
    const down = numbersOf(metrics, 'bytes_down');
    return Float64Array.from(numbersOf(metrics, 'bytes_up'), (up, row) => (up + down[row]!) / 1e6);
  };
  const seconds = ({ tables: { metrics } }: FigureRun) => Float64Array.from(numbersOf(metrics, 'at_s'));
  const panel = (title: string, axisOf: (run: FigureRun) => Float64Array, first: boolean): Spec => {
    const series = variants.map((variant) => lineOf(variant, axisOf));
    const all = series.flatMap(({ points }) => points.map(({ x }) => x));
    const domain = [Math.min(...all), Math.max(...all)] as const;
    return linesPlot({
      series,
      x: { title, log: true, domain, values: marks(domain) },
      y: { title: first ? 'accuracy' : null, percent: true, domain: [0, 1], values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
      width: plot / 2,
      height: 112,
      continuous: true,
      legend: 6,
    });
  };
  return {
    hconcat: [panel('simulated time (s)', seconds, true), panel('bytes on the wire (MB)', megabytes, false)],
    spacing: 12,
  };
}

/** The accuracy of each run at the same places of an axis, from the first that all runs have to the last that one has. */
function lineOf(variant: Variant, axisOf: (run: FigureRun) => Float64Array): PlotSeries {
  const axes = variant.runs.map(axisOf);
  const accuracies = variant.runs.map(({ tables }) => numbersOf(tables.metrics, 'accuracy'));
  const from = Math.max(...axes.map((axis) => axis.find((x) => x > 0) ?? Number.POSITIVE_INFINITY));
  const to = Math.max(...axes.map((axis) => axis[axis.length - 1]!));
  const points = Array.from({ length: POINTS + 1 }, (_, i) => {
    const x = i === POINTS ? to : Math.min(from * Math.exp((i / POINTS) * Math.log(to / from)), to);
    return { x, ...interval(axes.map((axis, run) => accuracies[run]![lastAt(axis, x)]!)) };
  });
  return { name: methodName(variant.scenario), points: points.filter(({ mean }) => Number.isFinite(mean)) };
}

/** The last row at or before `x`. */
function lastAt(axis: Float64Array, x: number): number {
  let row = 0;
  while (row + 1 < axis.length && axis[row + 1]! <= x) row++;
  return row;
}

function marks([low, high]: readonly [number, number]): number[] {
  const all = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];
  return all.filter((value) => value >= low && value <= high);
}
