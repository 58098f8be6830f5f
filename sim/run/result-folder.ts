import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../files/read.ts';
import { InputError } from '../kernel/errors.ts';

/** By what one result is told from another. */
export interface Identity {
  /** Hash of all that was given. */
  readonly id: string;
  /** Hash of all that came of it. */
  readonly digest: string;
}

/**
 * Chooses a folder for a result so that no other one is overwritten: its name ends in 8 digits of the id, or in digits of id and
 * digest where a folder of that name holds another result. Boards that take part, or another version of the program, can
 * come to another digest of the same id.
 * @param base the path before those digits.
 * @param there reads the identity of the result in a folder from its marker.
 * @throws InputError when all such folders hold something else.
 */
export function resultFolder(
  base: string,
  { id, digest }: Identity,
  { marker, there }: { readonly marker: string; readonly there: (marker: unknown) => Identity },
): string {
  const short = `${base}-${id.slice(0, 8)}`;
  for (const folder of [short, `${short}-${digest.slice(0, 8)}`, `${base}-${id}-${digest}`]) {
    const file = join(folder, marker);
    if (!existsSync(file)) return folder;
    const other = readIdentity(file, there);
    if (other?.id === id && other.digest === digest) return folder;
  }
  throw new InputError(
    `cannot write ${short}: expected no other result there, got one; give another folder with --out`,
  );
}

/** Undefined for a marker that is damaged: the result beside it is another, too, and is kept. */
function readIdentity(file: string, there: (marker: unknown) => Identity): Identity | undefined {
  try {
    return there(readJson(file));
  } catch {
    return undefined;
  }
}
