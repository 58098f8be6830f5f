import { metricDefinition } from './definitions.ts';
import type { Spread } from './distribution.ts';
import type { Summary } from './summary.ts';

/** One number of a summary, as a column of a table with a row a run. */
export interface SummaryColumn {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  /** In words, for charts. */
  readonly title: string;
  /** Whether it is a share: an interval of 1 % is then one hundredth, else one hundredth of the mean. */
  readonly share: boolean;
  /** Null where the run does not define it. */
  readonly of: (summary: Summary) => number | null;
}

type NumberKey = { [K in keyof Summary]-?: Summary[K] extends number | null ? K : never }[keyof Summary];

function column(name: string, key: string, of: SummaryColumn['of'], more = ''): SummaryColumn {
  const { unit, title, definition } = metricDefinition(key) ?? { unit: '1', title: name, definition: '' };
  const share = ['accuracy', 'macro_f1', 'efficiency'].includes(name);
  return {
    name,
    unit,
    description: `${more}${definition}`,
    title: `${title}${more === '' ? '' : `, ${more.replace(/: $/, '')}`}`,
    share,
    of,
  };
}

const plain = (key: NumberKey): SummaryColumn => column(key, key, (summary) => summary[key] as number | null);

const spread = (name: string, key: 'staleness' | 'age_s', unit: string): SummaryColumn[] =>
  (['mean', 'p95', 'max'] as const).map((part: keyof Spread) =>
    column(`${name}_${part}${unit}`, key, (summary) => summary[key]?.[part] ?? null, `${PARTS[part]}: `),
  );

const PARTS: Readonly<Record<keyof Spread, string>> = { mean: 'mean', p95: '95th percentile', max: 'greatest' };

/** Every number of a summary, in its order. */
export const SUMMARY_COLUMNS: readonly SummaryColumn[] = [
  plain('makespan_s'),
  plain('simulated_s'),
  plain('time_to_accuracy_s'),
  plain('accuracy'),
  plain('macro_f1'),
  ...spread('staleness', 'staleness', ''),
  ...spread('age', 'age_s', '_s'),
  column('comm_to_comp_time', 'comm_to_comp.time', ({ comm_to_comp }) => comm_to_comp.time),
  column(
    'comm_to_comp_bytes_per_flop',
    'comm_to_comp.bytes_per_flop',
    ({ comm_to_comp }) => comm_to_comp.bytes_per_flop,
  ),
  plain('bytes_up'),
  plain('bytes_down'),
  plain('bytes_wasted'),
  plain('energy_j'),
  plain('events'),
  plain('devices'),
  plain('tasks_done'),
  plain('tasks_total'),
  plain('tasks_reassigned'),
  plain('tasks_assigned'),
  plain('seconds_lost'),
  plain('flop'),
  plain('flop_wasted'),
  plain('device_seconds'),
  plain('efficiency'),
];

export function summaryColumn(name: string): SummaryColumn | undefined {
  return SUMMARY_COLUMNS.find((each) => each.name === name);
}

/** Names that the tables of a sweep have beside those of what varies. */
export const RESULT_COLUMNS: ReadonlySet<string> = new Set([
  ...SUMMARY_COLUMNS.map(({ name }) => name),
  ...['run', 'point', 'seed', 'stopped', 'digest', 'error'],
  ...[
    'metric',
    'unit',
    'n',
    'n_cut',
    'n_failed',
    'mean',
    'median',
    'sd',
    'min',
    'max',
    'against',
    'pairs',
    'difference',
  ],
  ...['student', 'bootstrap', 'difference_student', 'difference_bootstrap'].flatMap((name) => [
    `${name}_low`,
    `${name}_high`,
  ]),
  ...['effect', 'effect_paired'],
]);
