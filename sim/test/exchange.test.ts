import { describe, expect, it } from 'vitest';
import type { ExchangeServer } from '../method/exchange/server.ts';
import { numbersOf } from '../metrics/table.ts';
import type { RunOutcome } from '../run/run.ts';
import { runText, scenarioOf } from './scenario-run.ts';

const LEARNER = 'learner: { name: softmax, eta: 0.1 }';

/** Nine devices that drop out, lose packets and have work of their own. */
const ROUGH = `schema: 1
name: exchange
seed: 1
dataset: { name: clusters, classes: 3, features: 6, rows: 60, test: 20, separation: 3 }
partition: { by: iid }
method: { name: ssgd, learner: { name: softmax, eta: 0.1 }, rounds: 30 }
fleet:
  - { board: nrf52840, count: 4, region: [dublin, london], link: shaky }
  - { board: esp32, count: 3, region: singapore, link: shaky, routine: { busy: 20 %, burst: 200 ms } }
  - { board: raspberry-pi-3, count: 2, region: dublin, link: shaky }
network:
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
  links:
    shaky: { like: home-wifi, loss: 1 %, dropout: { up: { exponential: 6 s }, down: { exponential: 3 s } } }
stop: { when: trained, horizon: 1 h }
measure: { every: 1 s }
`;

/** The same number of devices, all alike, with nothing in their way. */
const CALM = `${ROUGH.slice(0, ROUGH.indexOf('fleet:'))}fleet:
  - { board: raspberry-pi-3, count: 9, region: dublin, link: even }
network:
  model: simple
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
  links:
    even: { up: 10 Mbit/s, down: 10 Mbit/s, latency: { uniform: { min: 4 ms, max: 6 ms } } }
${ROUGH.slice(ROUGH.indexOf('stop:'))}`;

const METHODS = {
  ssgd: `{ name: ssgd, ${LEARNER}, rounds: 30 }`,
  backup: `{ name: ssgd, ${LEARNER}, rounds: 30, backup: 2 }`,
  deadline: `{ name: ssgd, ${LEARNER}, rounds: 30, deadline: 200 ms }`,
  asgd: `{ name: asgd, ${LEARNER}, updates: 300 }`,
  separate: `{ name: asgd, ${LEARNER}, updates: 300, exchange: separate, step: staleness-aware, bound: 5 }`,
  fedavg: `{ name: fedavg, ${LEARNER}, rounds: 15, fraction: 50 %, over-selection: 50 %, deadline: 1 s }`,
  'adaptive-tau': `{ name: adaptive-tau, ${LEARNER}, budget: { time: 30 s }, deadline: 1 s }`,
  gaia: `{ name: gaia, ${LEARNER}, steps: 30 }`,
} as const;

const run = (text: string, method: keyof typeof METHODS, set: readonly string[] = []): Promise<RunOutcome> =>
  runText(text, [`method=${METHODS[method]}`, ...set]);

/** Updates that reached the server, that entered the model, and that were thrown away. */
function tally({ world }: RunOutcome) {
  const { records } = world.method as ExchangeServer;
  const sum = (values: Uint32Array): number => values.reduce((all, each) => all + each, 0);
  return { uploads: sum(records.uploads), applied: sum(records.tasksDone), discarded: records.discarded };
}

describe.each(Object.keys(METHODS) as (keyof typeof METHODS)[])('%s', (method) => {
  it('trains through dropout and loss, twice alike, pooled and isolated', { timeout: 60_000 }, async () => {
    const rough = await run(ROUGH, method);
    expect(rough.summary.stopped).toBe('trained');
    expect(rough.summary.bytes_wasted).toBeGreaterThan(0);
    expect(rough.summary.accuracy).toBeGreaterThan(0.8);
    const loss = numbersOf(rough.tables.metrics, 'loss');
    expect(loss.at(-1)).toBeLessThan(Math.log(3));
    const { uploads, applied, discarded } = tally(rough);
    expect(uploads - applied - discarded).toBeGreaterThanOrEqual(0);
    expect(uploads - applied - discarded).toBeLessThan(9);
    expect(rough.tables.rounds.rows).toBe(applied);
    expect((await run(ROUGH, method)).digest).toBe(rough.digest);
    expect((await run(ROUGH, method, ['isolation=instance'])).digest).toBe(rough.digest);
  });
});

describe('staleness', () => {
  it('is 0 with a barrier and undefined nowhere', async () => {
    for (const method of ['ssgd', 'fedavg', 'adaptive-tau'] as const)
      expect((await run(CALM, method)).summary.staleness).toEqual({ mean: 0, p95: 0, max: 0 });
  });

  it('of ASGD is the number of other devices, at any latency, when the push is answered with the model', async () => {
    for (const latency of ['5 ms', '200 ms']) {
      const set = [`network.links.even.latency=${latency}`, 'method.updates=2000'];
      const { staleness, age_s } = (await run(CALM, 'asgd', set)).summary;
      expect(Math.abs(staleness!.mean / 8 - 1)).toBeLessThan(0.02);
      expect(age_s!.mean).toBeGreaterThan(latency === '5 ms' ? 0.01 : 0.4);
    }
  });

  it('of ASGD is bounded where it is asked to be', async () => {
    const { summary } = await run(ROUGH, 'asgd', ['method.bound=1']);
    // Eight others, each at most twice the bound and one more ahead.
    expect(summary.staleness!.max).toBeLessThanOrEqual(8 * 3);
  });
});

describe('a round', () => {
  it('throws away and counts what comes after it', async () => {
    const backup = await run(ROUGH, 'backup');
    const { discarded } = tally(backup);
    expect(discarded).toBeGreaterThan(0);
    expect(backup.summary.flop_wasted).toBeGreaterThan(0);
    const round = numbersOf(backup.tables.rounds, 'round');
    for (let n = 1; n <= 30; n++) expect(round.filter((each) => each === n).length).toBe(7);
    expect(tally(await run(CALM, 'ssgd')).discarded).toBe(0);
  });

  it('ends at its deadline with whoever has answered', async () => {
    const { tables } = await run(ROUGH, 'deadline');
    const round = numbersOf(tables.rounds, 'round');
    const sizes = Array.from({ length: 30 }, (_, n) => round.filter((each) => each === n + 1).length);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(Math.min(...sizes)).toBeLessThan(9);
  });

  it('of SSGD with full batches is a step of gradient descent on all rows, whoever holds them', async () => {
    const set = ['method.learner.batch=full', 'partition={ by: quantity, alpha: 1 }'];
    const nine = await run(CALM, 'ssgd', set);
    const one = await run(CALM, 'ssgd', [...set.slice(0, 1), 'fleet.0.count=1']);
    const [a, b] = [nine, one].map(({ world }) => numbersOf(world.method.model().table, 'value'));
    a!.forEach((value, i) => {
      expect(Math.abs(value - b![i]!)).toBeLessThan(1e-5);
    });
    expect(Math.max(...a!)).toBeGreaterThan(0.1);
  });

  it('of FedAvg with one local step is the same as one of SSGD', async () => {
    const set = ['method.learner.batch=full'];
    const fedavg = await runText(CALM, [`method={ name: fedavg, ${LEARNER}, rounds: 30, tau: 1 }`, ...set]);
    const ssgd = await run(CALM, 'ssgd', set);
    const [a, b] = [fedavg, ssgd].map(({ world }) => numbersOf(world.method.model().table, 'value'));
    a!.forEach((value, i) => {
      expect(Math.abs(value - b![i]!)).toBeLessThan(1e-5);
    });
  });
});

describe('bad input', () => {
  /** The message of the fault. */
  async function refusal(set: readonly string[], text = ROUGH): Promise<string> {
    try {
      await runText(text, set);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('accepted');
  }

  it('is refused with its place', async () => {
    const tau = ROUGH.replace(/method:.*/, `method: { name: adaptive-tau, ${LEARNER}, tau-max: 0 }`);
    await expect(refusal([], tau)).resolves.toMatch(/test\.yaml:6:\d+ method\.tau-max: /);
    const quorum = ROUGH.replace('rounds: 30', 'quorum: 10');
    await expect(refusal([], quorum)).resolves.toMatch(
      /test\.yaml:6:\d+ method\.quorum: expected at most the 9 devices of the fleet, got 10/,
    );
    const backup = ROUGH.replace('rounds: 30', 'backup: 9');
    await expect(refusal([], backup)).resolves.toMatch(/method\.backup: expected fewer than the 9 devices/);
    const unfit = ROUGH.replace('softmax', 'svm');
    await expect(refusal([], unfit)).resolves.toMatch(
      /test\.yaml:6:\d+ method\.learner\.name: expected softmax for the 3 classes of clusters, got svm/,
    );
    await expect(refusal([], ROUGH.replace('softmax', 'opt-sgd'))).resolves.toMatch(/method\.learner\.name/);
    await expect(refusal([], ROUGH.replace(/partition:.*\n/, ''))).resolves.toMatch(
      /method\.name: expected a `partition`/,
    );
    await expect(refusal(['partition={ by: dirichlet, alpha: 0 }'])).resolves.toMatch(/alpha/);
    await expect(refusal(['fleet.0.count=400'])).resolves.toMatch(/at most as many devices as training rows/);
  });

  it('is a model that fits no device', async () => {
    const set = [
      'dataset.features=4000',
      'dataset.rows=5',
      'fleet=[{ board: samd21g18, region: dublin, link: shaky }]',
    ];
    await expect(refusal(set)).resolves.toMatch(/fleet: expected a device with \d+ B of RAM for the model/);
    expect(scenarioOf(ROUGH).scenario.method.name).toBe('ssgd');
  });
});
