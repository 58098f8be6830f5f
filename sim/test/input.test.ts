import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { SMALL_GLOBE } from './scenario-run.ts';

/** Bad input, as a person would give it: one clear error with its place, the right exit code, no stack, nothing left behind. */

const BASE = `schema: 1
name: small
dataset: { name: clusters, classes: 3, features: 4, rows: 6, test: 3 }
method: { name: g2t }
fleet:
  - { board: nrf52840, count: 2, region: dublin, link: fibre }
network:
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
stop: { horizon: 1 h }
`;

let folder: string;
let out: string;
let data: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-input-'));
  out = join(folder, 'out');
  data = join(folder, 'data');
  mkdirSync(data);
  for (const [name, bytes] of Object.entries(dataFiles())) writeFileSync(join(data, name), bytes);
});
afterEach(() => rmSync(out, { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

function dataFiles(): Record<string, string | Uint8Array> {
  const packed = gzipSync('a,b,c\n1,2,x\n2,3,y\n3,4,x\n4,5,y\n'.repeat(50));
  const corrupt = Uint8Array.from(packed);
  corrupt[30]! ^= 0xff;
  return {
    'cut.csv': packed.subarray(0, packed.length - 20),
    'corrupt.csv': corrupt,
    'ragged.csv': 'a,b,c\n1,2,x\n2,y\n3,4,x\n',
    'nan.csv': 'a,b,c\n1,2,x\n2,NaN,y\n3,4,x\n',
    'infinite.csv': 'a,b,c\n1,2,x\n2,1e999,y\n3,4,x\n',
    'word.csv': 'a,b,c\n1,2,x\n2,three,y\n3,4,x\n',
    'one-class.csv': 'a,b,c\n1,2,x\n2,3,x\n3,4,x\n',
    'empty.csv': '',
    images: idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
    labels: idx([2], [0, 1]),
    'three-labels': idx([3], [0, 1, 0]),
    'wrong-magic': Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
    'cut-images': idx([2, 2, 2], [1, 2, 3]),
  };
}

/** An IDX file of unsigned bytes. */
function idx(sizes: readonly number[], bytes: readonly number[]): Uint8Array {
  const head = [0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size])];
  return Uint8Array.from([...head, ...bytes]);
}

/** What is left where results go: nothing, not even hidden. */
function leftovers(): string[] {
  return existsSync(out) ? readdirSync(out) : [];
}

/** Runs a scenario from text; what is said has FOLDER for the test's own folder. */
async function said(text: string, ...more: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = join(folder, 'a.yaml');
  writeFileSync(file, text);
  const outcome = await g2t(['run', file, '--out', out, '--data', data, '--quiet', ...more]);
  return { ...outcome, stderr: outcome.stderr.replaceAll(folder, 'FOLDER') };
}

async function refused(text: string, message: string | RegExp): Promise<void> {
  const { code, stdout, stderr } = await said(text);
  expect(stderr).toMatch(/^[^\n]+\n([^\n]+\n)?$/);
  if (typeof message === 'string') expect(stderr).toBe(`${message}\n`);
  else expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+\)?$|internal error|assertion|undefined|\[object/m);
  expect({ code, stdout, left: leftovers() }).toEqual({ code: 2, stdout: '', left: [] });
}

const change = (from: string, to: string) => {
  expect(BASE).toContain(from);
  return BASE.replace(from, to);
};
const dataset = (options: string) => BASE.replace(/dataset: .*\n/, `dataset: ${options}\n`);
const method = (options: string) => change('name: g2t', `name: g2t, ${options}`);

describe('a scenario that is wrong', () => {
  it.each<[string, () => string, string | RegExp]>([
    ['an unknown key', () => `${BASE}colour: red\n`, 'FOLDER/a.yaml:10:1 colour: unknown key'],
    [
      'a misspelt key',
      () => change('count: 2', 'cuont: 2'),
      'FOLDER/a.yaml:6:24 fleet.0.cuont: unknown key; did you mean count?',
    ],
    [
      'a wrong unit',
      () => change('up: 1 Gbit/s', 'up: 1 Gbit'),
      'FOLDER/a.yaml:8:33 network.server.up: expected a rate such as 5 Mbit/s, got 1 Gbit (a size)',
    ],
    [
      'no unit',
      () => change('up: 1 Gbit/s', 'up: 100'),
      'FOLDER/a.yaml:8:33 network.server.up: expected a rate with its unit, such as 5 Mbit/s, got the bare number 100',
    ],
    [
      'a share over 100 %',
      () => change('network:\n', 'network:\n  links: { fibre: { loss: 140 % } }\n'),
      'FOLDER/a.yaml:8:27 network.links.fibre.loss: expected 0 % to 100 %, got 140 %',
    ],
    [
      'a horizon past 104 days',
      () => change('1 h', '105 d'),
      'FOLDER/a.yaml:9:18 stop.horizon: expected more than 0 d and at most 104 d, got 105 d',
    ],
    [
      'zero devices',
      () => change('count: 2', 'count: 0'),
      'FOLDER/a.yaml:6:31 fleet.0.count: expected at least 1, got 0',
    ],
    [
      'no group of devices',
      () => BASE.replace(/fleet:\n.*\n/, 'fleet: []\n'),
      'FOLDER/a.yaml:5:8 fleet: expected at least 1 entry, got none',
    ],
    [
      'one class',
      () => change('classes: 3', 'classes: 1'),
      'FOLDER/a.yaml:3:37 dataset.classes: expected at least 2, got 1',
    ],
    [
      'isolation past its limit',
      () => `${change('count: 2', 'count: 1001')}isolation: instance\n`,
      'FOLDER/a.yaml:10:12 isolation: expected at most 1000 devices with isolation: instance, got 1001',
    ],
    [
      'more devices than there can be',
      () => change('count: 2', 'count: 2000000'),
      'FOLDER/a.yaml:6:31 fleet.0.count: expected at most 1000000, got 2000000',
    ],
    [
      'a name that leads out of the folder',
      () => change('name: small', 'name: ../../etc'),
      'FOLDER/a.yaml:2:7 name: expected lower-case letters, digits and single hyphens, got ../../etc',
    ],
    [
      'an intervention on what cannot change',
      () => `${BASE}interventions: [{ at: 10 s, set: { fleet.0.count: 4 } }]\n`,
      /^FOLDER\/a.yaml:10:36 interventions.0.set.fleet.0.count: expected something that can change during a run/,
    ],
    ['a key given twice', () => `${BASE}name: other\n`, 'FOLDER/a.yaml:10:1: expected each key once, got name again'],
    ['broken YAML', () => 'schema: 1\n  name: [x\n', /^FOLDER\/a.yaml:1:9: not YAML: [^\n]+\n$/],
    ['an empty file', () => '', 'FOLDER/a.yaml:1:1: expected a scenario, got an empty file'],
    ['no scenario at all', () => '\u0000\u0001', /^FOLDER\/a.yaml:1:1: expected a group of keys .*, got plain text\n$/],
  ])('is refused for %s', async (_what, text, message) => {
    await refused(text(), message);
  });

  it('is refused for an alias bomb, at once', async () => {
    const names = 'abcdefghi';
    const lines = [...names].map((name, n) => {
      const inner = n === 0 ? 'x' : `*${names[n - 1]}`;
      return `${name}: &${name} [${new Array(9).fill(inner).join(', ')}]`;
    });
    const started = performance.now();
    await refused(
      `${lines.join('\n')}\n`,
      'FOLDER/a.yaml:1:1: expected at most 100 values from aliases (*name), got more',
    );
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('a scenario that does not go with its data or its devices', () => {
  it.each<[string, () => string, string | RegExp]>([
    [
      'tasks that fit no device',
      () => change('features: 4', 'features: 5000').replace('nrf52840', 'stm32f103c8'),
      /^FOLDER\/a.yaml:5:1 fleet: expected a device with \d+ B of RAM for training, which a task of 12 rows of 5000 features takes, got at most 17408 B\n$/,
    ],
    [
      'rows that fit no frame',
      () => change('features: 4', 'features: 65000'),
      'FOLDER/a.yaml:3:10 dataset: expected at most 16378 features, as many as a frame carries, got 65000',
    ],
    [
      'a device that is not there',
      () => method('allocate: manual, manual: [{ device: 7, rounds: [1-3] }]'),
      'FOLDER/a.yaml:4:59 method.manual.0.device: expected a device from 0 to 1, got 7',
    ],
    [
      'a device listed twice',
      () => method('allocate: manual, manual: [{ device: 0, rounds: [1-3] }, { device: 0, rounds: [1-2] }]'),
      'FOLDER/a.yaml:4:89 method.manual.1.device: expected each device once, got 0 again',
    ],
    [
      'a round of one class',
      () => method('allocate: manual, manual: [{ device: 0, rounds: ["2, 2"] }]'),
      'FOLDER/a.yaml:4:71 method.manual.0.rounds.0: expected at least two classes, got 2, 2',
    ],
    [
      'held rows for a learner that reads past them',
      () => method('learner: { name: opt-sgd, variant: as-published }').replace('link:', 'holds: all, link:'),
      'FOLDER/a.yaml:4:57 method.learner.variant: expected one that trains on held rows, for the fault of as-published reaches into the next row, got as-published and rows held by fleet.0',
    ],
    [
      'a class that is not there',
      () => method('allocate: manual, manual: [{ device: 0, rounds: [1-9] }]'),
      /^FOLDER\/a.yaml:4:\d+ method.manual: expected classes from 1 to 3 on device 0, got 1-9\n$/,
    ],
    [
      'held classes that are not there',
      () => change('link: fibre', 'link: fibre, holds: [1, 9]'),
      'FOLDER/a.yaml:6:70 fleet.0.holds: expected classes from 1 to 3, got 9',
    ],
    [
      'more held classes than there are',
      () => change('link: fibre', 'link: fibre, holds: { classes: 9 }'),
      'FOLDER/a.yaml:6:81 fleet.0.holds.classes: expected at most 3, the classes there are, got 9',
    ],
    [
      'held rows that nobody holds',
      () => method('rows: held'),
      /^FOLDER\/a.yaml:4:28 method.rows: expected some fleet group to hold rows/,
    ],
  ])('is refused for %s', async (_what, text, message) => {
    await refused(text(), message);
  });
});

describe('data that are wrong', () => {
  it.each<[string, string, string | RegExp]>([
    [
      'missing',
      '{ name: csv, path: nowhere.csv }',
      'dataset csv: expected nowhere.csv or nowhere.csv.gz in FOLDER/data, got nothing there; give its folder with --data DIR or G2T_DATA',
    ],
    [
      'missing',
      '{ name: auslan }',
      /^dataset auslan: expected auslan.csv.gz or auslan.csv or tctodd in FOLDER\/data, got nothing there; give/,
    ],
    ['missing', '{ name: auslan, source: tctodd }', /^dataset auslan: expected tctodd in FOLDER\/data, got nothing/],
    ['a folder', '{ name: csv, path: . }', 'cannot read FOLDER/data: it is a folder'],
    [
      'cut short',
      '{ name: csv, path: cut.csv }',
      'cannot unpack FOLDER/data/cut.csv: expected whole gzip data, got a file that is cut short',
    ],
    [
      'corrupt',
      '{ name: csv, path: corrupt.csv }',
      /^cannot unpack FOLDER\/data\/corrupt.csv: expected whole gzip data, got an error \(/,
    ],
    ['ragged', '{ name: csv, path: ragged.csv }', 'FOLDER/data/ragged.csv:3: expected 3 columns, got 2'],
    [
      'missing values',
      '{ name: csv, path: nan.csv }',
      'FOLDER/data/nan.csv:3:b: expected a number, got a missing value ("NaN"); `missing: drop` leaves such rows out',
    ],
    [
      'infinite',
      '{ name: csv, path: infinite.csv }',
      'FOLDER/data/infinite.csv:3:b: expected a finite number, got "1e999"',
    ],
    ['words', '{ name: csv, path: word.csv }', 'FOLDER/data/word.csv:3:b: expected a finite number, got "three"'],
    [
      'of one class',
      '{ name: csv, path: one-class.csv }',
      'FOLDER/data/one-class.csv: expected at least 2 classes, got 1 (x)',
    ],
    ['empty', '{ name: csv, path: empty.csv }', 'FOLDER/data/empty.csv: expected rows, got none'],
    [
      'no IDX',
      '{ name: idx, train: { images: wrong-magic, labels: labels }, test: { images: images, labels: labels } }',
      'FOLDER/data/wrong-magic: expected the magic number 0x00000803 (unsigned bytes, images), got 0x01020304',
    ],
    [
      'cut IDX',
      '{ name: idx, train: { images: cut-images, labels: labels }, test: { images: images, labels: labels } }',
      'FOLDER/data/cut-images: expected 24 bytes (2 x 2 x 2 and the header), got 19 bytes',
    ],
    [
      'labels of other images',
      '{ name: idx, train: { images: images, labels: three-labels }, test: { images: images, labels: labels } }',
      'FOLDER/data/three-labels: expected 2 labels as FOLDER/data/images has images, got 3',
    ],
  ])('are refused: %s', async (_what, options, message) => {
    await refused(dataset(options), message);
  });
});

describe('a place where results cannot be written', () => {
  it('is refused before the run where a file stands in it', async () => {
    writeFileSync(out, 'mine');
    const { code, stdout, stderr } = await said(BASE);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^cannot write to FOLDER\/out\/small-[0-9a-f]{8}: a part of the path is a file, not a folder\n$/,
    );
  });

  it('is refused where it is no result that lies there, which is left alone', async () => {
    const first = await said(BASE, '--json');
    const { result } = JSON.parse(first.stdout) as { result: string };
    rmSync(join(result, 'manifest.json'));
    writeFileSync(join(result, 'mine.txt'), 'mine');
    const { code, stderr } = await said(BASE);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^cannot replace FOLDER\/out\/small-[0-9a-f]{8}: expected an earlier result \(a folder with manifest.json\), got something else\n$/,
    );
    expect(leftovers()).toHaveLength(1);
    expect(existsSync(join(result, 'mine.txt'))).toBe(true);
  });

  it('is refused before the run where it is read-only', async () => {
    mkdirSync(out);
    chmodSync(out, 0o500);
    // Root may write to any folder, but nobody to the kernel's list of processes.
    const isRoot = process.getuid?.() === 0;
    const place = isRoot && existsSync('/proc/self') ? '/proc/self/results' : join(out, 'results');
    writeFileSync(join(folder, 'a.yaml'), BASE);
    const { code, stdout, stderr } = await g2t(['run', join(folder, 'a.yaml'), '--out', place, '--quiet']);
    chmodSync(out, 0o700);
    expect({ code, stdout, left: leftovers() }).toEqual({ code: 2, stdout: '', left: [] });
    expect(stderr).toMatch(/^cannot (write to|make folder) [^\n]*results[^\n]*: [a-z ]+\n$/);
  });
});

describe('Ctrl-C', () => {
  it('ends a run with 130 and leaves nothing, whenever it comes', async () => {
    const file = join(folder, 'long.yaml');
    // Takes long: measured every millisecond of an hour.
    writeFileSync(file, SMALL_GLOBE.replace('when: trained', 'when: horizon').replace('every: 1 s', 'every: 1 ms'));
    for (const after of [0, 300]) {
      const interrupt = new AbortController();
      const timer = setTimeout(() => interrupt.abort(), after);
      const { code, stdout, stderr } = await g2t(['run', file, '--out', out, '--quiet'], {
        interrupt: interrupt.signal,
      });
      clearTimeout(timer);
      expect({ code, stdout, stderr, left: leftovers() }).toEqual({ code: 130, stdout: '', stderr: '', left: [] });
    }
  });
});
