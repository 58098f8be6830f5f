import { describe, expect, it } from 'vitest';
import type { Instant } from '../kernel/time.ts';
import { type Changes, editScenario } from '../scenario/edit.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { loadDataset, loadFirmware } from './inputs.ts';
import { runToEnd } from './run.ts';
import { Session } from './session.ts';

const EXCHANGE = `schema: 1
name: stepped
seed: 3
dataset: { name: clusters, classes: 4, features: 6, rows: 60, test: 20 }
partition: { by: case, case: 2 }
method: { name: adaptive-tau, learner: { name: softmax, eta: 0.05, batch: 16 }, budget: { time: 20 s } }
fleet:
  - { board: raspberry-pi-3, count: 4, region: [london, paris], link: shaky, access-point: { per: 4, rate: 40 Mbit/s } }
network:
  server: { region: london, up: 1 Gbit/s, down: 1 Gbit/s }
  links:
    shaky: { like: home-wifi, loss: 1 %, dropout: { up: { exponential: 20 s }, down: { exponential: 500 ms } } }
interventions:
  - { at: 9 s, set: { network.links.shaky.loss: 4 % } }
stop: { when: trained, horizon: 40 s }
measure: { every: 500 ms }
`;

const FEDAVG = ['method={ name: fedavg, learner: { name: softmax, eta: 0.05, batch: 16 }, rounds: 60 }'];

function scenario(set: readonly string[] = []): LoadedScenario {
  return loadScenario({ file: 'test.yaml', bytes: new TextEncoder().encode(EXCHANGE), set });
}

function inputOf(loaded: LoadedScenario) {
  const { dataset, seed } = loaded.scenario;
  return { loaded, dataset: loadDataset(dataset, 'data', seed), firmware: loadFirmware().module };
}

/** What somebody at the live page would do: the change holds from the next millisecond on. */
function intervene(session: Session, set: Changes): void {
  const { loaded, world } = session;
  const at = `${Math.floor(world.sim.now / 1e6) + 1} ms`;
  const before = (loaded.written as { interventions: readonly unknown[] }).interventions;
  session.change(editScenario(loaded, { interventions: [...before, { at, set }] }));
}

const at = (seconds: number) => (seconds * 1e9) as Instant;

describe('a run that goes on step by step', () => {
  it('notes that it diverged at a measurement, whenever it was asked before', async () => {
    const loaded = scenario([
      'method={ name: asgd, updates: 300, learner: { name: softmax, lambda: 100000 } }',
      'measure.every=2 s',
    ]);
    const { extras } = await runToEnd(inputOf(loaded));
    expect(extras.notes.join()).toMatch(/^Training diverged: since the measurement at /);
    const session = new Session(inputOf(loaded));
    for (let n = 1; n <= 8; n++) {
      session.run(at(n / 2));
      session.outcome(at(n / 2));
    }
    while (session.run(session.horizon, 77));
    expect(session.outcome().extras.notes).toEqual(extras.notes);
  });

  it('comes to the same in whatever steps, and however often it is asked', async () => {
    const loaded = scenario();
    const whole = await runToEnd(inputOf(loaded));
    const session = new Session(inputOf(loaded));
    for (let n = 1; n <= 300; n++) session.run(session.horizon, 1);
    for (let n = 1; n <= 20; n++) {
      session.run(at(n / 2));
      session.outcome(at(n / 2));
    }
    while (session.run(session.horizon, 77));
    const stepped = session.outcome();
    expect(stepped.digest).toBe(whole.digest);
    expect(stepped.summary).toEqual(whole.summary);
    expect(session.ended).toBe(whole.summary.stopped);
  });

  it('is the same event for event whether a change was planned or came meanwhile', async () => {
    const session = new Session(inputOf(scenario()));
    session.run(at(2));
    intervene(session, { 'network.links.shaky.delay': '150 ms' });
    intervene(session, { 'network.links.shaky.loss': '2 %', 'network.server.congestion': '30 %' });
    session.run(session.horizon, 400);
    intervene(session, { 'method.tau': 7 });
    session.run(at(6));
    intervene(session, { 'network.links.shaky.dropout': { up: { exponential: '3 s' }, down: { exponential: '1 s' } } });
    session.run(at(12));
    intervene(session, { 'method.tau': 'adaptive' });
    while (session.run());
    const live = session.outcome();
    const replay = await runToEnd(inputOf(session.loaded));
    expect(session.loaded.scenario.interventions).toHaveLength(6);
    expect(replay.digest).toBe(live.digest);
    expect(replay.checkpoints).toEqual(live.checkpoints);
    const { values } = live.tables.rounds.columns.find(({ name }) => name === 'tau') as { values: Uint32Array };
    expect(values).toContain(7);
  });

  it('replays what had happened until somewhere in the middle', async () => {
    const session = new Session(inputOf(scenario()));
    session.run(at(3));
    intervene(session, { 'network.links.shaky.delay': '80 ms' });
    session.run(at(5.25));
    const saved = editScenario(session.loaded, { 'stop.horizon': '5250 ms' });
    const live = session.outcome(at(5.25), saved);
    const replay = await runToEnd(inputOf(saved));
    expect(replay.digest).toBe(live.digest);
    expect(replay.summary).toEqual(live.summary);
    expect(live.summary.stopped).toBe('horizon');
  });

  it('changes the steps of averaging too, from the next round on', async () => {
    const session = new Session(inputOf(scenario(FEDAVG)));
    session.run(session.horizon, 200);
    intervene(session, { 'method.tau': 3 });
    while (session.run());
    const live = session.outcome();
    expect((await runToEnd(inputOf(session.loaded))).digest).toBe(live.digest);
    const { values } = live.tables.rounds.columns.find(({ name }) => name === 'tau') as { values: Uint32Array };
    expect(new Set(values)).toEqual(new Set([10, 3]));
  });

  it('refuses what the method has not got, and what cannot change', () => {
    const session = new Session(inputOf(scenario(FEDAVG)));
    session.run(at(1));
    expect(() => intervene(session, { 'method.tau': 'adaptive' })).toThrow(/interventions\.1\.set/);
    expect(() => intervene(session, { 'network.server.region': 'paris' })).toThrow(/something that can change/);
    expect(() => intervene(session, { seed: 4 })).toThrow(/something that can change/);
  });
});
