import { REQUIRED_EXPORTS } from './host-exports.ts';

/** For tests: a module of firmware by hand. Left out, a part is as the simulator wants it. */
export interface WasmParts {
  /** Beside the memory: module, name, type (0 is () -> i32). */
  readonly imports?: readonly (readonly [string, string, number])[];
  /** Limits of the memory that it imports, encoded; none: it imports no memory. */
  readonly memory?: readonly number[] | undefined;
  /** Sections beside types, imports, functions, exports and code: id, content. */
  readonly more?: readonly (readonly [number, readonly number[]])[];
  /** Names of its exports, all of them the one function. */
  readonly exports?: readonly string[];
  readonly exportsMemory?: boolean;
  /** Code of that function, which begins with its local variables: returns 0 by default. */
  readonly code?: readonly number[];
  readonly starts?: boolean;
}

/** Shared, from one page on, at most 65,536. */
const SHARED = [3, 1, 0x80, 0x80, 4];
const RETURN_0 = [0, 0x41, 0, 0x0b];

export function wasmModule(parts: WasmParts = {}): Uint8Array {
  const { imports = [], more = [], exports = REQUIRED_EXPORTS, exportsMemory = true, code = RETURN_0 } = parts;
  const memory = 'memory' in parts ? parts.memory : SHARED;
  const imported = [
    ...(memory === undefined ? [] : [[...text('env'), ...text('memory'), 2, ...memory]]),
    ...imports.map(([module, name, type]) => [...text(module), ...text(name), 0, type]),
  ];
  const exported = [
    ...(exportsMemory ? [[...text('memory'), 2, 0]] : []),
    ...exports.map((name) => [...text(name), 0, imports.length]),
  ];
  const sections: (readonly [number, readonly number[]])[] = [
    // () -> i32, () -> (), (i32 i64 i32) -> i32, (i32 i32) -> i32
    [1, [4, 0x60, 0, 1, 0x7f, 0x60, 0, 0, 0x60, 3, 0x7f, 0x7e, 0x7f, 1, 0x7f, 0x60, 2, 0x7f, 0x7f, 1, 0x7f]],
    [2, vector(imported)],
    // The second function is the start: it has no result.
    [3, [2, 0, 1]],
    [7, vector(exported)],
    ...(parts.starts === true ? ([[8, [imports.length + 1]]] as const) : []),
    [10, vector([sized(code), sized(parts.starts === true ? dropped(code) : [0, 0x0b])])],
    ...more,
  ];
  // A section whose order counts has its place by its number; one past 12 stands before the code, as tags do.
  const order = (id: number) => (id > 12 ? 5.5 : id);
  sections.sort(([a], [b]) => order(a) - order(b));
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...sections.flatMap(([id, content]) => [id, ...sized(content)]),
  ]);
}

export function text(name: string): number[] {
  return sized([...new TextEncoder().encode(name)]);
}

/** An unsigned number as LEB128. */
export function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

function sized(content: readonly number[]): number[] {
  return [...leb(content.length), ...content];
}

function vector(entries: readonly (readonly number[])[]): number[] {
  return [...leb(entries.length), ...entries.flat()];
}

/** The same code in a function without a result. */
function dropped(code: readonly number[]): number[] {
  return [...code.slice(0, -1), 0x1a, 0x0b];
}
