import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TreeFile } from '../data/auslan.ts';
import type { Dataset } from '../data/dataset.ts';
import type { DatasetOptions } from '../data/options.ts';
import { dependsOnSeed, type FoundFiles, resolveDataset, type WantedFile, wantedFiles } from '../data/resolve.ts';
import { compactJson } from '../files/json.ts';
import { findDataFile, readBytes, readUnpacked, readWasm } from '../files/read.ts';
import { InputError, RunError } from '../kernel/errors.ts';

/** The firmware that runs on the simulated devices. */
export interface Firmware {
  readonly module: WebAssembly.Module;
  readonly sha256: string;
  /** SHA-256 of the sources of its core, hex: the same for a board's firmware that was built from them. */
  readonly core: string;
}

/** The custom section of the module in which its build leaves the core's hash (wasm/compile.js). */
const CORE = 'g2t-core';

/** The built module of the package, from the sources or from the compiled program alike. */
const WASM = fileURLToPath(new URL('../../wasm/g2t.wasm', import.meta.url));

let loaded: Firmware | undefined;

/** Reads and compiles the firmware, once. @throws InputError when it was not built, RunError when this Node cannot run it. */
export function loadFirmware(): Firmware {
  loaded ??= firmwareOf(readWasm(WASM));
  return loaded;
}

/** A firmware by the bytes of its module. @throws RunError when WebAssembly is off. */
export function firmwareOf(bytes: Uint8Array): Firmware {
  if (typeof WebAssembly === 'undefined')
    throw new RunError(
      'cannot run the firmware: WebAssembly is off in this Node; start it without --jitless (see NODE_OPTIONS too)',
    );
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const [core] = WebAssembly.Module.customSections(module, CORE);
  return { module, sha256: createHash('sha256').update(bytes).digest('hex'), core: new TextDecoder().decode(core) };
}

/** Reads a data set from the data folder; a generator reads nothing. @throws InputError with the file and the place in it. */
export function loadDataset(options: DatasetOptions, folder: string, seed: number): Dataset {
  return resolveDataset(options, findFiles(options, folder), seed);
}

/** Gives data sets as `loadDataset` does, and keeps the last: runs that share one read it once. */
export class DatasetShelf {
  readonly #folder: string;
  #filesOf = '';
  #files: FoundFiles = new Map();
  #datasetOf = '';
  #dataset: Dataset | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  take(options: DatasetOptions, seed: number): Dataset {
    const wanted = compactJson(options);
    const key = dependsOnSeed(options) ? `${wanted}/${seed}` : wanted;
    if (this.#dataset !== undefined && this.#datasetOf === key) return this.#dataset;
    // What is dropped is dropped first: two large data sets need not fit side by side.
    this.#dataset = undefined;
    if (this.#filesOf !== wanted) {
      this.#files = new Map();
      this.#files = findFiles(options, this.#folder);
      this.#filesOf = wanted;
    }
    this.#dataset = resolveDataset(options, this.#files, seed);
    this.#datasetOf = key;
    // Another seed needs the files again; else they are of no more use.
    if (!dependsOnSeed(options)) {
      this.#files = new Map();
      this.#filesOf = '';
    }
    return this.#dataset;
  }
}

function findFiles(options: DatasetOptions, folder: string): FoundFiles {
  const found = new Map<string, readonly TreeFile[]>();
  for (const wanted of wantedFiles(options)) found.set(wanted.path, findWanted(options.name, wanted, folder));
  return found;
}

/** The files of a data set, by their names in the folder; none of a generator. @throws InputError that names what is missing. */
export function dataFiles(options: DatasetOptions, folder: string): string[] {
  return wantedFiles(options).flatMap((wanted) => {
    const { path, kind, ending } = locate(options.name, wanted, folder);
    const name = relative(folder, path);
    return kind === 'file' ? [name] : treeFiles(path, ending).map((file) => join(name, file));
  });
}

/** Whether the files of a data set are in the folder; a generator has all that it needs. */
export function dataState(options: DatasetOptions, folder: string): 'all' | 'part' | 'none' {
  const wanted = wantedFiles(options);
  const there = wanted.filter(({ path, otherwise, orTree }) =>
    [path, ...otherwise, ...(orTree === undefined ? [] : [orTree.path])].some((name) => existsSync(join(folder, name))),
  ).length;
  return there === wanted.length ? 'all' : there > 0 ? 'part' : 'none';
}

function findWanted(dataset: string, wanted: WantedFile, folder: string): readonly TreeFile[] {
  const { path, kind, ending } = locate(dataset, wanted, folder);
  if (kind === 'file') return [{ path, bytes: readUnpacked(path) }];
  const files = treeFiles(path, ending);
  if (files.length === 0) throw new InputError(`${path}: expected files that end in ${ending}, got none`);
  return files.map((file) => ({ path: file, bytes: readBytes(join(path, file)) }));
}

/** Where a file or tree of a data set lies, by the first of its names that is there. */
function locate(
  dataset: string,
  wanted: WantedFile,
  folder: string,
): { readonly path: string; readonly kind: WantedFile['kind']; readonly ending: string } {
  const { orTree } = wanted;
  const names = [wanted.path, ...wanted.otherwise];
  const isThere = (name: string) => existsSync(join(folder, name));
  if (orTree !== undefined && !names.some(isThere)) {
    if (isThere(orTree.path)) return locate(dataset, orTree, folder);
    names.push(orTree.path);
  }
  return { path: findDataFile({ dataset, folder, names }), kind: wanted.kind, ending: wanted.ending ?? '' };
}

/** Files below a folder, by path, in a fixed order. */
function treeFiles(root: string, ending: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .sort();
}
