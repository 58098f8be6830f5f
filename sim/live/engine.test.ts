import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkResultData } from '../run/input-check.ts';
import { loadDataset, loadFirmware } from '../run/inputs.ts';
import { runToEnd } from '../run/run.ts';
import { openResult } from '../run/store.ts';
import { editScenario } from '../scenario/edit.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { LiveEngine } from './engine.ts';
import { loadedFrom, SMALL, shipped } from './fixture.ts';
import { METRIC_COLUMNS, type Row } from './messages.ts';
import { saveSession } from './save.ts';

function engineOf(base: LoadedScenario): LiveEngine {
  const engine = new LiveEngine({ base, firmware: loadFirmware(), dataDir: 'data', speed: null });
  engine.begin();
  return engine;
}

/** Lets it go on for so many slices, looked at after each as a page would. */
function go(engine: LiveEngine, slices: number, look: () => unknown = () => engine.snapshot()): void {
  for (let n = 0; n < slices && engine.state === 'running'; n++) {
    engine.slice();
    look();
  }
}

/** Lets so many results come into the model, looked at all the while: as far on a fast machine as on a slow one. */
function advance(engine: LiveEngine, rounds: number, look?: () => unknown): void {
  for (let n = 0; n < rounds; n++) {
    engine.step('round');
    go(engine, 1e4, look);
    expect(engine.state).toBe('paused');
  }
}

async function digestOf(loaded: LoadedScenario): Promise<string> {
  const { dataset, seed } = loaded.scenario;
  const outcome = await runToEnd({
    loaded,
    dataset: loadDataset(dataset, 'data', seed),
    firmware: loadFirmware().module,
  });
  return outcome.digest;
}

describe('a session', () => {
  it('keeps every run so that it comes to the same again, whatever was turned in it', async () => {
    const engine = engineOf(loadedFrom(SMALL.replace('time: 20 s', 'time: 60 s').replace('40 s }', '200 s }')));
    engine.setSpeed(40);
    engine.play();
    advance(engine, 5);
    engine.turn({ delayMs: 120 });
    advance(engine, 5);
    engine.turn({ loss: 3, congestion: 40 });
    engine.turn({ tau: 4 });
    engine.pause();
    engine.step('event');
    engine.turn({ dropout: { up: 4, down: 1 } });
    engine.play();
    advance(engine, 5);
    engine.begin({ dataCase: 2 });
    expect(engine.info).toMatchObject({ run: 2, dataCase: 2, seed: 5 });
    expect(engine.snapshot().status.knobs).toMatchObject({ delayMs: 120, loss: 3, tau: 4 });
    advance(engine, 4);
    engine.turn({ tau: 'adaptive', dropout: null, loss: null, congestion: null, delayMs: 0 });
    advance(engine, 3);
    engine.begin({ seed: 9, method: 'fedavg' });
    advance(engine, 3);
    engine.pause();
    const runs = engine.runs();
    expect(runs.map(({ loaded }) => loaded.scenario.method.name)).toEqual(['adaptive-tau', 'adaptive-tau', 'fedavg']);
    expect(runs.map(({ loaded }) => loaded.scenario.interventions.length)).toEqual([4, 1, 0]);
    for (const { loaded, outcome } of runs) expect(await digestOf(loaded)).toBe(outcome.digest);
    // To be asked for them changes nothing of the run at hand.
    engine.setSpeed(null);
    engine.play();
    go(engine, 1e4);
    expect(engine.state).toBe('ended');
    const last = engine.runs().at(-1)!;
    expect(last.outcome.summary.stopped).toBe('trained');
    expect(await digestOf(last.loaded)).toBe(last.outcome.digest);
  });

  it('makes a change from the next millisecond after the last event', () => {
    const engine = engineOf(loadedFrom(SMALL));
    engine.step('round');
    go(engine, 100);
    const before = engine.snapshot().status;
    engine.turn({ delayMs: 50 });
    const { changes } = engine.snapshot().status;
    expect(changes).toEqual([{ at: (Math.floor(before.clock * 1000) + 1) / 1000, set: 'added delay 50 ms' }]);
    const [run] = engine.runs();
    expect(run!.loaded.text).toContain(`at: ${Math.round(changes[0]!.at * 1000)} ms`);
    expect(run!.loaded.scenario.stop.horizon).toBe(changes[0]!.at);
  });

  it('steps by one event, and until a result is in the model', () => {
    const engine = engineOf(loadedFrom(SMALL));
    for (let n = 1; n <= 3; n++) {
      engine.step('event');
      expect(engine.snapshot().status.events).toBe(n);
    }
    engine.step('round');
    expect(engine.state).toBe('running');
    go(engine, 1000);
    expect(engine.snapshot().status).toMatchObject({ state: 'paused', tasksDone: 1 });
    engine.step('round');
    go(engine, 1000);
    expect(engine.snapshot().status.tasksDone).toBe(2);
  });

  it('begins anew where nothing has happened yet, and refuses what cannot be', () => {
    const engine = engineOf(loadedFrom(SMALL));
    engine.turn({ delayMs: 30 });
    expect(engine.info).toMatchObject({ run: 1, generation: 2 });
    expect(engine.runs()).toEqual([]);
    expect(() => engine.turn({ tau: 0 })).toThrow(/tau/);
    expect(() => engine.begin({ method: 'magic' })).toThrow(/magic/);
    expect(() => engine.watch(4)).toThrow('expected a device from 0 to 3, got 4');
    expect(engine.snapshot().status.knobs.delayMs).toBe(30);
    expect(engine.info!.methods).toEqual(['adaptive-tau', 'fedavg', 'ssgd', 'asgd', 'gaia', 'g2t']);
  });

  it('tells what is new, each thing once, and more of the device that is looked at', () => {
    const engine = engineOf(loadedFrom(SMALL));
    engine.play();
    const rounds: Row[] = [];
    const sequences: number[] = [];
    for (let n = 0; n < 6; n++) {
      engine.slice();
      const { rounds: more, messages } = engine.snapshot();
      rounds.push(...more);
      sequences.push(...messages.map(({ sequence }) => sequence));
    }
    const at = rounds.map((row) => row[0]!);
    expect(at).toEqual([...new Set(at)].sort((a, b) => a - b));
    expect(new Set(sequences).size).toBe(sequences.length);
    engine.watch(2);
    const { messages, status } = engine.snapshot();
    expect(messages.length).toBeGreaterThan(10);
    expect(messages.every(({ device }) => device === 2)).toBe(true);
    expect(status.watched).toMatchObject({
      device: 2,
      board: 'Raspberry Pi 3 Model B',
      link: 'wifi',
      region: 'london',
    });
    expect(status.watched!.weights).toMatchObject({ what: 'weights', count: 28, stride: 7, bias: 1 });
    expect(status.counts.reduce((sum, n) => sum + n)).toBe(4);
    expect(status.verdicts).toHaveLength(engine.info!.test.length);
  });

  it('shows what nodes hold, by data case', () => {
    const engine = engineOf(loadedFrom(SMALL));
    const labels = () => engine.info!.nodes.map((node) => node.labels.length);
    expect(labels()).toEqual([4, 4, 4, 4]);
    engine.begin({ dataCase: 2 });
    expect(labels()).toEqual([1, 1, 1, 1]);
  });

  it('runs what is trained classifier by classifier too', async () => {
    const engine = engineOf(shipped('quickstart'));
    expect(engine.info).toMatchObject({ method: 'g2t', hasTau: false, cases: false, devices: 36 });
    advance(engine, 20);
    engine.turn({ delayMs: 200, dropout: 'none' });
    advance(engine, 20);
    const [run] = engine.runs();
    expect(await digestOf(run!.loaded)).toBe(run!.outcome.digest);
    engine.watch(0);
    const { messages } = engine.snapshot();
    expect(messages.some(({ type, text }) => type === 'TASK' && /^task \d+, class \d+, against \d+/.test(text))).toBe(
      true,
    );
  });

  /** All that a page has been told of the series, and how the run stands. */
  function watched(engine: LiveEngine) {
    const rows: Row[] = [];
    const look = () => {
      const { metrics, status } = engine.snapshot();
      rows.push(...metrics);
      const value = (name: (typeof METRIC_COLUMNS)[number]) => rows.at(-1)?.[METRIC_COLUMNS.indexOf(name)];
      const last = { at: value('at_s'), accuracy: value('accuracy'), done: value('tasks_done'), up: value('bytes_up') };
      return { last: { ...last, energy: value('energy_j') }, status };
    };
    return { rows, look };
  }

  /** What a page is shown last is what the run's result says. */
  async function endsAsItsResult(engine: LiveEngine, page: ReturnType<typeof watched>): Promise<void> {
    const { last, status } = page.look();
    const { outcome, loaded } = engine.runs().at(-1)!;
    const { summary } = outcome;
    const { simulated_s: at, accuracy, tasks_done: done, bytes_up: up, energy_j: energy } = summary;
    expect(last).toEqual({ at, accuracy, done, up, energy });
    expect(status).toMatchObject({ state: 'ended', clock: at, digest: summary.digest, reason: summary.stopped });
    expect(status.summary).toEqual(summary);
    expect(await digestOf(loaded)).toBe(summary.digest);
    // A page that comes later, and one that looks again, are told nothing else.
    expect(engine.snapshot().metrics).toEqual([]);
    const times = page.rows.map(([time]) => time!);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  }

  it.each<[string, (base: LoadedScenario) => LoadedScenario]>([
    ['all is trained', (base) => base],
    ['its horizon', (base) => editScenario(base, { 'stop.horizon': '1234567 us' })],
    ['an accuracy', (base) => editScenario(base, { 'stop.when': { accuracy: '50 %' } })],
  ])('ends on the row of its result at %s, at any pace', async (_, change) => {
    for (const speed of [null, 400]) {
      const engine = engineOf(change(shipped('quickstart')));
      const page = watched(engine);
      engine.setSpeed(speed);
      engine.play();
      go(engine, 1e6, page.look);
      expect(engine.state).toBe('ended');
      await endsAsItsResult(engine, page);
    }
  });

  it('ends on the model that is returned, where that is not the last round’s', async () => {
    const engine = engineOf(loadedFrom(SMALL));
    const page = watched(engine);
    engine.setSpeed(null);
    engine.play();
    go(engine, 1e6, page.look);
    await endsAsItsResult(engine, page);
  });

  it('shows how things stand whenever it stands still, as the result that is saved then says', async () => {
    const engine = engineOf(shipped('quickstart'));
    const page = watched(engine);
    advance(engine, 40, page.look);
    const [saved] = engine.runs();
    const { last, status } = page.look();
    const { simulated_s: at, accuracy, tasks_done: done, bytes_up: up, energy_j: energy } = saved!.outcome.summary;
    expect(status.state).toBe('paused');
    expect(status.clock).toBe(at);
    expect(last).toEqual({ at, accuracy, done, up, energy });
    engine.play();
    go(engine, 1e6, page.look);
    await endsAsItsResult(engine, page);
  });

  it('names the files of its data, by which what was saved is verified', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'g2t-session-'));
    try {
      const rows = Array.from({ length: 30 }, (_, n) => `${n % 3},${n % 5},c${n % 3}`);
      writeFileSync(join(folder, 'a.csv'), `x,y,label\n${rows.join('\n')}\n`);
      const base = loadedFrom(SMALL.replace(/dataset: .*/, 'dataset: { name: csv, path: a.csv }'));
      const engine = new LiveEngine({ base, firmware: loadFirmware(), dataDir: folder, speed: null });
      engine.begin();
      engine.play();
      go(engine, 4);
      const given = { outDir: folder, name: 'small', firmware: loadFirmware(), version: '0', startedAt: 0 };
      const saved = await saveSession(engine.runs(), given);
      const run = join(saved.folder, 'run-1');
      const { manifest, loaded } = openResult(run);
      expect(manifest.inputs).toEqual(loadDataset(base.scenario.dataset, folder, 1).inputs);
      expect(checkResultData(manifest, loaded, folder)).toEqual(manifest.inputs);
      writeFileSync(join(folder, 'a.csv'), `x,y,label\n${rows.toReversed().join('\n')}\n`);
      expect(() => checkResultData(manifest, loaded, folder)).toThrow(
        'a.csv: expected the file that the result was made with',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is saved as a folder whose runs are results', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'g2t-session-'));
    try {
      const engine = engineOf(loadedFrom(SMALL));
      engine.play();
      go(engine, 4);
      const given = { outDir: folder, name: 'small', firmware: loadFirmware(), version: '0', startedAt: 0 };
      const saved = await saveSession(engine.runs(), given);
      const { manifest, loaded } = openResult(join(saved.folder, 'run-1'));
      expect(manifest.digest).toBe(saved.runs[0]!.digest);
      expect(await digestOf(loaded)).toBe(manifest.digest);
      const file = join(saved.folder, 'run-1/scenario.yaml');
      const again = loadScenario({ file, bytes: readFileSync(file) });
      expect(again.canonical).toBe(loaded.canonical);
      const marker = join(saved.folder, 'session.json');
      expect(JSON.parse(readFileSync(marker, 'utf8'))).toMatchObject({ runs: saved.runs });
      expect((await saveSession(engine.runs(), given)).folder).toBe(saved.folder);
      // Another session in a folder of that name is left alone.
      writeFileSync(marker, '{}');
      const other = await saveSession(engine.runs(), given);
      expect(other.folder).toMatch(new RegExp(`^${saved.folder}-[0-9a-f]{8}$`));
      expect(readFileSync(marker, 'utf8')).toBe('{}');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
