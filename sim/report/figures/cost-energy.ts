import { numbersOf } from '../../metrics/table.ts';
import { modelOf } from '../../scenario/fleet-options.ts';
import { short } from '../numbers.ts';
import { COLOR, type Spec } from '../style.ts';
import type { Figure, FigureRun } from './figure.ts';
import { type BarGroup, barsPlot } from './plots.ts';
import { exactly, type Interval, over, seedsText, type Variant, variantsOf } from './values.ts';

/** What the paper says or implies (algorithms B.8): s, J and USD of the boards, then of the laptop. */
const PAPER = {
  time: [11.521, 12],
  energy: [2.54, 222],
  price: [700 / 32, 700],
} as const;

/** The paper's claim of boards that are cheaper and need less energy than a laptop, beside what runs come to. */
export const costEnergy: Figure = {
  name: 'cost-energy',
  title: 'Time, energy and price of three boards against a laptop',
  columns: 2,
  seeds: 5,
  generated: ['dataset={ name: clusters, classes: 95, rows: 27 }'],
  reduced: { seeds: 1, set: [] },
  draw: (runs) => ({
    kind: 'chart',
    caption: `The paper's nine rounds (published kernel) on three boards side by side and on the CPU of a laptop: time (computing of the slowest device, and from the start to the last result over 10 Mbit/s and 20 ms), energy, and list price of the hardware. Paper: 11.5 s and 2.54 J on the boards follow from the authors' measurements and a constant 0.175 W a board; about 12 s on the laptop is what "3 s slower" implies, 222 J that time at 18.5 W, and 22 USD what "32 times" cheaper than 700 USD implies. Simulated: the same constant powers while computing. The simulated laptop runs the published kernel in milliseconds, so that the paper's 12 s, and the claims that rest on it, are not of this code. Prices: ${prices(runs)}. Logarithmic scales. ${seedsText(runs)}`,
    body: (plot) => body(runs, plot),
  }),
};

const WHERE = ['three boards', 'laptop'] as const;

function body(runs: readonly FigureRun[], plot: number): Spec {
  const variants = variantsOf(runs);
  const of = (value: (run: FigureRun) => number | null): (Interval | undefined)[] =>
    variants.map((each) => over(each, value));
  const paper = (values: readonly number[]): BarGroup => ({ name: 'paper', bars: values.map(exactly) });
  const panels: readonly (readonly [string, readonly BarGroup[]])[] = [
    [
      'time (s)',
      [
        paper(PAPER.time),
        { name: 'simulated:|computing', bars: of(slowestComputing) },
        { name: 'simulated:|with network', bars: of(({ summary }) => summary.makespan_s) },
      ],
    ],
    ['energy (J)', [paper(PAPER.energy), { name: 'simulated', bars: of(({ summary }) => summary.energy_j) }]],
    ['price (USD)', [paper(PAPER.price), { name: 'list price', bars: variants.map((each) => exactly(priceOf(each))) }]],
  ];
  const parts = panels.reduce((sum, [, groups]) => sum + groups.length, 0);
  return {
    hconcat: panels.map(([title, groups]) => {
      const values = groups.flatMap(({ bars }) => bars.flatMap((bar) => bar?.mean ?? []));
      const low = Number(`1e${Math.floor(Math.log10(Math.min(...values))) - 1}`);
      return barsPlot({
        series: WHERE,
        colors: [COLOR.green, COLOR.grid],
        groups,
        axis: {
          title,
          log: true,
          domain: [low, Math.max(...values) * 4],
          values: decades(low, Math.max(...values) * 4),
        },
        width: (plot * groups.length) / parts,
        height: 96,
        legend: 2,
        text: (value) => short(value, value < 0.1 ? 2 : 3),
      });
    }),
    spacing: 10,
  };
}

function decades(low: number, high: number): number[] {
  const first = Math.round(Math.log10(low));
  const last = Math.floor(Math.log10(high));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}

/** The computing of the device that has most of it: with no network, the boards would be done after that. */
function slowestComputing({ tables: { devices } }: FigureRun): number {
  let most = 0;
  for (const seconds of numbersOf(devices, 'compute_s')) most = Math.max(most, seconds);
  return most;
}

function priceOf({ scenario }: Variant): number {
  return scenario.fleet.reduce((sum, group) => sum + group.count * modelOf(group).priceUsd, 0);
}

function prices(runs: readonly FigureRun[]): string {
  const boards = variantsOf(runs).flatMap(({ scenario }) => scenario.fleet.map(modelOf));
  const told = boards.map(({ title, priceUsd, sources }) => `${title} ${priceUsd} USD (${sources.price})`);
  return [...new Set(told)].join('; ');
}
