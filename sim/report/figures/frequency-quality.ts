import { numbersOf } from '../../metrics/table.ts';
import type { Spec } from '../style.ts';
import type { Figure, FigureRun } from './figure.ts';
import { linesPlot, type PlotSeries } from './plots.ts';
import { latencyOf, over, profileNamed, seedsText, type Variant, variantsOf } from './values.ts';

/** How often devices upload when the network gets worse. */
export const frequencyQuality: Figure = {
  name: 'frequency-quality',
  title: 'Frequency of uploads against the quality of the network',
  columns: 1,
  seeds: 5,
  generated: ['dataset={ name: clusters, classes: 40, rows: 18, test: 9 }'],
  reduced: { seeds: 1, set: ['dataset.classes=10'] },
  draw: (runs) => ({
    kind: 'chart',
    caption: `Globe2Train's devices gather Wₜ classifiers before an upload, and Wₜ grows as what they measure of their links gets worse (W₀ = 1, at most 64, five minutes at most). Above: classifiers gathered when an upload is due, mean over uploads; below: uploads a device. Eight nRF52840 train 780 classifiers; links as said, the same in both directions. ${seedsText(runs)}`,
    body: (plot) => body(runs, plot),
  }),
};

const LATENCIES = [5, 10, 20, 50, 100, 200, 500];

function body(runs: readonly FigureRun[], plot: number): Spec {
  const variants = variantsOf(runs);
  const names = [...new Set(variants.map(linkName))];
  const seriesOf = (value: (run: FigureRun) => number): PlotSeries[] =>
    names.map((name) => ({
      name,
      points: variants
        .filter((each) => linkName(each) === name)
        .flatMap((each) => {
          const found = over(each, value);
          return found === undefined ? [] : [{ x: latencyOf(profileOf(each)) * 1000, ...found }];
        })
        .sort((a, b) => a.x - b.x),
    }));
  const panel = (title: string, value: (run: FigureRun) => number, last: boolean): Spec =>
    linesPlot({
      series: seriesOf(value),
      x: {
        title: last ? 'one-way latency of the access link (ms)' : null,
        log: true,
        values: LATENCIES,
        domain: [4, 600],
      },
      y: { title, extent: 18 },
      width: plot,
      height: 78,
      legend: 3,
    });
  return {
    vconcat: [
      panel('threshold Wₜ', meanThreshold, false),
      panel('uploads a device', ({ summary, tables }) => tables.rounds.rows / summary.devices, true),
    ],
    spacing: 8,
  };
}

/** Mean over uploads of the threshold that held. */
function meanThreshold({ tables: { rounds } }: FigureRun): number {
  const thresholds = numbersOf(rounds, 'w_t');
  let sum = 0;
  for (const threshold of thresholds) sum += threshold;
  return sum / thresholds.length;
}

function profileOf({ scenario }: Variant) {
  return profileNamed(scenario, 'access');
}

function linkName(variant: Variant): string {
  const { up, loss } = profileOf(variant);
  const rate = up >= 1e6 ? `${up / 1e6} Mbit/s` : `${up / 1e3} kbit/s`;
  return loss > 0 ? `${rate}, ${loss * 100} % loss` : rate;
}
