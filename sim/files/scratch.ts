import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileFault } from './fault.ts';
import { HOST, isGone } from './owner.ts';

/** `g2t-bundle-host-pid-random`: whose it is can be read off the name. */
const FORM = /^g2t-(?:bundle|verify)-([0-9a-f]{6})-(\d{1,10})-[A-Za-z0-9]{6}$/;

/**
 * Gives work a folder in the system's temporary folder, and removes it when the work is done, however it ends.
 * @param shown what errors of the work name in its place, since nobody knows the folder.
 * @throws RunError or InputError when it cannot be made.
 */
export async function withScratchFolder<T>(
  purpose: 'bundle' | 'verify',
  work: (folder: string) => Promise<T>,
  shown?: string,
): Promise<T> {
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), `g2t-${purpose}-${HOST}-${process.pid}-`));
  } catch (cause) {
    throw fileFault('make a folder in', tmpdir(), cause);
  }
  try {
    return await work(folder);
  } catch (error) {
    if (shown !== undefined && error instanceof Error) error.message = error.message.replaceAll(folder, shown);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Removes the scratch folders of killed processes: of this machine and user, by a process that is gone. Others are left alone, and so is what cannot be
 * removed: it is only in the way.
 */
export function cleanScratchFolders(): void {
  const user = process.getuid?.();
  let names: string[];
  try {
    names = readdirSync(tmpdir());
  } catch {
    return;
  }
  for (const name of names) {
    const [, host, pid] = FORM.exec(name) ?? [];
    if (host !== HOST || !isGone(Number(pid))) continue;
    const path = join(tmpdir(), name);
    try {
      const found = lstatSync(path);
      if (found.isDirectory() && (user === undefined || found.uid === user)) rmSync(path, { recursive: true });
    } catch {}
  }
}
