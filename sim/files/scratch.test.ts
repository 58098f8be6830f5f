import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOST } from './owner.ts';
import { cleanScratchFolders, withScratchFolder } from './scratch.ts';

const before = process.env['TMPDIR'];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-scratch-test-'));
  process.env['TMPDIR'] = folder;
});
afterAll(() => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  rmSync(folder, { recursive: true });
});

/** The id of a process that has ended. */
const gone = () => spawnSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).stdout.trim();

describe('a scratch folder', () => {
  it('is there while the work goes on, and removed however it ends', async () => {
    let path = '';
    await withScratchFolder('verify', async (given) => {
      path = given;
      writeFileSync(join(given, 'a'), '');
      cleanScratchFolders();
      expect(existsSync(join(given, 'a'))).toBe(true);
    });
    expect(existsSync(path)).toBe(false);
    await expect(withScratchFolder('bundle', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a killed process is removed at the next start, and nothing else', () => {
    const dead = gone();
    const outside = join(folder, 'outside');
    const kept = [
      `g2t-bundle-${HOST}-${process.pid}-abcDEF`,
      `g2t-bundle-${HOST}-${process.ppid}-abcDEF`,
      `g2t-bundle-ffffff-${dead}-abcDEF`,
      `g2t-other-${HOST}-${dead}-abcDEF`,
      `g2t-bundle-${HOST}-${dead}-abcDEFG`,
      'g2t-bundle-abcDEF',
      'outside',
    ];
    const removed = [`g2t-bundle-${HOST}-${dead}-abcDEF`, `g2t-verify-${HOST}-${dead}-a1B2c3`];
    for (const name of [...kept, ...removed]) {
      mkdirSync(join(folder, name, 'result'), { recursive: true });
      writeFileSync(join(folder, name, 'result/file'), 'x');
    }
    symlinkSync(outside, join(folder, removed[0]!, 'link'));
    symlinkSync(outside, join(folder, `g2t-verify-${HOST}-${dead}-linked`));
    writeFileSync(join(folder, `g2t-verify-${HOST}-${dead}-a_file`), '');
    cleanScratchFolders();
    for (const name of kept) expect([name, existsSync(join(folder, name, 'result/file'))]).toEqual([name, true]);
    for (const name of removed) expect([name, existsSync(join(folder, name))]).toEqual([name, false]);
    expect(existsSync(join(folder, `g2t-verify-${HOST}-${dead}-linked`))).toBe(true);
  });
});
