import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InputError } from '../kernel/errors.ts';
import { checkForeignModule, MODULE_LIMITS } from './foreign-module.ts';
import { REQUIRED_EXPORTS } from './host-exports.ts';
import { instantiate } from './wasi.ts';
import { leb, text, type WasmParts, wasmModule } from './wasm-fixture.ts';

const built = readFileSync(new URL('../../wasm/g2t.wasm', import.meta.url));
const check = (bytes: Uint8Array) => checkForeignModule(bytes, 'x.wasm');
const WASI = 'wasi_snapshot_preview1';
const refused = (parts: WasmParts, why: string | RegExp) => {
  const bytes = wasmModule(parts);
  // What is refused here is no mistake of the test: the engine takes all but what it does not know yet.
  expect(() => check(bytes)).toThrow(InputError);
  expect(() => check(bytes)).toThrow(why);
};

describe('the check of foreign firmware', () => {
  it('takes the firmware built here, and one that has the least it must have', () => {
    expect(check(built).section('g2t-core')).toMatch(/^[0-9a-f]{64}$/);
    expect(check(built).section('none')).toBe('');
    const least = wasmModule({
      imports: [
        [WASI, 'clock_time_get', 2],
        [WASI, 'random_get', 3],
      ],
    });
    expect(check(least).initialPages).toBe(1);
    const { exports } = instantiate(new WebAssembly.Module(least));
    expect((exports['g2t_host_begin'] as () => number)()).toBe(0);
  });

  it.each([
    [WASI, 'proc_raise'],
    [WASI, 'proc_exit'],
    [WASI, 'fd_write'],
    [WASI, 'path_open'],
    [WASI, 'environ_get'],
    ['env', 'anything'],
    ['wasi_unstable', 'random_get'],
  ])('refuses the import %s.%s by its name', (module, name) => {
    refused(
      { imports: [[module, name, 0]] },
      new RegExp(
        `^x.wasm: the firmware is refused: expected no imports but env.memory, .*, got the function ${module}.${name}$`,
      ),
    );
  });

  it('shows names from the module on one line, without control characters, and cut', () => {
    const name = `\x1b[2Jthe same\n${'x'.repeat(5000)}`;
    let message = '';
    try {
      check(wasmModule({ imports: [['env', name, 0]] }));
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('got the function env.\\u001b[2Jthe same\\u000axxx');
    expect(message).toMatch(/^[\x20-\x7e]{100,400}$/);
  });

  it('names a missing export', () => {
    refused(
      { exports: REQUIRED_EXPORTS.filter((name) => name !== 'g2t_host_poll') },
      'expected it to export the function g2t_host_poll, got none',
    );
    refused(
      { exports: [] },
      `expected it to export the function g2t_host_begin, got neither it nor ${REQUIRED_EXPORTS.length - 1} others`,
    );
    refused({ exportsMemory: false }, 'expected it to export its memory as memory, got none');
    refused(
      { exportsMemory: false, exports: [...REQUIRED_EXPORTS, 'memory'] },
      'expected it to export its memory as memory',
    );
  });

  it('wants one memory, imported, whose size can be limited', () => {
    refused({ memory: undefined, exportsMemory: false }, 'expected it to import its memory (env.memory), got none');
    refused({ memory: undefined, more: [[5, [1, 0, 1]]] }, 'so that its size can be limited, got a memory of its own');
    refused({ more: [[5, [1, 0, 1]]] }, 'got a memory of its own');
    refused({ memory: [1, 1, 2] }, 'expected a shared memory, got one that is not');
    refused({ memory: [2, 1] }, 'expected a memory with a maximum, got one without');
    refused({ memory: [7, 1, 2] }, 'expected a memory with addresses of 32 bits, got one of 64');
    refused(
      { memory: [3, ...leb(16_385), ...leb(65_536)] },
      'expected at most 16384 pages of memory at its start, got 16385',
    );
  });

  it('refuses tables without a bound, and features that take memory elsewhere', () => {
    refused({ more: [[4, [1, 0x70, 0, 1]]] }, 'expected tables with a maximum, got one without');
    refused(
      { more: [[4, [1, 0x70, 1, 1, ...leb(10_000_000)]]] },
      'expected at most 65536 elements of a table, got 10000000',
    );
    refused({ more: [[4, [1, 0x70, 1, ...leb(10_000_000), ...leb(10_000_000)]]] }, 'elements of a table');
    refused(
      { more: [[4, [1, 0x40, 0, 0x70, 1, 1, 1, 0xd0, 0x70, 0x0b]]] },
      'expected tables of functions without an initial value',
    );
    // A tag: exceptions. Section 13.
    refused({ more: [[13, [1, 0, 1]]] }, 'expected the sections of WebAssembly 2, got section 13');
  });

  it('refuses types of the garbage collector’s heap', () => {
    const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x5e, 0x7f, 1]);
    expect(() => check(bytes)).toThrow(
      'expected functions of numbers, vectors and references alone, got a type of another kind',
    );
  });

  it('refuses what would take too long to compile', () => {
    expect(() => check(new Uint8Array(MODULE_LIMITS.bytes + 1))).toThrow('expected at most 8388608 bytes, got 8388609');
    // 2^32 - 1 local variables in one function.
    refused(
      { code: [1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x41, 0, 0x0b] },
      'expected at most 1000000 local variables, got 4294967295',
    );
    refused({ more: [[3, [...leb(20_001)]]] }, 'expected at most 20000 functions, got 20001');
  });

  it('says that other bytes are no module, wherever they stop being one', () => {
    const message = /^x.wasm: the firmware is refused: expected a WebAssembly module, got other bytes \(.*\)$/;
    for (const bytes of [new Uint8Array(0), new TextEncoder().encode('not WASM at all'), built.subarray(0, 8000)])
      expect(() => check(bytes)).toThrow(message);
    for (let length = 0; length < built.length; length += 211)
      expect(() => check(built.subarray(0, length))).toThrow(InputError);
    // Changed bytes are refused or taken; nothing else happens.
    for (let at = 8; at < built.length; at += 97) {
      const changed = built.slice();
      changed[at]! ^= 0xff;
      try {
        check(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }
    const custom = Uint8Array.from([...wasmModule(), 0, 9, ...text('a')]);
    expect(() => check(custom)).toThrow(message);
  });
});
