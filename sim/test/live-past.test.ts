import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import type { PastRun, PastSeries } from '../live/messages.ts';
import { type PastAnswer, PastReader } from '../live/past-reader.ts';
import { SMALL_GLOBE } from './scenario-run.ts';

/** The longest that an answer may take here, ms. */
const LONGEST = 4000;

let folder: string;
let results: string;
let good: string;
let reader: PastReader;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-past-'));
  results = join(folder, 'results');
  writeFileSync(join(folder, 'small.yaml'), SMALL_GLOBE);
  expect((await g2t(['run', join(folder, 'small.yaml'), '--out', results, '--quiet'])).code).toBe(0);
  good = readdirSync(results)[0]!;
  reader = new PastReader(results, LONGEST);
});
afterAll(async () => {
  await reader.close();
  rmSync(folder, { recursive: true });
});

function found<T>(answer: PastAnswer): T {
  if (answer.kind !== 'found') throw new Error(`expected an answer, got ${JSON.stringify(answer)}`);
  return JSON.parse(new TextDecoder().decode(answer.json)) as T;
}

const listed = async () => found<PastRun[]>(await reader.list());
const idOf = async (name: string) => (await listed()).find((run) => run.folder === name)!.id;

describe('past runs', () => {
  it('are listed, the newest first, and read by the ids of the list', async () => {
    cpSync(join(results, good), join(results, 'older'), { recursive: true });
    utimesSync(join(results, 'older'), 1, 1);
    const runs = await listed();
    expect(runs.map((run) => run.folder)).toEqual([good, 'older']);
    expect(runs[0]).toMatchObject({ name: 'small-globe', method: 'g2t', devices: 10 });
    const series = found<PastSeries>(await reader.series(runs[0]!.id));
    expect(series.metrics.length).toBeGreaterThan(3);
    expect(series.devices.map(({ device }) => device).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await reader.series('0'.repeat(16))).toEqual({ kind: 'nothing' });
  });

  it('cannot hold up anything, though a damaged table makes its reader run for ever', { timeout: 60_000 }, async () => {
    cpSync(join(results, good), join(results, 'damaged'), { recursive: true });
    const table = join(results, 'damaged/metrics.arrow');
    const bytes = readFileSync(table);
    // The length of the schema's message: the library then reads nothing, again and again.
    bytes[8] = bytes[8]! ^ 0x7f;
    writeFileSync(table, bytes);
    const id = await idOf('damaged');
    let beats = 0;
    const heart = setInterval(() => beats++, 20);
    const answer = await reader.series(id);
    clearInterval(heart);
    expect(answer.kind).not.toBe('found');
    if (answer.kind === 'failed') expect(beats).toBeGreaterThan(10);
    // The next question has a new thread.
    expect(found<PastSeries>(await reader.series(await idOf(good))).metrics.length).toBeGreaterThan(3);
  });

  it('leave out what is no result, too large, or no plain file', { timeout: 60_000 }, async () => {
    const add = (name: string, manifest: string | Uint8Array) => {
      cpSync(join(results, good), join(results, name), { recursive: true });
      writeFileSync(join(results, name, 'manifest.json'), manifest);
    };
    const text = readFileSync(join(results, good, 'manifest.json'), 'utf8');
    add('null', 'null');
    add('nested', '['.repeat(1e6));
    add('large', text + ' '.repeat(17 * 1024 * 1024));
    add('other', JSON.stringify({ digest: {}, name: [] }));
    add('odd', JSON.stringify({ digest: 'x'.repeat(1e6), name: 7, seed: '<b>', scenario: null, stopped: ['a'] }));
    mkdirSync(join(results, 'pipe'));
    expect(spawnSync('mkfifo', [join(results, 'pipe/manifest.json')]).status).toBe(0);
    const runs = await listed();
    expect(
      runs
        .map((run) => run.folder)
        .filter((name) => name !== 'damaged')
        .sort(),
    ).toEqual([good, 'odd', 'older'].sort());
    expect(runs.find((run) => run.folder === 'odd')).toMatchObject({ name: '', seed: null, method: '', stopped: '' });
    expect(JSON.stringify(runs).length).toBeLessThan(5000);
  });

  it('refuse more questions at a time than can wait', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => reader.list()));
    expect(answers.filter(({ kind }) => kind === 'found')).toHaveLength(16);
    expect(answers.at(-1)).toEqual({ kind: 'failed', why: 'too many requests at a time: try again' });
  });
});
