import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../kernel/errors.ts';
import { codeOf, fileFault } from './fault.ts';

/** A whole file. Throws an InputError that names the file when it is missing, a folder, or not readable. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw fileFault('read', path, cause);
  }
}

/** A whole file as UTF-8. Throws an InputError when it is not UTF-8; a byte order mark is left out. */
export function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`cannot read ${path}: expected UTF-8 text, got other bytes`, { cause });
  }
}

/** A whole JSON file. Throws an InputError that names the file and the parser's complaint. */
export function readJson(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`cannot read ${path}: expected JSON, got something else (${(cause as Error).message})`, {
      cause,
    });
  }
}

/** Far above any data set that is read whole, and below the longest array that Node makes. */
const LONGEST = 2_147_483_647;

/**
 * Unpacks gzip; bytes without the gzip magic come back as they are, so that `x.csv` and `x.csv.gz` read alike.
 * @param place the file's name, for the error when the data are cut short or corrupt (an InputError).
 */
export function gunzip(bytes: Uint8Array, place: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LONGEST });
  } catch (cause) {
    const why = codeOf(cause) === 'Z_BUF_ERROR' ? 'a file that is cut short' : `an error (${(cause as Error).message})`;
    throw new InputError(`cannot unpack ${place}: expected whole gzip data, got ${why}`, { cause });
  }
}

/** A whole file, unpacked when it is gzip. */
export function readUnpacked(path: string): Uint8Array {
  return gunzip(readBytes(path), path);
}

/** The data folder: `--data DIR`, else `$G2T_DATA`, else `./data`. */
export function dataFolder(options: {
  readonly data?: string | undefined;
  readonly env: { readonly [name: string]: string | undefined };
}): string {
  return options.data ?? (options.env['G2T_DATA'] || 'data');
}

/**
 * The first of `names` (paths inside the folder) that exists.
 * @throws InputError that names the data set, the folder, what was looked for, and how to say another folder.
 */
export function findDataFile(options: {
  readonly dataset: string;
  readonly folder: string;
  readonly names: readonly string[];
}): string {
  for (const name of options.names) {
    const path = join(options.folder, name);
    if (existsSync(path)) return path;
  }
  const wanted = options.names.join(' or ');
  throw new InputError(
    `dataset ${options.dataset}: expected ${wanted} in ${options.folder}, got nothing there; give its folder with --data DIR or G2T_DATA`,
  );
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
