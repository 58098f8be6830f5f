import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-comparison-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Two methods and a variant of one of them, with dropouts. */
const SET = [
  'dataset={ name: clusters, classes: 4, rows: 30, test: 10 }',
  'partition={ by: iid }',
  'method={ name: ssgd, rounds: 5, learner: { name: softmax } }',
  'compare=[{ name: asgd, set: { method: { name: asgd, updates: 60, learner: { name: softmax } } } }, { name: slow, against: asgd, set: { seed: 2 } }]',
].flatMap((setting) => ['--set', setting]);

async function run(workers: number): Promise<{ readonly result: string; readonly digest: string }> {
  const out = join(folder, `${workers}`);
  const argv = ['run', 'scenarios/home-network.yaml', ...SET, '--workers', `${workers}`, '--out', out, '--json'];
  const { code, stdout, stderr } = await g2t([...argv, '--quiet']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as { result: string; digest: string };
}

it('comes out the same, byte for byte, for any number of threads', async () => {
  const [one, three] = [await run(1), await run(3)];
  expect(three.digest).toBe(one.digest);
  const files = readdirSync(one.result, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(one.result.length + 1))
    .sort();
  expect(files).toContain('variants/asgd/rounds.arrow');
  expect(files).toContain('report.html');
  for (const name of files) {
    const [a, b] = [one, three].map(({ result }) => readFileSync(join(result, name)));
    if (name !== 'manifest.json') {
      expect(a!.equals(b!), name).toBe(true);
      continue;
    }
    const [x, y] = [a, b].map((bytes) => ({ ...JSON.parse(bytes!.toString()), host: null }));
    expect(x).toEqual(y);
  }
  const { code, stdout } = await g2t(['verify', three.result, '--workers', '2']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('the same')]);
});

it('says where a fault of a variant lies that shows only in its thread', async () => {
  const compare = 'compare=[{ name: a, set: { method.learner.name: svm } }]';
  const argv = ['run', 'scenarios/home-network.yaml', ...SET, '--set', compare, '--workers', '2', '--out', folder];
  const { code, stderr } = await g2t([...argv, '--quiet']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^--set compare\.0\.set\.method\.learner\.name: .*expected softmax for the 4 classes/);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

it('takes a whole number of threads', async () => {
  const { code, stderr } = await g2t(['run', 'scenarios/quickstart.yaml', '--workers', '0', '--out', folder]);
  expect([code, stderr]).toEqual([2, '--workers: expected a whole number from 1 to 256, got 0\n']);
});
