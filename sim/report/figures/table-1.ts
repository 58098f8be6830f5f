import { numbersOf } from '../../metrics/table.ts';
import { ratio, short } from '../numbers.ts';
import type { Figure, FigureRun, TableOfRuns } from './figure.ts';
import { cutText, latencyOf, methodName, over, profileNamed, type Variant, variantsOf, withSeed } from './values.ts';

/** The papers' comparison of methods, each cell from runs. */
export const table1: Figure = {
  name: 'table-1',
  title: 'Methods compared by what runs of them measure',
  columns: 2,
  seeds: 3,
  generated: ['dataset={ name: clusters, classes: 40, rows: 18, test: 9 }'],
  reduced: { seeds: 1, set: ['dataset.classes=8'], keep: ({ method }) => method.name !== 'asgd' },
  draw: (runs) => {
    const seeds = new Set(runs.map(({ seed }) => seed)).size;
    return {
      kind: 'table',
      caption: `Methods on the same twenty devices, 40 classes${seeds > 1 ? `, means of ${seeds} seeds` : ''}. Uploads, bytes (both ways) and waiting (share of the run in which a device neither computed nor communicated) are means over devices. Version lag is not defined without a shared version. Ratio of communication to computation by time. The last rows change one thing: a median latency of 500 ms instead of 20 ms (how many times as long the run takes), devices that drop out each minute for 15 s (the same, and accuracy), few labels a device (accuracy; Globe2Train's devices hold no rows). A method with a budget of time keeps its makespan and pays with accuracy.${cutText(runs)}`,
      ...columnsOf(variantsOf(runs)),
    };
  },
};

type Change = 'none' | 'latency' | 'dropouts' | 'labels';

/** What of the world a variant changes, read from its scenario. */
function changeOf({ scenario }: Variant): Change {
  const link = profileNamed(scenario, 'home-wifi');
  if (latencyOf(link) > 0.1) return 'latency';
  const { dropout } = link;
  if (dropout.kind === 'renewal' && dropout.up.kind === 'exponential' && dropout.up.mean < 3600) return 'dropouts';
  return scenario.partition !== 'none' && scenario.partition.by === 'dirichlet' ? 'labels' : 'none';
}

const NONE = '–';

/** A column a method, a row a property. */
function columnsOf(variants: readonly Variant[]): Pick<TableOfRuns, 'head' | 'rows'> {
  const plain = variants.filter((each) => changeOf(each) === 'none');
  const changed = (own: Variant, change: Change) =>
    variants.find((each) => changeOf(each) === change && methodName(each.scenario) === methodName(own.scenario));
  const accuracy = ({ summary }: FigureRun) => (summary.accuracy === null ? null : summary.accuracy * 100);
  const mean = (variant: Variant | undefined, value: (run: FigureRun) => number | null) => {
    const found = variant && over(variant, value);
    // Sums of many times leave crumbs where there is nothing.
    return found === undefined ? NONE : short(Math.abs(found.mean) < 1e-6 ? 0 : found.mean);
  };
  const times = (own: Variant, change: Change) =>
    mean(changed(own, change), (run) => ratio(run.summary.makespan_s, withSeed(own, run.seed).summary.makespan_s));
  const own = (value: (run: FigureRun) => number | null) => (variant: Variant) => mean(variant, value);
  const rows: readonly (readonly [string, (variant: Variant) => string])[] = [
    ['accuracy (%)', own(accuracy)],
    ['makespan (s)', own(({ summary }) => summary.makespan_s)],
    ['uploads a device', own(({ summary, tables }) => sum(tables.devices, 'uploads') / summary.devices)],
    ['MB a device', own(({ summary }) => (summary.bytes_up + summary.bytes_down) / summary.devices / 1e6)],
    ['communication / computation (s/s)', own(({ summary }) => summary.comm_to_comp.time)],
    ['version lag (updates)', own(({ summary }) => summary.staleness?.mean ?? null)],
    ['age (s)', own(({ summary }) => summary.age_s?.mean ?? null)],
    [
      'waiting (%)',
      own(({ summary, tables }) => (100 * sum(tables.devices, 'idle_s')) / summary.devices / summary.simulated_s),
    ],
    ['energy (J)', own(({ summary }) => summary.energy_j)],
    ['makespan at 500 ms (times)', (variant) => times(variant, 'latency')],
    ['makespan with dropouts (times)', (variant) => times(variant, 'dropouts')],
    ['accuracy with dropouts (%)', (variant) => mean(changed(variant, 'dropouts'), accuracy)],
    ['accuracy on skewed labels (%)', (variant) => mean(changed(variant, 'labels'), accuracy)],
  ];
  return {
    head: ['', ...plain.map(({ scenario }) => methodName(scenario))],
    rows: rows.map(([title, cell]) => [title, ...plain.map(cell)]),
  };
}

function sum(table: FigureRun['tables']['devices'], column: string): number {
  let total = 0;
  for (const value of numbersOf(table, column)) total += value;
  return total;
}
