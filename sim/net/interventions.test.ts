import { describe, expect, it } from 'vitest';
import type { Instant } from '../kernel/time.ts';
import { applyChanges, type NetworkChange, networkChanges } from './interventions.ts';
import { networkOptions, resolveNetwork } from './options.ts';
import { placeFleet } from './placement.ts';
import { wireNetwork } from './wiring.ts';

const at = (seconds: number) => (seconds * 1e9) as Instant;
const BASE = {
  server: { region: 'dublin', up: '1 Gbit/s', down: '1 Gbit/s' },
  links: { 'home-wifi': { latency: '20 ms', dropout: 'none' } },
  bottlenecks: { singapore: { up: '100 Mbit/s', down: '100 Mbit/s', congestion: '10 %' } },
  'access-points': { 'home-1': {} },
};
const resolve = (changed: object = {}) => resolveNetwork(networkOptions.parse({ ...BASE, ...changed }));
const between = (changed: object) => networkChanges(resolve(), resolve(changed));
const changesOf = (changed: object): readonly NetworkChange[] => {
  const result = between(changed);
  if ('fault' in result) throw new Error(result.fault.path);
  return result.changes;
};
const wifi = (own: object) => ({ links: { 'home-wifi': { ...BASE.links['home-wifi'], ...own } } });

function world() {
  const before = resolve();
  const placement = placeFleet(before, [
    { count: 1, region: ['singapore'], link: 'home-wifi', 'access-point': 'home-1' },
    { count: 1, region: ['dublin'], link: '4g' },
  ]);
  const tls = new Float64Array(2);
  const wired = wireNetwork({ seed: 1, network: before, placement, tlsFull: tls, tlsResumed: tls });
  const calls: unknown[][] = [];
  const network = {
    setProfileRates: (...a: unknown[]) => void calls.push(['profile-rates', ...a]),
    setProfileLoss: (...a: unknown[]) => void calls.push(['loss', ...a]),
    setServerRates: (...a: unknown[]) => void calls.push(['server', ...a]),
    setBottleneckRates: (...a: unknown[]) => void calls.push(['bottleneck', ...a]),
    weatherChanged: () => void calls.push(['weather']),
  };
  const apply = (changed: object, when: Instant) =>
    applyChanges(changesOf(changed), when, { network, wired, placement });
  return { apply, calls, wired };
}

describe('wiring', () => {
  it('numbers the shared links as the network asks for them, and puts the propagation by device', () => {
    const { wired } = world();
    expect(wired.devices).toBe(2);
    expect([...wired.bottleneck]).toEqual([0, -1]);
    expect([...wired.accessPoint]).toEqual([0, -1]);
    // 11,200 km x 2.1 / (2/3 c) = 117.7 ms one way; nothing within Dublin.
    expect(wired.propagation[0]! / 1e6).toBeCloseTo(117.5, 0);
    expect(wired.propagation[1]).toBe(0);
    const shares = [0, 1, 2, 3, 4].map((link) => wired.weather.congestion.share(link, at(0)));
    expect(shares).toEqual([0, 0.1, 0.1, 0, 0]);
    expect(wired.serverUp).toBe(1e9);
    expect(wired.weather.latency.draw(0, at(0))).toBe(20e6);
    expect(wired.transport.tcp.initialWindow).toBe(10);
  });
});

describe('interventions', () => {
  it('nothing set, nothing to do', () => {
    expect(changesOf({})).toEqual([]);
  });

  it("the design's example: the latency of a profile", () => {
    const { apply, calls, wired } = world();
    apply(wifi({ latency: '300 ms' }), at(60));
    expect(wired.weather.latency.draw(0, at(59))).toBe(20e6);
    expect(wired.weather.latency.draw(0, at(60))).toBe(300e6);
    expect(calls).toEqual([]);
  });

  it('rates and loss go to the network, by profile and bottleneck', () => {
    const { apply, calls } = world();
    const home = resolve().profiles.findIndex(({ name }) => name === 'home-wifi');
    apply(
      {
        ...wifi({ up: '1 Mbit/s', loss: '5 %' }),
        server: { ...BASE.server, down: '2 Gbit/s' },
        bottlenecks: { singapore: { ...BASE.bottlenecks.singapore, up: '1 Mbit/s' } },
      },
      at(1),
    );
    expect(calls).toEqual([
      ['profile-rates', home, 1e6, 20e6],
      ['loss', home, 0.05],
      ['server', 1e9, 2e9],
      ['bottleneck', 0, 1e6, 100e6],
    ]);
  });

  it('dropout and congestion change the weather, and the network is told once', () => {
    const { apply, calls, wired } = world();
    const { dropout, congestion } = wired.weather;
    expect(dropout.online(0, at(9))).toBe(true);
    apply(
      {
        ...wifi({ dropout: 'outage' }),
        server: { ...BASE.server, congestion: '50 %' },
        bottlenecks: { singapore: { ...BASE.bottlenecks.singapore, congestion: '90 %' } },
        'access-points': { 'home-1': { congestion: '40 %' } },
      },
      at(10),
    );
    expect([dropout.online(0, at(10)), dropout.online(1, at(10))]).toEqual([false, true]);
    expect([0, 1, 2, 3, 4].map((link) => congestion.share(link, at(10)))).toEqual([0.4, 0.9, 0.9, 0.5, 0.5]);
    expect(calls).toEqual([['weather']]);
  });

  it('the default congestion reaches the bottlenecks that have none of their own', () => {
    const own = { bottlenecks: { singapore: { up: '1 Mbit/s', down: '1 Mbit/s' } } };
    const result = networkChanges(resolve(own), resolve({ ...own, congestion: '30 %' }));
    expect(result).toEqual({
      changes: [{ kind: 'bottleneck-congestion', bottleneck: 0, congestion: { kind: 'constant', share: 0.3 } }],
    });
  });

  it('refuses what is built once, with its path', () => {
    const path = (changed: object) => {
      const result = between(changed);
      return 'fault' in result ? result.fault.path : 'changes';
    };
    expect(path({ server: { ...BASE.server, region: 'paris' } })).toBe('server.region');
    expect(path({ server: { ...BASE.server, latency: '1 ms' } })).toBe('server.latency');
    expect(path({ model: 'simple' })).toBe('model');
    expect(path({ transport: { tls: false } })).toBe('transport');
    expect(path({ links: { ...BASE.links, lab: { like: '4g' } } })).toBe('links');
    expect(path({ bottlenecks: {} })).toBe('bottlenecks');
    expect(path(wifi({ mobility: { dwell: '10 s' } }))).toBe('links.home-wifi.mobility');
    expect(path({ 'access-points': { 'home-1': { rate: '1 Mbit/s' } } })).toBe('access-points.home-1.rate');
    expect(path({ 'route-inflation': 1.5 })).toBe('route-inflation');
  });
});
