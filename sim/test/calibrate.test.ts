import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { g2t } from '../cli/fixture.ts';
import { boardFile, boardOfFile } from '../device/board-file.ts';
import { boardNamed } from '../device/boards/index.ts';
import { buildBoards, hasGcc, hasQemu } from './board-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'g2t-calibrate-'));
beforeAll(buildBoards, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface Told {
  readonly name: string;
  readonly base: string;
  readonly counter: string;
  readonly cycles: Readonly<Record<string, number>>;
  readonly costs: readonly { readonly operation: string; readonly how: string; readonly measured: number | null }[];
  readonly fit: { readonly samples: number; readonly r2_by_share: number; readonly median_error: number };
}

async function calibrated(...args: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await g2t(['calibrate', '--json', ...args]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Told;
}

const SCENARIO = `schema: 1
name: own-board
dataset: { name: clusters, classes: 3 }
method: { name: g2t }
fleet: [{ board: ./mine.yaml, count: 2, region: dublin, link: fibre }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
`;

describe.skipIf(!hasGcc)('calibrating this machine (skipped: it needs gcc)', () => {
  it('fits what a process takes and writes a board file, which predict reads', async () => {
    const file = join(folder, 'this-machine.yaml');
    writeFileSync(file, 'of another time');
    const told = await calibrated('--target', 'native', '--out', file);
    expect(told).toMatchObject({ name: 'this-machine', base: 'i7-8650u', counter: 'ns' });
    // A clock and a machine that does other things: the fit is good, and how good is not the point.
    expect(told.fit.samples).toBeGreaterThan(500);
    expect(told.fit.median_error).toBeLessThan(0.25);
    expect(told.costs.find(({ operation }) => operation === 'multiply-add')!.how).toBe('fitted');
    const board = boardOfFile(boardFile.parse(parse(readFileSync(file, 'utf8'))));
    expect(board.own.multiplyAdd).toBe(told.cycles['multiply-add']);
    const predicted = await g2t(['board', 'predict', file, ...'--features 22 --classes 3 --rows 60 --json'.split(' ')]);
    expect((JSON.parse(predicted.stdout) as { time_s: number }).time_s).toBeGreaterThan(0);
  }, 120_000);
});

describe.skipIf(!hasQemu)(
  'calibrating emulated boards (skipped: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm)',
  () => {
    it.each([
      ['mps2-an386', 'nrf52840'],
      ['lm3s6965evb', 'stm32f103c8'],
      ['microbit', 'samd21g18'],
    ])(
      'qemu:%s comes to what %s has',
      async (machine, base) => {
        const told = await calibrated('--target', `qemu:${machine}`);
        expect(told).toMatchObject({ base, counter: 'instructions' });
        expect(told.fit.r2_by_share).toBeGreaterThan(0.9);
        expect(told.fit.median_error).toBeLessThan(0.12);
        const { own } = boardNamed(base);
        const near = (ours: number, theirs: number) => expect(Math.abs(theirs! / ours - 1)).toBeLessThan(0.2);
        near(own.multiplyAdd, told.cycles['multiply-add']!);
        near(own.row, told.cycles['row']!);
        near(own.byteChecked, told.cycles['byte-checked']!);
        near(own.frame, told.cycles['frame']!);
        near(own.function, told.cycles['function']!);
      },
      120_000,
    );
  },
);

describe('a board file in a scenario', () => {
  const mine = (row: number) => `schema: 1\nname: mine\nbase: nrf52840\ncycles: { row: ${row} }\nsource: a test\n`;
  const run = async (out: string) => {
    const done = await g2t(['run', join(folder, 's.yaml'), '--out', join(folder, out), '--quiet', '--json']);
    expect(done.stderr).toBe('');
    return JSON.parse(done.stdout) as { digest: string; result: string };
  };

  it('decides the run by what it says, which a result keeps', async () => {
    writeFileSync(join(folder, 's.yaml'), SCENARIO);
    writeFileSync(join(folder, 'mine.yaml'), mine(100));
    const slow = await run('a');
    writeFileSync(join(folder, 'mine.yaml'), mine(100_000));
    const slower = await run('a');
    expect(slower.digest).not.toBe(slow.digest);
    expect(slower.result).not.toBe(slow.result);
    rmSync(join(folder, 'mine.yaml'));
    for (const { result } of [slow, slower]) expect((await g2t(['verify', result])).code).toBe(0);
    expect(existsSync(join(slow.result, 'report.html'))).toBe(true);
  });

  it.each([
    ['name: My Board', 'fleet.0.board.name: expected lower-case letters, digits and single hyphens, got My Board'],
    ['base: toaster', 'fleet.0.board.base: expected nrf52840, stm32f103c8'],
    ['cycles: { rwo: 3 }', 'fleet.0.board.cycles.rwo: unknown key; did you mean row?'],
    ['cycles: { row: fast }', 'fleet.0.board.cycles.row: expected a number, got fast'],
    ['clock: 64', 'fleet.0.board.clock: expected a frequency with its unit'],
  ])('with %s is told by its place', async (line, message) => {
    const [key] = line.split(':');
    const others = mine(5)
      .split('\n')
      .filter((each) => !each.startsWith(`${key}:`));
    writeFileSync(join(folder, 's.yaml'), SCENARIO);
    writeFileSync(join(folder, 'mine.yaml'), `${others.join('\n')}${line}\n`);
    const { code, stderr } = await g2t(['check', join(folder, 's.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toContain(`./mine.yaml ${message}`);
    const alone = await g2t(['board', 'predict', join(folder, 'mine.yaml'), '--features', '3']);
    expect(alone.code).toBe(2);
    expect(alone.stderr).toContain(message.replace('fleet.0.board.', ''));
  });

  it.each([
    ['', '--target: expected native, qemu:BOARD or serial:PATH, got nothing'],
    ['--target qemu:toaster', '--target: expected native, qemu:BOARD'],
    ['--target native:/nowhere/board', 'native:/nowhere/board: expected a program, got nothing at /nowhere/board'],
    ['--target native --out /', '--out: expected a file to write, got the folder /'],
    ['--target native --name My_Board', '--name: expected lower-case letters, digits and single hyphens, got My_Board'],
  ])('g2t calibrate %s is refused', async (line, message) => {
    const { code, stdout, stderr } = await g2t(['calibrate', ...line.split(' ').filter((word) => word !== '')]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
