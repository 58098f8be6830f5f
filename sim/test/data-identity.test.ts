import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { digestText } from '../kernel/digest.ts';
import { loadFirmware } from '../run/inputs.ts';
import { loadScenario } from '../scenario/load.ts';

/** The files that a run reads are part of what it is: nothing takes a result of other data for one of these. */

const root = mkdtempSync(join(tmpdir(), 'g2t-data-identity-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder: string;
let data: string;
let count = 0;
beforeEach(() => {
  folder = join(root, String(count++));
  data = join(folder, 'data');
  mkdirSync(join(data, 'mnist'), { recursive: true });
  writeFileSync(join(data, 'base.csv'), csv(0));
  writeFileSync(join(data, 'test.csv'), csv(1));
});

/** Rows of three classes, each around a place of its own; another `shift` labels them otherwise. */
function csv(shift: number): string {
  const rows = Array.from(
    { length: 30 },
    (_, n) => `${(n % 3) * 5 + (n % 7) / 10},${(n % 5) / 10},c${(n + shift) % 3}`,
  );
  return `x,y,label\n${rows.join('\n')}\n`;
}

function scenario(dataset: string, more = ''): string {
  const file = join(folder, 'a.yaml');
  writeFileSync(
    file,
    `schema: 1
name: small
dataset: ${dataset}
method: { name: g2t, learner: { name: logistic } }
fleet: [{ board: nrf52840, count: 2, region: dublin, link: fibre }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
${more}`,
  );
  return file;
}

const out = () => join(folder, 'out');
const sha256 = (name: string, from = data) =>
  createHash('sha256')
    .update(readFileSync(join(from, name)))
    .digest('hex');
const run = (file: string, ...more: string[]) => g2t(['run', file, '--data', data, '--out', out(), '--json', ...more]);

interface Manifest {
  readonly id: string;
  readonly digest: string;
  readonly inputs?: readonly object[];
}
const manifest = (result: string) => JSON.parse(readFileSync(join(result, 'manifest.json'), 'utf8')) as Manifest;

/** Runs a scenario. @returns the folder of its result */
async function resultOf(file: string, ...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(file, ...more);
  expect([code, stderr]).toEqual([0, '']);
  return (JSON.parse(stdout) as { result: string }).result;
}

/** Runs a command that must refuse with one line and exit code 2. @returns the line */
async function refused(...argv: string[]): Promise<string> {
  const where = argv.includes('--data') ? [] : ['--data', data];
  const { code, stdout, stderr } = await g2t([...argv, ...where, '--quiet']);
  expect([code, stdout], stderr).toEqual([2, '']);
  expect(stderr).toMatch(/^[^\n]+\n$/);
  return stderr.trimEnd();
}

const CSV = '{ name: csv, path: base.csv }';

describe('a result', () => {
  it('names its files by the SHA-256 of their bytes, in the order of their names', async () => {
    const result = await resultOf(scenario('{ name: csv, path: test.csv, test: base.csv }'));
    expect(manifest(result).inputs).toEqual([
      { kind: 'data', file: 'base.csv', sha256: sha256('base.csv') },
      { kind: 'data', file: 'test.csv', sha256: sha256('test.csv') },
    ]);
  });

  it('without files has none, and the id of scenario and firmware alone', async () => {
    const file = scenario('{ name: clusters, classes: 3, features: 4 }');
    const { id, inputs } = manifest(await resultOf(file));
    const { canonical } = loadScenario({ file, bytes: readFileSync(file) });
    expect([id, inputs]).toEqual([digestText(`${canonical}\n${loadFirmware().sha256}`), undefined]);
  });

  it('of other data has another id, digest and folder', async () => {
    const file = scenario(CSV);
    const first = await resultOf(file);
    // Another row for the sake of its bytes alone: a comment would do, had CSV any.
    writeFileSync(join(data, 'base.csv'), csv(0).trimEnd());
    const other = await resultOf(file);
    expect(readdirSync(out())).toHaveLength(2);
    for (const part of ['id', 'digest'] as const) expect(manifest(other)[part]).not.toBe(manifest(first)[part]);
    writeFileSync(join(data, 'base.csv'), csv(0));
    const again = await resultOf(file);
    expect([again, manifest(again).digest]).toEqual([first, manifest(first).digest]);
  });

  it('is the same from another data folder with the same files', async () => {
    const first = await resultOf(scenario(CSV));
    renameSync(data, join(folder, 'moved'));
    data = join(folder, 'moved');
    expect(await resultOf(scenario(CSV))).toBe(first);
    expect((await g2t(['verify', first, '--data', data, '--quiet'])).code).toBe(0);
  });
});

describe('a file that has changed since', () => {
  it('is named by verify, bundle and validate before anything else', async () => {
    const result = await resultOf(scenario(CSV, 'record: frames\n'));
    const was = sha256('base.csv');
    const bundle = join(folder, 'a.tar.gz');
    expect((await g2t(['bundle', result, '--data', data, '--out', bundle, '--quiet'])).code).toBe(0);
    expect((await g2t(['verify', bundle, '--data', data, '--quiet'])).code).toBe(0);
    writeFileSync(join(data, 'base.csv'), csv(1));
    const file = join(data, 'base.csv');
    const line = `${file}: expected the file that the result was made with (SHA-256 ${was}), got SHA-256 ${sha256('base.csv')}`;
    expect(await refused('verify', result)).toBe(line);
    expect(await refused('bundle', result, '--out', join(folder, 'b.tar.gz'))).toBe(line);
    expect(existsSync(join(folder, 'b.tar.gz'))).toBe(false);
    expect(await refused('validate', result, '--target', 'native')).toBe(line);
    expect(await refused('verify', bundle)).toMatch(
      new RegExp(`^${file}: expected the file that the bundle was made with \\(SHA-256 ${was}\\), got `),
    );
    // Its digests are no part of it: not even a damaged result hides the file.
    writeFileSync(join(result, 'summary.json'), '{}');
    expect(await refused('verify', result)).toBe(line);
  });

  it('is named where only the test rows have, and where it is gone, packed or unpacked', async () => {
    const result = await resultOf(scenario('{ name: csv, path: base.csv, test: test.csv }'));
    writeFileSync(join(data, 'test.csv'), csv(2));
    expect(await refused('verify', result)).toContain(`${join(data, 'test.csv')}: expected the file that the result`);
    rmSync(join(data, 'test.csv'));
    expect(await refused('verify', result)).toContain('dataset csv: expected test.csv or test.csv.gz in');
    writeFileSync(join(data, 'test.csv.gz'), gzipSync(csv(1)));
    expect(await refused('verify', result)).toMatch(
      /test\.csv: expected the file that the result was made with .*, got none$/,
    );
    const packed = await resultOf(join(folder, 'a.yaml'));
    expect((await g2t(['verify', packed, '--data', data, '--quiet'])).code).toBe(0);
    const anew = gzipSync(gunzipSync(readFileSync(join(data, 'test.csv.gz'))), { level: 1 });
    writeFileSync(join(data, 'test.csv.gz'), Buffer.concat([anew, gzipSync('')]));
    expect(await refused('verify', packed)).toContain(
      `${join(data, 'test.csv.gz')}: expected the file that the result`,
    );
  });

  it('is named among the four of MNIST and the many of a tree', async () => {
    for (const part of ['train', 't10k']) {
      const pixels = Array.from({ length: 40 }, (_, n) => (n % 4) * 60 + (n % 3));
      writeFileSync(join(data, 'mnist', `${part}-images-idx3-ubyte.gz`), gzipSync(idx([10, 2, 2], pixels)));
      writeFileSync(join(data, 'mnist', `${part}-labels-idx1-ubyte`), idx([10], [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]));
    }
    const mnist = await resultOf(scenario('{ name: mnist }'));
    expect(manifest(mnist).inputs).toHaveLength(4);
    writeFileSync(join(data, 'mnist', 't10k-labels-idx1-ubyte'), idx([10], [1, 0, 0, 1, 0, 1, 0, 1, 0, 1]));
    expect(await refused('verify', mnist)).toContain(
      `${join(data, 'mnist/t10k-labels-idx1-ubyte')}: expected the file`,
    );

    const week = join(data, 'tctodd', 'tctodd3');
    mkdirSync(week, { recursive: true });
    const frame = (value: number) => `${Array.from({ length: 22 }, (_, j) => value + j / 10).join('\t')}\n`;
    for (const [sign, value] of Object.entries({ alive: 1, zero: 2 }))
      for (const k of [1, 2, 3]) writeFileSync(join(week, `${sign}-${k}.tsd`), frame(value + k / 100));
    const tree = await resultOf(scenario('{ name: auslan, source: tctodd, classes: 2, split: { by: all } }'));
    expect(manifest(tree).inputs).toHaveLength(6);
    expect((await g2t(['verify', tree, '--data', data, '--quiet'])).code).toBe(0);
    // Two signs that change places: the same contents under other names.
    renameSync(join(week, 'alive-2.tsd'), join(week, 'x'));
    renameSync(join(week, 'zero-2.tsd'), join(week, 'alive-2.tsd'));
    renameSync(join(week, 'x'), join(week, 'zero-2.tsd'));
    expect(await refused('verify', tree)).toContain(`${join(week, 'alive-2.tsd')}: expected the file that the result`);
  });

  it('is named by diff, which then compares nothing', async () => {
    const first = await resultOf(scenario(CSV));
    writeFileSync(join(data, 'base.csv'), csv(1));
    const other = await resultOf(scenario(CSV));
    const { code, stdout } = await g2t(['diff', first, other, '--data', data]);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(
        /^they read another base\.csv \(SHA-256 [0-9a-f]{64} in .*, SHA-256 [0-9a-f]{64} in .*\)\n$/,
      ),
    ]);
    const seed = await resultOf(scenario(CSV), '--seed', '2');
    writeFileSync(join(data, 'base.csv'), csv(2));
    expect(await refused('diff', other, seed)).toContain('base.csv: expected the file that the result was made with');
  });

  it('is named where a result does not say what it read', async () => {
    const result = await resultOf(scenario(CSV));
    const { inputs: _, ...rest } = manifest(result);
    writeFileSync(join(result, 'manifest.json'), JSON.stringify(rest));
    expect(await refused('verify', result)).toMatch(
      /^dataset csv: expected the SHA-256 of base\.csv or base\.csv\.gz to be recorded with the result, got none: an earlier version made it/,
    );
  });

  it('is found in a manifest that was changed to match', async () => {
    const result = await resultOf(scenario(CSV));
    const text = readFileSync(join(result, 'manifest.json'), 'utf8');
    const was = sha256('base.csv');
    writeFileSync(join(data, 'base.csv'), csv(0).trimEnd());
    writeFileSync(join(result, 'manifest.json'), text.replace(was, sha256('base.csv')));
    const { code, stderr } = await g2t(['verify', result, '--data', data, '--quiet']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('expected digest')]);
  });
});

/** An IDX file of unsigned bytes. */
function idx(sizes: readonly number[], bytes: readonly number[]): Uint8Array {
  const head = [0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size])];
  return Uint8Array.from([...head, ...bytes]);
}

describe('a board file', () => {
  const board = (name: string, more = '') =>
    `schema: 1\nname: ${name}\nbase: nrf52840\ncycles: { row: 100 }\nsource: test${more}\n`;
  const withBoard = () => {
    const file = scenario('{ name: clusters, classes: 3, features: 4 }');
    writeFileSync(file, readFileSync(file, 'utf8').replace('board: nrf52840', 'board: ./boards/mine.yaml'));
    mkdirSync(join(folder, 'boards'), { recursive: true });
    writeFileSync(join(folder, 'boards', 'mine.yaml'), board('mine'));
    return file;
  };

  it('is part of a run: another one goes to another folder, each verifies without it', async () => {
    const file = withBoard();
    const first = await resultOf(file);
    const input = { kind: 'board', file: 'boards/mine.yaml', sha256: sha256('boards/mine.yaml', folder) };
    expect(manifest(first).inputs).toEqual([input]);
    writeFileSync(join(folder, 'boards', 'mine.yaml'), board('mine', ' again'));
    const second = await resultOf(file);
    writeFileSync(join(folder, 'boards', 'mine.yaml'), `# The same board.\n${board('mine')}`);
    const third = await resultOf(file);
    const digests = [first, second, third].map((each) => manifest(each).digest);
    expect([new Set(digests).size, readdirSync(out()).length]).toEqual([3, 3]);
    rmSync(join(folder, 'boards'), { recursive: true });
    for (const each of [first, second, third])
      expect((await g2t(['verify', each, '--data', data, '--quiet'])).code).toBe(0);
  });

  it('goes with the folder of a sweep, which is refused where it has changed', async () => {
    const file = withBoard();
    writeFileSync(file, `${readFileSync(file, 'utf8')}sweep: { grid: { method.redundancy: [1, 2] } }\n`);
    const sweep = ['sweep', file, '--data', data, '--workers', '1', '--out', out()];
    expect(await g2t([...sweep, '--quiet'])).toMatchObject({ code: 0, stderr: '' });
    writeFileSync(join(folder, 'boards', 'mine.yaml'), board('mine', ' again'));
    expect(await refused(...sweep)).toMatch(
      /out: expected a sweep that was begun with the files that are there now, got one with another boards\/mine\.yaml \(SHA-256 /,
    );
    rmSync(join(folder, 'boards'), { recursive: true });
    expect((await g2t(['verify', out(), '--data', data, '--quiet'])).code).toBe(0);
  });
});

describe('a sweep', () => {
  const written = (...sweep: string[]) => {
    scenario(CSV);
    const file = join(folder, 'sweep.yaml');
    writeFileSync(
      file,
      `schema: 1\nname: two\nscenario: a.yaml\nsweep:\n  ${sweep.join('\n  ')}\n  repeat: { seeds: 2 }\n`,
    );
    return (...more: string[]) => ['sweep', file, '--data', data, '--workers', '1', ...more];
  };
  const GRID = 'grid: { method.redundancy: [1, 2] }';
  const REFUSED =
    /: expected a sweep that was begun with the files that are there now, got one with another base\.csv \(SHA-256 [0-9a-f]{64} then, SHA-256 [0-9a-f]{64} now\); give another folder with --out$/;

  it('that was begun on other data is refused, resumed or not, and goes to another folder by itself', async () => {
    const sweep = written(GRID);
    expect((await g2t(sweep('--out', out(), '--quiet'))).code).toBe(0);
    const marker = JSON.parse(readFileSync(join(out(), 'sweep.json'), 'utf8')) as Manifest;
    expect(marker.inputs).toEqual([{ kind: 'data', file: 'base.csv', sha256: sha256('base.csv') }]);
    const before = readFileSync(join(out(), 'runs.arrow'));
    writeFileSync(join(data, 'base.csv'), csv(1));
    const [some] = readdirSync(join(out(), 'runs'));
    rmSync(join(out(), 'runs', some!), { recursive: true });
    expect(await refused(...sweep('--out', out()))).toMatch(REFUSED);
    expect(await refused(...sweep('--out', out(), '--resume'))).toMatch(REFUSED);
    expect(readFileSync(join(out(), 'runs.arrow')).equals(before)).toBe(true);
    const other = join(folder, 'other');
    expect((await g2t(sweep('--out', other, '--quiet'))).code).toBe(0);
    // Records of the other data among these are of other runs.
    cpSync(join(other, 'runs'), join(out(), 'runs'), { recursive: true });
    writeFileSync(join(data, 'base.csv'), csv(0));
    const again = await g2t(sweep('--out', out(), '--json'));
    expect(again.code).toBe(0);
    expect(readFileSync(join(out(), 'runs.arrow')).equals(before)).toBe(true);
  });

  it('is refused by verify, bundle and the verification of its bundle, naming the file', async () => {
    const sweep = written(GRID);
    expect((await g2t(sweep('--out', out(), '--quiet'))).code).toBe(0);
    const bundle = join(folder, 'two.tar.gz');
    expect((await g2t(['bundle', out(), '--data', data, '--out', bundle, '--quiet'])).code).toBe(0);
    expect((await g2t(['verify', bundle, '--data', data, '--quiet'])).code).toBe(0);
    expect((await g2t(['verify', out(), '--data', data, '--quiet'])).code).toBe(0);
    writeFileSync(join(data, 'base.csv'), csv(1));
    const line = `${join(data, 'base.csv')}: expected the file that the`;
    expect(await refused('verify', out())).toContain(`${line} sweep was made with`);
    expect(await refused('bundle', out(), '--out', join(folder, 'b.tar.gz'))).toContain(`${line} sweep was made with`);
    expect(await refused('verify', bundle)).toContain(`${line} bundle was made with`);
  });

  it('has shards that are joined only when they were made with the same data', async () => {
    const sweep = written(GRID);
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    expect((await g2t(sweep('--shard', '1/2', '--out', one, '--quiet'))).code).toBe(0);
    writeFileSync(join(data, 'base.csv'), csv(1));
    expect((await g2t(sweep('--shard', '2/2', '--out', two, '--quiet'))).code).toBe(0);
    const refusedMerge = await g2t(['merge', one, two, '--out', out()]);
    expect([refusedMerge.code, refusedMerge.stderr]).toEqual([
      2,
      expect.stringMatching(/^expected shards of one sweep, got .*; .*two was made with another base\.csv \(SHA-256 /),
    ]);
    rmSync(two, { recursive: true });
    writeFileSync(join(data, 'base.csv'), csv(0));
    expect((await g2t(sweep('--shard', '2/2', '--out', two, '--quiet'))).code).toBe(0);
    // The data need not be where shards are joined.
    rmSync(data, { recursive: true });
    expect(await g2t(['merge', one, two, '--out', out(), '--quiet'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('has runs of their own for each of several files', async () => {
    const sweep = written('grid: { dataset.path: [base.csv, test.csv] }');
    expect((await g2t(sweep('--out', out(), '--quiet'))).code).toBe(0);
    const runs = () =>
      readdirSync(join(out(), 'runs'), { recursive: true }).filter((name) => String(name).endsWith('.json'));
    const before = new Set(runs());
    writeFileSync(join(data, 'test.csv'), csv(2));
    const other = join(folder, 'other');
    expect((await g2t(sweep('--out', other, '--quiet'))).code).toBe(0);
    const now = readdirSync(join(other, 'runs'), { recursive: true }).filter((name) => String(name).endsWith('.json'));
    expect([before.size, now.length, now.filter((name) => before.has(name)).length]).toEqual([4, 4, 2]);
  });
});

describe('a folder of results', () => {
  it('that holds another result is left alone, whatever its name', async () => {
    const file = scenario(CSV);
    const result = await resultOf(file);
    const path = join(result, 'manifest.json');
    const { id, digest, ...rest } = manifest(result);
    // Another id that begins alike, then another digest of the same id, then one that cannot be read.
    const other = `${id.slice(0, 8)}${'0'.repeat(24)}`;
    for (const text of [
      JSON.stringify({ ...rest, id: other, digest }),
      JSON.stringify({ ...rest, id, digest: other }),
      '{',
    ]) {
      writeFileSync(path, text);
      const elsewhere = await resultOf(file);
      expect(elsewhere).toBe(`${result}-${digest.slice(0, 8)}`);
      expect(readFileSync(path, 'utf8')).toBe(text);
      expect((await g2t(['verify', elsewhere, '--data', data, '--quiet'])).code).toBe(0);
    }
    writeFileSync(join(`${result}-${digest.slice(0, 8)}`, 'manifest.json'), '{');
    expect(await resultOf(file)).toBe(join(out(), `small-${id}-${digest}`));
  });
});
