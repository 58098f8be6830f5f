import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../files/json.ts';
import { readBytes } from '../files/read.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import {
  type FinishedRun,
  MARKER,
  type Manifest,
  manifestOf,
  resultFiles,
  runId,
  sealed,
  type VariantOutcome,
} from './store.ts';

/** How the files of a result compare with what its run makes. */
export interface FileComparison {
  /** The first that is not what the run makes: it was changed afterwards. */
  readonly changed: string | undefined;
  /** Files that are no longer there. */
  readonly missing: readonly string[];
}

/** Compares the files of a result with what its run makes, where the digests agree. Charts and report are drawn from the others and left out. */
export async function compareFiles(result: {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly loaded: LoadedScenario;
  /** The same run and variants, made again. */
  readonly outcome: FinishedRun;
  readonly variants: readonly VariantOutcome[];
}): Promise<FileComparison> {
  const { folder, manifest, loaded, outcome, variants } = result;
  // What tells of the program and the machine may differ; the rest of the manifest follows from the run.
  const { host, firmware, versions } = manifest;
  const id = runId(loaded, firmware, manifest.inputs ?? []);
  const again = manifestOf({ loaded, id, firmware, version: '', outcome, variants, host });
  const files = await resultFiles(manifest, loaded, outcome, variants);
  // Versions before 0.2 noted no hashes.
  const whole = manifest.files === undefined ? again : sealed(again, files);
  if (canonicalJson({ ...whole, versions }) !== canonicalJson(manifest)) return { changed: MARKER, missing: [] };
  const missing: string[] = [];
  for (const [name, content] of files) {
    const path = join(folder, name);
    if (!existsSync(path)) missing.push(name);
    else if (Buffer.compare(readBytes(path), Buffer.from(content)) !== 0) return { changed: name, missing };
  }
  return { changed: undefined, missing };
}
