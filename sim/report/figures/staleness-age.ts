import type { Spec } from '../style.ts';
import type { Figure, FigureRun } from './figure.ts';
import { linesPlot } from './plots.ts';
import { latencyOf, methodName, over, profileNamed, seedsText, type Variant, variantsOf } from './values.ts';

/** How stale what the server takes in is. */
export const stalenessAge: Figure = {
  name: 'staleness-age',
  title: 'Staleness and age by method and latency',
  columns: 2,
  seeds: 3,
  generated: ['dataset={ name: clusters, classes: 40, rows: 18, test: 9 }'],
  reduced: { seeds: 1, set: ['dataset.classes=8'], keep: ({ method }) => method.name !== 'asgd' },
  draw: (runs) => ({
    kind: 'chart',
    caption: `Left: version lag, the server's updates between reading the parameters and applying an update made with them, mean over updates; methods that go in rounds have none, and Globe2Train, which has no shared version, has no lag to define and is left out. Right: age of what arrives, from reading the parameters (Globe2Train: from the end of training) to the server, mean over results. Twenty devices; the latency is the median of the access link, one way, and adds to that of the distance. ${seedsText(runs)}`,
    body: (plot) => body(runs, plot),
  }),
};

const LATENCIES = [20, 100, 500];

function body(runs: readonly FigureRun[], plot: number): Spec {
  const variants = variantsOf(runs);
  const names = [...new Set(variants.map(({ scenario }) => methodName(scenario)))];
  const panel = (title: string, value: (run: FigureRun) => number | null, log: boolean): Spec => {
    const series = names.map((name) => ({
      name,
      points: variants
        .filter(({ scenario }) => methodName(scenario) === name)
        .flatMap((each) => {
          const found = over(each, value);
          return found === undefined ? [] : [{ x: milliseconds(each), ...found }];
        }),
    }));
    return linesPlot({
      series,
      x: { title: 'median latency (ms)', log: true, values: LATENCIES, domain: [16, 625] },
      y: { title, ...(log ? { log: true, values: [0.1, 0.3, 1, 3, 10, 30, 100] } : {}) },
      width: plot / 2,
      height: 108,
      legend: 4,
    });
  };
  return {
    hconcat: [
      panel('version lag (updates)', ({ summary }) => summary.staleness?.mean ?? null, false),
      panel('age (s)', ({ summary }) => summary.age_s?.mean ?? null, true),
    ],
    spacing: 12,
  };
}

function milliseconds({ scenario }: Variant): number {
  return latencyOf(profileNamed(scenario, 'home-wifi')) * 1000;
}
