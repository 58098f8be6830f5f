import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readArrowGuarded } from '../files/guarded-arrow.ts';
import { sha256Of } from '../files/hash.ts';
import { MOST_BYTES, readBytes } from '../files/read.ts';
import { InputError } from '../kernel/errors.ts';
import type { Table } from '../metrics/table.ts';
import type { Manifest } from './store.ts';

/**
 * A table of a result, by its name ("rounds"); undefined where it is gone. Its file is checked against the manifest's hash before it
 * is parsed, and parsed under a limit.
 * @throws InputError that names the file where it was changed, or cannot be read.
 */
export async function readResultTable(
  folder: string,
  manifest: Pick<Manifest, 'files'>,
  name: string,
): Promise<Table | undefined> {
  const file = `${name}.arrow`;
  const path = join(folder, file);
  if (!existsSync(path)) return undefined;
  const bytes = readBytes(path, { most: MOST_BYTES.data });
  checkHash(path, bytes, manifest.files?.[file]);
  return (await readArrowGuarded(bytes, path)).table;
}

/** @param expected its SHA-256; undefined for a result of a version that noted none. */
function checkHash(path: string, bytes: Uint8Array, expected: string | undefined): void {
  if (expected === undefined) return;
  const got = sha256Of(bytes);
  if (got !== expected)
    throw new InputError(`${path}: expected the file that the run wrote (SHA-256 ${expected}), got SHA-256 ${got}`);
}
