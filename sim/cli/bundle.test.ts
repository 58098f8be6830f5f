import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packArchive, unpackArchive } from '../files/archive.ts';
import { g2t } from './fixture.ts';

let folder: string;
let result: string;
let bundle: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-bundle-test-'));
  const set = ['dataset.classes=5', 'method.learner.passes=2'].flatMap((each) => ['--set', each]);
  await g2t(['run', 'scenarios/quickstart.yaml', ...set, '--out', folder, '--quiet']);
  result = join(folder, readdirSync(folder).find((name) => name.startsWith('quickstart-'))!);
  bundle = join(folder, 'quickstart.tar.gz');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An archive with one entry as it stands, whatever it is. */
async function archiveOf(name: string, type: Header['type'] = 'file'): Promise<Uint8Array> {
  const tar = pack();
  if (type === 'file') tar.entry({ name }, 'x');
  else tar.entry({ name, type: type!, linkname: '/etc/passwd' });
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks));
}

describe('an archive', () => {
  it('is the same bytes for the same files, in any order, and comes back whole', async () => {
    const files = new Map<string, string>([
      ['b/c.txt', 'two'],
      ['a.txt', 'one'],
    ]);
    const packed = await packArchive(files);
    expect(Buffer.compare(packed, await packArchive(new Map([...files].reverse())))).toBe(0);
    const back = await unpackArchive(packed, 'x');
    expect([...back].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['a.txt', 'one'],
      ['b/c.txt', 'two'],
    ]);
  });

  it('is refused where an entry leads out of it, or is no file', async () => {
    for (const name of [
      '../evil',
      '/etc/evil',
      'a/../../evil',
      'a//b',
      './a',
      'a\\b',
      'C:evil',
      'a\nb',
      'a\u001b[2Jb',
    ]) {
      await expect(unpackArchive(await archiveOf(name), 'x.tar.gz'), name).rejects.toThrow(
        /^cannot unpack x.tar.gz: expected names inside of it, got "/,
      );
    }
    await expect(unpackArchive(await archiveOf('a', 'symlink'), 'x.tar.gz')).rejects.toThrow(
      'expected files alone, got a symlink named "a"',
    );
    for (const type of ['link', 'character-device', 'block-device', 'fifo', 'directory'] as const)
      await expect(unpackArchive(await archiveOf('a', type), 'x.tar.gz')).rejects.toThrow(`got a ${type} named "a"`);
  });

  it('is refused where it is too large, a name too long, or a file stands where a folder must', async () => {
    await expect(unpackArchive(await archiveOf(`${'a'.repeat(200)}/`.repeat(6).slice(0, -1)), 'x')).rejects.toThrow(
      'cannot unpack x: expected names of at most 1000 characters, got one of 1205',
    );
    const both = await packArchive(
      new Map([
        ['a', 'file'],
        ['a/b/c', 'folder'],
        ['z', ''],
      ]),
    );
    await expect(unpackArchive(both, 'x')).rejects.toThrow('expected a to be a file or a folder, got both');
    // Says that it holds more than it does.
    const tar = gunzipSync(await archiveOf('a'));
    tar.write('77777777777', 124);
    tar.write('        ', 148);
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    await expect(unpackArchive(gzipSync(tar), 'x')).rejects.toThrow(/^cannot unpack x: expected a whole archive/);
  });

  it('is refused where it is damaged, cut or another thing', async () => {
    const packed = await packArchive(new Map([['a', 'x'.repeat(5000)]]));
    const refused = (bytes: Uint8Array) =>
      expect(unpackArchive(bytes, 'x')).rejects.toThrow(/^cannot unpack x: expected/);
    await refused(packed.subarray(0, packed.length - 9));
    await refused(new TextEncoder().encode('no archive'));
    await refused(gzipSync('no archive either, though it is packed'));
    await refused(gzipSync(gunzipSync(packed).subarray(0, 2000)));
    await refused(gzipSync(new Uint8Array(1024)));
  });
});

describe('g2t bundle', () => {
  it('packs a result that verifies from the archive alone; twice the same bytes', async () => {
    const packed = await g2t(['bundle', result, '--out', bundle]);
    expect([packed.code, packed.stderr, packed.stdout]).toEqual([
      0,
      '',
      expect.stringMatching(/quickstart.tar.gz: [\d.]+ MB\n$/),
    ]);
    const again = join(folder, 'again.tar.gz');
    await g2t(['bundle', result, '--out', again, '--quiet']);
    expect(readFileSync(again).equals(readFileSync(bundle))).toBe(true);
    const names = [...(await unpackArchive(readFileSync(bundle), bundle)).keys()];
    const wanted = ['README.md', 'bundle.json', 'firmware/src/g2t_device.c', 'wasm/g2t.wasm', 'wasm/build.js'];
    const inside = ['scenario.yaml', 'manifest.json', 'summary.json', 'devices.arrow', 'report.html'];
    expect(names).toEqual(expect.arrayContaining([...wanted, ...inside.map((name) => `result/${name}`)]));
    rmSync(again);
    const verified = await g2t(['verify', bundle]);
    expect(verified.code).toBe(0);
    expect(verified.stdout).toMatch(/quickstart.tar.gz: the same, digest [0-9a-f]{32}\n$/);
  });

  it('names the file that was changed', async () => {
    const files = await unpackArchive(readFileSync(bundle), bundle);
    files.set('result/summary.json', new TextEncoder().encode('{}'));
    const changed = join(folder, 'changed.tar.gz');
    writeFileSync(changed, await packArchive(files));
    const outcome = await g2t(['verify', changed, '--quiet']);
    expect([outcome.code, outcome.stderr]).toEqual([
      2,
      `${changed}: result/summary.json in it was changed, its SHA-256 is another\n`,
    ]);
    files.delete('result/summary.json');
    writeFileSync(changed, await packArchive(files));
    expect((await g2t(['verify', changed, '--quiet'])).stderr).toBe(
      `${changed}: expected result/summary.json in it, got nothing\n`,
    );
    files.delete('bundle.json');
    writeFileSync(changed, await packArchive(files));
    expect((await g2t(['verify', changed])).stderr).toContain('expected a bundle (with bundle.json, schema: 1)');
  });

  it('runs the firmware of the bundle, and says where it is another', async () => {
    const files = await unpackArchive(readFileSync(bundle), bundle);
    const wasm = Buffer.from(files.get('wasm/g2t.wasm')!);
    // A custom section at the end: other bytes, the same code.
    const other = Buffer.concat([wasm, Buffer.from([0, 3, 1, 0x78, 0])]);
    const sha256 = createHash('sha256').update(other).digest('hex');
    const marker = JSON.parse(Buffer.from(files.get('bundle.json')!).toString());
    marker.firmware.sha256 = sha256;
    marker.files['wasm/g2t.wasm'] = sha256;
    files.set('wasm/g2t.wasm', other);
    files.set('bundle.json', new TextEncoder().encode(JSON.stringify(marker)));
    const path = join(folder, 'other-firmware.tar.gz');
    writeFileSync(path, await packArchive(files));
    const outcome = await g2t(['verify', path, '--trust']);
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain(`verify: runs foreign firmware, SHA-256 ${sha256}`);
  });

  it('leaves data sets of others out, and says which file a verification needs', async () => {
    const data = join(folder, 'data');
    mkdirSync(data);
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 3},${(i * 5) % 11},${i % 2}`).join('\n');
    writeFileSync(join(data, 'own.csv'), `a,b,c,label\n${rows}\n`);
    const set = ['--set', 'dataset={ name: csv, path: own.csv }', '--set', 'method.learner.passes=1'];
    const out = join(folder, 'csv');
    expect(
      (await g2t(['run', 'scenarios/quickstart.yaml', ...set, '--data', data, '--out', out, '--quiet'])).code,
    ).toBe(0);
    const path = join(folder, 'csv.tar.gz');
    const one = join(out, readdirSync(out)[0]!);
    const without = await g2t(['bundle', one, '--out', path, '--data', folder]);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('expected own.csv')]);
    expect(existsSync(path)).toBe(false);
    expect((await g2t(['bundle', one, '--out', path, '--data', data, '--quiet'])).code).toBe(0);
    const names = [...(await unpackArchive(readFileSync(path), path)).keys()];
    expect(names.some((name) => name.includes('own.csv'))).toBe(false);
    const needs = await g2t(['verify', path, '--data', folder]);
    expect([needs.code, needs.stderr]).toEqual([
      2,
      expect.stringMatching(/needs own.csv \(data set csv, SHA-256 .*--data DIR/),
    ]);
    expect((await g2t(['verify', path, '--data', data, '--quiet'])).code).toBe(0);
    writeFileSync(join(data, 'own.csv'), 'a,label\n1,0\n');
    expect((await g2t(['verify', path, '--data', data])).stderr).toContain(
      'expected the file that the bundle was made with',
    );
  });

  it('packs a sweep, whose runs are all made again', async () => {
    const sweep = join(folder, 'sweep.yaml');
    const scenario = readFileSync('scenarios/quickstart.yaml', 'utf8').replace('classes: 20', 'classes: 4');
    writeFileSync(join(folder, 'small.yaml'), scenario);
    const grid = '{ method.redundancy: [1, 2] }';
    writeFileSync(
      sweep,
      `schema: 1\nname: two\nscenario: small.yaml\nsweep:\n  grid: ${grid}\n  repeat: { seeds: 2 }\n`,
    );
    const done = join(folder, 'two');
    expect(await g2t(['sweep', sweep, '--out', done, '--workers', '1', '--quiet'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    const path = join(folder, 'two.tar.gz');
    expect((await g2t(['bundle', done, '--out', path, '--quiet'])).code).toBe(0);
    const verified = await g2t(['verify', path]);
    expect(verified.code).toBe(0);
    expect(verified.stdout).toMatch(/two.tar.gz: the same, digest [0-9a-f]{32}\n$/);
    const files = await unpackArchive(readFileSync(path), path);
    const record = [...files.keys()].find((name) => name.startsWith('result/runs/'))!;
    const text = Buffer.from(files.get(record)!).toString();
    files.set(record, new TextEncoder().encode(text.replace(/"digest": "./, '"digest": "x')));
    const marker = JSON.parse(Buffer.from(files.get('bundle.json')!).toString());
    marker.files[record] = createHash('sha256').update(files.get(record)!).digest('hex');
    files.set('bundle.json', new TextEncoder().encode(JSON.stringify(marker)));
    writeFileSync(path, await packArchive(files));
    const other = await g2t(['verify', path]);
    expect([other.code, other.stderr.split('\n').at(-2)]).toEqual([
      1,
      expect.stringMatching(/first difference: run \d, seed \d: digest x/),
    ]);
  });

  it('reads errors aloud', async () => {
    const none = await g2t(['bundle', join(folder, 'nothing')]);
    expect([none.code, none.stderr]).toEqual([
      2,
      `bundle: expected the folder of a result or sweep, got ${join(folder, 'nothing')}\n`,
    ]);
    mkdirSync(join(folder, 'empty'));
    expect((await g2t(['bundle', join(folder, 'empty')])).stderr).toContain('expected the folder of a result');
    expect((await g2t(['bundle', result, '--out', folder])).stderr).toContain('--out: expected a file to write');
  });
});
