import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t, type Outcome } from '../cli/fixture.ts';
import { packArchive, unpackArchive } from '../files/archive.ts';
import { readArrow, writeArrow } from '../files/arrow.ts';
import { readArrowGuarded } from '../files/guarded-arrow.ts';
import { sha256Of } from '../files/hash.ts';
import { PastRuns } from '../live/past-runs.ts';
import { readResultTable } from '../run/result-tables.ts';
import { openResult } from '../run/store.ts';
import { filesOf } from './sweep-fixture.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

let folder: string;
let result: string;
let sweep: string;
let sweepFile: string;
const path = (name: string) => join(folder, name);

const SCENARIO = `schema: 1
name: tiny
seed: 1
dataset: { name: clusters, classes: 2, features: 2, rows: 4, test: 2 }
method: { name: g2t, learner: { name: logistic } }
fleet: [{ board: nrf52840, count: 2, region: london, link: home-wifi }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
compare: [{ name: other, set: { seed: 2 } }]
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-damaged-'));
  writeFileSync(path('tiny.yaml'), SCENARIO);
  sweepFile = path('sweep.yaml');
  writeFileSync(
    sweepFile,
    'schema: 1\nname: few\nscenario: tiny.yaml\nset: { compare: [] }\nsweep:\n  grid: { method.redundancy: [1, 2] }\n',
  );
  const run = await g2t(['run', path('tiny.yaml'), '--out', path('results'), '--workers', '1', '--quiet']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  result = join(path('results'), readdirSync(path('results'))[0]!);
  sweep = path('swept');
  expect(await g2t(['sweep', sweepFile, '--out', sweep, '--workers', '1', '--quiet'])).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Every way to every value of a document, the first of each list alone: the others have the same form. */
function pathsOf(value: Json): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()].slice(0, 1) : Object.keys(value);
  return keys.flatMap((key) => {
    const inner = (value as { [key: string | number]: Json })[key]!;
    return [[key], ...pathsOf(inner).map((rest) => [key, ...rest])];
  });
}

function changed(document: Json, at: readonly (string | number)[], to: Json | undefined): Json {
  const copy = structuredClone(document) as { [key: string | number]: Json };
  let parent = copy;
  for (const key of at.slice(0, -1)) parent = parent[key] as typeof parent;
  if (to === undefined) delete parent[at.at(-1)!];
  else parent[at.at(-1)!] = to;
  return copy as Json;
}

/** Null, a wrong type, a huge number, text for a number, and nothing at all. */
const VALUES: readonly (Json | undefined)[] = [null, [], { a: 1 }, 1e300, -1, 'x', '7', true, undefined];

interface Mutation {
  readonly what: string;
  readonly text: string;
}

/** @param limit the deepest keys that are changed: the scenario in a manifest has hundreds, which are compared as one. */
function mutations(text: string, limit: number): Mutation[] {
  const document = JSON.parse(text) as Json;
  const all = pathsOf(document).filter((at) => at.length <= limit);
  return all.flatMap((at) =>
    VALUES.map((to) => ({
      what: `${at.join('.')}: ${JSON.stringify(to)}`,
      text: JSON.stringify(changed(document, at, to)),
    })),
  );
}

/** No internal error, no stack; where the input is refused, one line. */
function expectWords({ code, stderr }: Outcome, what: string): void {
  expect([0, 1, 2], what).toContain(code);
  expect(stderr, what).not.toMatch(/internal error|^ +at |TypeError|RangeError/m);
  if (code === 2) expect(stderr.trim().split('\n'), what).toHaveLength(1);
}

describe('a manifest of which a key is damaged', () => {
  it('is refused with the key, or found to be another; never an internal error', { timeout: 600_000 }, async () => {
    const copy = path('manifest');
    cpSync(result, copy, { recursive: true });
    const file = join(copy, 'manifest.json');
    const all = mutations(readFileSync(file, 'utf8'), 3);
    const counts: Record<number, number> = {};
    for (const { what, text } of all) {
      writeFileSync(file, text);
      // What the schema refuses is refused by all that open a result; only what it lets through needs a run.
      let refused = false;
      try {
        openResult(copy);
      } catch {
        refused = true;
      }
      const argv = refused ? ['diff', copy, result] : ['verify', copy, '--workers', '1', '--quiet'];
      const outcome = await g2t(argv);
      expectWords(outcome, what);
      if (refused) expect([outcome.code, outcome.stderr], what).toEqual([2, expect.stringContaining(copy)]);
      counts[outcome.code] = (counts[outcome.code] ?? 0) + 1;
    }
    expect(counts[2], JSON.stringify(counts)).toBeGreaterThan(150);
  });

  it('names file and key', async () => {
    const copy = path('named');
    cpSync(result, copy, { recursive: true });
    const file = join(copy, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    const cases: readonly (readonly [object, string])[] = [
      [{ digest: null }, 'digest: expected text, got nothing'],
      [{ events: '12' }, 'events: expected a number, got the text "12"'],
      [{ checkpoints: {} }, 'checkpoints: expected a list, got an empty group'],
      [
        { firmware: { sha256: 'x', core: '' } },
        'firmware.sha256: expected a SHA-256 of 64 hex digits, got the text "x"',
      ],
      [{ inputs: [{ kind: 'data' }] }, ': expected inputs to be a list of files'],
    ];
    for (const [change, said] of cases) {
      writeFileSync(file, JSON.stringify({ ...manifest, ...change }));
      const { code, stderr } = await g2t(['verify', copy]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
      expect(stderr.startsWith(`${file}`)).toBe(true);
    }
    for (const text of [
      'null',
      '7',
      '"x"',
      '[]',
      '',
      '{"schema":',
      '\u0000',
      `${'['.repeat(5000)}${']'.repeat(5000)}`,
    ]) {
      writeFileSync(file, text);
      expectWords(await g2t(['verify', copy]), text.slice(0, 20));
    }
    expect((await g2t(['verify', copy])).stderr).toBe(
      `cannot read ${file}: expected JSON of at most 100 levels, got more\n`,
    );
  });

  it('of a version without hashes is still read', async () => {
    const copy = path('old');
    cpSync(result, copy, { recursive: true });
    const { files: _, ...old } = JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8'));
    writeFileSync(join(copy, 'manifest.json'), JSON.stringify(old));
    expect((await g2t(['verify', copy, '--quiet'])).code).toBe(0);
  });
});

describe('a bundle whose bundle.json is damaged', () => {
  it('is refused with the key, whichever it is', async () => {
    const bundle = path('good.tar.gz');
    expect((await g2t(['bundle', result, '--out', bundle, '--quiet'])).code).toBe(0);
    const files = await unpackArchive(readFileSync(bundle), bundle);
    const good = Buffer.from(files.get('bundle.json')!).toString();
    const all = mutations(good, 2).filter(({ what }) => !/^files\.(?!README)/.test(what));
    const bad = path('bad.tar.gz');
    for (const { what, text } of all) {
      files.set('bundle.json', new TextEncoder().encode(text));
      writeFileSync(bad, await packArchive(files));
      // A name, a version, or files that are not needed: they decide nothing of the run.
      const outcome = await g2t(['verify', bad, '--workers', '1', '--quiet']);
      expectWords(outcome, what);
      if (!/^(name|versions|data)/.test(what)) expect(outcome.code, what).toBe(2);
    }
  }, 600_000);
});

describe('a damaged sweep', () => {
  it('is refused with the key of sweep.json', async () => {
    const copy = path('marker');
    cpSync(sweep, copy, { recursive: true });
    const file = join(copy, 'sweep.json');
    for (const { what, text } of mutations(readFileSync(file, 'utf8'), 2)) {
      writeFileSync(file, text);
      const outcome = await g2t(['merge', copy, '--out', path('merged-marker'), '--quiet']);
      expectWords(outcome, what);
      // The plan follows from the other files; what decides is the id.
      if (/^(schema|kind|id|set)/.test(what) && !what.endsWith('set: []')) expect(outcome.code, what).toBe(2);
    }
  });

  it('makes a damaged record again, and comes to the same bytes', { timeout: 600_000 }, async () => {
    const good = filesOf(sweep);
    const name = Object.keys(good).find((each) => each.startsWith('runs/'))!;
    const text = readFileSync(join(sweep, name), 'utf8');
    const all = [
      ...mutations(text, 2)
        .filter(({ what }) => !['staleness: null', 'check: undefined'].some((same) => what.endsWith(same)))
        .filter((_, index) => index % 9 === 0),
      { what: 'a digit', text: text.replace(/"events": (\d)/, (_, digit) => `"events": ${(Number(digit) % 9) + 1}`) },
      { what: 'cut', text: text.slice(0, 100) },
      { what: 'empty', text: '' },
      { what: 'deep', text: '['.repeat(100_000) },
    ];
    const copy = path('records');
    cpSync(sweep, copy, { recursive: true });
    for (const { what, text: damaged } of all) {
      writeFileSync(join(copy, name), damaged);
      const outcome = await g2t(['sweep', sweepFile, '--out', copy, '--workers', '1', '--json']);
      expect([outcome.code, JSON.parse(outcome.stdout).found], what).toEqual([0, 1]);
      if (what.length < 8) expect(filesOf(copy), what).toEqual(good);
    }
    // Neither a file among the folders of records nor a folder in a record's place.
    writeFileSync(join(copy, 'runs', 'stray'), '');
    rmSync(join(copy, name));
    mkdirSync(join(copy, name));
    expectWords(await g2t(['sweep', sweepFile, '--out', copy, '--workers', '1', '--quiet']), 'a folder');
  });
});

describe('a damaged table', () => {
  it('is refused before it is parsed where the manifest has its hash', async () => {
    const copy = path('table');
    cpSync(result, copy, { recursive: true });
    const file = join(copy, 'rounds.arrow');
    const bytes = readFileSync(file);
    const { manifest } = openResult(copy);
    expect((await readResultTable(copy, manifest, 'rounds'))!.rows).toBeGreaterThan(0);
    bytes[16]! ^= 1;
    writeFileSync(file, bytes);
    await expect(readResultTable(copy, manifest, 'rounds')).rejects.toThrow(
      `${file}: expected the file that the run wrote (SHA-256 ${manifest.files!['rounds.arrow']}), got SHA-256 ${sha256Of(bytes)}`,
    );
    const { code, stderr } = await g2t(['verify', copy, '--quiet']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('rounds.arrow is not what the run makes')]);
    expect(await readResultTable(copy, manifest, 'nowhere')).toBeUndefined();
    const past = new PastRuns(path('.'));
    const listed = past.list().find((run) => run.folder === 'table')!;
    expect(await past.series(listed.id)).toBeUndefined();
  });

  it('ends its reader at a limit where nothing else tells, and not the tables after it', {
    timeout: 60_000,
  }, async () => {
    const name = join(result, 'ages.arrow');
    const whole = readFileSync(name);
    const { table, metadata } = await readArrowGuarded(whole, 'ages.arrow');
    expect(await writeArrow(table, metadata)).toEqual(new Uint8Array(whole));
    const endless = Uint8Array.from(whole);
    endless[16] = 1;
    const [first, second] = await Promise.allSettled([
      readArrowGuarded(endless, 'x.arrow'),
      readArrowGuarded(whole, 'ages.arrow'),
    ]);
    expect(first).toMatchObject({
      reason: {
        message: 'cannot read x.arrow: expected a whole Arrow file, got one that takes longer than 10 s to read',
      },
    });
    expect(second).toMatchObject({ value: { table: { rows: table.rows } } });
  });

  it('is an InputError for other content, too', async () => {
    const whole = readFileSync(join(result, 'devices.arrow'));
    // Lengths, codes of texts and types lie behind the names: bytes of zeros and ones end in words.
    for (let at = Math.floor(whole.length / 2); at < whole.length; at += 97) {
      const bytes = Uint8Array.from(whole);
      bytes.fill(255, at, at + 4);
      try {
        await readArrow(bytes, 'x');
      } catch (error) {
        expect((error as Error).message, String(at)).toMatch(/^cannot read x: expected/);
      }
    }
  });
});
