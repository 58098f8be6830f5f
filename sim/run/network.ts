import { handshakeTimes } from '../device/cycles.ts';
import { CongestionProcess, type CongestedLink } from '../net/congestion.ts';
import { DropoutProcess } from '../net/dropout.ts';
import { transportConfig } from '../net/http.ts';
import { AccessLatencyProcess } from '../net/latency.ts';
import { CellMobility } from '../net/mobility.ts';
import { type NetworkConfig, sharedLinks } from '../net/network.ts';
import { type ResolvedAccessPoint, sharedAccessPoint } from '../net/options.ts';
import { regionOf } from '../net/regions.ts';
import type { Places } from './places.ts';

/** The weather of a run, by its own classes: interventions change it. */
export interface RunWeather {
  readonly dropout: DropoutProcess;
  readonly congestion: CongestionProcess;
  readonly mobility: CellMobility;
  readonly latency: AccessLatencyProcess;
}

/** The network as the scenario describes it, with its weather. Everything is a function of the seed. */
export function wireNetwork(places: Places, seed: number): { readonly config: NetworkConfig; readonly weather: RunWeather } {
  const { devices, network, profile } = places;
  const { profiles, bottlenecks, server } = network;
  const access = wireAccessPoints(places);
  const bottleneckOf = new Map(bottlenecks.map(({ region }, index) => [region, index]));
  const bottleneckUp = Float64Array.from(bottlenecks, ({ up }) => up);
  const shared = sharedLinks({ accessPointRate: access.rate, bottleneckUp });
  const here = regionOf(server.region);
  const links: CongestedLink[] = new Array(shared.count);
  access.points.forEach(({ name, congestion }, index) => {
    const place = regionOf(places.region[access.device[index]!]!);
    links[shared.accessPoint(index)] = { name: `access-point ${name}`, model: congestion, place };
  });
  bottlenecks.forEach(({ region, congestion }, index) => {
    const place = regionOf(region);
    links[shared.bottleneck(index, true)] = { name: `bottleneck ${region} up`, model: congestion, place };
    links[shared.bottleneck(index, false)] = { name: `bottleneck ${region} down`, model: congestion, place };
  });
  links[shared.server(true)] = { name: 'server down', model: server.congestion, place: here };
  links[shared.server(false)] = { name: 'server up', model: server.congestion, place: here };

  const mobility = new CellMobility({ seed, models: profiles.map((each) => each.mobility), profile });
  const weather: RunWeather = {
    dropout: new DropoutProcess({ seed, models: profiles.map((each) => each.dropout), profile }),
    congestion: new CongestionProcess({ seed, links, startOfDay: network.startOfDay }),
    mobility,
    latency: new AccessLatencyProcess({ seed, distributions: profiles.map((each) => each.latency), profile, mobility }),
  };
  const handshakes = places.boards.map(handshakeTimes);
  const config: NetworkConfig = {
    devices,
    seed,
    profiles: profiles.map(({ up, down, loss }) => ({ up, down, loss })),
    profile,
    propagation: places.propagation,
    accessPoint: access.of,
    accessPointRate: access.rate,
    bottleneck: Int32Array.from(places.region, (region) => bottleneckOf.get(region) ?? -1),
    bottleneckUp,
    bottleneckDown: Float64Array.from(bottlenecks, ({ down }) => down),
    serverUp: server.up,
    serverDown: server.down,
    tlsFull: Float64Array.from(places.group, (group) => handshakes[group]!.full),
    tlsResumed: Float64Array.from(places.group, (group) => handshakes[group]!.resumed),
    transport: transportConfig(network.transport),
    weather,
  };
  return { config, weather };
}

interface AccessPoints {
  /** Index of the access point by device, -1 for none. */
  readonly of: Int32Array;
  readonly points: readonly ResolvedAccessPoint[];
  readonly rate: Float64Array;
  /** A device of each access point, which says where it stands. */
  readonly device: readonly number[];
}

/** Access points by name are shared by all groups that name them; `per: n` gives every n devices of a group one of their own. */
function wireAccessPoints(places: Places): AccessPoints {
  const of = new Int32Array(places.devices).fill(-1);
  const points: ResolvedAccessPoint[] = [];
  const device: number[] = [];
  const byName = new Map<string, number>();
  const inGroup = new Int32Array(places.groups.length);
  for (let d = 0; d < places.devices; d++) {
    const group = places.group[d]!;
    const use = places.groups[group]!['access-point'];
    const nth = inGroup[group]!++;
    if (use === undefined) continue;
    const name = typeof use === 'string' ? use : `${group}/${Math.floor(nth / use.per)}`;
    let index = byName.get(name);
    if (index === undefined) {
      index = points.length;
      byName.set(name, index);
      points.push(sharedAccessPoint(name, use, places.network.accessPoints));
      device.push(d);
    }
    of[d] = index;
  }
  return { of, points, rate: Float64Array.from(points, ({ rate }) => rate), device };
}

