import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { g2t } from './fixture.ts';

let folder: string;
let data: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-data-'));
  data = join(folder, 'data');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('data list and get', () => {
  it('looks in --data, then $G2T_DATA, then ./data', async () => {
    expect((await g2t(['data', 'list', '--data', data], { env: { G2T_DATA: '/else' } })).stdout).toMatch(
      `data folder: ${data}\n`,
    );
    expect((await g2t(['data', 'list'], { env: { G2T_DATA: '/else' } })).stdout).toMatch('data folder: /else\n');
    expect((await g2t(['data', 'list'])).stdout).toMatch('data folder: data\n');
  });

  it('says what is there', async () => {
    mkdirSync(data);
    writeFileSync(join(data, 'auslan.csv'), 'x');
    const { stdout } = await g2t(['data', 'list', '--data', data]);
    expect(stdout).toMatch(/^auslan +there /m);
    expect(stdout).toMatch(/^mnist +missing /m);
    const { datasets } = JSON.parse((await g2t(['data', 'list', '--json', '--data', data])).stdout);
    expect(datasets.map(({ name }: { name: string }) => name)).toEqual(['auslan', 'mnist', 'clusters', 'csv', 'idx']);
  });

  it('says how to obtain what is missing, and notices another file', async () => {
    const missing = await g2t(['data', 'get', 'auslan', '--data', data]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(
      /^auslan: 1 of 1 files missing in .*\nUCI data set 115.*g2t data import auslan FOLDER\n$/,
    );
    mkdirSync(data);
    writeFileSync(join(data, 'auslan.csv.gz'), gzipSync('not it'));
    const other = await g2t(['data', 'get', 'auslan', '--data', data]);
    expect(other.code).toBe(2);
    expect(other.stdout).toMatch(/auslan.csv.gz: not the file that is meant \(another checksum\)/);
    expect(other.stderr).toMatch(/^auslan: 1 with other content in /);
    writeFileSync(join(data, 'auslan.csv.gz'), gzipSync('cut short').subarray(0, 20));
    const corrupt = await g2t(['data', 'get', 'auslan', '--data', data]);
    expect(corrupt.code).toBe(2);
    expect(corrupt.stderr).toMatch(/^cannot unpack .*auslan.csv.gz: .*cut short\n$/);
  });
});

/** A small tree as UCI has it: two signs, one of them named otherwise in week 1. */
function writeTree(row: string): string {
  const root = join(folder, 'download');
  for (const week of [1, 2]) {
    mkdirSync(join(root, `tctodd${week}`), { recursive: true });
    const signs = ['alive', week === 1 ? 'her' : 'his_hers'];
    for (const sign of signs) writeFileSync(join(root, `tctodd${week}`, `${sign}-1.tsd`), `${row}\n${row}\n`);
  }
  return root;
}

const ROW = Array.from({ length: 22 }, (_, j) => (j === 0 ? '-0.000000' : `${j}.12345${j % 10}`)).join('\t');

describe('data import', () => {
  it('makes auslan.csv.gz of the original tree, number for number', async () => {
    const { code, stdout } = await g2t(['data', 'import', 'auslan', writeTree(ROW), '--data', data]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /auslan.csv.gz: 2 signs, 4 recordings \(not the content that the shipped scenarios were measured with\)/,
    );
    const lines = gunzipSync(readFileSync(join(data, 'auslan.csv.gz')))
      .toString()
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(9);
    expect(lines[1]).toBe(`alive,1,1,${ROW.replaceAll('\t', ',')}`);
    expect(lines[8]).toBe(`his_hers,4,2,${ROW.replaceAll('\t', ',')}`);
  });

  it('writes nothing when the tree is wrong', async () => {
    const { code, stderr } = await g2t(['data', 'import', 'auslan', writeTree(`${ROW}\t9`), '--data', data]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/tctodd1\/alive-1.tsd:1:\d+: expected the end of the line after 22 numbers, got "9"\n$/);
    expect(existsSync(data)).toBe(false);
  });

  it('checks a CSV before it copies it', async () => {
    const source = join(folder, 'plants.csv');
    writeFileSync(source, 'a,b,kind\n1,2,x\n3,4,y\n');
    const { stdout } = await g2t(['data', 'import', 'csv', source, '--data', data, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ what: '2 rows, 2 features, 2 classes' });
    expect(readFileSync(join(data, 'plants.csv'), 'utf8')).toBe('a,b,kind\n1,2,x\n3,4,y\n');
    for (const [text, message] of [
      ['a,b,kind\n1,inf,x\n3,4,y\n', /plants.csv:2:b: expected .*, got "inf"/],
      ['a,b,kind\n1,2,x\n3,4,x\n', /plants.csv: expected at least 2 classes, got 1/],
      ['', /plants.csv/],
    ] as const) {
      writeFileSync(source, text);
      const { code, stderr } = await g2t(['data', 'import', 'csv', source, '--data', join(folder, 'other')]);
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
    }
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });

  it('wants all four files of MNIST', async () => {
    mkdirSync(join(folder, 'd'));
    const { code, stderr } = await g2t(['data', 'import', 'mnist', join(folder, 'd'), '--data', data]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/expected train-images-idx3-ubyte.gz or train-images-idx3-ubyte, found neither/);
  });
});

const shared = process.env['G2T_DATA'];

describe.skipIf(!shared || !existsSync(join(shared, 'auslan.csv.gz')))(
  'with the real files (set G2T_DATA to their folder)',
  () => {
    it('knows them by their checksums', async () => {
      for (const name of ['auslan', 'mnist']) {
        const { code, stdout } = await g2t(['data', 'get', name, '--data', shared!]);
        expect([code, stdout.match(/: good/g)?.length]).toEqual([0, name === 'auslan' ? 1 : 4]);
      }
    });

    it('imports them', async () => {
      const { stdout } = await g2t(['data', 'import', 'mnist', join(shared!, 'mnist'), '--data', data]);
      expect(stdout).toMatch(/60000 and 10000 images of 784 pixels\n/);
      expect((await g2t(['data', 'get', 'mnist', '--data', data])).code).toBe(0);
    });
  },
);
