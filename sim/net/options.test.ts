import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accessPointUse, knownLinks, networkOptions, resolveNetwork } from './options.ts';
import { builtInProfiles, PROFILE_NAMES, PROFILE_SHEETS } from './profiles.ts';
import { samplerOf } from './sampler.ts';

const SERVER = { region: 'dublin', up: '1 Gbit/s', down: '1 Gbit/s' };
const resolve = (written: object) => resolveNetwork(networkOptions.parse({ server: SERVER, ...written }));
const link = (written: object, name = 'home-wifi') =>
  resolve(written).profiles.find((profile) => profile.name === name)!;
const faults = (written: object) =>
  networkOptions.safeParse({ server: SERVER, ...written }).error!.issues.map((issue) => ({
    path: issue.path.join('.'),
    message: issue.message,
  }));

describe('network options', () => {
  it("reads the design's example", () => {
    const network = resolve({
      model: 'flow',
      links: {
        'home-wifi': {
          up: '5 Mbit/s',
          down: '20 Mbit/s',
          latency: { lognormal: { median: '12 ms', p95: '40 ms' } },
          loss: '0.5 %',
          dropout: { up: { exponential: '6 h' }, down: { exponential: '5 min' } },
        },
      },
    });
    expect(network.server).toMatchObject({ region: 'dublin', up: 1e9, down: 1e9, latency: 0 });
    expect(network.profiles.find(({ name }) => name === 'home-wifi')).toEqual({
      name: 'home-wifi',
      up: 5e6,
      down: 20e6,
      latency: { kind: 'lognormal', median: 0.012, p95: 0.04 },
      loss: 0.005,
      dropout: { kind: 'renewal', up: { kind: 'exponential', mean: 21_600 }, down: { kind: 'exponential', mean: 300 } },
      mobility: { kind: 'still' },
      shareable: true,
    });
  });

  it('overrides one key of a built-in profile and keeps the others', () => {
    const base = builtInProfiles().get('lte-m')!;
    expect(link({ links: { 'lte-m': { latency: '1 s' } } }, 'lte-m')).toEqual({
      ...base,
      latency: { kind: 'constant', value: 1 },
    });
    expect(link({ links: { 'lte-m': { dropout: 'none' } } }, 'lte-m').dropout).toEqual({ kind: 'none' });
    expect(builtInProfiles().get('lte-m')).toBe(base);
  });

  it('builds new profiles, from scratch or like another', () => {
    const links = {
      lab: { up: '1 Mbit/s', down: '2 Mbit/s', latency: '3 ms' },
      'bus-4g': { like: '4g', mobility: { dwell: '40 s' } },
      'slow-bus': { like: 'bus-4g', up: '1 Mbit/s' },
    };
    expect(link({ links }, 'lab')).toMatchObject({ loss: 0, dropout: { kind: 'none' }, mobility: { kind: 'still' } });
    const slow = link({ links }, 'slow-bus');
    expect(slow).toMatchObject({ up: 1e6, mobility: { kind: 'cells', dwell: 40, spread: 2, rate: 0.5, gap: 0.05 } });
    expect(slow.down).toBe(builtInProfiles().get('4g')!.down);
    expect(knownLinks(networkOptions.parse({ server: SERVER, links }))).toEqual([
      ...PROFILE_NAMES,
      'lab',
      'bus-4g',
      'slow-bus',
    ]);
  });

  it('reads bottlenecks, access points and congestion, and passes the default congestion on', () => {
    const network = resolve({
      congestion: {
        markov: {
          states: [
            { share: '5 %', hold: '10 min' },
            { share: '60 %', hold: '1 min' },
          ],
        },
      },
      bottlenecks: {
        singapore: { up: '1 Gbit/s', down: '2 Gbit/s' },
        accra: { up: '1 Gbit/s', down: '1 Gbit/s', congestion: { diurnal: { mean: '40 %', swing: '30 %' } } },
      },
      'access-points': { 'home-1': { rate: '20 Mbit/s', congestion: '10 %' }, attic: {} },
    });
    expect(network.bottlenecks).toEqual([
      {
        region: 'accra',
        up: 1e9,
        down: 1e9,
        congestion: { kind: 'diurnal', mean: 0.4, swing: 0.3, peak: 75_600, step: 900 },
      },
      {
        region: 'singapore',
        up: 1e9,
        down: 2e9,
        congestion: {
          kind: 'markov',
          states: [
            { share: 0.05, hold: 600 },
            { share: 0.6, hold: 60 },
          ],
        },
      },
    ]);
    expect(network.accessPoints).toEqual([
      { name: 'attic', rate: 40e6, congestion: { kind: 'constant', share: 0 } },
      { name: 'home-1', rate: 20e6, congestion: { kind: 'constant', share: 0.1 } },
    ]);
  });

  it('reads every kind of dropout', () => {
    const dropout = (written: unknown) => link({ links: { 'home-wifi': { dropout: written } } }).dropout;
    expect(dropout('outage')).toEqual({ kind: 'outage' });
    expect(dropout({ 'duty-cycle': { period: '10 min', on: '20 %' } })).toEqual({
      kind: 'duty-cycle',
      period: 600,
      on: 0.2,
      phase: 'random',
    });
    expect(dropout({ trace: { off: [['1 min', '2 min']], every: '1 h' } })).toEqual({
      kind: 'trace',
      off: [[60, 120]],
      every: 3600,
    });
    expect(dropout({ up: { weibull: { scale: '1 h', shape: 0.5 } }, down: '1 min' })).toMatchObject({
      kind: 'renewal',
      down: { kind: 'constant', value: 60 },
    });
  });

  it('says what is wrong, and where', () => {
    const wifi = (own: object) => faults({ links: { 'home-wifi': own } });
    expect(wifi({ loss: '140 %' })).toEqual([
      { path: 'links.home-wifi.loss', message: 'expected 0 % to 100 %, got 140 %' },
    ]);
    expect(wifi({ loss: '95 %' })[0]!.message).toContain('at most 90 %');
    expect(faults({ links: { lab: { up: '1 Mbit/s' } } })).toEqual([
      {
        path: 'links.lab',
        message: 'expected a new profile to have up, down and latency (or like: a known one), got no down, no latency',
      },
    ]);
    expect(faults({ links: { lab: { like: 'bluetooth' } } })[0]!.path).toBe('links.lab.like');
    expect(faults({ links: { a: { like: 'b' }, b: { like: '4g' } } })[0]!.message).toContain('one above');
    expect(faults({ bottlenecks: { atlantis: { up: '1 bit/s', down: '1 bit/s' } } })[0]!.path).toBe('bottlenecks');
    expect(faults({ server: { ...SERVER, region: 'dubln' } })[0]!.path).toBe('server.region');
    expect(faults({ server: { ...SERVER, up: '0 bit/s' } })[0]!.path).toBe('server.up');
    const nested = (own: object) => JSON.stringify(networkOptions.safeParse({ server: SERVER, ...own }).error!.issues);
    const dropout = (own: unknown) => nested({ links: { 'home-wifi': { dropout: own } } });
    expect(dropout({ up: '1 h' })).toContain('expected up and down together, got up alone');
    expect(dropout({ up: '1 h', down: '0 s' })).toContain('a mean of at least 1 ms, got 0 s');
    expect(dropout({ up: '1 h', down: '1 s', trace: { off: [['1 s', '2 s']] } })).toContain('expected one of');
    expect(dropout({ trace: { off: [['2 s', '1 s']] } })).toContain('expected to end at least 1 ms after it begins');
    expect(
      dropout({
        trace: {
          off: [
            ['1 s', '3 s'],
            ['3 s', '4 s'],
          ],
        },
      }),
    ).toContain('after the time before it');
    expect(
      dropout({
        trace: {
          off: [
            ['0 s', '1 s'],
            ['3 s', '4 s'],
          ],
          every: '4 s',
        },
      }),
    ).toContain('longer than');
    expect(dropout({ 'duty-cycle': { period: '10 s', on: '100 %' } })).toContain('99.9 %');
    expect(nested({ congestion: '100 %' })).toContain('0 % to 99 %');
    expect(nested({ congestion: { diurnal: { mean: '20 %', swing: '30 %' } } })).toContain('mean - swing');
    expect(
      nested({
        congestion: {
          trace: {
            points: [
              ['2 s', '1 %'],
              ['1 s', '2 %'],
            ],
          },
        },
      }),
    ).toContain('times to rise');
    expect(nested({ congestion: { markov: { states: [{ share: '1 %', hold: '1 s' }] } } })).toContain('too_small');
  });

  it('access points of a fleet group: by name, or so many devices each', () => {
    expect(accessPointUse.parse('home-1')).toBe('home-1');
    expect(accessPointUse.parse({ per: 12 })).toEqual({
      per: 12,
      rate: 40e6,
      congestion: { kind: 'constant', share: 0 },
    });
    expect(accessPointUse.safeParse({ per: 0 }).success).toBe(false);
  });

  it('gives a JSON Schema with a description on every key', () => {
    const schema = z.toJSONSchema(networkOptions, { io: 'input', target: 'draft-7' }) as JsonSchema;
    const bare: string[] = [];
    walk(schema, '', bare);
    expect(bare).toEqual([]);
  });
});

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
}

function walk(schema: JsonSchema, path: string, bare: string[]): void {
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    if (!inner.description) bare.push(`${path}.${key}`);
    walk(inner, `${path}.${key}`, bare);
  }
  for (const inner of schema.anyOf ?? []) walk(inner, path, bare);
  if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, path, bare);
}

describe('link profiles', () => {
  const WANTED =
    'fibre cable dsl home-wifi 5g 4g lte-m nb-iot cellular-3g satellite-leo satellite-geo lora-backhaul'.split(' ');

  it('has every profile that the README lists, whole, with sources', () => {
    expect([...PROFILE_NAMES].sort()).toEqual([...WANTED].sort());
    for (const [name, profile] of builtInProfiles()) {
      expect(profile.up).toBeGreaterThan(0);
      expect(profile.down).toBeGreaterThan(0);
      expect(samplerOf(profile.latency).mean).toBeLessThan(3);
      expect(profile.loss).toBeLessThan(0.1);
      expect(profile.dropout.kind).toBe('renewal');
      for (const text of Object.values(PROFILE_SHEETS[name]!.source)) expect(text.length).toBeGreaterThan(20);
    }
  });

  it('orders the technologies as everybody knows them', () => {
    const median = (name: string) => samplerOf(builtInProfiles().get(name)!.latency).quantile(0.5);
    const names = ['fibre', 'cable', 'dsl', '4g', 'lte-m', 'cellular-3g', 'satellite-geo', 'nb-iot', 'lora-backhaul'];
    for (let i = 1; i < names.length; i++) expect(median(names[i]!)).toBeGreaterThan(median(names[i - 1]!));
    // RFC 2488: propagation alone takes 239.6 ms.
    expect(samplerOf(builtInProfiles().get('satellite-geo')!.latency).quantile(0.01)).toBeGreaterThan(0.2396);
  });

  it('devices are online nearly all the time', () => {
    for (const { dropout } of builtInProfiles().values()) {
      if (dropout.kind !== 'renewal') throw new Error('expected spells');
      const up = samplerOf(dropout.up).mean;
      expect(up / (up + samplerOf(dropout.down).mean)).toBeGreaterThan(0.95);
    }
  });
});
