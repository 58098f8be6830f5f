import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS, isGroup } from '../cli/commands.ts';
import { SMALL_GLOBE } from './scenario-run.ts';
import { sweepFolder } from './sweep-fixture.ts';

const G2T = ['dist/cli/main.js'];
const FULL = 'cannot write standard output: the disk is full\n';
const CLOSED = 'cannot write standard output: its reader has closed it\n';

const small = sweepFolder();
let folder: string;
let scenario: string;
let result: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-streams-'));
  scenario = join(folder, 'small.yaml');
  writeFileSync(scenario, SMALL_GLOBE);
  expect(spawnSync(process.execPath, [...G2T, 'run', scenario, '--out', folder, '--quiet']).status).toBe(0);
  result = join(folder, readdirSync(folder).find((name) => name.startsWith('small-'))!);
});
afterAll(() => {
  for (const each of [folder, small.folder]) rmSync(each, { recursive: true });
});

const helps = [
  [],
  ...COMMANDS.flatMap((entry) =>
    isGroup(entry) ? entry.commands.map(({ name }) => [entry.name, name]) : [[entry.name]],
  ),
].map((words) => [...words, '--help']);
/** Every command that has something to print. Two that need Redis or several shards print by the same way. */
const commands = (): string[][] => {
  const out = ['--out', folder];
  const both: string[][] = [
    ['run', scenario, ...out],
    ['check', scenario],
    ['sweep', small.file, '--out', join(folder, 'sweep')],
    ['verify', result],
    ['diff', result, result],
    ['transfer', '--rtt', '60ms', '--rate', '2Mbit/s', '--size', '10kB'],
    ['board', 'list'],
    ['board', 'predict', 'nrf52840', '--features', '22', '--classes', '15', '--rows', '405'],
    ['data', 'list'],
    ['data', 'get', 'mnist'],
    ['figures', '--list'],
    ['bundle', result, '--out', join(folder, 'bundle.tar.gz')],
  ];
  return [...both, ...both.map((argv) => [...argv, '--json']), ['live', scenario], ['--version'], ['--help']];
};

/** Runs a command with its standard output and error going to files, by path. */
function into(argv: readonly string[], streams: { readonly stdout?: string; readonly stderr?: string }) {
  const open = (path: string | undefined): number | 'pipe' => (path === undefined ? 'pipe' : openSync(path, 'w'));
  const stdio = ['ignore' as const, open(streams.stdout), open(streams.stderr)];
  const ended = spawnSync(process.execPath, [...G2T, ...argv], { encoding: 'utf8', stdio, timeout: 60_000 });
  for (const each of stdio) if (typeof each === 'number') closeSync(each);
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}

/** Runs a command whose standard output nobody reads: the other end of the pipe is closed before it writes. */
async function unread(argv: readonly string[]): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [...G2T, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stderr };
}

/** A slow machine tells how far a command is. */
const withoutProgress = (stderr: string): string => stderr.replace(/^.*\b\d+ of \d+ .*\n/gm, '');

describe.skipIf(!existsSync('/dev/full'))('standard output that cannot be written', () => {
  it('is one line and exit code 1 where the disk is full, for every command', { timeout: 300_000 }, () => {
    for (const argv of [...commands(), ...helps]) {
      const { code, stderr } = into(argv, { stdout: '/dev/full' });
      expect([argv.join(' '), code, withoutProgress(stderr)]).toEqual([argv.join(' '), 1, FULL]);
    }
    // What was to be made is there all the same.
    expect(existsSync(join(folder, 'sweep/runs.arrow'))).toBe(true);
  });

  it('is one line and exit code 1 where its reader has gone, for every command', { timeout: 300_000 }, async () => {
    for (const argv of commands()) {
      const { code, stderr } = await unread(argv);
      expect([argv.join(' '), code, withoutProgress(stderr)]).toEqual([argv.join(' '), 1, CLOSED]);
    }
  });

  it('is lost where it was closed before the start: Node opens /dev/null in its place', () => {
    const { status, stderr } = spawnSync('bash', ['-c', `node ${G2T.join(' ')} board list >&-`], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe.skipIf(!existsSync('/dev/full'))('standard error that cannot be written', () => {
  it('changes neither exit code nor results', () => {
    const missing = ['check', join(folder, 'nowhere.yaml')];
    expect(into(missing, { stderr: '/dev/full' }).code).toBe(2);
    expect(into(['run', scenario, '--out', folder], { stderr: '/dev/full' })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('makespan'),
    });
    expect(into(missing, { stdout: '/dev/full', stderr: '/dev/full' }).code).toBe(2);
    expect(into(['board', 'list'], { stdout: '/dev/full', stderr: '/dev/full' }).code).toBe(1);
    for (const closed of ['2>&-', '<&- >&- 2>&-'])
      expect(spawnSync('bash', ['-c', `node ${G2T.join(' ')} ${missing.join(' ')} ${closed}`]).status).toBe(2);
  });
});
