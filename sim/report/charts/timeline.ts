import { numbersOf, type Table, textOf, wordsOf } from '../../metrics/table.ts';
import { TIMELINE_STATES } from '../../metrics/tables.ts';
import { percent, six } from '../numbers.ts';
import type { RunResult } from '../result.ts';
import { type Chart, COLOR, chart, type Spec, WIDTH } from '../style.ts';
import { subtitleOf, timeAxis } from './axes.ts';

/** Past this many stretches a row is drawn in cells. */
const MOST_STRETCHES = 4000;
const CELLS = 310;
const STATES = TIMELINE_STATES.length;

const LOOK = {
  compute: { color: COLOR.blue, band: 0.86 },
  // Lower than computing, so that the states stay apart in print without colour.
  send: { color: COLOR.vermillion, band: 0.52 },
  receive: { color: COLOR.sky, band: 0.52 },
  wait: { color: COLOR.idle, band: 0.22 },
  offline: { color: COLOR.offline, band: 0.22 },
} as const;

interface Stretch {
  readonly device: number;
  readonly state: number;
  readonly from: number;
  readonly to: number;
}

/** What up to about 40 devices were doing: a row each, coloured by state. */
export function timelineChart(result: RunResult): Chart | null {
  const { timeline, devices } = result.tables;
  if (timeline === undefined || timeline.rows === 0) return null;
  const exact = stretchesOf(timeline);
  const end = exact.reduce((last, stretch) => Math.max(last, stretch.to), 0);
  const drawn = exact.length <= MOST_STRETCHES ? exact : inCells(exact, end);
  const rows = rowsOf(exact, devices);
  const x = timeAxis(end);
  const rule =
    drawn === exact
      ? 'Every stretch of time in one state is drawn.'
      : `Time is drawn in ${CELLS} equal cells, each in one of the states that occur in it, chosen so that a row’s colours add up to its true shares.`;
  const whole = result.summary.devices > rows.length ? ` ${rows.length} devices are shown, some of every board.` : '';
  return chart({
    name: 'timeline',
    title: 'Device timeline',
    subtitle: subtitleOf(result),
    caption: `What each device was doing over simulated time; at the right its share of time spent computing.${whole} ${rule}`,
    body: body(drawn, rows, x),
  });
}

function stretchesOf(timeline: Table): Stretch[] {
  const device = numbersOf(timeline, 'device');
  const start = numbersOf(timeline, 'start_s');
  const end = numbersOf(timeline, 'end_s');
  const { codes, words } = textOf(timeline, 'state');
  const states = words.map((word) => (TIMELINE_STATES as readonly string[]).indexOf(word));
  return Array.from(codes, (code, row) => ({
    device: device[row]!,
    state: states[code]!,
    from: start[row]!,
    to: end[row]!,
  }));
}

/**
 * Cuts each device's time into equal cells and draws each in one of the states that occur in it: the one that is
 * furthest behind its true share of the row so far (error diffusion in one dimension, as in halftones), so that the
 * drawn lengths of a row's states add up as the true ones do. Equal neighbours are joined.
 */
function inCells(stretches: readonly Stretch[], end: number): Stretch[] {
  const width = end / CELLS;
  const byDevice = new Map<number, Float64Array>();
  for (const { device, state, from, to } of stretches) {
    let time = byDevice.get(device);
    if (time === undefined) byDevice.set(device, (time = new Float64Array(CELLS * STATES)));
    for (let cell = Math.floor(from / width); cell < CELLS && cell * width < to; cell++) {
      const share = Math.min(to, (cell + 1) * width) - Math.max(from, cell * width);
      time[cell * STATES + state]! += share;
    }
  }
  const joined: Stretch[] = [];
  for (const [device, time] of byDevice) {
    const debt = new Float64Array(STATES);
    let began = 0;
    let state = draw(time, 0, debt, width);
    for (let cell = 1; cell <= CELLS; cell++) {
      const next = cell === CELLS ? -2 : draw(time, cell, debt, width);
      if (next === state) continue;
      if (state >= 0) joined.push({ device, state, from: began * width, to: cell * width });
      began = cell;
      state = next;
    }
  }
  return joined;
}

/** The state to draw a cell in, and the debt that this leaves; -1 when nothing was recorded there. */
function draw(time: Float64Array, cell: number, debt: Float64Array, width: number): number {
  let best = -1;
  for (let state = 0; state < STATES; state++) {
    const share = time[cell * STATES + state]!;
    debt[state]! += share;
    if (share > 0 && (best < 0 || debt[state]! > debt[best]!)) best = state;
  }
  if (best >= 0) debt[best]! -= width;
  return best;
}

interface Row {
  readonly key: string;
  readonly device: number;
  readonly share: string;
}

/** A row a device: `board 12`, boards together, with the share of time it computed. */
function rowsOf(stretches: readonly Stretch[], devices: Table | undefined): Row[] {
  const boards = devices === undefined ? [] : wordsOf(devices, 'board');
  const times = new Map<number, { total: number; compute: number }>();
  for (const { device, state, from, to } of stretches) {
    let time = times.get(device);
    if (time === undefined) times.set(device, (time = { total: 0, compute: 0 }));
    time.total += to - from;
    if (state === 0) time.compute += to - from;
  }
  const board = (device: number) => boards[device] ?? 'device';
  return [...times]
    .map(([device, time]) => ({
      device,
      board: board(device),
      key: `${board(device)}  #${device}`,
      share: percent(time.total > 0 ? time.compute / time.total : 0, 0),
    }))
    .sort((a, b) => (a.board < b.board ? -1 : a.board > b.board ? 1 : a.device - b.device));
}

function body(
  stretches: readonly Stretch[],
  rows: readonly Row[],
  x: { readonly per: number; readonly shown: Spec },
): Spec {
  const keys = rows.map((row) => row.key);
  const keyOf = new Map(rows.map((row) => [row.device, row.key]));
  const y = {
    field: 'row',
    type: 'nominal',
    sort: keys,
    scale: { domain: keys },
    title: null,
    axis: { labelColor: COLOR.ink, labelFontSize: rows.length > 24 ? 9 : 11, labelLimit: 180, grid: false },
  };
  const names = TIMELINE_STATES.filter((_, state) => stretches.some((stretch) => stretch.state === state));
  const color = {
    field: 'state',
    type: 'nominal',
    scale: { domain: names, range: names.map((name) => LOOK[name].color) },
  };
  const values = stretches.map(({ device, state, from, to }) => ({
    row: keyOf.get(device)!,
    state: TIMELINE_STATES[state]!,
    t: six(from / x.per),
    end: six(to / x.per),
  }));
  const bands = [...new Set(names.map((name) => LOOK[name].band))].sort((a, b) => a - b);
  return {
    width: WIDTH,
    height: { step: rows.length > 24 ? 12 : rows.length > 8 ? 18 : 26 },
    layer: [
      ...bands.map((band) => ({
        data: { values: values.filter((value) => LOOK[value.state].band === band) },
        mark: { type: 'bar', height: { band } },
        encoding: { x: x.shown, x2: { field: 'end' }, y, color },
      })),
      {
        data: { values: rows.map((row) => ({ row: row.key, share: row.share })) },
        mark: { type: 'text', align: 'left', dx: 6, color: COLOR.blue, fontSize: rows.length > 24 ? 9 : 11 },
        encoding: { x: { value: WIDTH }, y, text: { field: 'share' } },
      },
      {
        data: { values: [{}] },
        mark: { type: 'text', align: 'left', dx: 6, dy: -10, color: COLOR.blue, text: 'compute', fontSize: 10 },
        encoding: { x: { value: WIDTH }, y: { value: 0 } },
      },
    ],
  };
}
