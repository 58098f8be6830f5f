import type { Board } from '../device/board.ts';
import { handshakeTimes } from '../device/cycles.ts';
import { type Placement, placeFleet } from '../net/placement.ts';
import { type WiredNetwork, wireNetwork } from '../net/wiring.ts';
import { type FleetGroup, modelOf } from '../scenario/fleet-options.ts';
import type { ResolvedScenario } from '../scenario/load.ts';

/** What and where every device is; devices are numbered through the groups of the scenario. */
export interface Places {
  readonly devices: number;
  readonly groups: readonly FleetGroup[];
  /** Index into `groups` by device. */
  readonly group: Int32Array;
  /** One a group. */
  readonly boards: readonly Board[];
  readonly placement: Placement;
  readonly network: WiredNetwork;
}

/** Lays the fleet out over boards, regions and links, and wires the network with its weather. */
export function layOut(scenario: ResolvedScenario): Places {
  const groups = scenario.fleet;
  const { network } = scenario;
  const placement = placeFleet(network, groups);
  const group = new Int32Array(placement.devices);
  let first = 0;
  groups.forEach(({ count }, index) => {
    group.fill(index, first, first + count);
    first += count;
  });
  const boards = groups.map(modelOf);
  const handshakes = boards.map(handshakeTimes);
  const wired = wireNetwork({
    seed: scenario.seed,
    network,
    placement,
    tlsFull: Float64Array.from(group, (index) => handshakes[index]!.full),
    tlsResumed: Float64Array.from(group, (index) => handshakes[index]!.resumed),
  });
  return { devices: placement.devices, groups, group, boards, placement, network: wired };
}

export function boardOf(places: Places, device: number): Board {
  return places.boards[places.group[device]!]!;
}

export function regionNameOf({ placement }: Places, device: number): string {
  return placement.regions[placement.region[device]!]!;
}
