import { fromSeconds } from '../kernel/time.ts';
import { type CongestedLink, CongestionProcess } from './congestion.ts';
import { DropoutProcess } from './dropout.ts';
import { transportConfig } from './http.ts';
import { AccessLatencyProcess } from './latency.ts';
import { CellMobility } from './mobility.ts';
import { type NetworkConfig, sharedLinks } from './network.ts';
import type { ResolvedNetwork } from './options.ts';
import type { Placement } from './placement.ts';
import { propagation, regionOf } from './regions.ts';
import type { Weather } from './weather.ts';

/** The weather with what interventions may do to it. */
interface ChangeableWeather extends Weather {
  readonly dropout: DropoutProcess;
  readonly congestion: CongestionProcess;
  readonly mobility: CellMobility;
  readonly latency: AccessLatencyProcess;
}

export interface WiredNetwork extends NetworkConfig {
  readonly weather: ChangeableWeather;
}

/** A resolved network and a placed fleet as the arrays that a `Network` takes. */
export function wireNetwork(setup: {
  readonly seed: number;
  readonly network: ResolvedNetwork;
  readonly placement: Placement;
  /** Time that each device computes in a full and in a resumed TLS handshake, ns. */
  readonly tlsFull: Float64Array;
  readonly tlsResumed: Float64Array;
}): WiredNetwork {
  const { seed, network, placement } = setup;
  const server = regionOf(network.server.region);
  const serverLatency = fromSeconds(network.server.latency);
  const delays = placement.regions.map(
    (name) => propagation(regionOf(name), server, network.routeInflation) + serverLatency,
  );
  const bottlenecks = placement.regions.map((name) => network.bottlenecks.findIndex(({ region }) => region === name));
  const shared = {
    accessPointRate: Float64Array.from(placement.accessPoints, ({ rate }) => rate),
    bottleneckUp: Float64Array.from(network.bottlenecks, ({ up }) => up),
    bottleneckDown: Float64Array.from(network.bottlenecks, ({ down }) => down),
  };
  return {
    seed,
    devices: placement.devices,
    profiles: network.profiles,
    profile: placement.profile,
    propagation: Float64Array.from(placement.region, (region) => delays[region]!),
    accessPoint: placement.accessPoint,
    bottleneck: Int32Array.from(placement.region, (region) => bottlenecks[region]!),
    ...shared,
    serverUp: network.server.up,
    serverDown: network.server.down,
    tlsFull: setup.tlsFull,
    tlsResumed: setup.tlsResumed,
    transport: transportConfig(network.transport),
    weather: wireWeather(seed, network, placement, congestedLinks(network, placement, shared)),
  };
}

function wireWeather(
  seed: number,
  network: ResolvedNetwork,
  placement: Placement,
  links: readonly CongestedLink[],
): ChangeableWeather {
  const { profile } = placement;
  const mobility = new CellMobility({ seed, profile, models: network.profiles.map((own) => own.mobility) });
  return {
    mobility,
    dropout: new DropoutProcess({ seed, profile, models: network.profiles.map((own) => own.dropout) }),
    latency: new AccessLatencyProcess({
      seed,
      profile,
      distributions: network.profiles.map((own) => own.latency),
      delays: network.profiles.map((own) => own.delay ?? 0),
      mobility,
    }),
    congestion: new CongestionProcess({ seed, links, startOfDay: network.startOfDay }),
  };
}

/** The shared links in the order of their numbers. Each direction of a bottleneck has a course of its own. */
function congestedLinks(
  network: ResolvedNetwork,
  placement: Placement,
  shared: Pick<NetworkConfig, 'accessPointRate' | 'bottleneckUp'>,
): CongestedLink[] {
  const numbers = sharedLinks(shared);
  const links = new Array<CongestedLink>(numbers.count);
  for (const [i, { name, congestion, region }] of placement.accessPoints.entries()) {
    const place = regionOf(placement.regions[region]!);
    links[numbers.accessPoint(i)] = { name: `access-point/${name}`, model: congestion, place };
  }
  for (const up of [true, false]) {
    const way = up ? 'up' : 'down';
    for (const [i, { region, congestion }] of network.bottlenecks.entries()) {
      const link = { name: `bottleneck/${region}/${way}`, model: congestion, place: regionOf(region) };
      links[numbers.bottleneck(i, up)] = link;
    }
    const { region, congestion } = network.server;
    links[numbers.server(up)] = { name: `server/${way}`, model: congestion, place: regionOf(region) };
  }
  return links;
}
