import { describe, expect, it } from 'vitest';
import { numbersOf } from '../metrics/table.ts';
import { getU32 } from '../protocol/bytes.ts';
import { FRAME, HEADER } from '../protocol/frame.ts';
import type { World } from '../run/world.ts';
import { runText, SMALL_GLOBE } from './scenario-run.ts';

/** A fleet without failures whose devices train rows that they hold. */
const FLEET = `schema: 1
name: rivals
seed: 1
dataset: { name: clusters, classes: 6, features: 10, rows: 200, test: 20 }
partition: { by: iid }
method: { name: asgd, updates: 6000, learner: { name: softmax, eta: 0.01, batch: full } }
fleet:
  - { board: esp32, count: 40, region: dublin, link: home }
network:
  model: flow
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
  links:
    home: { like: home-wifi, loss: 0 %, dropout: none, latency: 20 ms }
stop: { when: trained, horizon: 1 h }
measure: { every: 5 s }
`;
const DEVICES = 40;
const slow = 'network.links.home.latency=500 ms';
/** Boards as fast as one another, and boards of which one is some twenty times slower, on links alike. */
const SPREAD =
  'fleet=[{ board: esp32, count: 20, region: dublin, link: home }, { board: samd21g18, count: 20, region: dublin, link: home }]';

describe('version staleness', () => {
  const staleness = async (...set: string[]) => {
    const { summary } = await runText(FLEET, set);
    return { ...summary.staleness!, age: summary.age_s!.mean };
  };

  it('is, of asynchronous SGD, the devices less one at any latency; the latency shows in the age', async () => {
    const [near, far] = [await staleness(), await staleness(slow)];
    for (const { mean } of [near, far]) expect(Math.abs(mean / (DEVICES - 1) - 1)).toBeLessThan(0.02);
    expect(far.age).toBeGreaterThan(5 * near.age);
  });

  it('has a 95th percentile that grows with the spread of the devices’ cycles, and the same mean', async () => {
    const more = 'dataset.rows=2000';
    const [alike, mixed] = [await staleness(more), await staleness(more, SPREAD)];
    expect(Math.abs(mixed.mean / alike.mean - 1)).toBeLessThan(0.02);
    expect(mixed.p95).toBeGreaterThan(1.5 * alike.p95);
    // A spread of latencies is one of cycles too.
    const latency = 'network.links.home.latency={ lognormal: { median: 20 ms, p95: 100 ms } }';
    expect((await staleness(latency)).p95).toBeGreaterThan((await staleness()).p95);
  });

  it('falls as latency grows where devices pull the model themselves, towards half', async () => {
    // Boards that compute for some tenths of a second, on links that do not keep them in step.
    const work = ['fleet.0.board=samd21g18', 'dataset.rows=600', 'method.exchange=separate', 'method.updates=3000'];
    const latency = (median: string, p95: string) =>
      `network.links.home.latency={ lognormal: { median: ${median}, p95: ${p95} } }`;
    const [near, middle, far] = [
      await staleness(...work, latency('20 ms', '40 ms')),
      await staleness(...work, latency('100 ms', '200 ms')),
      await staleness(...work, latency('500 ms', '1 s')),
    ];
    expect(near.mean).toBeLessThan(DEVICES - 1);
    expect(middle.mean).toBeLessThan(0.95 * near.mean);
    expect(far.mean).toBeLessThan(0.95 * middle.mean);
    expect(far.mean).toBeGreaterThan(0.45 * (DEVICES - 1));
  });

  it('is 0 with a barrier, and not defined for Globe2Train, whose results have an age', async () => {
    const ssgd = 'method={ name: ssgd, rounds: 20, learner: { name: softmax, eta: 1, batch: full } }';
    expect(await staleness(ssgd)).toMatchObject({ mean: 0, p95: 0, max: 0 });
    const { summary } = await runText(FLEET, ['partition=none', 'method={ name: g2t }']);
    expect(summary.staleness).toBeNull();
    expect(summary.age_s!.mean).toBeGreaterThan(0);
  });
});

/** Every method, on the devices' own rows but for Globe2Train. */
const LEARNER = 'learner: { name: softmax, batch: full }';
const METHODS: readonly (readonly string[])[] = [
  [],
  ...[
    `{ name: ssgd, rounds: 30, deadline: 3 s, ${LEARNER} }`,
    `{ name: asgd, updates: 2000, ${LEARNER} }`,
    `{ name: asgd, updates: 2000, exchange: separate, bound: 6, ${LEARNER} }`,
    `{ name: fedavg, rounds: 30, tau: 3, deadline: 3 s, ${LEARNER} }`,
    `{ name: adaptive-tau, deadline: 3 s, budget: { time: 60 s }, ${LEARNER} }`,
    `{ name: gaia, steps: 30, tau: 2, slack: 6, ${LEARNER} }`,
  ].map((method) => ['partition={ by: iid }', `method=${method}`]),
];

it('every method meets the same weather', async () => {
  const online: number[][] = [];
  const stretches: string[] = [];
  for (const set of METHODS) {
    const { tables, world } = await runText(SMALL_GLOBE, [...set, 'stop={ when: horizon, horizon: 90 s }']);
    online.push([...numbersOf(tables.metrics, 'online')]);
    const offline = world.offline();
    const all = Array.from({ length: world.places.devices }, (_, device) => [...offline(device, 90e9)]);
    stretches.push(JSON.stringify(all));
  }
  // Not a calm day.
  expect(new Set(online[0]).size).toBeGreaterThan(3);
  for (const each of online) expect(each).toEqual(online[0]);
  expect(new Set(stretches).size).toBe(1);
});

describe('an update whose answer was lost', () => {
  it.each(METHODS.slice(1))('comes again and counts once: %s %s', async (...set) => {
    const came = new Map<string, number>();
    let applied = 0;
    const { tables } = await runText(
      SMALL_GLOBE,
      [...set, 'stop={ when: horizon, horizon: 10 min }', 'network.links.shaky.dropout.up={ exponential: 1 s }'],
      ({ method }: World) => {
        const frame = method.frame.bind(method);
        method.frame = (device, type, bytes) => {
          if (type === FRAME.update) {
            const key = `${device} ${getU32(bytes, HEADER.round)}`;
            came.set(key, (came.get(key) ?? 0) + 1);
          }
          return frame(device, type, bytes);
        };
      },
    );
    applied = tables.rounds.rows;
    expect([...came.values()].some((times) => times > 1)).toBe(true);
    expect(applied).toBeLessThanOrEqual(came.size);
    expect(applied).toBeGreaterThan(0);
  });
});

describe('what went wrong', () => {
  it('is said of weights that are no numbers', async () => {
    for (const method of [
      '{ name: ssgd, rounds: 60, learner: { name: softmax, eta: 1e6, lambda: 1e6 } }',
      '{ name: asgd, updates: 600, learner: { name: softmax, eta: 1e6, lambda: 1e6 } }',
    ]) {
      const { extras } = await runText(FLEET, [`method=${method}`, 'measure.every=50 ms']);
      expect(extras.notes).toEqual([
        expect.stringMatching(/Training diverged: since the measurement at .* not finite numbers/),
      ]);
    }
    const { extras } = await runText(FLEET, ['method.updates=200']);
    expect(extras.notes).toEqual([]);
  });

  it('is said of a round that waits for a device that is not back', async () => {
    const away = 'network.links.home.dropout={ up: 100 ms, down: 1 h }';
    const ssgd = (more: string) => `method={ name: ssgd, rounds: 50, ${more} learner: { name: softmax } }`;
    const stop = 'stop.horizon=30 s';
    const blocked = await runText(FLEET, [ssgd(''), away, stop]);
    expect(blocked.summary.stopped).toBe('horizon');
    expect(blocked.extras.notes).toEqual([
      expect.stringMatching(
        /^The run met its horizon\. Round \d+, .* lacked \d+ of the 40 answers .* without a deadline/,
      ),
    ]);
  });
});
