import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Interrupted, rows, run, sweep } from '../cli/library.ts';
import { runText, SMALL_GLOBE } from './scenario-run.ts';
import { sweepFolder } from './sweep-fixture.ts';

const { folder, file } = sweepFolder();
afterAll(() => rmSync(folder, { recursive: true }));

describe('the package as a library', () => {
  it('runs a scenario, from a file or from its text', async () => {
    const { digest } = await runText(SMALL_GLOBE, ['method.redundancy=1', 'network.links.shaky.loss=2 %', 'seed=4']);
    const set = { 'method.redundancy': 1, 'network.links.shaky.loss': '2 %' };
    for (const scenario of [join(folder, 'small.yaml'), { yaml: SMALL_GLOBE }]) {
      const result = await run({ scenario, set, seed: 4 });
      expect(result.digest).toBe(digest);
      expect(rows(result.tables.devices)[0]).toMatchObject({ device: 0, board: 'nrf52840' });
      expect(rows(result.tables.devices)).toHaveLength(10);
    }
    await expect(run({ scenario: { yaml: SMALL_GLOBE }, set: { seed: -1 } })).rejects.toThrow(
      '--set seed: expected at least 0, got -1',
    );
    const signal = AbortSignal.abort();
    await expect(run({ scenario: { yaml: SMALL_GLOBE }, set: { 'dataset.classes': 300 }, signal })).rejects.toThrow(
      Interrupted,
    );
  });

  it('sweeps, and finds what stands', async () => {
    const seen: number[] = [];
    const options = {
      sweep: file,
      out: join(folder, 'out'),
      workers: 2,
      onProgress: ({ done }: { done: number }) => seen.push(done),
    };
    const { runs, statistics, folder: made } = await sweep(options);
    expect(made).toBe(join(folder, 'out'));
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(rows(runs)).toHaveLength(12);
    expect(rows(statistics).find(({ metric, point }) => metric === 'accuracy' && point === 3)).toMatchObject({
      n: 3,
      loss: 0.05,
    });
    expect((await sweep(options)).runs).toEqual(runs);
  });

  it('is imported by its name', () => {
    // From inside the package, its own name means itself.
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { run } from 'globe2train'; console.log((await run({ scenario: ${JSON.stringify(join(folder, 'small.yaml'))} })).summary.tasks_done);`,
      ],
      { encoding: 'utf8' },
    );
    expect([stdout, stderr]).toEqual(['28\n', '']);
  });
});
