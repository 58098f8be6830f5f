import type { Board } from '../device/board.ts';
import { boardNamed } from '../device/boards/index.ts';
import { type NetworkOptions, type ResolvedNetwork, resolveNetwork } from '../net/options.ts';
import { propagation, regionOf } from '../net/regions.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { FleetGroup } from '../scenario/fleet-options.ts';


/** Where and what every device is: one entry a device, groups in the order of the scenario. */
export interface Places {
  readonly devices: number;
  readonly groups: readonly FleetGroup[];
  /** Index into `groups` by device. */
  readonly group: Int32Array;
  /** One a group. */
  readonly boards: readonly Board[];
  readonly network: ResolvedNetwork;
  /** Region name by device. */
  readonly region: readonly string[];
  /** Index into network.profiles by device. */
  readonly profile: Int32Array;
  /** One-way propagation to the server, the server's own latency included, ns. */
  readonly propagation: Float64Array;
}

/** Lays the fleet out over boards, regions and links. */
export function layOut(loaded: LoadedScenario): Places {
  const { scenario } = loaded;
  const network = resolveNetwork(scenario.network as NetworkOptions);
  const groups = scenario.fleet;
  const devices = groups.reduce((sum, { count }) => sum + count, 0);
  const group = new Int32Array(devices);
  const profile = new Int32Array(devices);
  const region: string[] = new Array(devices);
  const delay = new Float64Array(devices);
  const server = regionOf(network.server.region);
  const extra = Math.ceil(network.server.latency * 1e9);
  const delays = new Map<string, number>();
  let device = 0;
  groups.forEach((each, index) => {
    const link = network.profiles.findIndex(({ name }) => name === each.link);
    for (let n = 0; n < each.count; n++, device++) {
      const name = each.region[n % each.region.length]!;
      let ns = delays.get(name);
      if (ns === undefined) {
        ns = propagation(regionOf(name), server, network.routeInflation) + extra;
        delays.set(name, ns);
      }
      group[device] = index;
      profile[device] = link;
      region[device] = name;
      delay[device] = ns;
    }
  });
  return {
    devices,
    groups,
    group,
    boards: groups.map(({ board }) => boardNamed(board)),
    network,
    region,
    profile,
    propagation: delay,
  };
}

/** The board of a device. */
export function boardOf(places: Places, device: number): Board {
  return places.boards[places.group[device]!]!;
}
