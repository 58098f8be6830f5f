import { numbersOf, type Table, textOf } from '../../metrics/table.ts';
import { grouped } from '../numbers.ts';
import type { LabelledPartition, RunResult } from '../result.ts';
import { type Chart, COLOR, chart, type Spec, WIDTH } from '../style.ts';
import { subtitleOf } from './axes.ts';

/** The most devices that are drawn, a column each, and the most cells. */
const MOST_DEVICES = 310;
const MOST_CELLS = 12_000;
/** Up to so many devices, cells have their number written in them. */
const MOST_WITH_TEXT = 12;

/** The most divisions of the rows that are drawn. */
const MOST_MAPS = 8;

/** How many rows of each label every device has: a map of counts, and above it the rows of each device. One a division. */
export function labelCountsCharts(result: RunResult): Chart[] {
  const { partition } = result.tables;
  const all = result.extras?.partitions ?? (partition === undefined ? [] : [{ label: '', table: partition }]);
  return all
    .filter(({ table }) => table.rows > 0)
    .slice(0, MOST_MAPS)
    .map((each, i) => labelCountsChart(result, each, i));
}

function labelCountsChart(result: RunResult, { label, table }: LabelledPartition, index: number): Chart {
  const counts = countsOf(table);
  const { devices } = counts;
  const columns = Math.min(MOST_DEVICES, (devices * MOST_CELLS) / table.rows);
  const stride = roundUp(devices / columns);
  const drawn = Math.ceil(devices / stride);
  const ids = Array.from({ length: drawn }, (_, column) => column * stride);
  const rule = stride === 1 ? '' : ` One in ${stride} of the ${grouped(devices)} devices is drawn.`;
  const of = label === '' ? '' : ` (${label})`;
  return chart({
    name: index === 0 ? 'label-counts' : `label-counts-${index + 1}`,
    title: `Training rows by device and label${label === '' ? '' : `: ${label}`}`,
    subtitle: subtitleOf(result),
    caption: `How many training rows of each label lie on every device${of}, and how many rows in all.${rule}`,
    body: {
      vconcat: [totals(counts, ids), map(counts, ids)],
      spacing: 14,
    },
  });
}

interface Counts {
  readonly devices: number;
  /** In order: by their text, numbers within it by value. */
  readonly labels: readonly string[];
  readonly of: (device: number, label: string) => number;
  readonly total: (device: number) => number;
}

function countsOf(partition: Table): Counts {
  const device = numbersOf(partition, 'device');
  const rows = numbersOf(partition, 'rows');
  const { codes, words } = textOf(partition, 'label');
  const devices = device[partition.rows - 1]! + 1;
  const totals = new Float64Array(devices);
  const cells = new Map<string, number>();
  for (let row = 0; row < partition.rows; row++) {
    totals[device[row]!]! += rows[row]!;
    cells.set(`${device[row]} ${words[codes[row]!]}`, rows[row]!);
  }
  return {
    devices,
    labels: [...words].sort(byTextAndNumber),
    of: (id, label) => cells.get(`${id} ${label}`) ?? 0,
    total: (id) => totals[id]!,
  };
}

/** "c2" before "c10". */
function byTextAndNumber(a: string, b: string): number {
  const [one, other] = [a, b].map((text) => /^(.*?)(\d*)$/.exec(text)!);
  if (one![1] !== other![1]) return one![1]! < other![1]! ? -1 : 1;
  return Number(one![2]) - Number(other![2]);
}

/** The next of 1, 2, 5, 10, 20, 50, ... */
function roundUp(value: number): number {
  for (let power = 1; ; power *= 10) {
    const found = [1, 2, 5].find((factor) => factor * power >= value);
    if (found !== undefined) return found * power;
  }
}

/** The columns whose ids are written below the map: all while they fit, else about ten with round ids. */
function marked(ids: readonly number[]): number[] {
  if (ids.length <= 24) return ids.map((_, column) => column);
  let step = roundUp(ids.at(-1)! / 10);
  while (step % ids[1]! !== 0) step = roundUp(step + 1);
  return ids.flatMap((id, column) => (id % step === 0 ? [column] : []));
}

function xAxis(ids: readonly number[], shown: boolean): Spec {
  const labels = shown ? { labels: true, labelAngle: 0, values: marked(ids) } : { labels: false, ticks: false };
  return {
    field: 'column',
    type: 'ordinal',
    title: shown ? 'device' : null,
    scale: { paddingInner: ids.length <= 60 ? 0.04 : 0, paddingOuter: 0, domain: ids.map((_, column) => column) },
    axis: { ...labels, domain: false, labelExpr: `(${JSON.stringify(ids)})[datum.value]` },
  };
}

function totals({ total }: Counts, ids: readonly number[]): Spec {
  const values = ids.map((id, column) => ({ column, rows: total(id) }));
  const bars = {
    // A hair of stroke closes the seams between columns of a fraction of a pixel.
    mark: { type: 'bar', color: COLOR.soft, ...(ids.length > 60 ? { stroke: COLOR.soft, strokeWidth: 0.6 } : {}) },
    encoding: {
      x: xAxis(ids, false),
      y: {
        field: 'rows',
        type: 'quantitative',
        title: 'training rows',
        scale: { zero: true, nice: true },
        axis: { tickCount: 3, tickMinStep: 1, format: ',~r' },
      },
    },
  };
  return { width: WIDTH, height: 60, data: { values }, ...bars };
}

function map(counts: Counts, ids: readonly number[]): Spec {
  const { labels } = counts;
  const values = ids.flatMap((id, column) =>
    labels.flatMap((label) => {
      const rows = counts.of(id, label);
      return rows === 0 ? [] : [{ column, label, rows, text: grouped(rows) }];
    }),
  );
  const most = Math.max(...values.map(({ rows }) => rows));
  const step = Math.max(3, Math.min(22, Math.floor(420 / labels.length)));
  const every = Math.ceil(11 / step);
  const shown = labels.filter((_, i) => i % every === 0);
  const cells = {
    mark: { type: 'rect' },
    encoding: {
      color: {
        field: 'rows',
        type: 'quantitative',
        scale: { domain: [0, most], range: ['#e3eef6', COLOR.blue, '#002b47'], interpolate: 'lab' },
        legend: {
          title: 'rows of the label',
          titleFontSize: 11,
          titleFontWeight: 'normal',
          titleColor: COLOR.soft,
          orient: 'right',
          gradientLength: Math.min(120, step * labels.length),
          gradientThickness: 10,
          tickCount: 4,
          tickMinStep: 1,
          format: ',~r',
        },
      },
    },
  };
  const text = {
    mark: {
      type: 'text',
      fontSize: Math.min(11, step - 4),
      color: { expr: `datum.rows > ${most * 0.45} ? '#ffffff' : '${COLOR.onLight}'` },
    },
    encoding: { text: { field: 'text' } },
  };
  return {
    width: WIDTH,
    height: { step },
    data: { values },
    encoding: {
      x: xAxis(ids, true),
      y: {
        field: 'label',
        type: 'ordinal',
        title: 'label',
        scale: { domain: labels, paddingInner: step > 8 ? 0.06 : 0, paddingOuter: 0 },
        axis: { values: shown, ticks: false, domain: false, labelLimit: 110 },
      },
    },
    layer: ids.length <= MOST_WITH_TEXT && step >= 14 ? [cells, text] : [cells],
  };
}
