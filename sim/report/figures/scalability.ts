import { ratio } from '../numbers.ts';
import type { Spec } from '../style.ts';
import type { Figure, FigureRun } from './figure.ts';
import { linesPlot } from './plots.ts';
import { cutText, exactly, type Interval, range, type Variant, variantsOf, withSeed } from './values.ts';

/** The same work on more and more devices. */
export const scalability: Figure = {
  name: 'scalability',
  title: 'Scalability over 10 to 10,000 devices',
  columns: 2,
  seeds: 3,
  generated: [],
  reduced: { seeds: 1, set: ['dataset.classes=30'], keep: ({ fleet }) => devicesOf(fleet) <= 300 },
  draw: (runs) => ({
    kind: 'chart',
    caption: `Globe2Train with the 11,175 classifiers of 150 generated classes on 10 to 10,000 devices in five cities, behind a server on 10 Gbit/s and on 20 Mbit/s. Left: makespan; thin lines: the work of ten devices shared out perfectly. Right: speed-up over ten devices. Logarithmic scales. Means of ${seedsOf(runs)}, bars: the least and the most.${cutText(runs)}`,
    body: (plot) => body(runs, plot),
  }),
};

function seedsOf(runs: readonly FigureRun[]): string {
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  return seeds === 1 ? 'one seed' : `${seeds} seeds`;
}

const COUNTS = [10, 30, 100, 300, 1000, 3000, 10_000];

function body(runs: readonly FigureRun[], plot: number): Spec {
  const variants = variantsOf(runs);
  const names = [...new Set(variants.map(serverOf))];
  const times = (value: (own: Variant, ten: Variant) => Interval | undefined) =>
    names.map((name) => {
      const own = variants.filter((each) => serverOf(each) === name);
      const ten = own.find(({ scenario }) => devicesOf(scenario.fleet) === 10)!;
      return {
        name,
        points: own
          .flatMap((each) => {
            const found = value(each, ten);
            return found === undefined ? [] : [{ x: devicesOf(each.scenario.fleet), ...found }];
          })
          .sort((a, b) => a.x - b.x),
      };
    });
  const makespan = times((own) => range(own, ({ summary }) => summary.makespan_s));
  const speedUp = times((own, ten) =>
    range(own, ({ seed, summary }) => ratio(withSeed(ten, seed).summary.makespan_s, summary.makespan_s)),
  );
  const panel = (title: string, series: typeof makespan, ideal: (devices: number) => number, dy: number): Spec => {
    const all = series.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
    const values = marks(all);
    // As far as it stays among the values that are there.
    const within = COUNTS.filter((count) => ideal(count) >= values[0]! && ideal(count) <= values.at(-1)!);
    return linesPlot({
      series,
      x: { title: 'devices', log: true, values: COUNTS, domain: [8, 12_500] },
      y: { title, log: true, values, domain: [values[0]!, values.at(-1)!] },
      width: plot / 2,
      height: 112,
      legend: 2,
      reference: { points: within.map((x) => ({ x, ...exactly(ideal(x)) })), text: 'shared out perfectly  ', dy },
    });
  };
  // Where the runs on ten devices were cut, there is no line to hold the others against.
  const start = makespan[0]!.points.find(({ x }) => x === 10)?.mean ?? Number.NaN;
  return {
    hconcat: [
      panel('makespan (s)', makespan, (devices) => (start * 10) / devices, 4),
      panel('speed-up', speedUp, (devices) => devices / 10, -4),
    ],
    spacing: 12,
  };
}

/** The powers of ten around some values; any two where there are none. */
function marks(values: readonly number[]): number[] {
  if (values.length === 0) return [1, 10];
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: high - low + 1 }, (_, i) => Number(`1e${low + i}`));
}

function devicesOf(fleet: FigureRun['scenario']['fleet']): number {
  return fleet.reduce((sum, { count }) => sum + count, 0);
}

function serverOf({ scenario }: Variant): string {
  const { up } = scenario.network.server;
  return `server on ${up >= 1e9 ? `${up / 1e9} Gbit/s` : `${up / 1e6} Mbit/s`}`;
}
