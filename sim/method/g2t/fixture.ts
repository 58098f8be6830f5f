import { datasetOptions } from '../../data/options.ts';
import { resolveDataset } from '../../data/resolve.ts';
import { PooledHost } from '../../device/host.ts';
import type { DeviceSpec } from '../../device/host-types.ts';
import { WORK } from '../../device/host-types.ts';
import { firmware, nameOf, type Seen, spec } from '../../fleet/fixture.ts';
import { Fleet } from '../../fleet/fleet.ts';
import { Routine } from '../../fleet/routine.ts';
import { Simulation } from '../../kernel/simulation.ts';
import { type Instant, LAST_INSTANT } from '../../kernel/time.ts';
import { TimelineRecorder } from '../../metrics/timeline.ts';
import { stillWeather, testConfig } from '../../net/flow-fixture.ts';
import type { NetworkListener } from '../../net/network.ts';
import { SimpleNetwork } from '../../net/simple.ts';
import { HEADER } from '../../protocol/frame.ts';
import { g2tOptions } from './options.ts';
import { wireG2t } from './wire.ts';

/** For tests: seconds in ns. */
export const S = 1e9;

/** For tests: Globe2Train over the simple network (8 Mbit/s, 15 ms) with real firmware on a small data set. */
export function smallWorld(given: {
  readonly devices?: number;
  readonly classes?: number;
  readonly features?: number;
  readonly rows?: number;
  /** Over `name: g2t`. */
  readonly options?: Record<string, unknown>;
  readonly seed?: number;
  readonly specs?: (device: number) => Partial<DeviceSpec>;
  /** What a device has where the server believes something else. */
  readonly truly?: (device: number) => Partial<DeviceSpec>;
  readonly holds?: readonly ('none' | 'all' | readonly number[])[];
  /** By device, on to off first, ns. */
  readonly changes?: Readonly<Record<number, number[]>>;
  /** ns that a byte takes to come in, as the server knows it. */
  readonly nanosecondsPerByte?: number;
  /** ns of a row by device. */
  readonly rowTime?: (device: number) => number;
}) {
  const { devices = 3, classes = 5, features = 6, rows = 8, seed = 1 } = given;
  const options = g2tOptions.parse({ name: 'g2t', learner: { name: 'opt-sgd', passes: 3 }, ...given.options });
  const dataset = resolveDataset(
    datasetOptions.parse({ name: 'clusters', classes, features, rows, test: 4 }),
    new Map(),
    seed,
  );
  const sim = new Simulation();
  const host = new PooledHost(firmware);
  const specs = Array.from({ length: devices }, (_, device) => ({ ...spec, ...given.specs?.(device) }));
  specs.forEach((each, device) => {
    host.add({ ...each, ...given.truly?.(device) });
  });
  const weather = stillWeather();
  for (const [device, changes] of Object.entries(given.changes ?? {}))
    weather.dropout.changes[Number(device)] = changes;
  const listener: NetworkListener = {
    delivered: (transfer) => fleet.delivered(transfer),
    failed: (transfer) => fleet.failed(transfer),
  };
  const network = new SimpleNetwork(sim, testConfig({ devices, weather }), listener);
  const seen: Seen[] = [];
  const rowTime = given.rowTime ?? (() => 40_000);
  const fleet: Fleet = new Fleet({
    sim,
    host,
    network,
    devices,
    seed,
    computeTime: (device, work) => work[WORK.rows]! * rowTime(device) + 1000,
    ingress: new Float64Array(devices).fill(Number.POSITIVE_INFINITY),
    routine: new Routine(seed, new Array<null>(devices).fill(null)),
    backoff: { first: 1 * S, longest: 60 * S },
    timeline: new TimelineRecorder({ fleet: devices, chosen: [] }),
    observe: (at, device, out, bytes) => {
      if (bytes.length > 0) seen.push({ at, device, out, type: nameOf(bytes[HEADER.type]!), bytes: bytes.slice() });
    },
  });
  const wired = wireG2t({
    sim,
    fleet,
    network,
    options,
    dataset,
    seed,
    receiveBytes: spec.receiveBytes,
    specs,
    nanosecondsPerByte: new Float64Array(devices).fill(given.nanosecondsPerByte ?? 0),
    onFinished: () => sim.stop(),
    holds: given.holds ?? new Array<'none'>(devices).fill('none'),
  });
  const { method } = wired;
  method.start();
  fleet.start(method);
  return {
    ...wired,
    sim,
    host,
    fleet,
    network,
    dataset,
    options,
    seen,
    /** Runs to the end, or to `until`. */
    run: (until = LAST_INSTANT as number) => {
      sim.run(until as Instant);
      return { ...method.progress, finished: method.finished, at: sim.now / S };
    },
    frames: (type: string, device?: number) =>
      seen.filter((s) => s.type === type && (device === undefined || s.device === device)),
  };
}
