import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../data/dataset.ts';
import type { InputFile } from '../data/input-file.ts';
import type { DatasetOptions } from '../data/options.ts';
import { dependsOnSeed, type FoundFiles, resolveDataset } from '../data/resolve.ts';
import { checkForeignModule } from '../device/foreign-module.ts';
import type { Guard } from '../device/guard.ts';
import { readBelow } from '../files/below.ts';
import { sha256Of } from '../files/hash.ts';
import { compactJson } from '../files/json.ts';
import { gunzip, MOST_BYTES, readWasm } from '../files/read.ts';
import { InputError, RunError } from '../kernel/errors.ts';
import { type LocatedFiles, locateData, recordedInputs } from './data-files.ts';
import { changedInput, expectInputs } from './input-check.ts';

interface FirmwareFacts {
  /** SHA-256 of the module. */
  readonly sha256: string;
  /** SHA-256 of the sources of its core, hex: the same for a board's firmware that was built from them. */
  readonly core: string;
}

/** The firmware built here: it may run in any thread. */
export interface BuiltFirmware extends FirmwareFacts {
  readonly kind: 'built';
  readonly module: WebAssembly.Module;
}

/** Firmware from elsewhere: checked, but not compiled. It runs in a guarded thread of a RunPool and nowhere else. */
export interface ForeignFirmware extends FirmwareFacts {
  readonly kind: 'foreign';
  readonly bytes: Uint8Array;
  /** Pages of 64 KiB that its memory begins with. */
  readonly initialPages: number;
}

/** The firmware that runs on the simulated devices. */
export type Firmware = BuiltFirmware | ForeignFirmware;

/** Compiled firmware, in a thread where it may run. */
export interface LoadedFirmware {
  readonly module: WebAssembly.Module;
  readonly core: string;
  /** There where it is foreign. */
  readonly guard?: Guard | undefined;
}

/** The custom section of the module in which its build leaves the core's hash (wasm/compile.js). */
const CORE = 'g2t-core';

/** The built module of the package, from the sources or from the compiled program alike. */
const WASM = fileURLToPath(new URL('../../wasm/g2t.wasm', import.meta.url));

let loaded: BuiltFirmware | undefined;

/** Reads and compiles the firmware, once. @throws InputError when it was not built, RunError when this Node cannot run it. */
export function loadFirmware(): BuiltFirmware {
  loaded ??= builtFirmware(readWasm(WASM));
  return loaded;
}

function builtFirmware(bytes: Uint8Array): BuiltFirmware {
  if (typeof WebAssembly === 'undefined')
    throw new RunError(
      'cannot run the firmware: WebAssembly is off in this Node; start it without --jitless (see NODE_OPTIONS too)',
    );
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const [core] = WebAssembly.Module.customSections(module, CORE);
  return { kind: 'built', module, sha256: sha256Of(bytes), core: new TextDecoder().decode(core) };
}

/** Whether a module with this SHA-256 is the one built here. */
export function isBuilt(sha256: string): boolean {
  return sha256 === loadFirmware().sha256;
}

/**
 * Returns the firmware of a module from elsewhere, which may be the one built here.
 * @param what names the module in an error. @throws InputError for a foreign module that is refused.
 */
export function firmwareOf(bytes: Uint8Array, what: string): Firmware {
  const sha256 = sha256Of(bytes);
  if (isBuilt(sha256)) return loadFirmware();
  const { initialPages, section } = checkForeignModule(bytes, what);
  return { kind: 'foreign', bytes, initialPages, sha256, core: section(CORE) };
}

/** Whose scenario it is that files are read for. */
export interface Origin {
  /** Set for what came from elsewhere, a bundle or a job: errors then quote no content of a file. */
  readonly foreign?: boolean | undefined;
}

/**
 * Reads a data set from the data folder; a generator reads nothing.
 * @param expected the files that it must be read from, where a result or plan says so.
 * @throws InputError with the file and the place in it.
 */
export function loadDataset(
  options: DatasetOptions,
  folder: string,
  seed: number,
  expected?: readonly InputFile[],
): Dataset {
  return new DatasetShelf(folder).take(options, seed, expected);
}

/** A data set cannot be read, and the error leaves out what is in its files. */
export class WithheldError extends InputError {}

/** Files of a data set as they were read: unpacked for the readers, hashed as they are on disk. */
interface ReadFiles {
  readonly found: FoundFiles;
  readonly inputs: readonly InputFile[];
}

/** Gives data sets as `loadDataset` does, and keeps the last: runs that share one read it once. */
export class DatasetShelf {
  readonly #folder: string;
  readonly #foreign: boolean;
  #filesOf = '';
  #files: ReadFiles | undefined;
  #datasetOf = '';
  #dataset: Dataset | undefined;

  constructor(folder: string, { foreign = false }: Origin = {}) {
    this.#folder = folder;
    this.#foreign = foreign;
  }

  /** @param expected the files of this data set, perhaps beside those of others: another content is an InputError. */
  take(options: DatasetOptions, seed: number, expected?: readonly InputFile[]): Dataset {
    const wanted = compactJson(options);
    const key = dependsOnSeed(options) ? `${wanted}/${seed}` : wanted;
    const inputs = expected && recordedInputs(expected, 'the run')(options);
    const kept = this.#dataset;
    if (kept !== undefined && this.#datasetOf === key && isSame(kept.inputs ?? [], inputs)) return kept;
    // What is dropped is dropped first: two large data sets need not fit side by side.
    this.#dataset = undefined;
    const files = this.#read(options, wanted, inputs);
    const dataset = this.#resolve(options, files.found, seed);
    this.#dataset = files.inputs.length === 0 ? dataset : { ...dataset, inputs: files.inputs };
    this.#datasetOf = key;
    // Another seed needs the files again; else they are of no more use.
    if (!dependsOnSeed(options)) this.#files = undefined;
    return this.#dataset;
  }

  #read(options: DatasetOptions, wanted: string, expected: readonly InputFile[] | undefined): ReadFiles {
    const kept = this.#files;
    if (kept !== undefined && this.#filesOf === wanted && isSame(kept.inputs, expected)) return kept;
    this.#files = undefined;
    const files = readFiles(locateData(options, this.#folder), this.#folder);
    // A file may have changed since it was hashed.
    if (expected !== undefined) expectInputs(expected, files.inputs, { folder: this.#folder, what: 'the run' });
    this.#files = files;
    this.#filesOf = wanted;
    return files;
  }

  #resolve(options: DatasetOptions, found: FoundFiles, seed: number): Dataset {
    try {
      return resolveDataset(options, found, seed);
    } catch (cause) {
      if (!this.#foreign) throw cause;
      // The readers quote what they stumble over; the error is no cause of this one, since a stack would show it.
      const files = [...found.values()].flat().map(({ path }) => path);
      throw new WithheldError(
        `dataset ${options.name}: expected ${files.slice(0, 4).join(', ')} to hold what the scenario says, got something else; what is in a data file is not told to a bundle or a job: g2t run says where it differs`,
      );
    }
  }
}

function readFiles(located: ReadonlyMap<string, LocatedFiles>, folder: string): ReadFiles {
  const found = new Map<string, { readonly path: string; readonly bytes: Uint8Array }[]>();
  const inputs: InputFile[] = [];
  for (const [wanted, { kind, path, files }] of located) {
    const read = files.map((file) => {
      const bytes = readBelow(folder, file, MOST_BYTES.data);
      inputs.push({ kind: 'data', file, sha256: sha256Of(bytes) });
      // A file is called by its path for errors, one of a tree by its path in the tree, which says what it is.
      return kind === 'file'
        ? { path: join(folder, file), bytes: gunzip(bytes, join(folder, file)) }
        : { path: file.slice(path.length + 1), bytes };
    });
    found.set(wanted, read);
  }
  return { found, inputs };
}

function isSame(inputs: readonly InputFile[], expected: readonly InputFile[] | undefined): boolean {
  return expected === undefined || changedInput(expected, inputs) === undefined;
}
