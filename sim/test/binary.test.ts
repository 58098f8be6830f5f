import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The program as it is installed. */
const BINARY = 'dist/cli/main.js';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-binary-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function g2t(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BINARY, ...argv], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on('close', resolve));
}

describe('the installed program', () => {
  it('starts quickly: what a command does not need is not loaded', () => {
    const [bare, ours] = [[] as number[], [] as number[]];
    const timed = (into: number[], work: () => void) => {
      const started = performance.now();
      work();
      into.push(performance.now() - started);
    };
    for (let n = 0; n < 7; n++) {
      timed(bare, () => spawnSync(process.execPath, ['--eval', '0']));
      timed(ours, () => expect(g2t('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/));
    }
    // 170 ms beside 45 on an idle machine. mathjs would add 1000, vega 360: whatever the load, a multiple of the bare start.
    expect(Math.min(...ours) / Math.min(...bare)).toBeLessThan(8);
  });

  it('answers with the exit codes of its table', () => {
    expect(g2t('--help').status).toBe(0);
    expect(g2t('run').status).toBe(2);
    expect(g2t('check', 'nowhere.yaml')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'cannot read nowhere.yaml: no such file or folder\n',
    });
    expect(g2t('check', 'scenarios/quickstart.yaml').status).toBe(0);
  });

  it('runs and verifies, with results on stdout and nothing else', () => {
    const argv = ['scenarios/quickstart.yaml', '--set', 'dataset.classes=4', '--out', folder, '--json'];
    const { status, stdout, stderr } = g2t('run', ...argv);
    expect([status, stderr]).toEqual([0, '']);
    const { result, digest } = JSON.parse(stdout) as { result: string; digest: string };
    const verified = g2t('verify', result);
    expect(verified).toEqual({ status: 0, stdout: `${result}: the same, digest ${digest}\n`, stderr: '' });
  });

  it('ends with 130 soon after Ctrl-C, with nothing half-written', async () => {
    const out = join(folder, 'interrupted');
    const argv = ['run', 'scenarios/quickstart.yaml', '--set', 'dataset.classes=300', '--out', out];
    const child = spawn(process.execPath, [BINARY, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(child.exitCode, 'the run should last longer than this').toBeNull();
    child.kill('SIGINT');
    expect(await ended(child)).toBe(130);
    expect(said).toBe('');
    expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
  });

  it('is silent when its reader closes early', () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" ${BINARY} board list --json | head -c 10`],
      {
        encoding: 'utf8',
      },
    );
    expect([status, stderr]).toEqual([0, '']);
  });
});
