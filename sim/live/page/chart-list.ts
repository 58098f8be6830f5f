import { METRIC_COLUMNS, ROUND_COLUMNS, type Row } from '../messages.ts';
import type { Store } from './store.ts';

export interface Line {
  readonly label: string;
  readonly metric?: (typeof METRIC_COLUMNS)[number];
  readonly round?: (typeof ROUND_COLUMNS)[number];
}

export interface ChartKind {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly log?: boolean;
  /** From 0 to 1, whatever the values. */
  readonly share?: boolean;
  /** Steps from one value to the next, not slopes. */
  readonly steps?: boolean;
}

export const CHARTS: readonly ChartKind[] = [
  {
    id: 'accuracy',
    title: 'Accuracy on the test rows',
    unit: '',
    share: true,
    lines: [{ label: 'accuracy', metric: 'accuracy', round: 'accuracy' }],
  },
  { id: 'loss', title: 'Training loss', unit: '', lines: [{ label: 'loss', metric: 'loss', round: 'loss' }] },
  {
    id: 'tau',
    title: 'Local steps between aggregations, τ',
    unit: '',
    steps: true,
    lines: [{ label: 'tau', round: 'tau' }],
  },
  {
    id: 'estimates',
    title: 'Estimates β, δ, ρ',
    unit: '',
    log: true,
    lines: [
      { label: 'beta', round: 'beta' },
      { label: 'delta', round: 'delta' },
      { label: 'rho', round: 'rho' },
    ],
  },
  { id: 'tasks', title: 'Results in the model', unit: '', lines: [{ label: 'results', metric: 'tasks_done' }] },
  {
    id: 'staleness',
    title: 'Staleness of updates',
    unit: 'versions',
    lines: [{ label: 'staleness', metric: 'staleness_mean', round: 'staleness' }],
  },
  { id: 'age', title: 'Age of results on arrival', unit: 's', lines: [{ label: 'mean age', metric: 'age_mean_s' }] },
  {
    id: 'ratio',
    title: 'Communication to computation, time',
    unit: '',
    lines: [{ label: 'ratio', metric: 'comm_to_comp_time' }],
  },
  {
    id: 'bytes',
    title: 'Bytes on the wire',
    unit: 'B',
    lines: [
      { label: 'up', metric: 'bytes_up' },
      { label: 'down', metric: 'bytes_down' },
      { label: 'wasted', metric: 'bytes_wasted' },
    ],
  },
  { id: 'energy', title: 'Energy of all devices', unit: 'J', lines: [{ label: 'energy', metric: 'energy_j' }] },
  { id: 'online', title: 'Devices online', unit: '', steps: true, lines: [{ label: 'online', metric: 'online' }] },
];

export interface DrawnLine {
  readonly label: string;
  /** Of the run at hand, or one of those that are laid over it, from 1. */
  readonly overlay: number;
  readonly line: number;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** The lines of a chart: of the run at hand, then of each overlay. Lines without a value are left out. */
export function linesOf(kind: ChartKind, store: Store): DrawnLine[] {
  const runs = [
    { label: '', metrics: store.metrics as readonly Row[], rounds: store.rounds as readonly Row[] },
    ...store.overlays.map(({ label, series }) => ({ label, ...series })),
  ];
  return runs.flatMap(({ label, metrics, rounds }, overlay) =>
    kind.lines.flatMap((line, index) => {
      const measured = points(metrics, METRIC_COLUMNS, line.metric);
      const ofRounds = points(rounds, ROUND_COLUMNS, line.round);
      const drawn =
        ofRounds === undefined ? measured : line.round === line.metric ? endingAt(ofRounds, measured) : ofRounds;
      if (drawn === undefined) return [];
      return [{ label: label === '' ? line.label : `${line.label} (${label})`, overlay, line: index, ...drawn }];
    }),
  );
}

/** A line of rounds that ends with the last measurement of the same: the model that is returned may not be the last round's. */
function endingAt(line: Points, measured: Points | undefined): Points {
  const x = measured?.x.at(-1);
  const last = line.x.at(-1)!;
  if (measured === undefined || x === undefined || x < last) return line;
  const before = x === last ? -1 : line.x.length;
  return { x: [...line.x.slice(0, before), x], y: [...line.y.slice(0, before), measured.y.at(-1)!] };
}

type Points = Pick<DrawnLine, 'x' | 'y'>;

function points(rows: readonly Row[], columns: readonly string[], name: string | undefined): Points | undefined {
  const column = name === undefined ? -1 : columns.indexOf(name);
  if (column < 0) return undefined;
  const x: number[] = [];
  const y: (number | null)[] = [];
  for (const row of rows) {
    const value = row[column];
    if (value === null || value === undefined) continue;
    x.push(row[0]!);
    y.push(value);
  }
  return x.length === 0 ? undefined : { x, y };
}
