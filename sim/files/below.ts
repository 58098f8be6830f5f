import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { InputError } from '../kernel/errors.ts';
import { staysBelow } from '../kernel/path.ts';
import { fileFault } from './fault.ts';
import { readBytes } from './read.ts';

/** The most files and folders that a listing reads, far above any data set or sweep: a sweep has at most a million runs. */
const MOST_ENTRIES = 2_000_000;
/** The deepest folder below the listed one. */
const MOST_DEPTH = 32;

/**
 * Resolves a path inside a folder. The folder itself may be a symbolic link; a link inside it may not lead out of it.
 * @param name the path from the folder.
 * @returns the real path.
 * @throws InputError for an absolute path, one with `..`, one that leads outside through a link, or one that is not there.
 */
export function pathBelow(folder: string, name: string): string {
  if (!staysBelow(name)) throw new InputError(`expected a path inside ${folder}, got ${name}`);
  const path = join(folder, name);
  let root: string;
  let real: string;
  try {
    root = realpathSync(folder);
    real = realpathSync(path);
  } catch (cause) {
    throw fileFault('read', path, cause);
  }
  if (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
  throw new InputError(`cannot read ${path}: expected a file inside ${folder}, got a link that leads out of it`);
}

/** A whole file inside a folder, by the rules of `pathBelow` and `readBytes`. @param most its largest size, bytes. */
export function readBelow(folder: string, name: string, most: number): Uint8Array {
  return readBytes(pathBelow(folder, name), { most, shown: join(folder, name) });
}

/**
 * The files below a folder, by their paths from it with '/' between steps, sorted. Links to folders are refused, since they could
 * lead in a circle; links to files are listed.
 * @throws InputError that names the folder.
 */
export function filesBelow(folder: string): string[] {
  const files: string[] = [];
  let entries = 0;
  const visit = (at: string, depth: number): void => {
    const path = join(folder, at);
    if (depth > MOST_DEPTH)
      throw new InputError(`cannot read ${path}: expected at most ${MOST_DEPTH} folders inside each other`);
    for (const entry of entriesOf(path)) {
      if (++entries > MOST_ENTRIES)
        throw new InputError(`cannot read ${folder}: expected at most ${MOST_ENTRIES} files, got more`);
      const name = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) visit(name, depth + 1);
      else if (entry.isSymbolicLink() && isFolder(join(folder, name)))
        throw new InputError(`cannot read ${join(folder, name)}: expected a folder or a file, got a link to a folder`);
      else files.push(name);
    }
  };
  visit('', 0);
  return files.sort();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw fileFault('read', folder, cause);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
