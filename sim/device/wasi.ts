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

/**
 * Instantiates a reactor module under node:wasi, with clock_time_get and random_get answered by the simulation and no folder,
 * argument or environment of the machine in reach.
 */
export function instantiate(module: WebAssembly.Module, world: WasiWorld = STILL): WebAssembly.Instance {
  const wasi = new (wasiClass())({ version: 'preview1', args: [], env: {}, preopens: {}, returnOnExit: true });
  let memory: WebAssembly.Memory | undefined;
  const bytes = (): ArrayBuffer => memory!.buffer as ArrayBuffer;
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
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports });
  memory = instance.exports['memory'] as WebAssembly.Memory;
  wasi.initialize(instance);
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
