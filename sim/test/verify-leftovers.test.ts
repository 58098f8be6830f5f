import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SMALL_GLOBE } from './scenario-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'g2t-leftovers-'));
const scratch = join(folder, 'tmp');
const env = { ...process.env, TMPDIR: scratch };
afterAll(() => rmSync(folder, { recursive: true }));

function g2t(...argv: string[]) {
  return spawnSync(process.execPath, ['dist/cli/main.js', ...argv], { env, encoding: 'utf8' });
}

const found = () => readdirSync(scratch).filter((name) => name.startsWith('g2t-bundle-'));

describe('a verification that was killed', () => {
  it('leaves nothing for longer than until the next', { timeout: 120_000 }, async () => {
    mkdirSync(scratch);
    writeFileSync(join(folder, 'small.yaml'), SMALL_GLOBE);
    // Long enough to be met at its work.
    const out = join(folder, 'out');
    expect(g2t('run', join(folder, 'small.yaml'), '--set', 'dataset.classes=60', '--out', out, '--quiet').status).toBe(
      0,
    );
    const bundle = join(folder, 'small.tar.gz');
    expect(g2t('bundle', join(out, readdirSync(out)[0]!), '--out', bundle, '--quiet').status).toBe(0);
    const child = spawn(process.execPath, ['dist/cli/main.js', 'verify', bundle, '--quiet'], { env, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
    await expect.poll(found, { timeout: 60_000, interval: 1 }).toHaveLength(1);
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect(found()).toHaveLength(1);
    expect(g2t('verify', join(folder, 'nowhere')).status).toBe(2);
    expect(found()).toEqual([]);
    expect(g2t('verify', bundle, '--quiet').status).toBe(0);
    expect(found()).toEqual([]);
  });
});

/** What Node says of the option before it starts the program, and g2t figures of its data. */
const OTHERS = /^(Warning: disabling flag|figures:) .*\n/gm;

describe('a Node without WebAssembly', () => {
  it('is told in one line by every command that runs firmware', { timeout: 120_000 }, () => {
    const line =
      'cannot run the firmware: WebAssembly is off in this Node; start it without --jitless (see NODE_OPTIONS too)\n';
    const commands = [
      ['run', 'scenarios/quickstart.yaml', '--out', folder],
      ['sweep', 'scenarios/sweeps/latency-and-loss.yaml', '--out', join(folder, 'sweep')],
      ['figures', 'fig-3', '--reduced', '--quiet', '--out', join(folder, 'figures')],
      ['live', 'scenarios/quickstart.yaml'],
      ['verify', join(folder, 'out', readdirSync(join(folder, 'out'))[0]!)],
    ];
    for (const argv of commands) {
      const args = ['--jitless', 'dist/cli/main.js', ...argv];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      expect([argv[0], status, stdout, stderr.replace(OTHERS, '')]).toEqual([argv[0], 1, '', line]);
    }
    const list = spawnSync(process.execPath, ['--jitless', 'dist/cli/main.js', 'board', 'list'], { encoding: 'utf8' });
    expect([list.status, list.stderr.replace(OTHERS, '')]).toEqual([0, '']);
  });
});
