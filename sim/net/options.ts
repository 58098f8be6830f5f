import { z } from 'zod';
import { quantity } from '../kernel/quantity.ts';
import type { CongestionModel } from './congestion.ts';
import { type TransportOptions, transportOptions } from './http.ts';
import { LIMITS } from './limits.ts';
import { linkOptions, mergeProfile, type ResolvedProfile } from './link-options.ts';
import { builtInProfiles, PROFILE_NAMES } from './profiles.ts';
import { REGION_NAMES, ROUTE_INFLATION } from './regions.ts';
import { congestionOptions } from './weather-options.ts';

const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case letters, digits and single hyphens');
const region = z.enum(REGION_NAMES);
const rate = quantity('rate');

/**
 * Rate of an access point that several devices share, both directions together. Estimate: a 2.4 GHz channel of 20 MHz and
 * one spatial stream (65 Mbit/s in 802.11n) with about 60 % left over headers, contention and acknowledgements.
 */
const ACCESS_POINT_RATE = '40 Mbit/s';
const accessPointRate = rate.prefault(ACCESS_POINT_RATE);

const accessPointOptions = z.strictObject({
  rate: accessPointRate.describe(`Capacity, both directions together (half duplex); default ${ACCESS_POINT_RATE}`),
  congestion: congestionOptions.prefault('0 %'),
});

const bottleneckOptions = z.strictObject({
  up: rate.describe('Capacity out of the region, towards the server'),
  down: rate.describe('Capacity into the region'),
  congestion: congestionOptions.optional(),
});

/** How a fleet group says that its devices share an access point: by its name, or every `per` devices of a region one of their own. */
export const accessPointUse = z
  .union([
    name,
    z.strictObject({
      per: z.int().min(1).max(10_000).describe('How many devices of the group in one region share one'),
      rate: accessPointRate.describe(`Capacity of each; default ${ACCESS_POINT_RATE}`),
      congestion: congestionOptions.prefault('0 %'),
    }),
  ])
  .describe('Access point that the devices share: a name (also for other groups), or { per: 12 }');

/** `network:` of a scenario. Quantities are read to SI; `resolveNetwork` lays the links over the built-in profiles. */
export const networkOptions = z
  .strictObject({
    model: z
      .enum(['simple', 'flow'])
      .default('flow')
      .describe('simple: latency + size / bandwidth, as in the paper; flow: shared links, TCP, TLS, congestion'),
    server: z
      .strictObject({
        region: region.describe('Where the server stands'),
        up: rate.describe('Rate of the link from the server'),
        down: rate.describe('Rate of the link to the server'),
        latency: quantity('time', LIMITS.serverLatency)
          .prefault('0 s')
          .describe('One-way latency of the server, added to every path'),
        congestion: congestionOptions.prefault('0 %'),
      })
      .describe('The server and its link'),
    links: z
      .record(name, linkOptions)
      .default({})
      .describe('Link profiles by name: changes to built-in ones, and new ones'),
    bottlenecks: z
      .partialRecord(region, bottleneckOptions)
      .default({})
      .describe('A link that all traffic of a region goes through, by region'),
    'access-points': z
      .record(name, accessPointOptions)
      .default({})
      .describe('Access points by the name that fleet groups give'),
    congestion: congestionOptions.prefault('0 %').describe('Background load of bottlenecks that do not say their own'),
    transport: transportOptions.prefault({}).describe('HTTPS over TCP in numbers'),
    'route-inflation': z
      .number()
      .min(1)
      .max(10)
      .default(ROUTE_INFLATION)
      .describe('Length of routes over the great circle, 1 to 10'),
    'starts-at': quantity('time', { max: 24 * 3600 })
      .prefault('0 h')
      .describe('Time of day in UTC when the run starts, for diurnal congestion'),
  })
  .superRefine(checkLinks);

export type AccessPointUse = z.output<typeof accessPointUse>;

export type NetworkOptions = z.output<typeof networkOptions>;

interface ResolvedServer {
  readonly region: string;
  readonly up: number;
  readonly down: number;
  readonly latency: number;
  readonly congestion: CongestionModel;
}

interface ResolvedBottleneck {
  readonly region: string;
  readonly up: number;
  readonly down: number;
  readonly congestion: CongestionModel;
}

export interface ResolvedAccessPoint {
  readonly name: string;
  readonly rate: number;
  readonly congestion: CongestionModel;
}

/** The network of a scenario with nothing left to look up, in SI. Lists are in a fixed order: their indices are ids. */
export interface ResolvedNetwork {
  readonly model: 'simple' | 'flow';
  readonly server: ResolvedServer;
  /** All profiles: the built-in ones (with changes) first, then the scenario's own. */
  readonly profiles: readonly ResolvedProfile[];
  /** In order of region name. */
  readonly bottlenecks: readonly ResolvedBottleneck[];
  /** Those that the scenario names, in order of name. */
  readonly accessPoints: readonly ResolvedAccessPoint[];
  /** `transportConfig` puts it as a network takes it. */
  readonly transport: TransportOptions;
  readonly routeInflation: number;
  /** Seconds since midnight UTC at instant 0. */
  readonly startOfDay: number;
}

/** What `networkOptions` let through never fails here. */
export function resolveNetwork(options: NetworkOptions): ResolvedNetwork {
  const bottlenecks = Object.entries(options.bottlenecks).sort(([a], [b]) => (a < b ? -1 : 1));
  const accessPoints = Object.entries(options['access-points']).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    model: options.model,
    server: options.server,
    profiles: [...layLinks(options.links, () => undefined).values()],
    bottlenecks: bottlenecks.map(([place, own]) => ({
      region: place,
      up: own!.up,
      down: own!.down,
      congestion: own!.congestion ?? options.congestion,
    })),
    accessPoints: accessPoints.map(([called, own]) => ({ name: called, ...own })),
    transport: options.transport,
    routeInflation: options['route-inflation'],
    startOfDay: options['starts-at'],
  };
}

/** The access point that a group's `access-point` means: of its own, or the one of that name (the default, if not listed). */
export function sharedAccessPoint(
  called: string,
  use: AccessPointUse,
  listed: readonly ResolvedAccessPoint[],
): ResolvedAccessPoint {
  if (typeof use !== 'string') return { name: called, rate: use.rate, congestion: use.congestion };
  return listed.find((point) => point.name === use) ?? { name: use, ...accessPointOptions.parse({}) };
}

/** Profile names that a fleet may use with these options. */
export function knownLinks(options: Pick<NetworkOptions, 'links'>): string[] {
  return [...new Set([...PROFILE_NAMES, ...Object.keys(options.links)])];
}

function checkLinks(options: { readonly links: NetworkOptions['links'] }, context: z.RefinementCtx): void {
  layLinks(options.links, (path, message) => {
    context.addIssue({ code: 'custom', path: ['links', ...path], message });
  });
}

/** Built-in profiles with the scenario's laid over them; faults go to `report` and leave their profile out. */
function layLinks(
  links: NetworkOptions['links'],
  report: (path: readonly string[], message: string) => void,
): Map<string, ResolvedProfile> {
  const profiles = new Map(builtInProfiles());
  for (const [called, own] of Object.entries(links)) {
    const base = own.like === undefined ? profiles.get(called) : profiles.get(own.like);
    if (own.like !== undefined && base === undefined) {
      report([called, 'like'], `expected a built-in profile or one above: ${[...profiles.keys()].join(', ')}`);
      continue;
    }
    const merged = mergeProfile(called, own, base);
    if ('profile' in merged) profiles.set(called, merged.profile);
    else {
      const none = merged.missing.join(', no ');
      report([called], `expected a new profile to have up, down and latency (or like: a known one), got no ${none}`);
    }
  }
  return profiles;
}
