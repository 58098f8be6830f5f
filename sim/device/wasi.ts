import type { WASI as NodeWasi } from 'node:wasi';

/** What the simulation puts in the place of the machine's clock and random numbers. */
export interface WasiWorld {
  /** Simulated time, whole ns. */
  readonly now: () => number;
  /** Fills the bytes with the simulation's own draws. */
  readonly random: (bytes: Uint8Array) => void;
}

/** A world in which nothing moves: firmware is told the time and given its draws in messages, so it asks for neither. */
export const STILL: WasiWorld = { now: () => 0, random: (bytes) => void bytes.fill(0) };

/** The memory that firmware may import. */
export const MEMORY_IMPORT = 'env.memory';
const WASI = 'wasi_snapshot_preview1';

/** Pages of 64 KiB that a memory begins with, and the most that it may grow to. */
export interface MemoryPages {
  readonly initial: number;
  readonly maximum: number;
}

/** What the memory of the firmware built here begins with, and the most that 32 bits address. */
const PAGES: MemoryPages = { initial: 16, maximum: 65_536 };

/** Errors of WASI preview 1. */
const ERRNO = { success: 0, fault: 21 } as const;

/** Everything that firmware may import. Nothing of WASI is here that reaches the machine: no files, no output, no exit, no signal. */
function functions(world: WasiWorld, bytes: () => ArrayBufferLike) {
  return {
    clock_time_get(_clock: number, _precision: bigint, out: number): number {
      if (!isInside(bytes(), out, 8)) return ERRNO.fault;
      new DataView(bytes()).setBigUint64(out >>> 0, BigInt(world.now()), true);
      return ERRNO.success;
    },
    random_get(start: number, length: number): number {
      if (!isInside(bytes(), start, length)) return ERRNO.fault;
      world.random(new Uint8Array(bytes(), start >>> 0, length >>> 0));
      return ERRNO.success;
    },
  };
}

/** Addresses and lengths come as signed numbers. */
function isInside(memory: ArrayBufferLike, start: number, length: number): boolean {
  return (start >>> 0) + (length >>> 0) <= memory.byteLength;
}

const FUNCTION_NAMES: ReadonlySet<string> = new Set(Object.keys(functions(STILL, () => new ArrayBuffer(0))));

/** Whether firmware may import this. */
export function isOffered(module: string, name: string, kind: string): boolean {
  if (kind === 'memory') return `${module}.${name}` === MEMORY_IMPORT;
  return kind === 'function' && module === WASI && FUNCTION_NAMES.has(name);
}

/** All that firmware may import, in words. */
export const OFFERED = `${MEMORY_IMPORT}, ${[...FUNCTION_NAMES].map((name) => `${WASI}.${name}`).join(' and ')}`;

/**
 * Instantiates a reactor module and lets node:wasi start it, with the clock and random numbers of the simulation in the place of node's
 * and none of its other functions. A module that imports its memory gets one that threads can share. A module that imports anything
 * else is not instantiated (WebAssembly.LinkError).
 */
export function instantiate(
  module: WebAssembly.Module,
  { world = STILL, pages = PAGES }: { readonly world?: WasiWorld; readonly pages?: MemoryPages } = {},
): WebAssembly.Instance {
  const imported = WebAssembly.Module.imports(module).some(({ kind }) => kind === 'memory');
  let memory = imported ? new WebAssembly.Memory({ ...pages, shared: true }) : undefined;
  const instance = new WebAssembly.Instance(module, {
    [WASI]: functions(world, () => memory!.buffer),
    env: imported ? { memory } : {},
  });
  memory ??= instance.exports['memory'] as WebAssembly.Memory;
  const started = { exports: { _initialize: instance.exports['_initialize'], memory } };
  new (wasiClass())({ version: 'preview1', args: [], env: {}, preopens: {}, returnOnExit: true }).initialize(started);
  return instance;
}

/** Another thread's instance over the memory of one that `instantiate` made. @param stack where its own stack begins, growing down. */
export function join(module: WebAssembly.Module, memory: WebAssembly.Memory, stack: number): WebAssembly.Instance {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  (instance.exports['__stack_pointer'] as WebAssembly.Global).value = stack;
  return instance;
}

let loaded: typeof NodeWasi | undefined;

/** Loads node:wasi without its ExperimentalWarning; every other warning passes. */
function wasiClass(): typeof NodeWasi {
  if (loaded !== undefined) return loaded;
  const emit = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] === 'ExperimentalWarning' && String(warning).includes('WASI')) return;
    (emit as (...all: unknown[]) => void).call(process, warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    loaded = process.getBuiltinModule('node:wasi').WASI;
  } finally {
    process.emitWarning = emit;
  }
  return loaded;
}
