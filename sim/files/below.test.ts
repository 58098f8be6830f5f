import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { staysBelow } from '../kernel/path.ts';
import { filesBelow, pathBelow, readBelow } from './below.ts';
import { gunzip, readBytes } from './read.ts';

let folder: string;
let inside: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-below-'));
  inside = join(folder, 'data');
  mkdirSync(join(inside, 'sub'), { recursive: true });
  writeFileSync(join(inside, 'a.csv'), 'inside');
  writeFileSync(join(inside, 'sub', 'b.csv'), 'deeper');
  writeFileSync(join(folder, 'secret.csv'), 'secret');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string, most = 1000, root = inside) => Buffer.from(readBelow(root, name, most)).toString();

describe('paths inside a folder', () => {
  it('are told from others by their text', () => {
    for (const path of ['a', './a', 'a/b.csv', 'a//b', '..a', 'a..b/c', '.', 'a b', 'ü'])
      expect(staysBelow(path), path).toBe(true);
    for (const path of ['/a', '..', '../a', 'a/../b', 'a/..', '\\a', 'a\\..\\b', 'C:\\a', 'C:a', 'a\0b'])
      expect(staysBelow(path), path).toBe(false);
  });

  it('are read, also through links that stay inside, and below a folder that is a link', () => {
    symlinkSync('a.csv', join(inside, 'same.csv'));
    symlinkSync(join(inside, 'sub'), join(inside, 'other'));
    symlinkSync(inside, join(folder, 'link'));
    expect([read('a.csv'), read('./sub/b.csv'), read('same.csv'), read('other/b.csv')]).toEqual([
      'inside',
      'deeper',
      'inside',
      'deeper',
    ]);
    expect(read('a.csv', 1000, join(folder, 'link'))).toBe('inside');
  });

  it('are refused where they lead out', () => {
    for (const name of ['../secret.csv', join(folder, 'secret.csv'), 'sub/../../secret.csv', '/etc/passwd'])
      expect(() => read(name), name).toThrow(`expected a path inside ${inside}, got ${name}`);
    symlinkSync('../secret.csv', join(inside, 'link.csv'));
    symlinkSync(folder, join(inside, 'up'));
    // A folder whose name only begins alike is another.
    mkdirSync(`${inside}-2`);
    writeFileSync(join(`${inside}-2`, 'c.csv'), '');
    symlinkSync(join(`${inside}-2`, 'c.csv'), join(inside, 'c.csv'));
    for (const name of ['link.csv', 'up/secret.csv', 'c.csv'])
      expect(() => read(name), name).toThrow(
        `cannot read ${join(inside, name)}: expected a file inside ${inside}, got a link that leads out of it`,
      );
    expect(() => pathBelow(inside, 'nowhere')).toThrow('no such file or folder');
  });
});

describe('a file', () => {
  it('is refused before it is opened where it is no regular one', () => {
    execFileSync('mkfifo', [join(inside, 'pipe')]);
    symlinkSync('pipe', join(inside, 'to-pipe'));
    for (const name of ['pipe', 'to-pipe'])
      expect(() => read(name)).toThrow(
        `cannot read ${join(inside, name)}: expected a regular file, got a device, pipe or socket`,
      );
    expect(() => readBytes('/dev/zero')).toThrow('cannot read /dev/zero: expected a regular file');
    expect(() => read('sub')).toThrow(`cannot read ${join(inside, 'sub')}: it is a folder`);
  });

  it('is refused by its size, before and after it is unpacked', () => {
    expect(() => read('a.csv', 5)).toThrow(`cannot read ${join(inside, 'a.csv')}: expected at most 5 bytes, got 6`);
    truncateSync(join(inside, 'a.csv'), 2 ** 40);
    expect(() => read('a.csv')).toThrow('expected at most 1000 bytes, got 1099511627776');
    const bomb = gzipSync(new Uint8Array(1_000_000));
    expect(() => gunzip(bomb, 'bomb.gz', 999_999)).toThrow(
      'cannot unpack bomb.gz: expected at most 999999 bytes unpacked, got more',
    );
    expect(gunzip(bomb, 'bomb.gz', 1_000_000)).toHaveLength(1_000_000);
  });
});

describe('the files below a folder', () => {
  it('are listed in order, whatever they are', () => {
    writeFileSync(join(inside, '.hidden'), '');
    symlinkSync('../secret.csv', join(inside, 'link.csv'));
    expect(filesBelow(inside)).toEqual(['.hidden', 'a.csv', 'link.csv', 'sub/b.csv']);
  });

  it('are not looked for through links to folders, or too deep', () => {
    symlinkSync('..', join(inside, 'sub', 'up'));
    expect(() => filesBelow(inside)).toThrow(
      `cannot read ${join(inside, 'sub/up')}: expected a folder or a file, got a link to a folder`,
    );
    rmSync(join(inside, 'sub', 'up'));
    mkdirSync(join(inside, ...Array.from({ length: 40 }, () => 'x')), { recursive: true });
    expect(() => filesBelow(inside)).toThrow('expected at most 32 folders inside each other');
    expect(() => filesBelow(join(inside, 'nowhere'))).toThrow('no such file or folder');
  });
});
