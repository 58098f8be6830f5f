import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { InputFile } from '../data/input-file.ts';
import type { DatasetOptions } from '../data/options.ts';
import { type WantedFile, wantedFiles } from '../data/resolve.ts';
import { filesBelow, pathBelow, readBelow } from '../files/below.ts';
import { sha256Of } from '../files/hash.ts';
import { MOST_BYTES } from '../files/read.ts';
import { InputError } from '../kernel/errors.ts';

/** Says which files there are, by their paths from the data folder. */
interface Listing {
  /** Whether a file or folder is there. Paths are `plain`. */
  has(name: string): boolean;
  /** Paths of the files below a folder, sorted. */
  below(name: string): readonly string[];
  /** The error for a data set of which none of `names` is there. */
  missing(dataset: string, names: string): InputError;
}

/** The files that were found for a wanted file or tree. */
export interface LocatedFiles {
  readonly kind: WantedFile['kind'];
  /** The file, or the folder of the tree, from the data folder. */
  readonly path: string;
  readonly files: readonly string[];
}

/** Looks the files of a data set up in the data folder, by the paths that it wants. @throws InputError that names what is missing. */
export function locateData(options: DatasetOptions, folder: string): Map<string, LocatedFiles> {
  const listing = listingOf(folder);
  return new Map(wantedFiles(options).map((wanted) => [wanted.path, locate(options.name, wanted, listing)]));
}

/** Whether the files of a data set are in the folder; a generator has all that it needs. */
export function dataState(options: DatasetOptions, folder: string): 'all' | 'part' | 'none' {
  const wanted = wantedFiles(options);
  const there = wanted.filter(({ path, otherwise, orTree }) =>
    [path, ...otherwise, ...(orTree === undefined ? [] : [orTree.path])].some((name) => existsSync(join(folder, name))),
  ).length;
  return there === wanted.length ? 'all' : there > 0 ? 'part' : 'none';
}

/** Tells which files a data set is read from, with their hashes; none for a generator. @throws InputError */
export type DataInputs = (options: DatasetOptions) => readonly InputFile[];

/** The inputs of data sets in a data folder as it is now. Each file is hashed once, however often it is asked for. */
export function inputsInFolder(folder: string): DataInputs {
  const hashes = new Map<string, string>();
  const hashOf = (name: string): string => {
    const known = hashes.get(name) ?? sha256Of(readBelow(folder, name, MOST_BYTES.data));
    hashes.set(name, known);
    return known;
  };
  const known = new Map<string, readonly InputFile[]>();
  return (options) => {
    // Points of a sweep that differ in a split, say, read the same files.
    const key = JSON.stringify(wantedFiles(options));
    const inputs =
      known.get(key) ??
      [...locateData(options, folder).values()].flatMap(({ files }) =>
        files.map((file): InputFile => ({ kind: 'data', file, sha256: hashOf(file) })),
      );
    known.set(key, inputs);
    return inputs;
  };
}

/**
 * The inputs of the data sets of a sweep: the files of one that cannot be read count as unreadable, so that the runs that need
 * them fail and the others go on.
 * @throws InputError where none of several data sets, or the only one, can be read.
 */
export function inputsForSweep(datasets: readonly DatasetOptions[], dataInputs: DataInputs): DataInputs {
  const unreadable = new Map<DatasetOptions, InputError>();
  const tolerant: DataInputs = (options) => {
    try {
      return dataInputs(options);
    } catch (cause) {
      if (!(cause instanceof InputError)) throw cause;
      unreadable.set(options, cause);
      return wantedFiles(options).map(({ path }) => ({ kind: 'data', file: plain(path), sha256: null }));
    }
  };
  for (const options of datasets) tolerant(options);
  if (datasets.length > 0 && unreadable.size === datasets.length) throw unreadable.get(datasets[0]!)!;
  return tolerant;
}

/** The inputs of data sets as they were recorded, whatever is on disk now. @param what has the record, for messages. */
export function recordedInputs(inputs: readonly InputFile[], what: string): DataInputs {
  const recorded = new Map(inputs.filter(({ kind }) => kind === 'data').map((input) => [input.file, input]));
  const names = [...recorded.keys()];
  const below = (folder: string) => {
    const start = folder === '.' ? '' : `${folder}/`;
    return names.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
  };
  const listing: Listing = {
    has: (name) => recorded.has(name) || below(name).length > 0,
    below,
    missing: (dataset, wanted) =>
      new InputError(
        `dataset ${dataset}: expected the SHA-256 of ${wanted} to be recorded with ${what}, got none: an earlier version made it, or it was changed; make it again`,
      ),
  };
  return (options) =>
    wantedFiles(options)
      .flatMap((wanted) => locate(options.name, wanted, listing).files)
      .map((name) => recorded.get(name)!);
}

function listingOf(folder: string): Listing {
  return {
    has: (name) => existsSync(join(folder, name)),
    below: (name) => filesBelow(pathBelow(folder, name)),
    missing: (dataset, wanted) =>
      new InputError(
        `dataset ${dataset}: expected ${wanted} in ${folder}, got nothing there; give its folder with --data DIR or G2T_DATA`,
      ),
  };
}

/** A path in the one form in which it is recorded: without `.` steps and slashes that say nothing. */
function plain(path: string): string {
  return posix.join(path).replace(/(?<=.)\/$/, '');
}

/** Where a file or tree of a data set lies, by the first of its names that is there. */
function locate(dataset: string, wanted: WantedFile, listing: Listing): LocatedFiles {
  const names = [wanted.path, ...wanted.otherwise].map(plain);
  const path = names.find((name) => listing.has(name));
  const { orTree, kind, ending = '' } = wanted;
  if (path !== undefined) {
    if (kind === 'file') return { kind, path, files: [path] };
    const files = listing.below(path).filter((name) => name.endsWith(ending));
    if (files.length > 0) return { kind, path, files: files.map((name) => posix.join(path, name)) };
    throw new InputError(`${path}: expected files that end in ${ending}, got none`);
  }
  if (orTree !== undefined) {
    if (listing.has(plain(orTree.path))) return locate(dataset, orTree, listing);
    names.push(plain(orTree.path));
  }
  throw listing.missing(dataset, names.join(' or '));
}
