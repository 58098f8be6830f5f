import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { SMALL_GLOBE } from './scenario-run.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-empty-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a scenario. @returns the folder of its result. */
async function ran(name: string, text: string, ...set: string[]): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, text);
  const out = join(folder, name);
  const { code, stderr } = await g2t(['run', file, '--out', out, '--quiet', ...set.flatMap((each) => ['--set', each])]);
  expect([code, stderr]).toEqual([0, '']);
  return join(out, readdirSync(out)[0]!);
}

const NO_TASKS = 'stop={ when: horizon, horizon: 1 ms }';

describe('a check that compares nothing says so', () => {
  it('verify, of a run in which no task was done', async () => {
    const result = await ran('none', SMALL_GLOBE, NO_TASKS);
    const { code, stdout, stderr } = await g2t(['verify', result]);
    expect([code, stderr]).toEqual([0, 'verify: no task was done in this run: no trained model was compared\n']);
    expect(stdout).toContain('the same, digest ');
    const { notes } = JSON.parse((await g2t(['verify', result, '--json'])).stdout);
    expect(notes).toEqual(['no task was done in this run: no trained model was compared']);
  });

  it('verify, of a result whose files are gone', async () => {
    const result = await ran('gone', SMALL_GLOBE);
    for (const name of ['rounds.arrow', 'model.arrow']) rmSync(join(result, name));
    const { code, stderr } = await g2t(['verify', result]);
    expect([code, stderr]).toEqual([0, 'verify: not there, so not compared: rounds.arrow, model.arrow\n']);
  });

  it('validate, of a run in which no device trained', async () => {
    const result = await ran('untrained', SMALL_GLOBE, NO_TASKS, 'record=frames');
    const { code, stdout, stderr } = await g2t(['validate', result, '--target', 'native']);
    // Without a compiler there is no native board: then nothing is claimed either.
    if (code === 2) return;
    expect([code, stdout.includes('identical:')]).toEqual([1, false]);
    expect(stderr).toMatch(/: no weights were compared: devices [\d, ]+ sent none in the recorded run/);
  });
});

describe('diff', () => {
  it('looks at variants too', async () => {
    const compared = (passes: number) =>
      `${SMALL_GLOBE}compare:\n  - { name: longer, set: { method.learner.passes: ${passes} } }\n`;
    const [a, b] = [await ran('four', compared(4)), await ran('five', compared(5))];
    const { code, stdout } = await g2t(['diff', a, b]);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^in the variant longer: digest [0-9a-f]{32} against [0-9a-f]{32}\n$/),
    ]);
    expect((await g2t(['diff', a, a])).code).toBe(0);
  });

  it('does not look for the first event of runs that other firmware made', async () => {
    const [a, b] = [await ran('one', SMALL_GLOBE), await ran('other', SMALL_GLOBE, 'seed=2')];
    const file = join(b, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...manifest, firmware: { ...manifest.firmware, sha256: '0'.repeat(64) } }));
    const { code, stdout } = await g2t(['diff', a, b]);
    expect([code, stdout]).toEqual([
      1,
      `the digests differ; which event is not known, since ${b} was made with other firmware than the one built here\n`,
    ]);
  });
});
