import type { Instant } from '../kernel/time.ts';
import type { CongestionModel } from './congestion.ts';
import type { DropoutModel } from './dropout.ts';
import { type NetworkConfig, sharedLinks } from './network.ts';
import type { ResolvedNetwork } from './options.ts';
import type { Placement } from './placement.ts';
import type { Distribution } from './sampler.ts';
import type { LinkControls } from './weather.ts';
import type { WiredNetwork } from './wiring.ts';

/**
 * One thing about a network that changes while a run goes on. What may change, by scenario path:
 * `network.links.<profile>.up|down|loss|latency|delay|dropout`, `network.server.up|down|congestion`,
 * `network.bottlenecks.<region>.up|down|congestion`, `network.access-points.<name>.congestion`, `network.congestion`. All
 * else is how the network was built.
 */
export type NetworkChange =
  | { readonly kind: 'rates'; readonly profile: number; readonly up: number; readonly down: number }
  | { readonly kind: 'loss'; readonly profile: number; readonly loss: number }
  | { readonly kind: 'latency'; readonly profile: number; readonly latency: Distribution; readonly delay: number }
  | { readonly kind: 'dropout'; readonly profile: number; readonly dropout: DropoutModel }
  | { readonly kind: 'server-rates'; readonly up: number; readonly down: number }
  | { readonly kind: 'bottleneck-rates'; readonly bottleneck: number; readonly up: number; readonly down: number }
  | { readonly kind: 'server-congestion'; readonly congestion: CongestionModel }
  | { readonly kind: 'bottleneck-congestion'; readonly bottleneck: number; readonly congestion: CongestionModel }
  | { readonly kind: 'access-point-congestion'; readonly name: string; readonly congestion: CongestionModel };

/** The first thing that differs and cannot change during a run. */
export interface ChangeFault {
  /** Scenario path below `network`: "server.region". */
  readonly path: string;
  readonly message: string;
}

/**
 * What to do at an intervention, from the network as it was and as it shall be: two readings of the same scenario with
 * and without what the intervention sets.
 */
export function networkChanges(
  before: ResolvedNetwork,
  after: ResolvedNetwork,
): { readonly changes: readonly NetworkChange[] } | { readonly fault: ChangeFault } {
  const fixed = fixedFault(before, after);
  if (fixed !== undefined) {
    return { fault: { path: fixed, message: 'expected something that can change during a run' } };
  }
  const changes: NetworkChange[] = [];
  after.profiles.forEach((now, profile) => {
    const then = before.profiles[profile]!;
    if (now.up !== then.up || now.down !== then.down) {
      changes.push({ kind: 'rates', profile, up: now.up, down: now.down });
    }
    if (now.loss !== then.loss) changes.push({ kind: 'loss', profile, loss: now.loss });
    if (differ(now.latency, then.latency) || now.delay !== then.delay) {
      changes.push({ kind: 'latency', profile, latency: now.latency, delay: now.delay ?? 0 });
    }
    if (differ(now.dropout, then.dropout)) changes.push({ kind: 'dropout', profile, dropout: now.dropout });
  });
  const { server } = after;
  if (server.up !== before.server.up || server.down !== before.server.down) {
    changes.push({ kind: 'server-rates', up: server.up, down: server.down });
  }
  if (differ(server.congestion, before.server.congestion)) {
    changes.push({ kind: 'server-congestion', congestion: server.congestion });
  }
  after.bottlenecks.forEach(({ up, down, congestion }, bottleneck) => {
    const then = before.bottlenecks[bottleneck]!;
    if (up !== then.up || down !== then.down) changes.push({ kind: 'bottleneck-rates', bottleneck, up, down });
    if (differ(congestion, then.congestion)) changes.push({ kind: 'bottleneck-congestion', bottleneck, congestion });
  });
  after.accessPoints.forEach(({ name, congestion }, i) => {
    if (differ(congestion, before.accessPoints[i]!.congestion)) {
      changes.push({ kind: 'access-point-congestion', name, congestion });
    }
  });
  return { changes };
}

/** Brings changes into force at `at`, which is now: rates and loss through the network, the rest through its weather. */
export function applyChanges(
  changes: readonly NetworkChange[],
  at: Instant,
  world: {
    readonly network: LinkControls;
    readonly wired: Pick<WiredNetwork, 'weather'> & Pick<NetworkConfig, 'accessPointRate' | 'bottleneckUp'>;
    readonly placement: Pick<Placement, 'accessPoints'>;
  },
): void {
  const { network, wired, placement } = world;
  const { latency, dropout, congestion } = wired.weather;
  const links = sharedLinks(wired);
  let changed = false;
  for (const change of changes) {
    switch (change.kind) {
      case 'rates':
        network.setProfileRates(change.profile, change.up, change.down);
        continue;
      case 'loss':
        network.setProfileLoss(change.profile, change.loss);
        continue;
      case 'server-rates':
        network.setServerRates(change.up, change.down);
        continue;
      case 'bottleneck-rates':
        network.setBottleneckRates(change.bottleneck, change.up, change.down);
        continue;
      case 'latency':
        latency.change(change.profile, change, at);
        continue;
      case 'dropout':
        dropout.change(change.profile, change.dropout, at);
        break;
      case 'server-congestion':
        for (const up of [true, false]) congestion.change(links.server(up), change.congestion, at);
        break;
      case 'bottleneck-congestion':
        for (const up of [true, false]) {
          congestion.change(links.bottleneck(change.bottleneck, up), change.congestion, at);
        }
        break;
      case 'access-point-congestion':
        placement.accessPoints.forEach(({ name }, i) => {
          if (name === change.name) congestion.change(links.accessPoint(i), change.congestion, at);
        });
    }
    changed = true;
  }
  if (changed) network.weatherChanged();
}

/** The path of the first difference in what is built once. */
function fixedFault(before: ResolvedNetwork, after: ResolvedNetwork): string | undefined {
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  const regions = ({ bottlenecks }: ResolvedNetwork) => bottlenecks.map(({ region }) => region);
  const fixed: [string, unknown, unknown][] = [
    ['model', before.model, after.model],
    ['server.region', before.server.region, after.server.region],
    ['server.latency', before.server.latency, after.server.latency],
    ['route-inflation', before.routeInflation, after.routeInflation],
    ['starts-at', before.startOfDay, after.startOfDay],
    ['transport', before.transport, after.transport],
    ['links', names(before.profiles), names(after.profiles)],
    ['bottlenecks', regions(before), regions(after)],
    ['access-points', names(before.accessPoints), names(after.accessPoints)],
  ];
  for (const [i, now] of after.profiles.entries()) {
    const then = before.profiles[i];
    fixed.push([`links.${now.name}.mobility`, then?.mobility, now.mobility]);
    fixed.push([`links.${now.name}.shareable`, then?.shareable, now.shareable]);
  }
  for (const [i, now] of after.accessPoints.entries()) {
    fixed.push([`access-points.${now.name}.rate`, before.accessPoints[i]?.rate, now.rate]);
  }
  return fixed.find(([, then, now]) => differ(then, now))?.[0];
}

/** Plain data read by the same schema: keys come in the same order. */
function differ(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}
