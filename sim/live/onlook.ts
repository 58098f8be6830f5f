import type { Dataset } from '../data/dataset.ts';
import { findColumn, type Table } from '../metrics/table.ts';
import { regionOf as placeOf } from '../net/regions.ts';
import { boardOf, regionNameOf } from '../run/places.ts';
import type { Session } from '../run/session.ts';
import type { World } from '../run/world.ts';
import { possibleMethods } from './changes.ts';
import { nodesOf, pictureOf, testSamples } from './content.ts';
import {
  type DeviceDetail,
  METRIC_COLUMNS,
  type Region,
  ROUND_COLUMNS,
  type Row,
  type RunInfo,
  type SentWeights,
  STATES,
} from './messages.ts';
import { base64, orNull } from './wire.ts';

const [WAITING, COMPUTING, SENDING, RECEIVING, OFFLINE, STALE] = STATES.keys();
/** What a device works on is stale when it was read so many mean ages of a result ago, and a second. */
const STALE_AGES = 2;
const LEAST_STALE_NS = 1e9;

/** Names of classes that a page is told. */
const MOST_NAMES = 1000;

/** What a run is. @param base the scenario as it was given, before any choice. */
export function infoOf(
  session: Session,
  dataset: Dataset,
  given: {
    readonly run: number;
    readonly generation: number;
    readonly base: Session['loaded'];
    readonly test: Uint32Array;
  },
): RunInfo {
  const { world, loaded } = session;
  const { scenario } = loaded;
  const { method, partition } = scenario;
  const { places } = world;
  const { placement } = places;
  return {
    run: given.run,
    generation: given.generation,
    name: scenario.name,
    seed: scenario.seed,
    method: method.name,
    learner: method.learner.name,
    methods: possibleMethods(given.base),
    hasTau: 'tau' in method,
    adaptive: method.name === 'adaptive-tau',
    dataCase: partition !== 'none' && partition.by === 'case' ? partition.case : null,
    cases: method.name !== 'g2t' && scenario.fleet.every(({ holds }) => holds === 'none'),
    networkModel: scenario.network.model,
    devices: places.devices,
    horizon: scenario.stop.horizon,
    regions: placement.regions.map(regionOf),
    server: regionOf(scenario.network.server.region),
    region: base64(new Uint8Array(Uint16Array.from(placement.region).buffer)),
    groups: places.groups.map(({ link, count }, index) => ({ board: places.boards[index]!.name, link, count })),
    picture: pictureOf(dataset),
    nodes: nodesOf(world, dataset),
    test: testSamples(dataset, given.test),
    classes: dataset.classNames.slice(0, MOST_NAMES),
  };
}

export function regionOf(name: string): Region {
  return { name, ...placeOf(name) };
}

/** What every device does at an instant no earlier than the last event, ns, as numbers of STATES. */
export function statesOf({ fleet, network, method, places }: World, now: number): Uint8Array {
  const { accounts } = fleet;
  const { ages } = method.records;
  const stale = Math.max(LEAST_STALE_NS, STALE_AGES * 1e9 * ages.meanSoFar());
  const states = new Uint8Array(places.devices);
  for (let device = 0; device < states.length; device++) {
    const since = method.waitingSince(device);
    const radio = accounts.radio(device);
    if (!network.online(device)) states[device] = OFFLINE!;
    else if (since >= 0 && now - since > stale) states[device] = STALE!;
    else if (fleet.busyUntil(device) > now) states[device] = COMPUTING!;
    else if (radio === 'sending') states[device] = SENDING!;
    else states[device] = radio === 'receiving' ? RECEIVING! : WAITING!;
  }
  return states;
}

export function countsOf(states: Uint8Array): number[] {
  const counts = STATES.map(() => 0);
  for (const state of states) counts[state]!++;
  return counts;
}

export function detailOf(
  { world, loaded }: Session,
  {
    device,
    state,
    weights,
    now,
  }: {
    readonly device: number;
    readonly state: number;
    readonly weights: SentWeights | null;
    /** No earlier than the last event, ns. */
    readonly now: number;
  },
): DeviceDetail {
  const { fleet, network, method, places, host } = world;
  const { accounts } = fleet;
  const board = boardOf(places, device);
  // As it is now: what was changed on the way included.
  const current =
    loaded.scenario.interventions.findLast(({ at }) => at * 1e9 <= now)?.network ?? loaded.scenario.network;
  const profile = current.profiles[places.placement.profile[device]!]!;
  const point = places.placement.accessPoint[device]!;
  return {
    device,
    state: STATES[state]!,
    board: board.title,
    core: board.core,
    megahertz: board.kilohertz / 1000,
    region: regionNameOf(places, device),
    link: profile.name,
    accessPoint: point < 0 ? null : places.placement.accessPoints[point]!.name,
    upBitPerSecond: profile.up,
    downBitPerSecond: profile.down,
    loss: profile.loss,
    rtt: fleet.rtt(device) / 1e9,
    arrived: fleet.arrivals.count(device),
    held: host.held(device),
    work: Math.max(0, fleet.busyUntil(device) - now) / 1e9,
    ramUsed: method.ramBytes[device]!,
    ram: board.ramBytes - board.systemBytes,
    rows: accounts.rows[device]!,
    computed: accounts.computeUntil(device, now) / 1e9,
    communicated: accounts.communicationUntil(device, now) / 1e9,
    bytesUp: network.totals.bytesUp[device]!,
    bytesDown: network.totals.bytesDown[device]!,
    energy: world.energy(device, now),
    uploads: method.records.uploads[device]!,
    failures: accounts.failures[device]!,
    weights,
  };
}

/** A table's rows as points, at most so many of them, spread evenly. */
export function metricRows(table: Table, most: number): Row[] {
  return pick(table.rows, most).map(reader(table, METRIC_COLUMNS));
}

/** Rounds as points: one for all devices of a round that ended together. */
export function roundRows(table: Table, most: number): Row[] {
  if (findColumn(table, 'tau') === undefined) return [];
  const read = reader(table, ['ended_s', ...ROUND_COLUMNS.slice(1)]);
  const rounds: Row[] = [];
  let last: { at: number; rows: number; sum: number } | undefined;
  for (let n = 0; n < table.rows; n++) {
    const row = read(n);
    const staleness = row.at(-1) ?? 0;
    if (last !== undefined && last.at === row[0]) {
      last.rows++;
      last.sum += staleness;
      rounds[rounds.length - 1] = [...row.slice(0, -1), last.sum / last.rows];
    } else {
      last = { at: row[0] as number, rows: 1, sum: staleness };
      rounds.push(row);
    }
  }
  return pick(rounds.length, most).map((n) => rounds[n]!);
}

function reader(table: Table, columns: readonly string[]): (row: number) => Row {
  const values = columns.map((name) => {
    const column = findColumn(table, name);
    return column !== undefined && 'values' in column ? column.values : undefined;
  });
  return (row) => values.map((column) => orNull(column?.[row]));
}

/** Row numbers, the last always among them. */
function pick(rows: number, most: number): number[] {
  const shown = Math.min(rows, most);
  return Array.from({ length: shown }, (_, n) => Math.floor(((n + 1) * rows) / shown) - 1);
}
