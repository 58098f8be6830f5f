import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../kernel/errors.ts';
import { codeOf, fileFault } from './fault.ts';
import { HOST, isGone } from './owner.ts';
import { announce } from './unfinished.ts';

/** What a file holds; text is written as UTF-8. */
export type Content = Uint8Array | string;

/** Temporary siblings of this process, so that one with our id but not in here is another process's leftover. */
const ours = new Set<string>();
let counter = 0;

/**
 * Writes a file whole: to a temporary sibling, flushed to the disk, then renamed. A reader sees the old file or the new
 * one. Throws a G2tError that names the file; nothing is left behind.
 */
export function writeFileWhole(path: string, content: Content): void {
  const target = resolve(path);
  makeFolder(dirname(target));
  const temporary = sibling(target, 'part');
  announce(target, false);
  try {
    writeFlushed(temporary, content);
    renameSync(temporary, target);
    flushFolder(dirname(target));
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw fileFault('write', path, cause);
  } finally {
    ours.delete(temporary);
    announce(target, true);
  }
}

/**
 * Writes a folder whole: all files to a temporary sibling folder, flushed, then renamed, so that the folder is there
 * with everything in it or not at all. A folder of that name that holds `marker` is replaced; another one is not
 * touched. Leftovers that a killed process made of this folder are cleaned first.
 * @param options path: the folder; files: names (with '/' for subfolders) and contents, a Map say; marker: the file by which a
 *   folder is known to be ours to replace.
 */
export function writeFolderWhole(options: {
  readonly path: string;
  readonly files: Iterable<readonly [string, Content]>;
  readonly marker: string;
}): void {
  const target = resolve(options.path);
  cleanLeftovers(target);
  checkReplaceable(options.path, options.marker);
  makeFolder(dirname(target));
  const temporary = sibling(target, 'part');
  const old = sibling(target, 'old');
  announce(target, false);
  try {
    mkdirSync(temporary);
    const folders = new Set([temporary]);
    for (const [name, content] of options.files) {
      const file = join(temporary, name);
      mkdirSync(dirname(file), { recursive: true });
      folders.add(dirname(file));
      writeFlushed(file, content);
    }
    for (const folder of folders) flushFolder(folder);
    if (existsSync(target)) renameSync(target, old);
    renameSync(temporary, target);
    flushFolder(dirname(target));
    rmSync(old, { recursive: true, force: true });
  } catch (cause) {
    rmSync(temporary, { recursive: true, force: true });
    if (existsSync(old) && !existsSync(target)) renameSync(old, target);
    throw fileFault('write', options.path, cause);
  } finally {
    ours.delete(temporary);
    ours.delete(old);
    announce(target, true);
  }
}

/** Refuses a path at which something lies that is not ours to replace: a folder is ours when it holds `marker`. */
export function checkReplaceable(path: string, marker: string): void {
  const target = resolve(path);
  if (!existsSync(target) || existsSync(join(target, marker))) return;
  throw new InputError(
    `cannot replace ${path}: expected an earlier result (a folder with ${marker}), got something else`,
  );
}

/**
 * Says before a long run that its results could not be written: the nearest existing folder of `path` must be one, and
 * writable. Makes nothing.
 */
export function checkWritable(path: string): void {
  let folder = resolve(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw fileFault('write to', path, cause);
  }
}

function makeFolder(folder: string): void {
  try {
    makeFolders(folder);
  } catch (cause) {
    // mkdir says EEXIST where a file stands in a folder's place.
    const fault = codeOf(cause) === 'EEXIST' ? Object.assign(new Error('file'), { code: 'ENOTDIR' }) : cause;
    throw fileFault('make folder', folder, fault);
  }
}

/** One by one: Node's own `recursive` never returns where a folder refuses with ENOENT, as /proc does. */
function makeFolders(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(folder) !== folder) makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (cause) {
    const madeMeanwhile = codeOf(cause) === 'EEXIST' && statSync(folder).isDirectory();
    if (!madeMeanwhile) throw cause;
  }
}

function writeFlushed(path: string, content: Content): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const file = openSync(path, 'wx');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A rename is on the disk only when its folder is. Some file systems cannot flush a folder: that is no fault. */
function flushFolder(folder: string): void {
  let file: number;
  try {
    file = openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(file);
  } catch (cause) {
    if (!['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'].includes(codeOf(cause))) throw cause;
  } finally {
    closeSync(file);
  }
}

const DAY_MS = 86_400_000;

/** `.name.part-host-pid-n`: hidden, on the same file system, and known as ours by its form. */
function sibling(target: string, kind: 'part' | 'old'): string {
  const path = join(dirname(target), `.${basename(target)}.${kind}-${HOST}-${process.pid}-${counter++}`);
  ours.add(path);
  return path;
}

/** Removes what killed processes or threads left of `target`; puts back a result that was being replaced when that happened. */
export function cleanLeftovers(target: string): void {
  const folder = dirname(target);
  const prefix = `.${basename(target)}.`;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names.sort()) {
    if (!name.startsWith(prefix)) continue;
    const form = /^(part|old)-([0-9a-f]{6})-(\d+)-\d+$/.exec(name.slice(prefix.length));
    const path = join(folder, name);
    if (form === null || ours.has(path) || !isDead(path, form[2]!, Number(form[3]))) continue;
    if (form[1] === 'old' && !existsSync(target)) renameSync(path, target);
    else rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Removes what killed processes left half-written in a folder, of whatever file. For the one process that begins to write there:
 * what its own threads write meanwhile would be taken for a leftover.
 */
export function cleanFolder(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names) {
    const form = /^\..*\.part-([0-9a-f]{6})-(\d+)-\d+$/.exec(name);
    const path = join(folder, name);
    if (form !== null && !ours.has(path) && isDead(path, form[1]!, Number(form[2])))
      rmSync(path, { recursive: true, force: true });
  }
}

/** Whether the process that made `path` is gone; of other hosts only the age of what it left can tell. */
function isDead(path: string, host: string, pid: number): boolean {
  if (host !== HOST) return Date.now() - statSync(path).mtimeMs > DAY_MS;
  return pid === process.pid || isGone(pid);
}
