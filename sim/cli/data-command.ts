import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readBelow } from '../files/below.ts';
import { sha256Of } from '../files/hash.ts';
import { dataFolder, gunzip, MOST_BYTES } from '../files/read.ts';
import { EXIT, InputError } from '../kernel/errors.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { KNOWN_DATASETS, type KnownDataset, type KnownFile, OTHER_DATASETS } from './data-catalogue.ts';
import type { Io } from './io.ts';
import { textTable } from './text-table.ts';
import { type Arguments, flag, positional, text } from './usage.ts';

/** The data folder that a command line means. */
export function folderOf(args: Arguments, io: Io): string {
  return dataFolder({ data: text(args, 'data'), env: io.env });
}

export async function list(args: Arguments, io: Io): Promise<number> {
  const folder = folderOf(args, io);
  const known = KNOWN_DATASETS.map(({ name, title, files }) => {
    const there = files.filter((file) => locate(folder, file) !== undefined).length;
    return { name, title, files: files.map(({ path }) => path), there: there === files.length };
  });
  if (flag(args, 'json')) {
    const others = OTHER_DATASETS.map((each) => ({ ...each, files: [], there: true }));
    io.stdout.write(`${JSON.stringify({ folder, datasets: [...known, ...others] })}\n`);
    return EXIT.done;
  }
  const rows = [
    ...known.map(({ name, title, there }) => [name, there ? 'there' : 'missing', title]),
    ...OTHER_DATASETS.map(({ name, title }) => [name, '', title]),
  ];
  io.stdout.write(`data folder: ${folder}\n${textTable(['name', 'files', 'what'], rows)}`);
  return EXIT.done;
}

/** Fetches nothing: checks what is there, and says how to obtain what is not. */
export async function get(args: Arguments, io: Io): Promise<number> {
  const folder = folderOf(args, io);
  const dataset = findDataset(positional(args, 'name'));
  const states = dataset.files.map((file) => ({ path: file.path, ...stateOf(folder, file) }));
  const good = states.every(({ state }) => state === 'good');
  if (flag(args, 'json')) io.stdout.write(`${JSON.stringify({ name: dataset.name, folder, files: states })}\n`);
  else {
    io.stdout.write(`${dataset.title}\n`);
    for (const { path, state } of states) io.stdout.write(`  ${join(folder, path)}: ${state}\n`);
  }
  if (good) return EXIT.done;
  const wrong = states.filter(({ state }) => state !== 'good');
  const missing = wrong.filter(({ state }) => state === 'missing').length;
  const reason = missing > 0 ? `${missing} of ${states.length} files missing` : `${wrong.length} with other content`;
  throw new InputError(`${dataset.name}: ${reason} in ${folder}\n${dataset.how.join(' ')}`);
}

function findDataset(name: string): KnownDataset {
  const found = KNOWN_DATASETS.find((each) => each.name === name);
  if (found) return found;
  const own = OTHER_DATASETS.find((each) => each.name === name);
  if (own) throw new InputError(`${name}: nothing to get. ${own.title}`);
  const names = [...KNOWN_DATASETS, ...OTHER_DATASETS].map((each) => each.name);
  throw new InputError(`expected one of ${names.join(', ')}, got ${name}${didYouMean(name, names)}`);
}

function locate(folder: string, { path }: KnownFile): string | undefined {
  return [path, path.replace(/\.gz$/, '')].find((name) => existsSync(join(folder, name)));
}

function stateOf(folder: string, file: KnownFile): { readonly state: string; readonly sha256?: string } {
  const found = locate(folder, file);
  if (found === undefined) return { state: 'missing' };
  const sha256 = sha256Of(gunzip(readBelow(folder, found, MOST_BYTES.data), join(folder, found)));
  return { state: sha256 === file.sha256 ? 'good' : 'not the file that is meant (another checksum)', sha256 };
}
