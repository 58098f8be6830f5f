import { assert } from '../kernel/errors.ts';
import type { ResolvedProfile } from './link-options.ts';
import { type AccessPointUse, type ResolvedAccessPoint, type ResolvedNetwork, sharedAccessPoint } from './options.ts';

/** What the network needs to know of a fleet group: the keys of the scenario's `fleet` entries of the same names. */
export interface PlacedGroup {
  readonly count: number;
  /** Device i of the group stands in region i modulo their number. */
  readonly region: readonly string[];
  readonly link: string;
  readonly 'access-point'?: AccessPointUse | undefined;
}

/** Where each device stands: by device id, group after group. */
export interface Placement {
  readonly devices: number;
  /** The regions in use, in order of first use. */
  readonly regions: readonly string[];
  /** Index into `regions` by device. */
  readonly region: Int32Array;
  /** Index into the network's profiles by device. */
  readonly profile: Int32Array;
  /** Index into `accessPoints` by device; -1 for none. */
  readonly accessPoint: Int32Array;
  readonly accessPoints: readonly PlacedAccessPoint[];
}

interface PlacedAccessPoint extends ResolvedAccessPoint {
  /** Index into `regions`. */
  readonly region: number;
}

/** What is wrong with a group in this network, by its key; nothing when it can be placed. */
export function placementFault(
  network: ResolvedNetwork,
  group: PlacedGroup,
): { readonly key: 'link' | 'access-point'; readonly message: string } | undefined {
  const profile = profileNamed(network, group.link);
  if (!profile) {
    const names = network.profiles.map(({ name }) => name).join(', ');
    return { key: 'link', message: `expected a link profile: ${names}, got ${group.link}` };
  }
  const use = group['access-point'];
  if (use === undefined) return undefined;
  if (!profile.shareable) {
    return { key: 'access-point', message: `expected a link that can be shared, got ${group.link}` };
  }
  return typeof use === 'string' && group.region.length > 1
    ? { key: 'access-point', message: 'expected one region for devices behind one access point, got several' }
    : undefined;
}

/** Numbers the devices' places. Groups are those that `placementFault` finds nothing wrong with. */
export function placeFleet(network: ResolvedNetwork, groups: readonly PlacedGroup[]): Placement {
  const devices = groups.reduce((sum, { count }) => sum + count, 0);
  const region = new Int32Array(devices);
  const profile = new Int32Array(devices);
  const accessPoint = new Int32Array(devices).fill(-1);
  const regions = new Numbered();
  const points = new AccessPoints(network);
  let device = 0;
  for (const [number, group] of groups.entries()) {
    const link = network.profiles.findIndex(({ name }) => name === group.link);
    assert(link >= 0, `Expected a link profile, got ${group.link}`);
    const places = group.region.map((name) => regions.number(name));
    for (let i = 0; i < group.count; i++, device++) {
      const slot = i % places.length;
      region[device] = places[slot]!;
      profile[device] = link;
      const use = group['access-point'];
      if (use === undefined) continue;
      const nth = Math.floor(i / places.length);
      // A name of its own has slashes, which names in a scenario cannot have.
      const own = `group-${number}/${group.region[slot]}`;
      const called = typeof use === 'string' ? use : `${own}/${Math.floor(nth / use.per)}`;
      accessPoint[device] = points.number(called, use, places[slot]!);
    }
  }
  return { devices, regions: regions.names, region, profile, accessPoint, accessPoints: points.list };
}

function profileNamed(network: ResolvedNetwork, link: string): ResolvedProfile | undefined {
  return network.profiles.find(({ name }) => name === link);
}

class Numbered {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();
  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

class AccessPoints {
  readonly list: PlacedAccessPoint[] = [];
  readonly #network: ResolvedNetwork;
  readonly #numbers = new Map<string, number>();

  constructor(network: ResolvedNetwork) {
    this.#network = network;
  }

  number(name: string, use: AccessPointUse, region: number): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.list.length);
    return this.list.push({ ...sharedAccessPoint(name, use, this.#network.accessPoints), region }) - 1;
  }
}
