import type { WASI as NodeWasi } from 'node:wasi';

/** What the simulation puts in the place of the machine's clock and chance. */
export interface WasiWorld {
  /** Simulated time, whole ns. */
  readonly now: () => number;
  /** Fills the bytes with the simulation's own draws. */
  readonly random: (bytes: Uint8Array) => void;
}

/** A world in which nothing moves: firmware is told the time and handed its draws, so it asks for neither. */
export const STILL: WasiWorld = { now: () => 0, random: (bytes) => void bytes.fill(0) };

/** Pages of 64 KiB: what the firmware's memory begins with, and the most that 32 bits address. */
const PAGES = { initial: 16, maximum: 65_536 };

/**
 * Instantiates a reactor module under node:wasi, with clock_time_get and random_get answered by the simulation and no folder,
 * argument or environment of the machine in reach. A module that imports its memory gets one that threads can share.
 */
export function instantiate(module: WebAssembly.Module, world: WasiWorld = STILL): WebAssembly.Instance {
  const wasi = new (wasiClass())({ version: 'preview1', args: [], env: {}, preopens: {}, returnOnExit: true });
  let memory: WebAssembly.Memory | undefined;
  const bytes = (): ArrayBufferLike => memory!.buffer;
  const imports = {
    ...wasi.wasiImport,
    clock_time_get(_clock: number, _precision: bigint, out: number): number {
      new DataView(bytes()).setBigUint64(out, BigInt(world.now()), true);
      return 0;
    },
    random_get(start: number, length: number): number {
      world.random(new Uint8Array(bytes(), start, length));
      return 0;
    },
  };
  const shared = WebAssembly.Module.imports(module).some(({ kind }) => kind === 'memory');
  const env = shared ? { memory: new WebAssembly.Memory({ ...PAGES, shared: true }) } : {};
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports, env });
  memory = instance.exports['memory'] as WebAssembly.Memory;
  wasi.initialize(instance);
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
