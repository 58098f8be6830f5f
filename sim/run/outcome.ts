import type { Dataset } from '../data/dataset.ts';
import { toSeconds } from '../kernel/time.ts';
import { TableBuilder } from '../metrics/builder.ts';
import { type Stopped, type Summary, summarise } from '../metrics/summary.ts';
import type { Table } from '../metrics/table.ts';
import { DEVICES_TABLE } from '../metrics/tables.ts';
import { TIMELINE } from '../metrics/timeline.ts';
import { boardText } from '../scenario/fleet-options.ts';
import { regionNameOf } from './places.ts';
import type { World } from './world.ts';

/** The table `devices`: what each device did and spent until `end`, ns. Notes its time offline in the timeline. */
export function deviceTable(world: World, end: number): Table {
  const { places, fleet, network, method } = world;
  const { records } = method;
  const { accounts } = fleet;
  const { totals } = network;
  const offlineStretches = world.offline();
  const table = new TableBuilder(DEVICES_TABLE);
  const { at } = table;
  for (let device = 0; device < places.devices; device++) {
    const compute = toSeconds(accounts.computeUntil(device, end));
    const communication = toSeconds(accounts.communicationUntil(device, end));
    let offlineNs = 0;
    for (const { from, to } of offlineStretches(device, end)) {
      offlineNs += to - from;
      world.timeline.span(device, TIMELINE.offline, from, to);
    }
    const offline = toSeconds(offlineNs);
    table.set(at.device, device);
    table.setText(at.board, boardText(places.groups[places.group[device]!]!));
    table.setText(at.region, regionNameOf(places, device));
    table.setText(at.link, places.groups[places.group[device]!]!.link);
    table.set(at.tasks_done, records.tasksDone[device]!);
    table.set(at.uploads, records.uploads[device]!);
    table.set(at.classifiers_sent, records.classifiersSent[device]!);
    table.set(at.w_t_last, records.threshold[device]!);
    table.set(at.compute_s, compute);
    table.set(at.comm_s, communication);
    table.set(at.handshake_s, toSeconds(accounts.handshakes[device]!));
    const overlap = toSeconds(accounts.overlapUntil(device, end));
    table.set(at.idle_s, Math.max(0, toSeconds(end) - compute - communication + overlap - offline));
    table.set(at.offline_s, offline);
    table.set(at.bytes_up, totals.bytesUp[device]!);
    table.set(at.bytes_down, totals.bytesDown[device]!);
    table.set(at.bytes_lost, totals.bytesLost[device]!);
    table.set(at.bytes_wasted, totals.bytesWasted[device]! + records.bytesWasted[device]!);
    table.set(at.energy_j, world.energy(device, end));
    table.set(
      at.age_mean_s,
      records.agesOf[device]! > 0 ? records.ageSum[device]! / records.agesOf[device]! : Number.NaN,
    );
    table.set(at.age_max_s, records.agesOf[device]! > 0 ? records.ageMax[device]! : Number.NaN);
    table.set(at.reassigned_from, records.reassigned[device]!);
    table.set(at.ram_used_bytes, method.ramBytes[device]!);
    table.endRow();
  }
  return table.build();
}

/** The summary of a run that ended at `end`, ns. */
export function summaryOf(run: {
  readonly world: World;
  readonly name: string;
  readonly dataset: Dataset;
  readonly stopped: Stopped;
  readonly end: number;
  readonly digest: string;
}): Summary {
  const { world, end } = run;
  const { places, fleet, network, method } = world;
  const { records } = method;
  const { accounts } = fleet;
  const { totals } = network;
  const { devices } = places;
  const byDevice = (value: (device: number) => number): Float64Array =>
    Float64Array.from({ length: devices }, (_, device) => value(device));
  const { tasksDone, tasksTotal, tasksReassigned, tasksAssigned } = method.progress;
  return summarise({
    name: run.name,
    digest: run.digest,
    endSeconds: toSeconds(end),
    scores: run.dataset.test.count > 0 ? method.finalScores() : null,
    staleness: records.staleness,
    age: records.ages,
    computeSeconds: byDevice((device) => toSeconds(accounts.computeUntil(device, end))),
    communicationSeconds: byDevice((device) => toSeconds(accounts.communicationUntil(device, end))),
    bytesUp: totals.bytesUp,
    bytesDown: totals.bytesDown,
    bytesWasted: byDevice((device) => totals.bytesWasted[device]! + records.bytesWasted[device]!),
    energyJoules: byDevice((device) => world.energy(device, end)),
    flop: accounts.flop,
    flopWasted: records.flopWasted,
    secondsLost: byDevice((device) => toSeconds(accounts.lost[device]!)),
    events: world.sim.events,
    tasks: { done: tasksDone, total: tasksTotal, reassigned: tasksReassigned, assigned: tasksAssigned },
    stopped: run.stopped,
  });
}
