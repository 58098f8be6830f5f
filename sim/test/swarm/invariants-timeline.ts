import { numbersOf, wordsOf } from '../../metrics/table.ts';
import { TIMELINE_STATES } from '../../metrics/tables.ts';
import { atMost, byDevice, endOf, expectEqual, type Invariant, near, type Observed, sum } from './observed.ts';

/** The timeline and the partition: what each device was doing when, and the rows that it has. */
export const TIMELINES: readonly Invariant[] = [
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
      if (hasOwnWork(run)) return;
      const { devices } = run.tables;
      const [idle, comm, compute, offline] = ['idle_s', 'comm_s', 'compute_s', 'offline_s'].map((name) =>
        numbersOf(devices, name),
      );
      const drawn = durations(run, ['send', 'receive']);
      yield* statesOf(
        run,
        ['wait'],
        (device) => idle![device]!,
        (got, expected, device) => {
          const underWay = Math.max(0, comm![device]! - drawn.get(device)!);
          // Computing while offline is taken from the idle time twice (run/outcome.ts); where it no longer is, this is 0.
          const twice = Math.min(compute![device]!, offline![device]!);
          return atMost(expected, got) && atMost(got - underWay - twice, expected);
        },
      );
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
      if ((table === undefined) !== (partition === 'none'))
        yield 'expected a table of the partition where there is one';
      if (table === undefined || partition === 'none') return;
      const rows = numbersOf(table, 'rows');
      yield* expectEqual('the devices of the partition', byDevice(table).size, summary.devices);
      const isShared = partition.by === 'case' && partition.case === 3;
      const all = isShared ? trainingRows * summary.devices : trainingRows;
      if (sum(rows) > all || rows.includes(0))
        yield `expected rows of the partition above 0 and at most ${all} in all, got ${sum(rows)}`;
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
    const closest = Math.min(Math.max(expected(device), got - rounding), got + rounding);
    if (fits(closest, expected(device), device)) continue;
    yield `expected device ${device} to be in ${states.join(' or ')} for ${expected(device)} s, got ${got} s in the timeline`;
    return;
  }
}
