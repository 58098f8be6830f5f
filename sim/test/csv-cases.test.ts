import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';

/**
 * CSV files as people have them, each of which once gave a wrong result without a word: the whole program gives the right
 * accuracy, or refuses the file with its place.
 */

const SCENARIO = `schema: 1
name: csv-case
seed: 1
dataset: { name: csv, path: base.csv }
method: { name: g2t, learner: { name: logistic }, allocate: equal, round: queue, redundancy: 1, combine: vote }
fleet:
  - { board: nrf52840, count: 3, region: london, link: wired }
network:
  model: flow
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
  links: { wired: { up: 10 Mbit/s, down: 10 Mbit/s, latency: 5 ms } }
stop: { when: trained, horizon: 1 h }
`;

/** Rows of three classes that lie apart: 0 to 1 around 4, 8 and 12, other features nearer to each other. */
const ROWS: readonly (readonly [number, number, number])[] = Array.from({ length: 60 }, (_, row) => {
  const jitter = ((row * 37) % 60) / 60;
  const label = row % 3;
  return [4 * label + jitter, 20 - 3 * label - jitter, label];
});

const lines = (head: string, rows: readonly string[]): string => `${[head, ...rows].join('\n')}\n`;
const table = (head: string, write: (row: (typeof ROWS)[number], index: number) => string): string =>
  lines(head, ROWS.map(write));

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'base.csv': table('a,b,label', ([a, b, label]) => `${a},${b},${label}`),
  'no-header.csv': ROWS.map(([a, b, label]) => `${a},${b},class-${label}\n`).join(''),
  'test.csv': table('a,b,label', ([a, b, label]) => `${a},${b},${label}`),
  'permuted.csv': table('label,b,a', ([a, b, label]) => `${label},${b},${a}`),
  'renamed.csv': table('a,c,label', ([a, b, label]) => `${a},${b},${label}`),
  'offset.csv': table('t,label', ([a, , label]) => `${1_750_000_000 + 10 * a},${label}`),
  'far-offset.csv': table('t,label', ([a, , label]) => `${1e12 + Math.round(100 * a)},${label}`),
  'spellings.csv': table(
    'a,b,label',
    ([a, b, label], row) => `${a},${b},${[label, `${label}.0`, `${label}e0`, `+${label}`][row % 4]}`,
  ),
  'missing-label.csv': table('a,b,label', ([a, b, label], row) => `${a},${b},${row % 20 === 7 ? 'nan' : label}`),
  'latin.csv': Uint8Array.from(
    table('a,label', ([a, , label]) => `${a},${['tür', 'tör', 'tor'][label]}`),
    (character) => character.charCodeAt(0),
  ),
  'twice.csv': table('label,b,label', ([a, b, label]) => `${a},${b},${label}`),
  'quoted.csv': table('"a""x","b, c",label', ([a, b, label]) => `"${a}",${b},"class\r\n""${label}"""`),
  'infinite.csv': table('a,b,label', ([a, b, label], row) => `${a},${row === 8 ? 'inf' : b},${label}`),
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-csv-'));
  writeFileSync(join(folder, 'a.yaml'), SCENARIO);
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(path: string, ...more: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const set = [`dataset.path=${path}`, ...more].flatMap((each) => ['--set', each]);
  const argv = [
    'run',
    join(folder, 'a.yaml'),
    '--data',
    folder,
    '--out',
    join(folder, 'out'),
    '--quiet',
    '--json',
    ...set,
  ];
  return await g2t(argv);
}

async function summaryOf(path: string, ...more: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(path, ...more);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('a CSV file', () => {
  it.each<[string, string, string[]]>([
    ['with a header', 'base.csv', []],
    ['without a header', 'no-header.csv', []],
    ['whose test rows are in another', 'base.csv', ['dataset.test=test.csv']],
    ['whose test rows have their columns in another order', 'base.csv', ['dataset.test=permuted.csv']],
    ['with a narrow feature on an offset', 'offset.csv', []],
    ['with a narrow feature on an offset of 10^12', 'far-offset.csv', ['dataset.scale=minmax']],
    ['with labels spelled in several ways', 'spellings.csv', []],
    ['with missing labels that are left out', 'missing-label.csv', ['dataset.missing=drop']],
    ['with quotes, separators and line ends within quotes', 'quoted.csv', []],
  ])('%s gives every test row its class', async (_, path, set) => {
    expect((await summaryOf(path, ...set))['accuracy']).toBe(1);
  });

  it('without a header has its first row among the rows', async () => {
    const all = 'dataset.split={ by: all }';
    const base = await summaryOf('base.csv', all);
    const same = await summaryOf('no-header.csv', all);
    expect([same['accuracy'], same['tasks_done']]).toEqual([base['accuracy'], base['tasks_done']]);
  });

  it.each<[string, string, string[], string]>([
    [
      'missing labels',
      'missing-label.csv',
      [],
      '9:label: expected a class, got a missing value ("nan"); `missing: drop` leaves such rows out',
    ],
    [
      'other names in its test rows',
      'base.csv',
      ['dataset.test=renamed.csv'],
      'expected the columns of FOLDER/base.csv (a, b, label) in any order, got no b and others (c)',
    ],
    ['Latin-1', 'latin.csv', [], '2:4: expected UTF-8 text, got the byte 0xfc; save the file as UTF-8'],
    [
      'a name twice',
      'twice.csv',
      ['dataset.label=label'],
      '1:3: expected another name for every column, got label for columns 1 and 3',
    ],
    ['an infinite value', 'infinite.csv', [], '10:b: expected a finite number, got "inf"'],
  ])('is refused for %s', async (_, path, set, message) => {
    const { code, stdout, stderr } = await run(path, ...set);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.replaceAll(folder, 'FOLDER')).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
