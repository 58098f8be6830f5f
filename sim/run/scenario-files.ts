import { dirname, join, relative, resolve } from 'node:path';
import { pathBelow, readBelow } from '../files/below.ts';
import { sha256Of } from '../files/hash.ts';
import { MOST_BYTES, readBytes, readDocument } from '../files/read.ts';
import { InputError } from '../kernel/errors.ts';
import { staysBelow } from '../kernel/path.ts';
import { type BesideFile, type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { type FoundFile, type LoadedSweep, loadSweep } from '../scenario/sweep.ts';

/** What the command line changes in a scenario or sweep. */
export interface CommandLine {
  readonly set?: readonly string[];
  readonly seed?: number | undefined;
}

/** Reads a scenario that a person named, and the board files beside it. @throws InputError */
export function readScenario(file: string, { set = [], seed }: CommandLine = {}): LoadedScenario {
  return loadScenario({ file, bytes: readDocument(file), set, seed, readBeside: (path) => besideFile(file, path) });
}

/** Reads a sweep that a person named, its scenario and the board files beside that. @throws InputError */
export function readSweep(file: string, { set = [], seed }: CommandLine = {}): LoadedSweep {
  const read = (written: string) => scenarioOfSweep(file, written);
  return loadSweep({ file, bytes: readDocument(file), set, seed, read, readBoard: besideFile });
}

/** Where a sweep's folder keeps board files. */
export const BOARDS = 'boards';

/** Reads a sweep from the folder in which it was begun. @throws InputError */
export function readSweepFolder(folder: string, set: readonly string[]): LoadedSweep {
  const file = join(folder, 'sweep.yaml');
  const scenario = join(folder, 'scenario.yaml');
  return loadSweep({
    file,
    bytes: readDocument(file),
    set,
    read: () => ({ file: scenario, bytes: readDocument(scenario) }),
    readBoard: (_scenario, path) => hashed(readBelow(join(folder, BOARDS), path, MOST_BYTES.document)),
  });
}

/** A file that a scenario names by its path from the scenario's own folder, which it may not leave. */
function besideFile(scenario: string, path: string): BesideFile {
  if (!staysBelow(path)) throw new InputError(`expected a path below the scenario’s folder, got ${path}`);
  return hashed(readBelow(dirname(scenario), path, MOST_BYTES.document));
}

function hashed(bytes: Uint8Array): BesideFile {
  return { bytes, sha256: sha256Of(bytes) };
}

/** The scenario of a sweep lies beside it or one folder up, where `sweeps/` stands among scenarios, or below either. */
function scenarioOfSweep(sweep: string, written: string): FoundFile {
  const folder = dirname(resolve(sweep));
  const root = dirname(folder);
  const fromRoot = relative(root, join(folder, written));
  if (!staysBelow(written.replace(/^(\.\/)*\.\.\//, '')) || !staysBelow(fromRoot))
    throw new InputError(`expected a path below the sweep’s folder or the one above it, got ${written}`);
  const file = join(dirname(sweep), written);
  return { file, bytes: readBytes(pathBelow(root, fromRoot), { most: MOST_BYTES.document, shown: file }) };
}
