import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { packArchive, unpackArchive } from '../files/archive.ts';

/** Every key that names a file reaches regular files in its own folder only; a bundle's errors quote nothing of a file here. */

const folder = mkdtempSync(join(tmpdir(), 'g2t-foreign-files-'));
const data = join(folder, 'data');
const SECRET = 'x,y,label\n1,2,TOPSECRET\n2,3,TOPSECRET\n';
const GOOD = `x,y,label\n${Array.from({ length: 12 }, (_, n) => `${n % 2},${n % 3},c${n % 2}`).join('\n')}\n`;

beforeAll(() => {
  mkdirSync(data);
  writeFileSync(join(folder, 'secret.csv'), SECRET);
  writeFileSync(join(data, 'good.csv'), GOOD);
  writeFileSync(join(data, 'bad.csv'), SECRET);
  symlinkSync(join(folder, 'secret.csv'), join(data, 'link.csv'));
  symlinkSync('/dev/zero', join(data, 'zero.csv'));
  symlinkSync(folder, join(data, 'up'));
  execFileSync('mkfifo', [join(data, 'pipe.csv')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

function scenario(dataset: string, board = 'nrf52840', name = 'a.yaml'): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    `schema: 1
name: small
dataset: ${dataset}
method: { name: g2t, learner: { name: logistic } }
fleet: [{ board: ${board}, count: 2, region: dublin, link: fibre }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
`,
  );
  return file;
}

/** Runs a command that must refuse at once with one line and exit code 2, and say nothing of what lies outside. */
async function refused(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await g2t(argv);
  expect([code, stdout], stderr).toEqual([2, '']);
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).not.toMatch(/TOPSECRET|root:|internal error/);
  return stderr.trimEnd();
}

const OUTSIDE = [
  '/etc/passwd',
  '../secret.csv',
  '../../../../../../../../etc/passwd',
  'up/../../secret.csv',
  '/dev/zero',
];
const WITHIN: readonly (readonly [string, RegExp])[] = [
  ['link.csv', /link\.csv: expected a file inside .*, got a link that leads out of it$/],
  ['up/secret.csv', /secret\.csv: expected a file inside .*, got a link that leads out of it$/],
  ['zero.csv', /zero\.csv: expected a file inside .*, got a link that leads out of it$/],
  ['pipe.csv', /pipe\.csv: expected a regular file, got a device, pipe or socket$/],
  ['up', /(up: expected a file inside .*, got a link that leads out of it|expected up\/.* got nothing there; .*)$/],
];

const KEYS: readonly (readonly [string, (path: string) => string])[] = [
  ['dataset.path', (path) => `{ name: csv, path: ${path} }`],
  ['dataset.test', (path) => `{ name: csv, path: good.csv, test: ${path} }`],
  ['dataset.path', (path) => `{ name: auslan, path: ${path} }`],
  ['dataset.path', (path) => `{ name: auslan, source: tctodd, path: ${path} }`],
  ['dataset.path', (path) => `{ name: mnist, path: ${path} }`],
  ...['train', 'test'].flatMap((part) =>
    ['images', 'labels'].map((key) => {
      const pairs = (path: string) =>
        ['train', 'test'].map(
          (each) =>
            `${each}: { images: ${each === part && key === 'images' ? path : 'good.csv'}, labels: ${each === part && key === 'labels' ? path : 'good.csv'} }`,
        );
      return [`dataset.${part}.${key}`, (path: string) => `{ name: idx, ${pairs(path).join(', ')} }`] as const;
    }),
  ),
];

describe.each(KEYS)('a path at %s', (key, dataset) => {
  it('that leads out of the data folder is refused with its place, by check and run', async () => {
    for (const path of OUTSIDE) {
      const file = scenario(dataset(path));
      const line = new RegExp(`^${file}:3:\\d+ ${key}: expected a path inside the data folder, got ${path}$`);
      expect(await refused('check', file)).toMatch(line);
      expect(await refused('run', file, '--data', data, '--out', join(folder, 'out'))).toMatch(line);
    }
  });

  it('that is a link out of it, a device or a pipe is refused by run', async () => {
    for (const [path, message] of WITHIN) {
      const file = scenario(dataset(path));
      const line = await refused('run', file, '--data', data, '--out', join(folder, 'out'));
      // MNIST's path is a folder, in which its files are then missing; a tree's is one, too.
      if (!/mnist|tctodd/.test(dataset(''))) expect(line).toMatch(message);
    }
  });
});

describe('a board file', () => {
  it('lies below the folder of its scenario, and is a regular file of a limited size', async () => {
    writeFileSync(join(folder, 'big.yaml'), '');
    truncateSync(join(folder, 'big.yaml'), 20 * 1024 * 1024);
    symlinkSync('/etc/passwd', join(folder, 'link.yaml'));
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
    const said = async (board: string) => {
      const file = scenario('{ name: clusters }', board);
      const line = await refused('check', file);
      expect(await refused('run', file, '--out', join(folder, 'out'))).toBe(line);
      return line.replace(file, 'FILE');
    };
    const place = 'FILE:5:18 fleet.0.board: ';
    for (const path of ['/etc/x.yaml', '../x.yaml', './boards/../../x.yaml'])
      expect(await said(path)).toBe(`${place}expected a path below the scenario’s folder, got ${path}`);
    expect(await said('./link.yaml')).toContain(
      `${place}cannot read ${join(folder, 'link.yaml')}: expected a file inside`,
    );
    expect(await said('./pipe.yaml')).toContain('expected a regular file, got a device, pipe or socket');
    expect(await said('./big.yaml')).toContain('expected at most 16777216 bytes, got 20971520');
    expect(await said('./nowhere.yaml')).toContain('no such file or folder');
  });
});

describe('the scenario of a sweep', () => {
  const sweep = (path: string) => {
    mkdirSync(join(folder, 'sweeps'), { recursive: true });
    const file = join(folder, 'sweeps', 's.yaml');
    writeFileSync(file, `schema: 1\nname: s\nscenario: ${path}\nsweep: { grid: { method.redundancy: [1, 2] } }\n`);
    return file;
  };

  it('lies below the folder above the sweep’s', async () => {
    scenario('{ name: clusters }', 'nrf52840', 'base.yaml');
    for (const path of ['../base.yaml', './../base.yaml'])
      expect((await g2t(['check', sweep(path), '--quiet'])).code).toBe(0);
    for (const path of ['/etc/passwd', '../../base.yaml', '../x/../../base.yaml', '/dev/zero'])
      expect(await refused('check', sweep(path))).toBe(
        `${sweep(path)}:3:11 scenario: expected a path below the sweep’s folder or the one above it, got ${path}`,
      );
    symlinkSync('/etc/passwd', join(folder, 'sweeps', 'link.yaml'));
    expect(await refused('check', sweep('link.yaml'))).toContain('got a link that leads out of it');
    expect(await refused('check', sweep('.'))).toContain('it is a folder');
  });

  it('may not lead out by what is varied', async () => {
    scenario('{ name: csv, path: good.csv }', 'nrf52840', 'base.yaml');
    const file = sweep('../base.yaml');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('method.redundancy: [1, 2]', 'dataset.path: [good.csv, ../secret.csv]'),
    );
    expect(await refused('sweep', file, '--data', data, '--out', join(folder, 'sweep-out'))).toContain(
      'dataset.path: expected a path inside the data folder, got ../secret.csv',
    );
  });
});

describe('a file named on the command line', () => {
  it('is a regular one', async () => {
    for (const argv of [
      ['run', '/dev/zero'],
      ['check', '/dev/zero'],
      ['sweep', '/dev/zero', '--workers', '1'],
      ['transfer', '--csv', '/dev/zero'],
    ])
      expect(await refused(...argv)).toBe(
        'cannot read /dev/zero: expected a regular file, got a device, pipe or socket',
      );
  });
});

describe('a bundle', () => {
  type Files = Map<string, Uint8Array>;
  const text = (files: Files, name: string) => Buffer.from(files.get(name)!).toString();
  const put = (files: Files, name: string, content: string) => files.set(name, new TextEncoder().encode(content));
  let good: Uint8Array;

  beforeAll(async () => {
    const file = scenario('{ name: csv, path: good.csv, split: { by: all } }');
    const out = join(folder, 'result');
    expect((await g2t(['run', file, '--data', data, '--out', out, '--quiet'])).code).toBe(0);
    const path = join(folder, 'good.tar.gz');
    const result = join(out, readdirSync(out)[0]!);
    expect((await g2t(['bundle', result, '--data', data, '--out', path, '--quiet'])).code).toBe(0);
    good = readFileSync(path);
  });

  /** The good bundle with something changed in it, and sums that agree with that. */
  async function changed(change: (files: Files, marker: { data: unknown[] }) => void): Promise<string> {
    const files = await unpackArchive(good, 'good');
    const marker = JSON.parse(text(files, 'bundle.json'));
    change(files, marker);
    files.delete('bundle.json');
    for (const [name, bytes] of files) marker.files[name] = createHash('sha256').update(bytes).digest('hex');
    put(files, 'bundle.json', JSON.stringify(marker));
    const path = join(folder, 'changed.tar.gz');
    writeFileSync(path, await packArchive(files));
    return path;
  }

  const verify = (path: string) => refused('verify', path, '--data', data);
  const named = (files: Files, from: string, to: string) => {
    for (const name of ['result/scenario.yaml', 'result/manifest.json'])
      put(files, name, text(files, name).replaceAll(from, to));
  };

  it('reaches no file outside the data folder by its scenario, its settings or its list of data', async () => {
    for (const path of OUTSIDE) {
      const inScenario = await changed((files, marker) => {
        marker.data = [];
        put(files, 'result/scenario.yaml', text(files, 'result/scenario.yaml').replace('good.csv', path));
      });
      expect(await verify(inScenario)).toContain(`expected a path inside the data folder, got ${path}`);
      const inSettings = await changed((files) => {
        const manifest = JSON.parse(text(files, 'result/manifest.json'));
        put(files, 'result/manifest.json', JSON.stringify({ ...manifest, set: [`dataset.path=${path}`] }));
      });
      expect(await verify(inSettings)).toBe(`--set dataset.path: expected a path inside the data folder, got ${path}`);
      const inList = await changed((_, marker) => {
        marker.data = [{ dataset: 'csv', file: path, sha256: '0'.repeat(64) }];
      });
      expect(await verify(inList)).toBe(`${inList}: expected data files inside the data folder, got "${path}"`);
    }
    for (const path of ['link.csv', 'zero.csv', 'up/secret.csv', 'pipe.csv']) {
      const inList = await changed((_, marker) => {
        marker.data = [{ dataset: 'csv', file: path, sha256: '0'.repeat(64) }];
      });
      expect(await verify(inList)).toMatch(/expected a (regular file|file inside)/);
      const inScenario = await changed((files, marker) => {
        marker.data = [];
        named(files, 'good.csv', path);
      });
      expect(await verify(inScenario)).toMatch(/expected a (regular file|file inside)/);
    }
    const board = await changed((files) => named(files, 'board: nrf52840', 'board: ./a.yaml'));
    expect(await verify(board)).toContain(
      'fleet.0.board: expected a board file that can be read from here, got ./a.yaml',
    );
  });

  it('is told nothing of what a file holds', async () => {
    const sha256 = createHash('sha256').update(SECRET).digest('hex');
    const path = await changed((files, marker) => {
      const [{ sha256: was }] = marker.data as [{ sha256: string }];
      marker.data = [{ dataset: 'csv', file: 'bad.csv', sha256 }];
      named(files, 'good.csv', 'bad.csv');
      named(files, was, sha256);
    });
    expect(await verify(path)).toBe(
      `dataset csv: expected ${join(data, 'bad.csv')} to hold what the scenario says, got something else; what is in a data file is not told to a bundle or a job: g2t run says where it differs`,
    );
    const other = await changed((_, marker) => {
      marker.data = [{ dataset: 'csv', file: 'bad.csv', sha256: '0'.repeat(64) }];
    });
    expect(await verify(other)).toContain(`${join(data, 'bad.csv')}: expected the file that the bundle was made with`);
  });

  it('is not packed with what a link in its folder leads to', async () => {
    const out = join(folder, 'result');
    const result = join(out, readdirSync(out)[0]!);
    symlinkSync(join(folder, 'secret.csv'), join(result, 'notes.csv'));
    expect(await refused('bundle', result, '--data', data, '--out', join(folder, 'b.tar.gz'))).toBe(
      `cannot read ${join(result, 'notes.csv')}: expected a file inside ${result}, got a link that leads out of it`,
    );
    rmSync(join(result, 'notes.csv'));
  });
});
