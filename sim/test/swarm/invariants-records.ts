import { findColumn, numbersOf, type Table, wordsOf } from '../../metrics/table.ts';
import { TIMELINE_STATES } from '../../metrics/tables.ts';
import { FRAME, HEADER, HEADER_BYTES } from '../../protocol/frame.ts';
import { getU32 } from '../../protocol/bytes.ts';
import { type Direction, rowCheck, typeOf } from '../../run/frame-check.ts';
import { atMost, byDevice, endOf, expectEqual, expectRange, type Invariant, isG2t, near, type Observed, sum } from './observed.ts';

/** Columns in which a missing value says that something is not known (yet), as their descriptions have it. */
const MAY_MISS =
  /^(accuracy|macro_f1|comm_to_comp_.*|age_mean_s|age_max_s|loss|beta|delta|rho|staleness|staleness_mean)$/;
/** A note that a model has left the finite numbers. */
const DIVERGED = /finite|diverge|infinit|not a number/i;

/** Rounds, timeline, frames, partition and model: the records of what happened, row by row. */
export const RECORDS: readonly Invariant[] = [
  {
    name: 'finite',
    says: 'No value is infinite, and none is missing where one must be known, without a note that the model diverged.',
    *broken({ tables, model, summary, notes }) {
      const isNoted = notes.some((note) => DIVERGED.test(note));
      for (const table of [...Object.values(tables), model])
        for (const { name, type } of table.columns) {
          if (type !== 'f64') continue;
          const row = [...numbersOf(table, name)].findIndex((value) => !Number.isFinite(value) && !(Number.isNaN(value) && table !== model && MAY_MISS.test(name)));
          if (row >= 0 && !isNoted) yield `expected ${table.name}.${name} to be finite, got ${numbersOf(table, name)[row]} in row ${row}, and no note`;
        }
      for (const path of nonFinite(summary)) yield `expected summary.${path} to be finite or null`;
    },
  },
  {
    name: 'rounds-order',
    says: 'Rounds are listed in the order of their ends, and those of one end by device.',
    *broken({ tables: { rounds } }) {
      const ended = numbersOf(rounds, 'ended_s');
      const device = numbersOf(rounds, 'device');
      for (let row = 1; row < rounds.rows; row++) {
        const isLater = ended[row]! > ended[row - 1]! || (ended[row] === ended[row - 1] && device[row]! >= device[row - 1]!);
        if (isLater) continue;
        yield `expected round ${row} (device ${device[row]}, ${ended[row]} s) after device ${device[row - 1]}, ${ended[row - 1]} s`;
        return;
      }
    },
  },
  {
    name: 'rounds-times',
    says: 'A round begins at or after 0, ends at or after its beginning, and no later than the run.',
    *broken(run) {
      const { rounds } = run.tables;
      const started = numbersOf(rounds, 'started_s');
      const ended = numbersOf(rounds, 'ended_s');
      for (let row = 0; row < rounds.rows; row++) {
        if (started[row]! >= 0 && atMost(started[row]!, ended[row]!) && atMost(ended[row]!, endOf(run))) continue;
        yield `expected round ${row} to lie within 0 to ${endOf(run)} s, got ${started[row]} to ${ended[row]} s`;
        return;
      }
    },
  },
  {
    name: 'rounds-numbers',
    says: 'The rounds of a device are numbered upwards from 1, with Globe2Train without a gap.',
    *broken(run) {
      const number = numbersOf(run.tables.rounds, 'round');
      for (const [device, rows] of byDevice(run.tables.rounds)) {
        const wrong = rows.find((row, n) => (isG2t(run) ? number[row] !== n + 1 : number[row]! <= (n === 0 ? 0 : number[rows[n - 1]!]!)));
        if (wrong === undefined) continue;
        yield `expected the rounds of device ${device} to be numbered upwards, got ${rows.slice(0, 12).map((row) => number[row])}`;
        return;
      }
    },
  },
  {
    name: 'rounds-of-devices',
    says: 'The rounds of a device have no more bytes, time and classifiers than the device.',
    *broken({ tables: { rounds, devices } }) {
      for (const column of ['bytes_up', 'bytes_down', 'comm_s'])
        for (const [device, rows] of byDevice(rounds)) {
          const values = numbersOf(rounds, column);
          const all = sum(rows.map((row) => values[row]!));
          const most = numbersOf(devices, column)[device]!;
          if (!atMost(all, most)) yield `expected the rounds of device ${device} to have at most ${most} of ${column}, got ${all}`;
        }
    },
  },
  {
    name: 'rounds-compute',
    says: 'The rounds of a device say no more computing time than the device.',
    *broken({ tables: { rounds, devices } }) {
      const values = numbersOf(rounds, 'compute_s');
      for (const [device, rows] of byDevice(rounds)) {
        const all = sum(rows.map((row) => values[row]!));
        const most = numbersOf(devices, 'compute_s')[device]!;
        if (!atMost(all, most)) yield `expected the rounds of device ${device} to compute at most ${most} s, got ${all} s`;
      }
    },
  },
  {
    name: 'rounds-fit',
    says: 'What a device did between two ends of its rounds takes no longer than the time between them.',
    *broken({ tables: { rounds } }) {
      const ended = numbersOf(rounds, 'ended_s');
      for (const column of ['compute_s', 'comm_s']) {
        const values = numbersOf(rounds, column);
        for (const [device, rows] of byDevice(rounds)) {
          const wrong = rows.find((row, n) => values[row]! < 0 || !atMost(values[row]!, ended[row]! - (n === 0 ? 0 : ended[rows[n - 1]!]!)));
          if (wrong === undefined) continue;
          yield `expected ${column} of the round of device ${device} that ends at ${ended[wrong]} s to fit in the time since its last, got ${values[wrong]} s`;
          break;
        }
      }
    },
  },
  {
    name: 'uploads',
    says: 'With Globe2Train, a device has a round for each upload, and its classifiers are those of its rounds.',
    *broken(run) {
      if (!isG2t(run)) return;
      const { rounds, devices } = run.tables;
      const rows = byDevice(rounds);
      const classifiers = numbersOf(rounds, 'classifiers');
      for (let device = 0; device < devices.rows; device++) {
        const own = rows.get(device) ?? [];
        yield* expectEqual(`the rounds of device ${device}`, own.length, numbersOf(devices, 'uploads')[device]!);
        const sent = sum(own.map((row) => classifiers[row]!));
        yield* expectEqual(`the classifiers of device ${device}`, sent, numbersOf(devices, 'classifiers_sent')[device]!);
      }
    },
  },
  {
    name: 'rounds-tasks',
    says: 'The tasks of the rounds add up to those that are done; none has more than its classifiers.',
    *broken(run) {
      if (!isG2t(run)) return;
      const { rounds } = run.tables;
      const tasks = numbersOf(rounds, 'tasks');
      yield* expectEqual('the tasks of all rounds', sum(tasks), run.summary.tasks_done);
      const classifiers = numbersOf(rounds, 'classifiers');
      const wrong = tasks.findIndex((count, row) => count > classifiers[row]!);
      if (wrong >= 0) yield `expected round ${wrong} to have at most ${classifiers[wrong]} tasks, got ${tasks[wrong]}`;
    },
  },
  {
    name: 'threshold',
    says: 'With Globe2Train, W_t is 1 to its limit.',
    *broken({ scenario: { method }, tables: { rounds } }) {
      if (method.name === 'g2t') yield* expectRange(rounds, 'w_t', 1, Math.max(method.hold['w-max'], method.hold.w0));
    },
  },
  {
    name: 'staleness',
    says: 'Globe2Train has no staleness; other methods’ is whole, at least 0, and at most the updates before it.',
    *broken(run) {
      const { rounds } = run.tables;
      if (isG2t(run)) {
        if (run.summary.staleness !== null) yield 'expected no staleness for g2t';
        return;
      }
      const values = numbersOf(rounds, 'staleness');
      const wrong = values.findIndex((lag) => !Number.isNaN(lag) && (lag < 0 || !Number.isInteger(lag)));
      if (wrong >= 0) yield `expected a staleness that is whole and at least 0, got ${values[wrong]}`;
      const most = Math.max(...[...values].filter((lag) => !Number.isNaN(lag)), 0);
      if (most > (run.summary.staleness?.max ?? 0)) yield `expected a staleness of at most ${run.summary.staleness?.max}, as the summary says, got ${most}`;
    },
  },
  {
    name: 'tau',
    says: 'Local steps between aggregations are within the method’s limits.',
    *broken({ scenario: { method, interventions }, tables: { rounds } }) {
      if (findColumn(rounds, 'tau') === undefined || !('tau' in method) || interventions.some(({ tau }) => tau !== undefined)) return;
      if (method.name === 'adaptive-tau') {
        // What is left of the budget may allow fewer in the last round.
        const most = method.tau === 'adaptive' ? method['tau-max'] : method.tau;
        yield* expectRange(rounds, 'tau', 1, most);
      }
      else yield* expectRange(rounds, 'tau', Number(method.tau), Number(method.tau));
    },
  },
  {
    name: 'timeline-covers',
    says: 'Of each device that it shows, the timeline has one state at a time, from 0 to the end, without a gap or an overlap.',
    *broken(run) {
      const { timeline } = run.tables;
      const start = numbersOf(timeline, 'start_s');
      const end = numbersOf(timeline, 'end_s');
      const state = wordsOf(timeline, 'state');
      for (const [device, rows] of byDevice(timeline)) {
        const gap = rows.find((row, n) => {
          const from = n === 0 ? 0 : end[rows[n - 1]!]!;
          return start[row] !== from || !(end[row]! > start[row]!) || (n > 0 && state[row] === state[rows[n - 1]!]);
        });
        if (gap !== undefined) {
          yield `expected the timeline of device ${device} to go on from one state to another, got ${state[gap]} ${start[gap]} to ${end[gap]} s`;
          return;
        }
        yield* expectEqual(`the end of the timeline of device ${device}`, end[rows.at(-1)!]!, endOf(run));
      }
      const unknown = state.find((word) => !(TIMELINE_STATES as readonly string[]).includes(word));
      if (unknown !== undefined) yield `expected a state of the timeline, got ${unknown}`;
    },
  },
  {
    name: 'timeline-compute',
    says: 'The computing in a device’s timeline lasts as long as its computing time, where it has no work of its own.',
    *broken(run) {
      if (hasOwnWork(run)) return;
      yield* statesOf(run, ['compute'], (device) => numbersOf(run.tables.devices, 'compute_s')[device]!, near);
    },
  },
  {
    name: 'timeline-idle',
    says: 'The waiting in a device’s timeline lasts as long as its idle time, but for transfers under way at the end, which are not drawn.',
    *broken(run) {
      const { devices } = run.tables;
      if (hasOwnWork(run)) return;
      const [idle, comm] = ['idle_s', 'comm_s'].map((name) => numbersOf(devices, name));
      const drawn = durations(run, ['send', 'receive']);
      yield* statesOf(run, ['wait'], (device) => idle![device]!, (got, expected, device) => {
        const underWay = Math.max(0, comm![device]! - drawn.get(device)!);
        return atMost(expected, got) && atMost(got - underWay, expected);
      });
    },
  },
  {
    name: 'timeline-radio',
    says: 'The sending and receiving in a device’s timeline last no longer than its communication, the time offline no longer than that.',
    *broken(run) {
      const { devices } = run.tables;
      yield* statesOf(run, ['send', 'receive'], (device) => numbersOf(devices, 'comm_s')[device]!, atMost);
      yield* statesOf(run, ['offline'], (device) => numbersOf(devices, 'offline_s')[device]!, atMost);
    },
  },
  {
    name: 'partition',
    says: 'Every device has rows of the partition, and together they have no more than there are, unless all have all.',
    *broken({ scenario: { partition }, summary, tables, trainingRows }) {
      const table = tables.partition;
      if ((table === undefined) !== (partition === 'none')) yield 'expected a table of the partition where there is one';
      if (table === undefined || partition === 'none') return;
      const rows = numbersOf(table, 'rows');
      yield* expectEqual('the devices of the partition', byDevice(table).size, summary.devices);
      const isShared = partition.by === 'case' && partition.case === 3;
      const all = isShared ? trainingRows * summary.devices : trainingRows;
      if (sum(rows) > all || rows.includes(0)) yield `expected rows of the partition above 0 and at most ${all} in all, got ${sum(rows)}`;
    },
  },
  {
    name: 'frames-chain',
    says: 'Every recorded frame follows from the one before it: its check, its type, its clock.',
    *broken(run) {
      const { frames } = run.tables;
      if ((frames === undefined) !== (run.scenario.record === 'none')) yield 'expected frames where they are recorded';
      if (frames === undefined) return;
      const checks = numbersOf(frames, 'check');
      const clock = numbersOf(frames, 'clock_us');
      const type = wordsOf(frames, 'type');
      const last = new Map<number, number>();
      for (const [row, frame] of framesOf(frames).entries()) {
        const check = rowCheck(last.get(frame.device) ?? 0, { ...frame, clock: clock[row]! });
        last.set(frame.device, check);
        const isWhole = frame.bytes.length === 0 || frame.bytes.length === HEADER_BYTES + getU32(frame.bytes, HEADER.length);
        if (check === checks[row] && type[row] === typeOf(frame.bytes) && type[row] !== 'unknown' && isWhole) continue;
        yield `expected frame ${row} (${type[row]} of device ${frame.device}) to be whole and to have the check ${check}, got ${checks[row]}`;
        return;
      }
    },
  },
  {
    name: 'frames-order',
    says: 'The frames of a device are in the order of time, within the run.',
    *broken(run) {
      const { frames } = run.tables;
      if (frames === undefined) return;
      const last = new Map<number, number>();
      for (const [row, { at_s, device }] of framesOf(frames).entries()) {
        if (at_s >= (last.get(device) ?? 0)) last.set(device, at_s);
        else yield `expected frame ${row} of device ${device} at or after ${last.get(device)} s, got ${at_s} s`;
      }
    },
  },
  {
    name: 'frames-of-rounds',
    says: 'For every upload in the rounds the record has a frame with results that the device had given before.',
    *broken({ tables: { frames, rounds, devices } }) {
      if (frames === undefined) return;
      const given = new Map<number, number[]>();
      for (const { at_s, device, direction, bytes } of framesOf(frames)) {
        const type = bytes[HEADER.type];
        if (direction !== 'up' || (type !== FRAME.weights && type !== FRAME.update)) continue;
        given.set(device, [...(given.get(device) ?? []), at_s]);
      }
      const ended = numbersOf(rounds, 'ended_s');
      for (const [device, rows] of byDevice(rounds)) {
        const times = given.get(device) ?? [];
        const missing = rows.find((row, n) => !(times[n]! <= ended[row]!));
        if (missing !== undefined) yield `expected a result of device ${device} before its round ended at ${ended[missing]} s, got none`;
      }
      const up = numbersOf(devices, 'bytes_up');
      for (const [device, sizes] of payloadUp(frames, byDevice(rounds)))
        if (up[device]! < sizes) yield `expected device ${device} to send at least the ${sizes} B of its results, got ${up[device]} B`;
    },
  },
  {
    name: 'frames-down',
    says: 'The frames that a device was given came over the network: it was sent at least as many bytes.',
    *broken({ tables: { frames, devices } }) {
      if (frames === undefined) return;
      const got = new Map<number, number>();
      for (const { device, direction, bytes } of framesOf(frames)) {
        if (direction === 'down' && bytes[HEADER.type] !== FRAME.link) got.set(device, (got.get(device) ?? 0) + bytes.length);
      }
      const down = numbersOf(devices, 'bytes_down');
      for (const [device, bytes] of got)
        if (down[device]! < bytes) yield `expected device ${device} to be sent at least ${bytes} B, got ${down[device]} B`;
    },
  },
];

/** Whether a device has work of its own: the timeline and the accounts then place its training by two approximations. */
function hasOwnWork({ scenario }: Observed): boolean {
  return scenario.fleet.some(({ routine }) => routine !== undefined);
}

/** How long each device that the timeline shows was in some states, s. */
function durations({ tables: { timeline } }: Observed, states: readonly string[]): Map<number, number> {
  const start = numbersOf(timeline, 'start_s');
  const end = numbersOf(timeline, 'end_s');
  const state = wordsOf(timeline, 'state');
  const lasting = (row: number): number => (states.includes(state[row]!) ? end[row]! - start[row]! : 0);
  return new Map([...byDevice(timeline)].map(([device, rows]) => [device, sum(rows.map(lasting))]));
}

/** Compares how long each device that the timeline shows was in some states with what is expected. */
function* statesOf(
  run: Observed,
  states: readonly string[],
  expected: (device: number) => number,
  fits: (got: number, expected: number, device: number) => boolean,
): Generator<string> {
  // Each difference of two times is rounded; so is the end of each stretch of work, to a nanosecond.
  const rounding = 1e-6 + 1e-9 * (run.tables.timeline.rows + endOf(run));
  for (const [device, got] of durations(run, states)) {
    if ([-rounding, 0, rounding].some((error) => fits(got + error, expected(device), device))) continue;
    yield `expected device ${device} to be in ${states.join(' or ')} for ${expected(device)} s, got ${got} s in the timeline`;
    return;
  }
}

interface RecordedFrame {
  readonly at_s: number;
  readonly device: number;
  readonly direction: Direction;
  readonly bytes: Uint8Array;
}

function framesOf(frames: Table): RecordedFrame[] {
  const at = numbersOf(frames, 'at_s');
  const device = numbersOf(frames, 'device');
  const direction = wordsOf(frames, 'direction') as readonly Direction[];
  const column = findColumn(frames, 'bytes');
  if (column?.type !== 'binary') throw new Error('Expected frames.bytes to be binary');
  const { offsets, bytes } = column;
  return Array.from({ length: frames.rows }, (_, row) => ({
    at_s: at[row]!,
    device: device[row]!,
    direction: direction[row]!,
    bytes: bytes.subarray(offsets[row]!, offsets[row + 1]!),
  }));
}

/** The least bytes that each device's uploads can have come to: as many results as it has rounds, the smallest. */
function payloadUp(frames: Table, rounds: Map<number, number[]>): Map<number, number> {
  const sizes = new Map<number, number[]>();
  for (const { device, direction, bytes } of framesOf(frames)) {
    const type = bytes[HEADER.type];
    if (direction === 'up' && (type === FRAME.weights || type === FRAME.update))
      sizes.set(device, [...(sizes.get(device) ?? []), bytes.length]);
  }
  return new Map([...sizes].map(([device, list]) => [device, sum(list.sort((a, b) => a - b).slice(0, rounds.get(device)?.length ?? 0))]));
}

/** Paths of the numbers in a value that are not finite. */
function* nonFinite(value: unknown, path = ''): Generator<string> {
  if (typeof value === 'number' && !Number.isFinite(value)) yield path.slice(1);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* nonFinite(inner, `${path}.${key}`);
}
