import { describe, expect, it } from 'vitest';
import { instantiate } from './wasi.ts';

/**
 * A module by hand: (import clock_time_get, random_get) (memory 1) (func _initialize) and two functions that call them with
 * address 8 (clock 0, precision 0; 16 random bytes).
 */
const bytes = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  // types: (i32 i64 i32) -> i32, (i32 i32) -> i32, () -> (), () -> i32
  ...section(1, [4, 0x60, 3, 0x7f, 0x7e, 0x7f, 1, 0x7f, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 0, 0, 0x60, 0, 1, 0x7f]),
  ...section(2, [2, ...imported('clock_time_get', 0), ...imported('random_get', 1)]),
  ...section(3, [3, 2, 3, 3]),
  ...section(5, [1, 0, 1]),
  ...section(7, [
    4,
    ...text('memory'),
    2,
    0,
    ...exported('_initialize', 2),
    ...exported('clock', 3),
    ...exported('random', 4),
  ]),
  ...section(
    10,
    [3, 2, 0, 0x0b, 10, 0, 0x41, 0, 0x42, 0, 0x41, 8, 0x10, 0, 0x0b, 8, 0, 0x41, 8, 0x41, 16, 0x10, 1, 0x0b],
  ),
]);

function text(name: string): number[] {
  return [name.length, ...new TextEncoder().encode(name)];
}

function section(id: number, content: number[]): number[] {
  return [
    id,
    ...(content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7]),
    ...content,
  ];
}

function imported(name: string, type: number): number[] {
  return [...text('wasi_snapshot_preview1'), ...text(name), 0, type];
}

function exported(name: string, func: number): number[] {
  return [...text(name), 0, func];
}

describe('the WASI world', () => {
  it('is told the time and given the random numbers of the simulation', () => {
    const world = { now: () => 123_456_789_012, random: (out: Uint8Array) => out.fill(7) };
    const { exports } = instantiate(new WebAssembly.Module(bytes), { world });
    const memory = exports['memory'] as WebAssembly.Memory;
    expect((exports['clock'] as () => number)()).toBe(0);
    expect(new DataView(memory.buffer).getBigUint64(8, true)).toBe(123_456_789_012n);
    expect((exports['random'] as () => number)()).toBe(0);
    expect([...new Uint8Array(memory.buffer, 8, 17)]).toEqual([...new Array(16).fill(7), 0]);
  });

  it('stands still by default', () => {
    const { exports } = instantiate(new WebAssembly.Module(bytes));
    (exports['clock'] as () => number)();
    expect(new DataView((exports['memory'] as WebAssembly.Memory).buffer).getBigUint64(8, true)).toBe(0n);
  });
});
