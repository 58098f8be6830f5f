import { join } from 'node:path';
import { besideOf, type InputFile, inputsText, joinInputs, readInputs } from '../data/input-file.ts';
import { writeArrow } from '../files/arrow.ts';
import { sha256Of } from '../files/hash.ts';
import { canonicalJson } from '../files/json.ts';
import { readDocument } from '../files/read.ts';
import type { Content } from '../files/write.ts';
import { digestText } from '../kernel/digest.ts';
import type { HostSummary, Summary } from '../metrics/summary.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { readChecked } from './checked-json.ts';
import { type RecordSeal, sealOf } from './frame-check.ts';
import type { Firmware } from './inputs.ts';
import type { LiveDevice } from './live.ts';
import { manifestSchema } from './manifest-schema.ts';
import type { Identity } from './result-folder.ts';
import type { RunOutcome } from './run.ts';

/** The file by which a folder is known to hold a result. */
export const MARKER = 'manifest.json';

/** `manifest.json`: what was run, and the proof of how it went. Only `host` differs from machine to machine. */
export interface Manifest {
  readonly schema: 1;
  /** Hash of scenario, seed, firmware and input files: the same before and after a run. */
  readonly id: string;
  readonly name: string;
  readonly seed: number;
  readonly digest: string;
  /** The digest after every 65,536 events. */
  readonly checkpoints: readonly string[];
  readonly events: number;
  readonly stopped: string;
  /** `core`: SHA-256 of the sources of its core, which a board's firmware tells too. */
  readonly firmware: { readonly sha256: string; readonly core: string };
  /** The files that the run and its variants read; left out where they read none. */
  readonly inputs?: readonly InputFile[] | undefined;
  /**
   * SHA-256 of each table and of all else that follows from the run, by name; charts and report are drawn from these. Left out by
   * versions before 0.2.
   */
  readonly files?: { readonly [name: string]: string } | undefined;
  /** With `record: frames`: by which the record is known to be whole. */
  readonly record?: RecordSeal | undefined;
  readonly versions: { readonly [name: string]: string };
  /** Devices that were real or emulated boards: then the run cannot be made again, and its digest proves nothing. */
  readonly live?: readonly LiveDevice[] | undefined;
  /** The command line's part of the scenario; scenario.yaml beside this file is the rest. */
  readonly set: readonly string[];
  /** The scenario as it was run: every default filled in, SI units. */
  readonly scenario: unknown;
  /** Runs of the scenario's `compare`, in its order. */
  readonly variants: readonly RunVariant[];
  readonly host: HostSummary & { readonly node: string; readonly platform: string };
}

export interface RunVariant {
  readonly name: string;
  /** Folder of its tables, below the result's. */
  readonly folder: string;
  /** The run whose settings it changes further, by name. */
  readonly against: string | undefined;
  readonly summary: Summary;
}

/** A run that was let finish, without its world. */
export interface FinishedRun extends Omit<RunOutcome, 'world'> {
  readonly model: ReturnType<RunOutcome['world']['method']['model']>;
}

/** A variant that was run: what is kept of it. */
export interface VariantOutcome extends RunVariant {
  readonly tables: RunOutcome['tables'];
  readonly inputs: readonly InputFile[];
}

/** A folder a variant: its name in lower-case letters, digits and hyphens, numbered where two come out alike. */
export function variantFolders(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? ['variant'];
    const plain = words.join('-');
    let folder = plain;
    for (let n = 2; taken.has(folder); n++) folder = `${plain}-${n}`;
    taken.add(folder);
    return `variants/${folder}`;
  });
}

/** The id of a run, known before it is made: 32 hex digits. @param inputs all files that it and its variants read. */
export function runId(
  loaded: LoadedScenario,
  firmware: Pick<Firmware, 'sha256'>,
  inputs: readonly InputFile[],
): string {
  return idOf(loaded.canonical, firmware, inputs);
}

/** By what a result is told from another: its id, and the digests of its run and variants. */
export function identityOf({ id, digest, variants }: Pick<Manifest, 'id' | 'digest' | 'variants'>): Identity {
  if (variants.length === 0) return { id, digest };
  return { id, digest: digestText([digest, ...variants.map(({ summary }) => summary.digest)].join(' ')) };
}

/** The hash of all that decides a run or sweep. One that reads no file has the same id as before files were part of it. */
export function idOf(canonical: string, firmware: Pick<Firmware, 'sha256'>, inputs: readonly InputFile[]): string {
  return digestText([canonical, firmware.sha256, ...(inputs.length === 0 ? [] : [inputsText(inputs)])].join('\n'));
}

export function manifestOf(input: {
  readonly loaded: LoadedScenario;
  readonly id: string;
  readonly firmware: Pick<Firmware, 'sha256' | 'core'>;
  readonly version: string;
  readonly outcome: FinishedRun;
  readonly variants: readonly VariantOutcome[];
  readonly live?: readonly LiveDevice[] | undefined;
  readonly host: Manifest['host'];
}): Manifest {
  const { loaded, outcome, variants } = input;
  const inputs = joinInputs([outcome.inputs, ...variants.map((variant) => variant.inputs)]);
  return {
    schema: 1,
    id: input.id,
    name: loaded.scenario.name,
    seed: loaded.scenario.seed,
    digest: outcome.digest,
    checkpoints: outcome.checkpoints,
    events: outcome.summary.events,
    stopped: outcome.summary.stopped,
    firmware: { sha256: input.firmware.sha256, core: input.firmware.core },
    ...(inputs.length === 0 ? {} : { inputs }),
    ...(outcome.tables.frames === undefined ? {} : { record: sealOf(outcome.tables.frames) }),
    ...(input.live === undefined ? {} : { live: input.live }),
    versions: { globe2train: input.version },
    set: loaded.set,
    scenario: JSON.parse(loaded.canonical),
    variants: variants.map(({ tables: _tables, inputs: _inputs, ...kept }) => kept),
    host: input.host,
  };
}

/** The manifest with the hashes of a result's files. */
export function sealed(manifest: Manifest, files: ReadonlyMap<string, Content>): Manifest {
  return { ...manifest, files: Object.fromEntries([...files].map(([name, content]) => [name, sha256Of(content)])) };
}

/** The files of a result but its manifest, its charts and its report. */
export async function resultFiles(
  manifest: Manifest,
  loaded: LoadedScenario,
  outcome: FinishedRun,
  variants: readonly VariantOutcome[],
): Promise<Map<string, Content>> {
  const files = new Map<string, Content>();
  const metadata = {
    name: manifest.name,
    seed: String(manifest.seed),
    run: manifest.id,
    digest: manifest.digest,
    firmware: manifest.firmware.sha256,
    globe2train: manifest.versions['globe2train']!,
  };
  for (const { name, folder, summary, tables } of variants) {
    const own = { ...metadata, variant: name, digest: summary.digest };
    files.set(`${folder}/summary.json`, canonicalJson(summary));
    for (const [table, rows] of Object.entries(tables))
      files.set(`${folder}/${table}.arrow`, await writeArrow(rows, own));
  }
  files.set('summary.json', canonicalJson(outcome.summary));
  files.set('scenario.yaml', loaded.text);
  for (const [name, table] of Object.entries(outcome.tables))
    files.set(`${name}.arrow`, await writeArrow(table, metadata));
  const { table, description } = outcome.model;
  files.set('model.arrow', await writeArrow(table, metadata));
  files.set('model.json', canonicalJson(description));
  return files;
}

/** A result as it lies on disk, with the scenario that made it. @throws InputError when the folder holds none. */
export function openResult(folder: string): { readonly manifest: Manifest; readonly loaded: LoadedScenario } {
  const manifest = readChecked(manifestSchema, join(folder, MARKER));
  const file = join(folder, 'scenario.yaml');
  const { set, seed } = manifest;
  const inputs = besideOf(readInputs(manifest.inputs, join(folder, MARKER)));
  const loaded = loadScenario({ file, bytes: readDocument(file), set, seed, inputs });
  return { manifest, loaded };
}
