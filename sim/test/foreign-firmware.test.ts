import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { packageVersion } from '../cli/version.ts';
import { wasmModule } from '../device/wasm-fixture.ts';
import { recordedInputs } from '../run/data-files.ts';
import { firmwareOf, loadFirmware } from '../run/inputs.ts';
import { SweepPlan } from '../run/sweep-plan.ts';
import { sweepTables, tableFiles } from '../run/sweep-results.ts';
import { openSweep, openSweepFolder, readRecord, writeRecord } from '../run/sweep-store.ts';
import { bundleWith, type HOSTILE, hostileFirmware, sha256Of, withHostility } from './foreign-firmware-fixture.ts';
import { SMALL_GLOBE } from './scenario-run.ts';

let folder: string;
let bundle: string;
let result: string;
let hostile: Uint8Array;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-foreign-'));
  const set = ['dataset.classes=5', 'method.learner.passes=2'].flatMap((each) => ['--set', each]);
  await g2t(['run', 'scenarios/quickstart.yaml', ...set, '--out', folder, '--quiet']);
  result = join(folder, readdirSync(folder).find((name) => name.startsWith('quickstart-'))!);
  bundle = join(folder, 'own.tar.gz');
  await g2t(['bundle', result, '--out', bundle, '--quiet']);
  hostile = await hostileFirmware();
});
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
const bundled = (wasm: Uint8Array) => bundleWith(bundle, wasm, join(folder, `${++count}.tar.gz`));
const doing = (what: keyof typeof HOSTILE) => bundled(withHostility(hostile, what));

const verify = (path: string, ...more: string[]) =>
  g2t(['verify', path, '--quiet', '--trust', '--timeout', '2 s', ...more]);

describe('foreign firmware', () => {
  it('is not run before somebody allows it, and is told of even with --quiet', async () => {
    const wasm = withHostility(hostile, 'nothing');
    const path = await bundled(wasm);
    for (const more of [[], ['--quiet'], ['--json']]) {
      const { code, stdout, stderr } = await g2t(['verify', path, ...more]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(
        `${path}: expected --trust, since verifying it runs foreign firmware, SHA-256 ${sha256Of(wasm)}`,
      );
      expect(stderr.split('\n')).toHaveLength(2);
    }
    const allowed = await verify(path);
    expect(allowed).toMatchObject({ code: 0, stdout: '' });
    expect(allowed.stderr).toMatch(
      new RegExp(
        `^verify: runs foreign firmware, SHA-256 ${sha256Of(wasm)}, which is not the one built here \\([0-9a-f]{8}\\)\n$`,
      ),
    );
    const outcome = JSON.parse((await verify(path, '--json')).stdout);
    expect(outcome).toMatchObject({ same: true, foreign_firmware: sha256Of(wasm) });
  });

  it('that does what ours does comes to the same digest in its thread, with instances of their own too', async () => {
    for (const set of [[], ['--set', 'isolation=instance']]) {
      const out = join(folder, `apart-${set.length}`);
      const few = ['--set', 'dataset.classes=4', '--set', 'method.learner.passes=1', ...set];
      await g2t(['run', 'scenarios/quickstart.yaml', ...few, '--out', out, '--quiet']);
      const own = join(folder, `apart-${set.length}.tar.gz`);
      await g2t(['bundle', join(out, readdirSync(out)[0]!), '--out', own, '--quiet']);
      const path = await bundleWith(own, withHostility(hostile, 'nothing'), join(folder, `other-${set.length}.tar.gz`));
      const [one, other] = [await g2t(['verify', own, '--json']), await verify(path, '--json')];
      expect(JSON.parse(other.stdout).digest).toBe(JSON.parse(one.stdout).digest);
      expect(JSON.parse(other.stdout).same).toBe(true);
    }
  });

  it.each([
    [
      'loops',
      /^quickstart, seed 1: device \d+ at [\d.]+ s, in g2t_host_deliver: the foreign firmware made no progress for \d s, and was ended$/,
    ],
    ['waits', /device \d+ at [\d.]+ s, in g2t_host_deliver: the foreign firmware made no progress/],
    ['traps', /device \d+ at [\d.]+ s, in g2t_host_deliver: the foreign firmware failed: unreachable/],
    [
      'recurses',
      /device \d+ at [\d.]+ s, in g2t_host_deliver: the foreign firmware failed: (Maximum call stack size exceeded|memory access out of bounds)$/,
    ],
    ['refuses', /device \d+ at [\d.]+ s: firmware status unknown \(-77\)$/],
    ['floods', /device \d+ at [\d.]+ s: expected its firmware to have at most 65536 frames to send at once, got more$/],
    [
      'timer-now',
      /device \d+ at [\d.]+ s, in g2t_host_\w+: the foreign firmware made no progress: more than 1036000 events within 10 ms of simulated time$/,
    ],
    [
      'timer-nan',
      /device \d+ at [\d.]+ s, in g2t_host_deadline: the foreign firmware gave an answer that cannot be used/,
    ],
    [
      'long-frame',
      /gave an answer that cannot be used: assertion failed: Expected a frame of at most 134217728 bytes, got 2147483647$/,
    ],
  ] as const)('that %s is one line, and exit code 1', async (what, line) => {
    const { code, stdout, stderr } = await verify(await doing(what));
    const [note, error, ...rest] = stderr.split('\n');
    expect([code, stdout, rest]).toEqual([1, '', ['']]);
    expect(note).toMatch(/^verify: runs foreign firmware/);
    expect(error).toMatch(line);
  });

  it('is refused at loading, in one line and with exit code 2', async () => {
    const cases: [Uint8Array, string][] = [
      [new TextEncoder().encode('not WASM at all'), 'expected a WebAssembly module, got other bytes'],
      [
        wasmModule({ imports: [['wasi_snapshot_preview1', 'proc_raise', 0]] }),
        'got the function wasi_snapshot_preview1.proc_raise',
      ],
      [
        wasmModule({ imports: [['wasi_snapshot_preview1', 'fd_write', 0]] }),
        'got the function wasi_snapshot_preview1.fd_write',
      ],
      [wasmModule({ exports: ['g2t_host_begin'] }), 'expected it to export the function g2t_host_addresses'],
      [wasmModule({ memory: undefined, more: [[5, [1, 0, 1]]] }), 'got a memory of its own'],
      // An i64 where an i32 is to be returned: the engine says so when it compiles.
      [wasmModule({ code: [0, 0x42, 0, 0x0b] }), 'WebAssembly.Module(): Compiling function #0'],
    ];
    for (const [wasm, why] of cases) {
      const { code, stdout, stderr } = await verify(await bundled(wasm));
      const lines = stderr.split('\n');
      expect([code, stdout, lines.length, lines.at(-1)], stderr).toEqual([2, '', 3, '']);
      expect(lines[1]).toContain('firmware is refused: ');
      expect(lines[1]).toContain(why);
    }
  });

  it('has no way round the limits in its start, its table or the heap', async () => {
    const loop = [0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x41, 0, 0x0b];
    const trap = [0, 0x00, 0x0b];
    const cases: [Uint8Array, RegExp][] = [
      [
        wasmModule({ code: loop, starts: true }),
        /at 0 s, in instantiate: the foreign firmware made no progress for \d s, and was ended$/,
      ],
      [
        wasmModule({ code: [0, 0, 0x41, 0, 0x0b], starts: true }),
        /at 0 s, in instantiate: the foreign firmware failed: unreachable$/,
      ],
      [wasmModule({ code: loop }), /at 0 s, in g2t_host_begin: the foreign firmware made no progress/],
      [wasmModule({ code: trap }), /at 0 s, in g2t_host_begin: the foreign firmware failed: unreachable$/],
      // All of its addresses are 0: what it counted are the bytes of other things.
      [wasmModule(), /at [\d.]+ s, in g2t_host_\w+: the foreign firmware made no progress: more than 1036000 events/],
    ];
    for (const [wasm, line] of cases) {
      const { code, stdout, stderr } = await verify(await bundled(wasm));
      const [, error, ...rest] = stderr.split('\n');
      expect([code, stdout, rest], stderr).toEqual([1, '', ['']]);
      expect(error).toMatch(line);
    }
  });

  it('takes no more memory than it may', async () => {
    const before = process.memoryUsage.rss();
    let most = before;
    const look = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 20);
    const path = await doing('grows');
    const { code, stderr } = await g2t(['verify', path, '--quiet', '--trust', '--timeout', '60 s']);
    clearInterval(look);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\ndevice \d+ at [\d.]+ s, in g2t_host_deliver: the foreign firmware failed: unreachable\n$/,
    );
    expect((most - before) / 2 ** 20).toBeLessThan(1600);
  });

  it('does not keep an interrupt from being heard', async () => {
    const path = await doing('loops');
    const interrupt = new AbortController();
    const from = performance.now();
    setTimeout(() => interrupt.abort(), 3000);
    const { code, stdout } = await g2t(['verify', path, '--quiet', '--trust', '--timeout', '10 min'], {
      interrupt: interrupt.signal,
    });
    expect([code, stdout]).toEqual([130, '']);
    expect(performance.now() - from).toBeLessThan(30_000);
  });

  it('runs the variants of a comparison in the same way', async () => {
    const scenario = join(folder, 'compared.yaml');
    writeFileSync(scenario, `${SMALL_GLOBE}compare:\n  - { name: twice, set: { method.redundancy: 2 } }\n`);
    const compared = join(folder, 'compared');
    expect((await g2t(['run', scenario, '--out', compared, '--quiet'])).code).toBe(0);
    const own = join(folder, 'compared.tar.gz');
    expect((await g2t(['bundle', join(compared, readdirSync(compared)[0]!), '--out', own, '--quiet'])).code).toBe(0);
    const good = await bundleWith(own, withHostility(hostile, 'nothing'), join(folder, 'compared-good.tar.gz'));
    const loops = await bundleWith(own, withHostility(hostile, 'loops'), join(folder, 'compared-loops.tar.gz'));
    expect((await verify(good)).code).toBe(0);
    const ended = await verify(loops);
    expect([ended.code, ended.stdout], ended.stderr).toEqual([1, '']);
    expect(ended.stderr).toMatch(
      /\nsmall-globe, seed 1: device \d+ at [\d.]+ s, in g2t_host_deliver: the foreign firmware made no/,
    );
  });

  it('runs the points of a sweep in the same way', async () => {
    const sweep = join(folder, 'sweep.yaml');
    writeFileSync(sweep, 'schema: 1\nname: two\nscenario: small.yaml\nsweep:\n  repeat: { seeds: 2 }\n');
    writeFileSync(join(folder, 'small.yaml'), SMALL_GLOBE);
    const swept = join(folder, 'swept');
    expect((await g2t(['sweep', sweep, '--out', swept, '--workers', '1', '--quiet'])).code).toBe(0);
    const own = join(folder, 'swept.tar.gz');
    expect((await g2t(['bundle', swept, '--out', own, '--quiet'])).code).toBe(0);
    const bundledSweep = async (what: keyof typeof HOSTILE) => {
      const wasm = withHostility(hostile, what);
      return bundleWith(own, wasm, join(folder, `swept-${what}.tar.gz`), await sweepAsOf(swept, wasm));
    };
    const good = await verify(await bundledSweep('nothing'));
    expect([good.code, good.stderr.split('\n').length], good.stderr).toEqual([0, 2]);
    const ended = await verify(await bundledSweep('traps'));
    expect([ended.code, ended.stdout], ended.stderr).toEqual([1, '']);
    expect(ended.stderr).toContain('in g2t_host_deliver: the foreign firmware failed: unreachable');
  });
});

/** The files of a sweep as its folder would hold them, had another firmware made the same runs. */
async function sweepAsOf(swept: string, wasm: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const made = openSweep(swept, loadFirmware());
  const plan = new SweepPlan(made.sweep, firmwareOf(wasm, 'the test'), recordedInputs(made.inputs, 'the sweep'));
  const folder = join(swept, '..', `as-of-${plan.id}`);
  openSweepFolder(folder, plan, false);
  const rows = plan.sweep.points.flatMap((point) => {
    const own = made.of(point);
    return plan.of(point).map((run, n) => {
      const record = { ...plan.head(run), summary: readRecord(swept, own[n]!)!.summary! };
      writeRecord(folder, record);
      return { ...run, record };
    });
  });
  const files = new Map<string, Uint8Array>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(folder, name)).isFile()) files.set(name, readFileSync(join(folder, name)));
  }
  for (const [name, content] of await tableFiles(plan, sweepTables(plan, rows), packageVersion()))
    files.set(name, Buffer.from(content));
  return files;
}
