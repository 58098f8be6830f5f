import { findColumn, numbersOf } from '../../metrics/table.ts';
import { atMost, byDevice, endOf, expectEqual, expectRange, type Invariant, isG2t, sum } from './observed.ts';

/** Columns in which a missing value says that something is not known (yet), as their descriptions have it. */
const MAY_MISS =
  /^(accuracy|macro_f1|comm_to_comp_.*|age_mean_s|age_max_s|loss|beta|delta|rho|staleness|staleness_mean)$/;
/** A note that a model has left the finite numbers. */
const DIVERGED = /finite|diverge|infinit|not a number/i;

/** Rounds and models: what every device's rounds say. */
export const ROUNDS: readonly Invariant[] = [
  {
    name: 'finite',
    says: 'No value is infinite, and none is missing where one must be known, without a note that the model diverged.',
    *broken({ tables, model, summary, notes }) {
      const isNoted = notes.some((note) => DIVERGED.test(note));
      for (const table of [...Object.values(tables), model])
        for (const { name, type } of table.columns) {
          if (type !== 'f64') continue;
          const row = [...numbersOf(table, name)].findIndex(
            (value) => !Number.isFinite(value) && !(Number.isNaN(value) && table !== model && MAY_MISS.test(name)),
          );
          if (row >= 0 && !isNoted)
            yield `expected ${table.name}.${name} to be finite, got ${numbersOf(table, name)[row]} in row ${row}, and no note`;
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
        const isLater =
          ended[row]! > ended[row - 1]! || (ended[row] === ended[row - 1] && device[row]! >= device[row - 1]!);
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
        const wrong = rows.find((row, n) =>
          isG2t(run) ? number[row] !== n + 1 : number[row]! <= (n === 0 ? 0 : number[rows[n - 1]!]!),
        );
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
          if (!atMost(all, most))
            yield `expected the rounds of device ${device} to have at most ${most} of ${column}, got ${all}`;
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
        if (!atMost(all, most))
          yield `expected the rounds of device ${device} to compute at most ${most} s, got ${all} s`;
      }
    },
  },
  {
    name: 'rounds-fit',
    says: 'What a device did in its rounds so far takes no longer than the time until the last of them ended.',
    *broken({ tables: { rounds } }) {
      const ended = numbersOf(rounds, 'ended_s');
      for (const column of ['compute_s', 'comm_s']) {
        const values = numbersOf(rounds, column);
        for (const [device, rows] of byDevice(rounds)) {
          // Of a stream under way at the end of a round, all of the work counts in the next.
          let soFar = 0;
          const wrong = rows.find((row) => {
            soFar += values[row]!;
            return values[row]! < 0 || !atMost(soFar, ended[row]!);
          });
          if (wrong === undefined) continue;
          yield `expected ${column} of the rounds of device ${device} to fit in the ${ended[wrong]} s until they end, got ${soFar} s, of which ${values[wrong]} s in the last`;
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
        yield* expectEqual(
          `the classifiers of device ${device}`,
          sent,
          numbersOf(devices, 'classifiers_sent')[device]!,
        );
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
    says: 'With Globe2Train, W_t is 1 to its limit, and that of a device is the one of its last round.',
    *broken({ scenario: { method }, tables: { rounds, devices } }) {
      if (method.name !== 'g2t') return;
      yield* expectRange(rounds, 'w_t', 1, Math.max(method.hold['w-max'], method.hold.w0));
      const [w, lastW] = [numbersOf(rounds, 'w_t'), numbersOf(devices, 'w_t_last')];
      for (const [device, rows] of byDevice(rounds))
        yield* expectEqual(`the last W_t of device ${device}`, lastW[device]!, w[rows.at(-1)!]!);
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
      if (most > (run.summary.staleness?.max ?? 0))
        yield `expected a staleness of at most ${run.summary.staleness?.max}, as the summary says, got ${most}`;
    },
  },
  {
    name: 'tau',
    says: 'Local steps between aggregations are within the method’s limits.',
    *broken({ scenario: { method, interventions }, tables: { rounds } }) {
      if (
        findColumn(rounds, 'tau') === undefined ||
        !('tau' in method) ||
        interventions.some(({ tau }) => tau !== undefined)
      )
        return;
      if (method.name === 'adaptive-tau') {
        // What is left of the budget may allow fewer in the last round.
        const most = method.tau === 'adaptive' ? method['tau-max'] : method.tau;
        yield* expectRange(rounds, 'tau', 1, most);
      } else yield* expectRange(rounds, 'tau', Number(method.tau), Number(method.tau));
    },
  },
];

/** Paths of the numbers in a value that are not finite. */
function* nonFinite(value: unknown, path = ''): Generator<string> {
  if (typeof value === 'number' && !Number.isFinite(value)) yield path.slice(1);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* nonFinite(inner, `${path}.${key}`);
}
