import { closeSync, constants, existsSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../kernel/errors.ts';
import { codeOf, fileFault } from './fault.ts';

/** The largest files that are read, bytes. */
export const MOST_BYTES = {
  /** A scenario, sweep or board file: far above any that a person or a program writes. */
  document: 16_777_216,
  /** Any other text or JSON file; a manifest holds the scenario and a checkpoint every 65,536 events. */
  text: 134_217_728,
  /** A file of a data set, packed and unpacked: what a machine can hold in memory several times. */
  data: 1_073_741_824,
  /** Any other file: the longest array of bytes that every supported Node reads. */
  file: 2_147_483_647,
} as const;

/**
 * A whole regular file. A device, pipe or socket is refused before it is opened; the size is asked before anything is read.
 * @param options most: the largest size that is read, bytes; shown: the path for messages where another was resolved.
 * @throws InputError that names the file when it is missing, not a regular file, too large, or not readable.
 */
export function readBytes(path: string, options: { readonly most?: number; readonly shown?: string } = {}): Uint8Array {
  const { most = MOST_BYTES.file, shown = path } = options;
  try {
    // Opening a device may already do something, and a pipe would wait for its writer.
    checkRegular(statSync(path), shown, most);
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = fstatSync(file);
      checkRegular(status, shown, most);
      return readWhole(file, status.size);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw cause instanceof InputError ? cause : fileFault('read', shown, cause);
  }
}

function checkRegular(status: Stats, path: string, most: number): void {
  if (status.isDirectory()) throw new InputError(`cannot read ${path}: it is a folder`);
  if (!status.isFile())
    throw new InputError(`cannot read ${path}: expected a regular file, got a device, pipe or socket`);
  if (status.size > most)
    throw new InputError(`cannot read ${path}: expected at most ${most} bytes, got ${status.size}`);
}

/** The first `size` bytes of a file, or all that there are where it became shorter. */
function readWhole(file: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const read = readSync(file, bytes, at, size - at, at);
    if (read === 0) break;
    at += read;
  }
  return bytes.subarray(0, at);
}

/** A scenario, sweep or board file that a person named. */
export function readDocument(path: string): Uint8Array {
  return readBytes(path, { most: MOST_BYTES.document });
}

/** A whole file as UTF-8. Throws an InputError when it is not UTF-8; a byte order mark is left out. */
export function readText(path: string): string {
  const bytes = readBytes(path, { most: MOST_BYTES.text });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`cannot read ${path}: expected UTF-8 text, got other bytes`, { cause });
  }
}

/** A whole JSON file. Throws an InputError that names the file and the parser's complaint. */
export function readJson(path: string): unknown {
  return parseJson(readText(path), path);
}

/** The deepest JSON that is read: far above any document of ours, and far below what fills a stack. */
const MOST_DEPTH = 100;

/** JSON from a text. @param place the file's name, for the InputError where it is none, or is nested too deeply. */
export function parseJson(text: string, place: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError(`cannot read ${place}: expected JSON, got something else (${(cause as Error).message})`, {
      cause,
    });
  }
  if (depthOf(text) > MOST_DEPTH)
    throw new InputError(`cannot read ${place}: expected JSON of at most ${MOST_DEPTH} levels, got more`);
  return value;
}

/** How many lists and groups of a JSON text stand inside each other. */
function depthOf(text: string): number {
  let deepest = 0;
  let depth = 0;
  // Brackets within texts do not count.
  for (const [sign] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (sign === '[' || sign === '{') deepest = Math.max(deepest, ++depth);
    else if (sign === ']' || sign === '}') depth--;
  }
  return deepest;
}

/**
 * Unpacks gzip; bytes without the gzip magic come back as they are, so that `x.csv` and `x.csv.gz` read alike.
 * @param place the file's name, for the error when the data are cut short, corrupt or too large (an InputError).
 * @param most the largest unpacked size, bytes.
 */
export function gunzip(bytes: Uint8Array, place: string, most: number = MOST_BYTES.data): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (cause) {
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE')
      throw new InputError(`cannot unpack ${place}: expected at most ${most} bytes unpacked, got more`);
    const why = codeOf(cause) === 'Z_BUF_ERROR' ? 'a file that is cut short' : `an error (${(cause as Error).message})`;
    throw new InputError(`cannot unpack ${place}: expected whole gzip data, got ${why}`, { cause });
  }
}

/** A whole file of a data set, unpacked when it is gzip. */
export function readUnpacked(path: string): Uint8Array {
  return gunzip(readBytes(path, { most: MOST_BYTES.data }), path);
}

/** The data folder: `--data DIR`, else `$G2T_DATA`, else `./data`. */
export function dataFolder(options: {
  readonly data?: string | undefined;
  readonly env: { readonly [name: string]: string | undefined };
}): string {
  return options.data ?? (options.env['G2T_DATA'] || 'data');
}

const WASM_MAGIC = [0x00, 0x61, 0x73, 0x6d];

/** The firmware module's bytes. Throws an InputError when it was not built, or is no WebAssembly. */
export function readWasm(path: string): Uint8Array {
  if (!existsSync(path)) {
    throw new InputError(`cannot read ${path}: the firmware is not built; run \`npm run build:wasm\``);
  }
  const bytes = readBytes(path);
  if (WASM_MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new InputError(`cannot load ${path}: expected a WebAssembly module, got ${bytes.length} other bytes`);
  }
  return bytes;
}
