import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from './fixture.ts';

let folder: string;
let good: string;
let bad: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-cli-'));
  good = join(folder, 'good.yaml');
  bad = join(folder, 'bad.yaml');
  const text = `schema: 1
name: small
dataset: { name: clusters, classes: 3 }
method: { name: g2t }
fleet: [{ board: nrf52840, count: 2, region: dublin, link: fibre }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
`;
  writeFileSync(good, text);
  writeFileSync(bad, `${text.replace('count: 2', 'count: 0')}sede: 3\n`);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A usage that is refused: exit code 2, one or two lines on stderr, nothing on stdout. */
async function refused(argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await g2t(argv);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+\)?$/m);
  return stderr.replaceAll(folder, 'FOLDER').trimEnd();
}

describe('usage', () => {
  it.each<[string, string]>([
    ['', 'expected a command, got nothing; g2t --help shows them'],
    [
      'rum a.yaml',
      'g2t: expected one of run, check, sweep, merge, worker, verify, validate, diff, transfer, figures, bundle, live, board, calibrate, data, got rum; did you mean run?',
    ],
    ['run', 'g2t run: expected a scenario file (YAML), got nothing'],
    ['check', 'g2t check: expected a scenario file (YAML), got nothing'],
    ['verify', 'g2t verify: expected the folder of a result or a sweep, or a bundle, got nothing'],
    ['diff a', 'g2t diff: expected another results folder, got nothing'],
    ['run a b', 'g2t run: unexpected b; g2t run --help shows what there is'],
    ['run a --sed 3', 'g2t run: unknown option --sed; did you mean --seed?; g2t run --help shows what there is'],
    ['run a -q', 'g2t run: unknown option -q; g2t run --help shows what there is'],
    ['run a --seed', '--seed: expected a value, got nothing'],
    ['run a --seed=', '--seed: expected a value, got nothing'],
    ['run scenarios/quickstart.yaml --threads 0', '--threads: expected a whole number from 1 to 64, got 0'],
    ['check a --seed 1.5', '--seed: expected a whole number from 0 to 9007199254740991, got 1.5'],
    ['check a --seed -1', '--seed: expected a whole number from 0 to 9007199254740991, got -1'],
    ['check a --seed 1 --seed 2', '--seed: expected it once, got it 2 times'],
    ['check nowhere.yaml', 'cannot read nowhere.yaml: no such file or folder'],
    ['check sim', 'cannot read sim: it is a folder'],
    ['board', 'g2t board: expected one of list, predict, got nothing'],
    ['board lst', 'g2t board: expected one of list, predict, got lst; did you mean list?'],
    [
      'board predict',
      'g2t board predict: expected a board by name, or a board file, got nothing; g2t board list shows the names',
    ],
    ['board predict nrf52840', '--features: expected a whole number, got nothing'],
    ['board predict nrf52840 --features 0', '--features: expected a whole number from 1 to 65534, got 0'],
    [
      'board predict nrf52840 --features 4 --classes 3 --rows 9 --op trane',
      '--op: expected train or infer, got trane; did you mean train?',
    ],
    [
      'board predict nrf52840 --features 4 --classes 3 --rows 9 --updates 0.5',
      '--updates: expected a share with its unit, such as 0.5 %, got the bare number 0.5',
    ],
    [
      'board predict nrf52480 --features 4',
      'expected one of nrf52840, stm32f103c8, samd21g18, esp32, smart-bulb, smart-speaker, raspberry-pi-3, raspberry-pi-4, i7-8650u, got nrf52480; did you mean nrf52840?',
    ],
    ['data', 'g2t data: expected one of list, get, import, got nothing'],
    ['data get auslam', 'expected one of auslan, mnist, clusters, csv, idx, got auslam; did you mean auslan?'],
    ['data get clusters', 'clusters: nothing to get. A generator of class-clustered sensor data; needs no file'],
    ['data import csw x', 'expected auslan, mnist or csv, got csw; did you mean csv?'],
    ['data import csv nowhere.csv', 'cannot read nowhere.csv: no such file or folder'],
    ['sweep', 'g2t sweep: expected a sweep, or a scenario with `sweep` (YAML), got nothing'],
    ['sweep nowhere.yaml', 'cannot read nowhere.yaml: no such file or folder'],
    ['sweep a --engine kafka', '--engine: expected local or bullmq, got kafka'],
    ['sweep a --workers 0', '--workers: expected a whole number from 1 to 1024, got 0'],
    ['sweep a --redis redis://x', '--redis: expected --engine bullmq beside it, got local'],
    [
      'sweep a --engine bullmq --workers 2',
      '--workers: expected none with --engine bullmq: g2t worker --workers says how many each has',
    ],
    ['sweep a --engine bullmq --shard 1/2', '--shard: expected --engine local, got bullmq'],
    ['sweep a --shard 5/4', '--shard: expected a shard from 1/4 to 4/4, got 5/4'],
    ['sweep a --shard 0/4', '--shard: expected a shard from 1/4 to 4/4, got 0/4'],
    ['sweep a --shard x', '--shard: expected i/n such as 2/4, auto or auto/n, got x'],
    ['merge', 'g2t merge: expected the folder of a shard, got nothing'],
    ['merge nowhere', 'cannot read nowhere/sweep.json: no such file or folder'],
    ['worker --redis nonsense', '--redis: expected a URL such as redis://127.0.0.1:6379, got nonsense'],
  ])('g2t %s', async (line, message) => {
    expect(await refused(line.split(' ').filter((word) => word !== ''))).toBe(message);
  });

  it('shows help and version on stdout', async () => {
    const help = await g2t(['--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/g2t run <scenario> +Run a scenario and write its results/);
    expect(help.stderr).toBe('');
    const inner = await g2t(['board', 'predict', '--help']);
    expect(inner.stdout).toMatch(/--features +Features of a row/);
    const version = await g2t(['--version']);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('shows the stack only with --debug', async () => {
    const { stderr, code } = await g2t(['check', 'nowhere.yaml', '--debug']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^InputError: cannot read nowhere.yaml.*\n +at /);
    expect(stderr).toMatch(/caused by Error: ENOENT/);
  });
});

describe('check', () => {
  it('says that a good scenario is good', async () => {
    expect(await g2t(['check', good])).toEqual({
      code: 0,
      stdout: `${good}: good (small, seed 1, 2 devices)\n`,
      stderr: '',
    });
    const json = await g2t(['check', good, '--json', '--seed', '9', '--set', 'fleet.0.count=5', '--set', 'name=other']);
    expect(JSON.parse(json.stdout)).toEqual({ faults: [], name: 'other', seed: 9, devices: 5, horizon_s: 86400 });
    expect((await g2t(['check', good, '--quiet'])).stdout).toBe('');
  });

  it('says every fault with its place', async () => {
    expect(await refused(['check', bad])).toBe(
      'FOLDER/bad.yaml:5:35 fleet.0.count: expected at least 1, got 0\nFOLDER/bad.yaml:7:1 sede: unknown key; did you mean seed?',
    );
    expect(await refused(['run', bad])).toMatch(/sede: unknown key/);
  });

  it('gives faults as JSON', async () => {
    const { code, stdout, stderr } = await g2t(['check', bad, '--json']);
    expect(code).toBe(2);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout).faults).toHaveLength(2);
    expect(JSON.parse(stdout).faults[1]).toMatchObject({ line: 7, column: 1, path: 'sede' });
  });

  it('places faults of --set there', async () => {
    expect(await refused(['check', good, '--set', 'fleet.0.board=nrf'])).toMatch(
      /^--set fleet.0.board: expected nrf52840, .*; did you mean nrf52840\?$/,
    );
    expect(await refused(['check', good, '--set', 'nonsense'])).toBe('--set: expected path=value, got nonsense');
  });
});

describe('board', () => {
  it('lists boards, as a table and as JSON', async () => {
    const { stdout } = await g2t(['board', 'list']);
    expect(stdout).toMatch(/^board +core +clock +RAM +flash +FPU +USD\n/);
    expect(stdout).toMatch(/^samd21g18 .*32 KiB/m);
    const { boards } = JSON.parse((await g2t(['board', 'list', '--json'])).stdout);
    expect(boards[0]).toMatchObject({ name: 'nrf52840', clock_hz: 64e6, ram_bytes: 262144 });
  });

  it('predicts, with work in proportion', async () => {
    const ask = async (...more: string[]) => {
      const { stdout } = await g2t([
        'board',
        'predict',
        'nrf52840',
        '--features',
        '22',
        '--classes',
        '15',
        '--rows',
        '405',
        '--json',
        ...more,
      ]);
      return JSON.parse(stdout) as { time_s: number; cycles: number; energy_j: number };
    };
    const one = await ask();
    expect(Object.keys(one)).toEqual(['time_s', 'cycles', 'energy_j']);
    expect(one.time_s).toBeCloseTo(one.cycles / 64e6, 8);
    const three = await ask('--passes', '3');
    expect(Math.abs(three.cycles - 3 * one.cycles)).toBeLessThanOrEqual(3);
    expect((await ask('--kernel', 'as-published')).time_s).toBeGreaterThan(one.time_s);
    expect((await ask('--op', 'infer')).cycles).toBeLessThan(one.cycles);
  });
});

describe('an interrupt', () => {
  it('gives 130', async () => {
    const interrupt = new AbortController();
    interrupt.abort();
    expect((await g2t(['check', 'nowhere.yaml'], { interrupt: interrupt.signal })).code).toBe(130);
  });
});
