import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError, RunError } from '../kernel/errors.ts';
import { fileFault } from './fault.ts';
import { canonicalJson, compactJson } from './json.ts';
import { dataFolder, gunzip, readBytes, readJson, readText, readUnpacked, readWasm } from './read.ts';
import { checkWritable, writeFileWhole, writeFolderWhole } from './write.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function faultOf(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Expected an error, got none');
}

describe('reading', () => {
  it('names the file and the reason', () => {
    const missing = faultOf(() => readBytes(join(folder, 'no.csv')));
    expect(missing).toBeInstanceOf(InputError);
    expect(missing.message).toBe(`cannot read ${join(folder, 'no.csv')}: no such file or folder`);
    expect(faultOf(() => readBytes(folder)).message).toMatch(/it is a folder/);
    symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
    expect(faultOf(() => readBytes(join(folder, 'loop'))).message).toMatch(/circle/);
    const latin = join(folder, 'latin');
    writeFileSync(latin, Uint8Array.of(0xe9, 0x20));
    expect(faultOf(() => readText(latin)).message).toMatch(/expected UTF-8/);
    writeFileSync(latin, '{"a":');
    expect(faultOf(() => readJson(latin)).message).toMatch(/expected JSON/);
  });

  it('unpacks gzip, passes other bytes, and says when gzip is cut or corrupt', () => {
    const text = new TextEncoder().encode('f1,f2\n'.repeat(1000));
    const packed = gzipSync(text);
    writeFileSync(join(folder, 'x.gz'), packed);
    expect(readUnpacked(join(folder, 'x.gz'))).toEqual(Buffer.from(text));
    expect(gunzip(text, 'x')).toBe(text);
    const cut = faultOf(() => gunzip(packed.subarray(0, packed.length - 12), 'x.gz'));
    expect(cut).toBeInstanceOf(InputError);
    expect(cut.message).toMatch(/cannot unpack x.gz: .*cut short/);
    const corrupt = Uint8Array.from(packed);
    corrupt[corrupt.length - 6]! ^= 1;
    expect(faultOf(() => gunzip(corrupt, 'x.gz')).message).toMatch(/cannot unpack x.gz/);
  });

  it('looks for data in --data, else G2T_DATA, else ./data', () => {
    expect(dataFolder({ data: 'a', env: { G2T_DATA: 'b' } })).toBe('a');
    expect(dataFolder({ env: { G2T_DATA: 'b' } })).toBe('b');
    expect(dataFolder({ env: { G2T_DATA: '' } })).toBe('data');
  });

  it('knows a WebAssembly module by its magic', () => {
    const path = join(folder, 'g2t.wasm');
    expect(faultOf(() => readWasm(path)).message).toMatch(/build:wasm/);
    writeFileSync(path, 'text');
    expect(faultOf(() => readWasm(path)).message).toMatch(/expected a WebAssembly module/);
    writeFileSync(path, Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    expect(readWasm(path).length).toBe(8);
  });
});

const marker = 'manifest.json';
const result = (text: string) =>
  new Map<string, string | Uint8Array>([
    [marker, '{}'],
    ['charts/a.svg', text],
    ['devices.arrow', Uint8Array.of(1, 2)],
  ]);

describe('writing', () => {
  it('writes a folder whole and replaces it whole', () => {
    const path = join(folder, 'results', 'run-1');
    writeFolderWhole({ path, files: result('one'), marker });
    writeFolderWhole({ path, files: new Map([[marker, '{"two":2}']]), marker });
    expect(readdirSync(path)).toEqual([marker]);
    expect(readdirSync(join(folder, 'results'))).toEqual(['run-1']);
  });

  it('does not touch a folder or file that is no result', () => {
    const path = join(folder, 'precious');
    mkdirSync(path);
    writeFileSync(join(path, 'thesis.txt'), 'x');
    expect(faultOf(() => writeFolderWhole({ path, files: result('x'), marker }))).toBeInstanceOf(InputError);
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    expect(faultOf(() => writeFolderWhole({ path: file, files: result('x'), marker })).message).toMatch(/expected/);
    expect(readdirSync(folder).sort()).toEqual(['file', 'precious']);
  });

  it('leaves neither parts nor a broken result when a file cannot be written', () => {
    const path = join(folder, 'run-1');
    writeFolderWhole({ path, files: result('one'), marker });
    const bad = result('two').set('n'.repeat(300), 'too long a name');
    expect(faultOf(() => writeFolderWhole({ path, files: bad, marker })).message).toMatch(
      /run-1: the name is too long/,
    );
    expect(readdirSync(folder)).toEqual(['run-1']);
    expect(readFileSync(join(path, 'charts/a.svg'), 'utf8')).toBe('one');
  });

  it('cleans what killed processes left, and nothing of living ones', () => {
    const path = join(folder, 'run-1');
    writeFileWhole(join(folder, 'probe'), 'x');
    const dead = [`.run-1.part-${hostOf()}-${process.pid}-999`, '.run-1.part-000000-1-0'];
    const alive = [`.run-1.part-${hostOf()}-${process.ppid}-0`, '.run-1.part-000000-2-0', '.run-1.notes'];
    for (const name of [...dead, ...alive]) mkdirSync(join(folder, name));
    utimesSync(join(folder, dead[1]!), 0, 0);
    writeFolderWhole({ path, files: result('one'), marker });
    expect(readdirSync(folder).sort()).toEqual([...alive, 'probe', 'run-1'].sort());
  });

  it('puts back a result that was being replaced when the process was killed', () => {
    const old = join(folder, `.run-1.old-${hostOf()}-${process.pid}-998`);
    mkdirSync(old);
    writeFileSync(join(old, marker), 'old');
    const path = join(folder, 'run-1');
    const bad = new Map([['n'.repeat(300), 'x']]);
    expect(() => writeFolderWhole({ path, files: bad, marker })).toThrow(/cannot write/);
    expect(readFileSync(join(path, marker), 'utf8')).toBe('old');
  });

  it('writes a file whole, making its folder', () => {
    const path = join(folder, 'a/b.json');
    writeFileWhole(path, 'one');
    writeFileWhole(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'a'))).toEqual(['b.json']);
  });

  it('says in one line where it cannot write', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const inside = join(file, 'run-1');
    expect(faultOf(() => writeFolderWhole({ path: inside, files: result('x'), marker })).message).toMatch(
      /cannot make folder .*file: a part of the path is a file/,
    );
    expect(faultOf(() => checkWritable(inside)).message).toMatch(/cannot write to .*run-1: a part of the path/);
    checkWritable(join(folder, 'not/yet/there'));
    expect(existsSync(join(folder, 'not'))).toBe(false);
  });

  it('blames the machine for a full disk and the input for a bad place', () => {
    const full = fileFault('write', 'r', Object.assign(new Error('x'), { code: 'ENOSPC' }));
    expect(full).toBeInstanceOf(RunError);
    expect(full.message).toBe('cannot write r: the disk is full');
    expect(fileFault('write', 'r', Object.assign(new Error('x'), { code: 'EACCES' }))).toBeInstanceOf(InputError);
  });
});

/** The host's mark, as the writer puts it into the names of its temporaries. */
function hostOf(): string {
  const path = join(folder, 'marked');
  let mark = '';
  function* watching(): Iterable<readonly [string, string]> {
    mark = readdirSync(folder)
      .find((name) => name.startsWith('.marked.part-'))!
      .split('-')[1]!;
    yield ['x', 'y'];
  }
  writeFolderWhole({ path, files: watching(), marker: 'x' });
  rmSync(path, { recursive: true });
  return mark;
}

describe('canonical JSON', () => {
  it('has one form', () => {
    const value = { b: [1.5, { z: null, a: true }], a: 'ü', c: undefined };
    expect(canonicalJson(value)).toBe(
      '{\n  "a": "ü",\n  "b": [\n    1.5,\n    {\n      "a": true,\n      "z": null\n    }\n  ]\n}\n',
    );
    expect(compactJson({ b: 1e21, a: -0 })).toBe('{"a":0,"b":1e+21}');
  });
  it('refuses what JSON cannot say, with its place', () => {
    expect(() => canonicalJson({ a: { b: [1, Number.NaN] } })).toThrow(/Expected a.b\[1\] to be finite or null/);
    expect(() => canonicalJson({ a: () => 1 })).toThrow(/a to have a JSON form/);
  });
});
