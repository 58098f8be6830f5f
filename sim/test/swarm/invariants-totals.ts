import { pairCount } from '../../method/pairs.ts';
import { numbersOf } from '../../metrics/table.ts';
import {
  atMost,
  endOf,
  expectEqual,
  expectRange,
  expectRising,
  type Invariant,
  isG2t,
  type Observed,
  sum,
} from './observed.ts';

const total = ({ tables }: Observed, column: string): number => sum(numbersOf(tables.devices, column));
const last = ({ tables }: Observed, column: string): number => numbersOf(tables.metrics, column).at(-1) ?? Number.NaN;

/** Methods whose task is a round of the whole fleet. */
const ROUND_METHODS: readonly string[] = ['ssgd', 'fedavg', 'adaptive-tau'];

/** The summary, the devices and the measurements: they say the same of the same things. */
export const TOTALS: readonly Invariant[] = [
  {
    name: 'devices-listed',
    says: 'The table of devices has one row for every device of the fleet, in order of their ids.',
    *broken({ scenario, summary, tables }) {
      const count = scenario.fleet.reduce((devices, group) => devices + group.count, 0);
      yield* expectEqual('summary.devices', summary.devices, count);
      yield* expectEqual('the rows of devices', tables.devices.rows, count);
      const out = numbersOf(tables.devices, 'device').findIndex((device, row) => device !== row);
      if (out >= 0) yield `expected device ${out} in row ${out} of devices`;
    },
  },
  ...(['bytes_up', 'bytes_down', 'bytes_wasted', 'energy_j'] as const).map(
    (key): Invariant => ({
      name: `sum-${key.replaceAll('_', '-')}`,
      says: `The devices' ${key} add up to that of the summary.`,
      *broken(run) {
        yield* expectEqual(`the sum of devices.${key}`, total(run, key), run.summary[key]);
      },
    }),
  ),
  {
    name: 'sum-compute',
    says: 'The computing times of the devices add up to the device-seconds of the summary.',
    *broken(run) {
      yield* expectEqual('the sum of devices.compute_s', total(run, 'compute_s'), run.summary.device_seconds);
    },
  },
  {
    name: 'sum-tasks-done',
    says: 'The tasks done by devices add up to those of the summary; in methods of rounds, where a round is a task, to at least those.',
    *broken(run) {
      const done = total(run, 'tasks_done');
      if (!ROUND_METHODS.includes(run.scenario.method.name))
        yield* expectEqual('the sum of devices.tasks_done', done, run.summary.tasks_done);
      else if (done < run.summary.tasks_done)
        yield `expected at least ${run.summary.tasks_done} tasks done by devices, got ${done}`;
    },
  },
  {
    name: 'sum-reassigned',
    says: 'No more tasks are given to another device than were taken from one.',
    *broken(run) {
      const taken = total(run, 'reassigned_from');
      if (run.summary.tasks_reassigned > taken)
        yield `expected at most ${taken} tasks re-assigned, got ${run.summary.tasks_reassigned}`;
    },
  },
  {
    name: 'bytes-conserved',
    says: 'Every byte that a device put on the wire or was sent is delivered, lost, wasted or still under way.',
    *broken({ tables, network }) {
      const up = numbersOf(tables.devices, 'bytes_up');
      const down = numbersOf(tables.devices, 'bytes_down');
      for (let device = 0; device < up.length; device++) {
        const known = network.delivered[device]! + network.lost[device]! + network.wasted[device]!;
        const underWay = up[device]! + down[device]! - known;
        if (underWay >= 0 && (underWay === 0 || network.active > 0)) continue;
        yield `expected the bytes of device ${device} to be delivered, lost or wasted but for ${network.active} transfers under way, got ${underWay} B left`;
        return;
      }
    },
  },
  {
    name: 'bytes-lost-range',
    says: 'A device loses no more bytes than it sent and was sent.',
    *broken({ tables }) {
      const [up, down, lost] = ['bytes_up', 'bytes_down', 'bytes_lost'].map((name) => numbersOf(tables.devices, name));
      for (let device = 0; device < up!.length; device++)
        if (lost![device]! < 0 || lost![device]! > up![device]! + down![device]!)
          yield `expected device ${device} to lose at most ${up![device]! + down![device]!} B, got ${lost![device]}`;
    },
  },
  {
    name: 'whole-bytes',
    says: 'Bytes are whole and at least 0.',
    *broken({ tables }) {
      for (const table of [tables.devices, tables.rounds, tables.metrics])
        for (const { name, unit } of table.columns) {
          if (unit !== 'B') continue;
          const bad = [...numbersOf(table, name)].find((value) => !(value >= 0) || !Number.isInteger(value));
          if (bad !== undefined) yield `expected ${table.name}.${name} to be whole and at least 0, got ${bad}`;
        }
    },
  },
  {
    name: 'device-times-range',
    says: 'Every time of a device is at least 0 and no longer than the run, and handshakes no longer than communication.',
    *broken(run) {
      const { devices } = run.tables;
      for (const column of ['compute_s', 'comm_s', 'handshake_s', 'idle_s', 'offline_s'])
        yield* expectRange(devices, column, 0, endOf(run));
      const comm = numbersOf(devices, 'comm_s');
      const worse = numbersOf(devices, 'handshake_s').findIndex((time, device) => !atMost(time, comm[device]!));
      if (worse >= 0) yield `expected the handshakes of device ${worse} within its communication of ${comm[worse]} s`;
    },
  },
  {
    name: 'device-times-conserved',
    says: 'Computing, communicating, waiting and offline time of a device cover the run, and exceed it by no more than can overlap.',
    *broken(run) {
      const [compute, comm, idle, offline] = ['compute_s', 'comm_s', 'idle_s', 'offline_s'].map((name) =>
        numbersOf(run.tables.devices, name),
      );
      const end = endOf(run);
      for (let device = 0; device < compute!.length; device++) {
        const all = compute![device]! + comm![device]! + idle![device]! + offline![device]!;
        const overlap =
          Math.min(compute![device]!, comm![device]! + offline![device]!) + Math.min(comm![device]!, offline![device]!);
        if (atMost(end, all) && atMost(all, end + overlap)) continue;
        yield `expected the times of device ${device} to add up to ${end} s, or up to ${overlap} s more, got ${all} s`;
        return;
      }
    },
  },
  {
    name: 'energy-range',
    says: 'A device takes energy of at least 0, and no more than as much as its time by its largest power comes to.',
    *broken(run) {
      yield* expectRange(run.tables.devices, 'energy_j', 0, Number.MAX_VALUE);
      // No board takes more than this; transfers of both directions may go on at once.
      const most = 200 * 3 * endOf(run) + 1000;
      yield* expectRange(run.tables.devices, 'energy_j', 0, most);
    },
  },
  {
    name: 'ages-of-devices',
    says: 'The mean age of a device’s results is at most the largest, which is that of the summary for some device.',
    *broken(run) {
      const mean = numbersOf(run.tables.devices, 'age_mean_s');
      const max = numbersOf(run.tables.devices, 'age_max_s');
      for (let device = 0; device < mean.length; device++) {
        if (Number.isNaN(mean[device]!) && Number.isNaN(max[device]!)) continue;
        if (!(mean[device]! >= 0 && atMost(mean[device]!, max[device]!)))
          yield `expected device ${device} to have a mean age of 0 to ${max[device]} s, got ${mean[device]}`;
      }
      const known = [...max].filter((age) => !Number.isNaN(age));
      yield* expectEqual(
        'the largest age',
        known.length === 0 ? null : Math.max(...known),
        run.summary.age_s?.max ?? null,
      );
      yield* expectRange(run.tables.devices, 'age_max_s', 0, endOf(run));
    },
  },
  {
    name: 'ages-quantiles',
    says: 'The quantiles of ages run from 0 to 1, do not fall, and end in the largest age.',
    *broken({ tables: { ages }, summary }) {
      if (summary.age_s === null) yield* expectEqual('the rows of ages', ages.rows, 0);
      else {
        yield* expectRising(ages, 'share', true);
        yield* expectRising(ages, 'age_s');
        yield* expectEqual('the first share', numbersOf(ages, 'share')[0]!, 0);
        yield* expectEqual('the last share', numbersOf(ages, 'share').at(-1)!, 1);
        yield* expectEqual('the last age', numbersOf(ages, 'age_s').at(-1)!, summary.age_s.max);
      }
    },
  },
  {
    name: 'spreads',
    says: 'Of ages and of staleness, mean and 95th percentile lie between 0 and the largest.',
    *broken({ summary: { age_s, staleness } }) {
      for (const [name, spread] of Object.entries({ age_s, staleness })) {
        if (spread === null) continue;
        const { mean, p95, max } = spread;
        if (!(mean >= 0 && p95 >= 0 && atMost(mean, max) && atMost(p95, max)))
          yield `expected ${name} to have a mean and p95 of 0 to ${max}, got ${mean} and ${p95}`;
      }
    },
  },
  {
    name: 'tasks-range',
    says: 'No more tasks are done than there are, none is done that was not assigned, and none re-assigned that was not.',
    *broken({ summary }) {
      const { tasks_done, tasks_total, tasks_assigned, tasks_reassigned } = summary;
      if (tasks_done > tasks_total) yield `expected at most ${tasks_total} tasks done, got ${tasks_done}`;
      if (tasks_assigned === null) return;
      if (tasks_done > tasks_assigned)
        yield `expected at most ${tasks_assigned} tasks done, as assigned, got ${tasks_done}`;
      if (tasks_reassigned > tasks_assigned)
        yield `expected at most ${tasks_assigned} tasks re-assigned, as assigned, got ${tasks_reassigned}`;
    },
  },
  {
    name: 'tasks-of-classes',
    says: 'Globe2Train has a task for every pair of classes.',
    *broken(run) {
      const { method } = run.scenario;
      if (method.name !== 'g2t' || method.allocate === 'manual') return;
      yield* expectEqual('summary.tasks_total', run.summary.tasks_total, pairCount(run.classes));
    },
  },
  {
    name: 'stopped',
    says: 'A run stops when it is trained and was to stop then, at its accuracy, or at its horizon.',
    *broken(run) {
      const { stop } = run.scenario;
      const { stopped, tasks_done, tasks_total } = run.summary;
      const end = endOf(run);
      if (!atMost(end, stop.horizon)) yield `expected an end of at most ${stop.horizon} s, got ${end} s`;
      if (stopped === 'horizon') yield* expectEqual('the end', end, stop.horizon);
      if (stopped === 'trained' && stop.when === 'horizon') yield 'expected to stop at the horizon, got trained';
      if (stopped === 'trained' && isG2t(run)) yield* expectEqual('summary.tasks_done', tasks_done, tasks_total);
      if (stopped !== 'accuracy') return;
      if (typeof stop.when !== 'object') yield 'expected to stop at an accuracy only where one was asked for';
      else if (!(last(run, 'accuracy') >= stop.when.accuracy))
        yield `expected an accuracy of at least ${stop.when.accuracy} at the end, got ${last(run, 'accuracy')}`;
    },
  },
  {
    name: 'makespan',
    says: 'The makespan is at most the duration of the run, and known wherever the run was not cut at its horizon.',
    *broken(run) {
      const makespan = run.summary.makespan_s as number | null;
      if (makespan === null) {
        if (run.summary.stopped !== 'horizon')
          yield `expected a makespan where a run ends ${run.summary.stopped}, got none`;
      } else if (run.summary.stopped === 'horizon') yield `expected no makespan of a run that was cut, got ${makespan}`;
      else if (!(makespan >= 0 && atMost(makespan, endOf(run))))
        yield `expected a makespan of 0 to ${endOf(run)} s, got ${makespan}`;
    },
  },
  {
    name: 'efficiency',
    says: 'Efficiency is device-seconds over devices times makespan.',
    *broken({ summary }) {
      const { efficiency, device_seconds, devices } = summary;
      const makespan = summary.makespan_s as number | null;
      if (makespan === null || makespan === 0) {
        if (efficiency !== null && makespan === 0) yield `expected no efficiency without a makespan, got ${efficiency}`;
      } else yield* expectEqual('efficiency', efficiency, device_seconds / (devices * makespan));
    },
  },
  {
    name: 'ratios',
    says: 'The ratios of communication to computation are those of the sums, and missing where nothing was computed.',
    *broken(run) {
      const { comm_to_comp, device_seconds, bytes_up, bytes_down, flop } = run.summary;
      const time = device_seconds > 0 ? total(run, 'comm_s') / device_seconds : null;
      yield* expectEqual('comm_to_comp.time', comm_to_comp.time, time);
      yield* expectEqual(
        'comm_to_comp.bytes_per_flop',
        comm_to_comp.bytes_per_flop,
        flop > 0 ? (bytes_up + bytes_down) / flop : null,
      );
    },
  },
  {
    name: 'flop',
    says: 'No more operations are wasted than were made.',
    *broken({ summary: { flop, flop_wasted } }) {
      if (!(flop >= 0) || !(atMost(0, flop_wasted ?? 0) && atMost(flop_wasted ?? 0, flop)))
        yield `expected 0 to ${flop} operations wasted, got ${flop_wasted}`;
    },
  },
  {
    name: 'time-lost',
    says: 'Time lost to failure is at least 0.',
    *broken({ summary: { seconds_lost } }) {
      if (!((seconds_lost ?? 0) >= 0)) yield `expected at least 0 s lost, got ${seconds_lost}`;
    },
  },
  {
    name: 'measured-when',
    says: 'The model is measured at every multiple of measure.every, and at the end.',
    *broken(run) {
      const { metrics } = run.tables;
      const every = run.scenario.measure.every;
      yield* expectRising(metrics, 'at_s', true);
      const at = numbersOf(metrics, 'at_s');
      const off = [...at].findIndex(
        (time, row) => row < at.length - 1 && Math.abs(time - (row + 1) * every) > 1e-9 * (row + 1) + 1e-9 * time,
      );
      if (off >= 0) yield `expected measurement ${off + 1} at ${(off + 1) * every} s, got ${at[off]} s`;
      const count = Math.floor(endOf(run) / every);
      if (Math.abs(at.length - count) > 1) yield `expected about ${count} measurements, got ${at.length}`;
    },
  },
  {
    name: 'measured-rising',
    says: 'What is counted so far never falls.',
    *broken({ tables: { metrics } }) {
      for (const column of ['tasks_done', 'bytes_up', 'bytes_down', 'bytes_wasted', 'energy_j'])
        yield* expectRising(metrics, column);
    },
  },
  {
    name: 'measured-last',
    says: 'The last measurement is what the summary says.',
    *broken(run) {
      for (const key of ['tasks_done', 'bytes_up', 'bytes_down', 'bytes_wasted', 'energy_j'] as const)
        yield* expectEqual(`the last metrics.${key}`, last(run, key), run.summary[key]);
      const { time, bytes_per_flop } = run.summary.comm_to_comp;
      yield* expectEqual('the last metrics.comm_to_comp_time', known(last(run, 'comm_to_comp_time')), time);
      yield* expectEqual(
        'the last metrics.comm_to_comp_bytes_per_flop',
        known(last(run, 'comm_to_comp_bytes_per_flop')),
        bytes_per_flop,
      );
    },
  },
  {
    name: 'online-range',
    says: 'No more devices are online than there are.',
    *broken({ tables: { metrics }, summary }) {
      yield* expectRange(metrics, 'online', 0, summary.devices);
    },
  },
  {
    name: 'scores-range',
    says: 'Accuracy and macro-F1 lie between 0 and 1 wherever they are known.',
    *broken({ tables: { metrics, rounds }, summary: { accuracy, macro_f1 } }) {
      for (const column of ['accuracy', 'macro_f1']) yield* expectRange(metrics, column, 0, 1);
      yield* expectRange(rounds, 'accuracy', 0, 1);
      for (const [name, value] of Object.entries({ accuracy, macro_f1 }))
        if (value !== null && !(value >= 0 && value <= 1)) yield `expected ${name} to be 0 to 1, got ${value}`;
    },
  },
  {
    name: 'ram-range',
    says: 'Training takes RAM of at least 0.',
    *broken({ tables: { devices } }) {
      yield* expectRange(devices, 'ram_used_bytes', 0, 1e12);
    },
  },
  {
    name: 'idle-fleet',
    says: 'A device that has computed nothing has sent no results.',
    *broken({ tables: { devices } }) {
      const compute = numbersOf(devices, 'compute_s');
      const lazy = numbersOf(devices, 'tasks_done').findIndex((tasks, device) => tasks > 0 && compute[device] === 0);
      if (lazy >= 0) yield `expected device ${lazy} to compute something for its tasks, got 0 s`;
    },
  },
];

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
