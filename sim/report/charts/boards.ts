import { type Group, groupDevices } from '../groups.ts';
import { grouped, percent, six, span } from '../numbers.ts';
import type { RunResult } from '../result.ts';
import { type Chart, COLOR, chart, type Spec } from '../style.ts';
import { subtitleOf, valueLabel } from './axes.ts';

const STATES = [
  { column: 'compute_s', name: 'compute', color: COLOR.blue },
  { column: 'comm_s', name: 'communicate', color: COLOR.orange },
  { column: 'idle_s', name: 'idle', color: COLOR.idle },
  { column: 'offline_s', name: 'offline', color: COLOR.offline },
] as const;

/** What each kind of board did: tasks, computing time a device, and how its time was spent. */
export function boardsChart(result: RunResult): Chart | null {
  const { devices } = result.tables;
  if (devices === undefined || devices.rows === 0) return null;
  const groups = groupDevices(devices, 'board');
  return chart({
    name: 'boards',
    title: 'Boards',
    subtitle: subtitleOf(result),
    caption:
      'By board: tasks whose result counted, mean computing time of a device, and the share of all device time in each state.',
    body: {
      hconcat: [tasks(groups), compute(groups), shares(groups)],
      spacing: 24,
      resolve: { legend: { color: 'independent' } },
    },
  });
}

function rowsOf(groups: readonly Group[]): { readonly names: string[]; readonly labels: string } {
  const names = groups.map((group) => group.name);
  const counts = Object.fromEntries(groups.map((group) => [group.name, grouped(group.devices)]));
  return { names, labels: `datum.value + '  × ' + (${JSON.stringify(counts)})[datum.value]` };
}

function yAxis(groups: readonly Group[], shown: boolean): Spec {
  const { names, labels } = rowsOf(groups);
  const axis = shown ? { labelExpr: labels, labelColor: COLOR.ink, labelLimit: 220 } : { labels: false };
  return { field: 'board', type: 'nominal', sort: names, title: null, axis };
}

function panelTitle(text: string): Spec {
  return { text, fontSize: 11, fontWeight: 'normal', offset: 6, frame: 'group' };
}

const STEP = { step: 30 };
const BAND = { band: 0.66 };

function bars(
  groups: readonly Group[],
  options: {
    readonly value: (group: Group) => number;
    readonly text: (value: number) => string;
    readonly title: string;
  },
  look: { readonly color: string; readonly labels: boolean },
): Spec {
  const values = groups.map((group) => {
    const value = options.value(group);
    return { board: group.name, value: six(value), text: options.text(value) };
  });
  const most = Math.max(...values.map((row) => row.value ?? 0));
  return {
    title: panelTitle(options.title),
    width: 150,
    height: STEP,
    data: { values },
    encoding: {
      y: yAxis(groups, look.labels),
      x: {
        field: 'value',
        type: 'quantitative',
        title: null,
        // Room for the value behind the longest bar.
        scale: { domain: [0, most === 0 ? 1 : most * 1.45], nice: false },
        axis: null,
      },
    },
    layer: [{ mark: { type: 'bar', color: look.color, height: BAND } }, valueLabel({ field: 'text' })],
  };
}

function tasks(groups: readonly Group[]): Spec {
  const value = (group: Group) => group.sums['tasks_done']!;
  return bars(groups, { value, text: grouped, title: 'tasks done' }, { color: COLOR.green, labels: true });
}

function compute(groups: readonly Group[]): Spec {
  const value = (group: Group) => group.sums['compute_s']! / group.devices;
  return bars(
    groups,
    { value, text: span, title: 'mean computing time of a device' },
    { color: COLOR.blue, labels: false },
  );
}

function shares(groups: readonly Group[]): Spec {
  const values = groups.flatMap((group) => {
    const total = STATES.reduce((sum, state) => sum + group.sums[state.column]!, 0);
    let from = 0;
    return STATES.map((state, order) => {
      const share = total > 0 ? group.sums[state.column]! / total : 0;
      const row = { board: group.name, state: state.name, order, from: six(from), to: six(from + share) };
      from += share;
      return { ...row, text: share >= 0.12 ? percent(share, 0) : '', middle: six(from - share / 2) };
    });
  });
  return {
    title: panelTitle('share of time'),
    width: 270,
    height: STEP,
    data: { values },
    encoding: { y: yAxis(groups, false) },
    layer: [
      {
        mark: { type: 'bar', height: BAND },
        encoding: {
          x: {
            field: 'from',
            type: 'quantitative',
            title: null,
            scale: { domain: [0, 1] },
            axis: null,
          },
          x2: { field: 'to' },
          color: {
            field: 'state',
            type: 'nominal',
            legend: { orient: 'bottom', offset: 10 },
            scale: { domain: STATES.map((s) => s.name), range: STATES.map((s) => s.color) },
          },
        },
      },
      {
        mark: {
          type: 'text',
          color: { expr: `datum.order === 0 || datum.order === 3 ? '#ffffff' : '${COLOR.onLight}'` },
        },
        encoding: { x: { field: 'middle', type: 'quantitative' }, text: { field: 'text' } },
      },
    ],
  };
}
