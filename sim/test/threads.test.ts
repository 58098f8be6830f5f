import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Crew } from '../device/crew.ts';
import { Desk } from '../device/desk.ts';
import { Digest } from '../kernel/digest.ts';
import { digestTable } from '../metrics/table.ts';
import { loadDataset, loadFirmware } from '../run/inputs.ts';
import { Interrupted, runToEnd } from '../run/run.ts';
import { type RunOutcome, Session } from '../run/session.ts';
import { Threads } from '../run/threads.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { runOf, scenarioOf } from './scenario-run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'g2t-threads-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Nine devices with so many rows of so many features that each model sets off large work; some drop out meanwhile. */
const HEAVY = `schema: 1
name: heavy
seed: 1
dataset: { name: clusters, classes: 3, features: 200, rows: 600, test: 20, separation: 3 }
partition: { by: iid }
method: { name: ssgd, learner: { name: softmax, eta: 0.1, batch: full }, rounds: 6 }
fleet:
  - { board: raspberry-pi-3, count: 4, region: [dublin, london], link: shaky }
  - { board: raspberry-pi-4, count: 3, region: singapore, link: shaky, routine: { busy: 20 %, burst: 20 ms } }
  - { board: i7-8650u, count: 2, region: dublin, link: shaky }
network:
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
  links:
    shaky: { like: home-wifi, loss: 1 %, dropout: { up: { exponential: 4 s }, down: { exponential: 1 s } } }
stop: { when: trained, horizon: 5 min }
measure: { every: 1 s }
`;
const FULL = 'learner: { name: softmax, eta: 0.1, batch: full }';
const METHODS = {
  ssgd: `{ name: ssgd, ${FULL}, rounds: 6 }`,
  asgd: `{ name: asgd, ${FULL}, updates: 40 }`,
  fedavg: `{ name: fedavg, ${FULL}, rounds: 4 }`,
  'adaptive-tau': `{ name: adaptive-tau, ${FULL}, budget: { time: 4 s }, tau-max: 5, deadline: 1 s }`,
  gaia: `{ name: gaia, ${FULL}, steps: 5 }`,
};
/** Devices that keep a task's rows and make their passes once the last has come. */
const CACHED = `schema: 1
name: cached
seed: 1
dataset: { name: clusters, classes: 5, features: 100, rows: 60, test: 20 }
method: { name: g2t, learner: { name: opt-sgd, passes: 20 } }
fleet: [{ board: raspberry-pi-3, count: 3, region: [dublin, london], link: home-wifi, routine: { busy: 20 %, burst: 20 ms } }]
network:
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
stop: { when: trained, horizon: 5 min }
measure: { every: 1 s }
`;

/** A module of firmware by hand: memory and stack pointer as ours, and a g2t_host_deliver that traps. */
const TRAP = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  // type (i32 i32 i32 f64) -> i32
  ...[1, 9, 1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7c, 1, 0x7f],
  // import env.memory, shared, 1 to 65536 pages
  ...[2, 18, 1, 3, ...Buffer.from('env'), 6, ...Buffer.from('memory'), 2, 3, 1, 0x80, 0x80, 4],
  ...[3, 2, 1, 0],
  // a mutable i32
  ...[6, 6, 1, 0x7f, 1, 0x41, 0, 0x0b],
  ...[7, 38, 2, 15, ...Buffer.from('__stack_pointer'), 3, 0, 16, ...Buffer.from('g2t_host_deliver'), 0, 0],
  ...[10, 5, 1, 3, 0, 0, 0x0b],
]);

/** Threads whose desk can be looked at. */
class Watched extends Threads {
  desk: Desk | undefined;

  override start(desk: SharedArrayBuffer): void {
    this.desk = new Desk(desk);
    super.start(desk);
  }

  /** Whether the first job that was ever laid down is done. */
  get atWork(): boolean {
    return this.desk?.outcome(0) === 'done';
  }
}

/** A run on so many threads, others of which do its first large work. @returns what it came to, and how many jobs they did. */
async function threaded(loaded: LoadedScenario, threads: number): Promise<{ outcome: RunOutcome; lent: number }> {
  const hands = new Watched(loadFirmware().module, { threads, worthwhile: 0 });
  const crew = new Crew(hands);
  try {
    const session = sessionOf(loaded, crew);
    while (crew.lent === 0 && session.run(session.horizon, 1)) hands.check();
    while (!hands.atWork) await sleep(5);
    while (session.run(session.horizon, 10)) await sleep(0);
    return { outcome: session.outcome(), lent: crew.lent };
  } finally {
    await hands.stop();
  }
}

function sessionOf(loaded: LoadedScenario, crew: Crew): Session {
  const dataset = loadDataset(loaded.scenario.dataset, 'data', loaded.scenario.seed);
  return new Session({ loaded, dataset, firmware: loadFirmware().module, crew });
}

/** A run that leaves its large work to these. */
async function runWith(hands: Threads): Promise<void> {
  try {
    const session = sessionOf(scenarioOf(HEAVY, ['method.rounds=10000', 'stop.horizon=10 h']), new Crew(hands));
    while (session.run(session.horizon, 1)) {
      hands.check();
      await sleep(1);
    }
  } finally {
    await hands.stop();
  }
}

describe('worker threads', () => {
  const texts = Object.entries(METHODS).map(([name, method]) => [name, HEAVY, [`method=${method}`]] as const);
  it.each([...texts, ['g2t', CACHED, []] as const])(
    'change nothing in %s',
    { timeout: 60_000 },
    async (_name, text, set) => {
      const alone = await runOf(scenarioOf(text, set));
      expect(alone.summary.stopped).toBe('trained');
      for (const threads of [2, 4]) {
        const { outcome, lent } = await threaded(scenarioOf(text, set), threads);
        expect(lent).toBeGreaterThan(0);
        expect(outcome.digest).toBe(alone.digest);
        expect(outcome.summary).toEqual(alone.summary);
      }
      const apart = await threaded(scenarioOf(text, [...set, 'isolation=instance']), 2);
      expect(apart.lent).toBeGreaterThan(0);
      expect(apart.outcome.digest).toBe(alone.digest);
    },
  );

  it('leave recorded frames as they are', { timeout: 60_000 }, async () => {
    const set = ['record=frames', `method=${METHODS.asgd}`];
    const frames = ({ tables }: RunOutcome): string => {
      const digest = new Digest();
      digestTable(digest, tables.frames!);
      return digest.hex();
    };
    const alone = await runOf(scenarioOf(HEAVY, set));
    expect(alone.tables.frames!.rows).toBeGreaterThan(100);
    const { outcome } = await threaded(scenarioOf(HEAVY, set), 3);
    expect(frames(outcome)).toBe(frames(alone));
    expect(outcome.digest).toBe((await runOf(scenarioOf(HEAVY, set.slice(1)))).digest);
  });

  it('say in one line that their firmware trapped', { timeout: 30_000 }, async () => {
    // Its g2t_host_deliver is an `unreachable`.
    const hands = new Threads(new WebAssembly.Module(TRAP), { threads: 2, worthwhile: 0 });
    await expect(runWith(hands)).rejects.toThrow(/^A worker thread failed in a device's firmware: unreachable$/);
  });

  it('say in one line that one of them died, and nobody waits for ever', { timeout: 30_000 }, async () => {
    const hand = join(folder, 'dies.mjs');
    const desk = pathToFileURL(join(ROOT, 'dist/device/desk.js')).href;
    writeFileSync(
      hand,
      `import { workerData } from 'node:worker_threads';
       import { Desk } from ${JSON.stringify(desk)};
       new Desk(workerData.desk).waitForAny();
       process.exit(3);`,
    );
    const hands = new Threads(loadFirmware().module, { threads: 2, worthwhile: 0, hand });
    await expect(runWith(hands)).rejects.toThrow(/^A worker thread ended before its work was done: exit code 3$/);
  });

  it('say that they cannot start', { timeout: 30_000 }, async () => {
    const hands = new Threads(loadFirmware().module, { threads: 2, worthwhile: 0, hand: join(folder, 'nowhere.mjs') });
    await expect(runWith(hands)).rejects.toThrow(/^A worker thread ended before its work was done: Cannot find module/);
  });

  it('are refused where nobody could mean them', async () => {
    const loaded = scenarioOf(HEAVY);
    const input = { loaded, dataset: loadDataset(loaded.scenario.dataset, 'data', 1), firmware: loadFirmware().module };
    for (const threads of [0, 1.5, 65, Number.NaN])
      await expect(runToEnd({ ...input, threads: { threads } })).rejects.toThrow(
        `threads: expected a whole number from 1 to 64, got ${threads}`,
      );
  });

  it('are gone after an interrupt', { timeout: 30_000 }, async () => {
    const loaded = scenarioOf(HEAVY, ['method.rounds=10000', 'stop.horizon=10 h']);
    const before = process.getActiveResourcesInfo().length;
    const from = performance.now();
    const run = runToEnd({
      loaded,
      dataset: loadDataset(loaded.scenario.dataset, 'data', 1),
      firmware: loadFirmware().module,
      threads: { threads: 3, worthwhile: 0 },
      cancelled: () => performance.now() > from + 1000,
    });
    await expect(run).rejects.toThrow(Interrupted);
    expect(performance.now() - from).toBeLessThan(5000);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });

  it('end with the program, on Ctrl-C too', async () => {
    const file = join(folder, 'heavy.yaml');
    writeFileSync(file, HEAVY);
    const out = join(folder, 'out');
    const argv = [
      'run',
      file,
      '--threads',
      '3',
      '--set',
      'method.rounds=100000',
      '--set',
      'stop.horizon=10 h',
      '--out',
      out,
    ];
    const child = spawn(process.execPath, ['dist/cli/main.js', ...argv], { cwd: ROOT, stdio: 'ignore' });
    await sleep(2500);
    expect(child.exitCode, 'the run should last longer than this').toBeNull();
    const from = performance.now();
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(130);
    expect(performance.now() - from).toBeLessThan(5000);
    expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
  }, 20_000);
});
