import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { loadFirmware } from '../run/inputs.ts';
import { type PoolOptions, RunPool } from '../run/pool.ts';
import { Interrupted } from '../run/run.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { runOf, SMALL_GLOBE, scenarioOf } from './scenario-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'g2t-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

let pool: RunPool;
afterEach(() => pool.close());

async function open(options: Partial<PoolOptions> = {}): Promise<RunPool> {
  pool = await RunPool.open({ firmware: loadFirmware(), dataDir: folder, workers: 2, ...options });
  return pool;
}

/** Seeds in an order of their own, two data sets in turn. */
const mixed = (): LoadedScenario[] =>
  [3, 1, 2, 3].flatMap((seed) => [
    scenarioOf(SMALL_GLOBE, [], seed),
    scenarioOf(SMALL_GLOBE, ['dataset.rows=12', 'dataset.seed=5'], seed),
  ]);

/** A worker that dies when it is given seed 13, as often as it is told. */
function mortal(deaths: number): string {
  const file = join(folder, `mortal-${deaths}.mjs`);
  const whole = pathToFileURL('dist/run/pool-worker.js');
  const counter = join(folder, `deaths-${deaths}`);
  writeFileSync(counter, '');
  writeFileSync(
    file,
    `import { appendFileSync, readFileSync } from 'node:fs';
import answer from ${JSON.stringify(whole)};
export default (job) => {
  if (job.scenario.seed === 13 && readFileSync(${JSON.stringify(counter)}).length < ${deaths}) {
    appendFileSync(${JSON.stringify(counter)}, 'x');
    process.exit(9);
  }
  return answer(job);
};
`,
  );
  return file;
}

describe('the pool', () => {
  it('runs as the main thread does, in any order and on any number of workers', async () => {
    const alone: string[] = [];
    for (const loaded of mixed()) alone.push((await runOf(loaded)).digest);
    for (const workers of [1, 3]) {
      await open({ workers });
      const outcomes = await Promise.all(mixed().map((loaded) => pool.run({ loaded })));
      expect(outcomes.map(({ digest }) => digest)).toEqual(alone);
      expect(outcomes[0]!.tables).toBeUndefined();
      await pool.close();
    }
  });

  it('gives tables, model and checkpoints where they are wanted, and says how far a run is', async () => {
    const loaded = scenarioOf(SMALL_GLOBE, ['dataset.classes=30']);
    const { tables, summary, extras, checkpoints, world } = await runOf(loaded);
    await open();
    const seen: number[] = [];
    const onProgress = ({ tasksTotal }: { tasksTotal: number }) => seen.push(tasksTotal);
    const outcome = await pool.run({ loaded, tables: true, onProgress });
    expect(outcome).toMatchObject({ summary, extras, checkpoints });
    expect(outcome.tables).toEqual(tables);
    expect(outcome.model).toEqual(world.method.model());
    expect(seen.every((total) => total === 0 || total === summary.tasks_total)).toBe(true);
  });

  it('begins a run again whose worker died, and gives up on one that is deadly', async () => {
    await open({ worker: mortal(1) });
    const [first, deadly] = [scenarioOf(SMALL_GLOBE), scenarioOf(SMALL_GLOBE, [], 13)];
    const outcomes = await Promise.all([deadly, first, deadly].map((loaded) => pool.run({ loaded })));
    const { digest } = await runOf(deadly);
    expect(outcomes.map((outcome) => outcome.digest === digest)).toEqual([true, false, true]);
    await pool.close();
    await open({ worker: mortal(2), workers: 1 });
    await expect(pool.run({ loaded: deadly })).rejects.toThrow(
      'small-globe, seed 13: 2 workers died of this run, one after the other (worker exited with code: 9)',
    );
    await expect(pool.run({ loaded: first })).resolves.toMatchObject({ digest: outcomes[1]!.digest });
  });

  it('says what is wrong in a run as the main thread would', async () => {
    await open();
    const wrong = ['dataset={name: csv, path: no.csv}'];
    await expect(pool.run({ loaded: scenarioOf(SMALL_GLOBE, wrong) })).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/^dataset csv: expected no.csv.* in .*g2t-pool/),
    });
    const holds = scenarioOf(SMALL_GLOBE.replace('link: lte-m }', 'link: lte-m, holds: [9] }'), ['method.rows=held']);
    await expect(pool.run({ loaded: holds })).rejects.toThrow(
      /^test\.yaml:9:74 fleet\.2\.holds: expected classes from 1 to 8, got 9/,
    );
  });

  it('can be cancelled, with what waits', async () => {
    await open({ workers: 1 });
    const long = scenarioOf(SMALL_GLOBE, ['dataset.classes=200']);
    const runs = Promise.allSettled([1, 2, 3].map(() => pool.run({ loaded: long })));
    setTimeout(() => pool.cancel(), 200);
    for (const run of await runs) expect(run.status === 'rejected' && run.reason instanceof Interrupted).toBe(true);
  });

  it('says so when its threads cannot start', async () => {
    const file = join(folder, 'broken.mjs');
    writeFileSync(file, "throw new Error('as written')");
    await open({ worker: file });
    await expect(pool.run({ loaded: scenarioOf(SMALL_GLOBE) })).rejects.toThrow(
      /^(cannot start a worker: |.*\()as written/,
    );
  });
});
