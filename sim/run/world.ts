import type { Dataset } from '../data/dataset.ts';
import { dealClasses } from '../data/held.ts';
import type { Partition } from '../data/partition.ts';
import type { Kernel } from '../device/board.ts';
import type { Crew } from '../device/crew.ts';
import { cyclesOf, handshakeTimes, nanosecondsPerByteTaken, recordCycles } from '../device/cycles.ts';
import { energyOf } from '../device/energy.ts';
import type { Guard } from '../device/guard.ts';
import { PooledHost } from '../device/host.ts';
import { type FirmwareHost, INBOX_BYTES } from '../device/host-types.ts';
import { IsolatedHost } from '../device/isolated-host.ts';
import { deviceSpec } from '../device/memory.ts';
import { Fleet } from '../fleet/fleet.ts';
import { Routine } from '../fleet/routine.ts';
import { InputError } from '../kernel/errors.ts';
import { Simulation } from '../kernel/simulation.ts';
import { cyclesToDuration, fromSeconds, type Instant, toSeconds } from '../kernel/time.ts';
import { kernelOf } from '../method/g2t/learner.ts';
import type { Method } from '../method/method.ts';
import { wireMethod } from '../method/registry.ts';
import { chooseDevices, TimelineRecorder } from '../metrics/timeline.ts';
import { FlowNetwork } from '../net/flow.ts';
import type { Network, NetworkListener } from '../net/network.ts';
import { SimpleNetwork } from '../net/simple.ts';
import { HEADER_BYTES } from '../protocol/frame.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { estimateWorkload, excess } from '../scenario/workload.ts';
import { foretell, Interventions } from './interventions.ts';
import { type LiveBoards, refuseWithoutBoards } from './live.ts';
import { offlineStretches, type Stretch } from './offline.ts';
import { partitionOf } from './partition.ts';
import { boardOf, layOut, type Places } from './places.ts';

/** Called for every frame that enters or leaves a device's firmware, and for calls of its timer (no bytes). */
export type FrameObserver = (at: number, device: number, out: boolean, bytes: Uint8Array) => void;

export interface WorldInput {
  readonly loaded: LoadedScenario;
  readonly dataset: Dataset;
  /** The firmware, compiled. */
  readonly firmware: WebAssembly.Module;
  /** Who works on what devices' firmware takes long for; undefined: the caller. */
  readonly crew?: Crew | undefined;
  /** Runs the firmware where it is foreign. */
  readonly guard?: Guard | undefined;
  readonly observe: FrameObserver | undefined;
  /** Called after every aggregation of the method; undefined where nobody measures the model then. */
  readonly onAggregated?: (() => void) | undefined;
  /** Boards that take part beside the simulated devices. */
  readonly live?: LiveBoards | undefined;
}

/** A scenario wired up and ready to run. Times in ns. */
export interface World {
  readonly sim: Simulation;
  readonly places: Places;
  readonly host: FirmwareHost;
  readonly network: Network;
  readonly fleet: Fleet;
  readonly method: Method;
  readonly kernel: Kernel;
  readonly timeline: TimelineRecorder;
  /** The training rows of each device, where the scenario divides them. */
  readonly partition: Partition | undefined;
  /** Energy of a device until `at`, J. */
  energy(device: number, at: number): number;
  /** What is changed while the run goes on. */
  readonly interventions: Interventions;
  /** Who tells the stretches that a device was offline until an instant; to be asked once a device, then anew. */
  offline(): (device: number, until: number) => Iterable<Stretch>;
}

/** Receive buffers are a power of two that holds a frame header and a row, and at least this. */
const LEAST_RECEIVE_BYTES = 1024;
/** The first wait before a failed exchange is tried again (as long as the first time-out of RFC 6298), and the longest: ours. */
const BACKOFF = { first: 1e9, longest: 60e9 };

export function buildWorld(input: WorldInput): World {
  const { loaded, dataset, firmware, crew, guard, observe, onAggregated, live } = input;
  const { scenario } = loaded;
  if (live === undefined) refuseWithoutBoards(scenario);
  refuseExcess(loaded, dataset);
  const { seed, method: options } = scenario;
  const sim = new Simulation(fromSeconds(scenario.stop.horizon) as number as Instant);
  const places = layOut(scenario);
  const { devices, groups, group, boards } = places;
  const kernel = options.name === 'g2t' ? kernelOf(options.learner) : 'ours';
  // What a device tells of its speed: a step of the learner that its tasks train; exchanges do not go by it.
  const learner = options.name === 'g2t' ? options.learner.name : 'opt-sgd';
  const receiveBytes = receiveBytesFor(dataset.features);
  const Host = scenario.isolation === 'instance' ? IsolatedHost : PooledHost;
  const host = live === undefined ? new Host(firmware, crew, guard) : live.host(firmware);
  const specOf = boards.map((board) =>
    deviceSpec(board, { kernel, learner, features: dataset.features, receiveBytes }),
  );
  const specs = Array.from(group, (index, device) => live?.spec(device, specOf[index]!) ?? specOf[index]!);
  for (const spec of specs) host.add(spec);

  const listener: NetworkListener = {
    delivered: (transfer) => fleet.delivered(transfer),
    failed: (transfer) => fleet.failed(transfer),
  };
  const simple = scenario.network.model === 'simple';
  const network: Network = simple
    ? new SimpleNetwork(sim, places.network, listener)
    : new FlowNetwork(sim, places.network, listener);
  const tls = !simple && places.network.transport.tls;
  const timeline = new TimelineRecorder({ fleet: devices, chosen: chooseDevices(group) });
  const fleet = new Fleet({
    sim,
    host,
    network,
    devices,
    seed,
    computeTime: (device, work, wireBytes) => {
      const board = boardOf(places, device);
      const measured = live?.span(device);
      const counted = measured === undefined ? cyclesOf(board, kernel, work) : 0;
      const cycles = counted + (tls ? recordCycles(board, wireBytes) : 0);
      return cyclesToDuration(cycles, board.kilohertz) + (measured ?? 0);
    },
    ingress: Float64Array.from(group, (index) => boards[index]!.ingressBytesPerSecond),
    routine: new Routine(
      seed,
      Array.from(group, (index) => groups[index]!.routine ?? null),
    ),
    backoff: BACKOFF,
    atOnce: live !== undefined,
    timeline,
    observe,
  });
  const interventions = new Interventions({ sim, loaded, network, places, setTau: (tau) => method.setTau?.(tau) });
  const partition = partitionOf(loaded, dataset, devices);
  const energy = (device: number, at: number, part: 'all' | 'compute' = 'all') => {
    const { accounts } = fleet;
    const board = boardOf(places, device);
    const { full, resumed } = handshakeTimes(board);
    const opened = accounts.fullHandshakes[device]! * full + accounts.resumedHandshakes[device]! * resumed;
    // A handshake counts as communication; but where TLS ends on the board, its cryptography takes the CPU's power.
    const secure = tls && board.tls.place === 'board' ? opened : 0;
    const compute = toSeconds(accounts.computeUntil(device, at) + secure);
    const mode = kernel === 'as-published' ? 'paper' : 'states';
    if (part === 'compute') return energyOf(board, { compute, transmit: 0, receive: 0, idle: 0 }, mode);
    const transmit = toSeconds(accounts.sending[device]!);
    const receive = toSeconds(accounts.receiving[device]!);
    const idle = Math.max(0, toSeconds(at) - compute - transmit - receive);
    return energyOf(board, { compute, transmit, receive, idle }, mode);
  };
  const meter = () => {
    const sum = { all: 0, compute: 0 };
    for (let device = 0; device < devices; device++) {
      sum.all += energy(device, sim.now);
      sum.compute += energy(device, sim.now, 'compute');
    }
    return sum;
  };
  const method = wireMethod({
    sim,
    fleet,
    network,
    options,
    dataset,
    seed,
    receiveBytes,
    specs,
    nanosecondsPerByte: Float64Array.from(group, (index) => nanosecondsPerByteTaken(boards[index]!, kernel, tls)),
    holds: heldClasses(places, dataset.classes, seed),
    partition,
    meter,
    fault: loaded.fault,
    onAggregated,
    onFinished: () => {
      if (scenario.stop.when !== 'horizon') sim.stop();
    },
  });
  return {
    sim,
    places,
    host,
    network,
    fleet,
    method,
    kernel,
    timeline,
    partition,
    energy,
    interventions,
    offline: () => {
      const { dropout } = layOut(scenario).network.weather;
      foretell(dropout, interventions.plan);
      return (device, until) => offlineStretches(dropout, device, until);
    },
  };
}

/** What hangs on the size of a data set in files shows only now. @throws ScenarioError */
function refuseExcess(
  { scenario, fault }: LoadedScenario,
  { classes, features, train, test, validation }: Dataset,
): void {
  const rows = train.count + test.count + (validation?.count ?? 0);
  for (const estimate of estimateWorkload(scenario, { classes, features, trainRows: train.count, rows })) {
    const message = excess(estimate);
    if (message !== undefined) throw fault(estimate.path, message);
  }
}

function receiveBytesFor(features: number): number {
  const most = Math.floor((INBOX_BYTES - HEADER_BYTES - 1) / 4);
  if (features > most)
    throw new InputError(`dataset: expected at most ${most} features, as many as a frame carries, got ${features}`);
  const least = HEADER_BYTES + 4 * features + 1;
  let bytes = LEAST_RECEIVE_BYTES;
  while (bytes < least) bytes *= 2;
  return bytes;
}

/** The classes whose rows each device holds, by device; groups that deal classes out draw them for their own devices. */
function heldClasses(places: Places, classes: number, seed: number): ('none' | 'all' | readonly number[])[] {
  const held: ('none' | 'all' | readonly number[])[] = [];
  places.groups.forEach(({ holds, count }, index) => {
    if (typeof holds === 'string' || Array.isArray(holds)) {
      const most = typeof holds === 'string' ? 0 : Math.max(...holds) + 1;
      if (most > classes)
        throw new InputError(`fleet.${index}.holds: expected classes from 1 to ${classes}, got ${most}`);
      for (let n = 0; n < count; n++) held.push(holds);
      return;
    }
    if (holds.classes > classes)
      throw new InputError(
        `fleet.${index}.holds.classes: expected at most ${classes}, the classes there are, got ${holds.classes}`,
      );
    const dealt = dealClasses({
      classes,
      devices: count,
      classesPerDevice: holds.classes,
      by: holds.by,
      seed: seed + index,
    });
    for (let n = 0; n < count; n++) held.push([...dealt.held.subarray(dealt.first[n]!, dealt.first[n + 1]!)]);
  });
  return held;
}
