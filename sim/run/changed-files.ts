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
  type VariantOutcome,
} from './store.ts';

/**
 * The first file of a result that is not what the run makes, though the digests agree: it was changed afterwards. Charts and
 * report are drawn from the others and are left out, and so is a file that is no longer there.
 */
export async function changedFile(result: {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly loaded: LoadedScenario;
  /** The same run and variants, made again. */
  readonly outcome: FinishedRun;
  readonly variants: readonly VariantOutcome[];
}): Promise<string | undefined> {
  const { folder, manifest, loaded, outcome, variants } = result;
  // What tells of the program and the machine may differ; the rest of the manifest follows from the run.
  const { host, firmware, versions } = manifest;
  const id = runId(loaded, firmware, manifest.inputs ?? []);
  const again = manifestOf({ loaded, id, firmware, version: '', outcome, variants, host });
  if (canonicalJson({ ...again, versions }) !== canonicalJson(manifest)) return MARKER;
  for (const [name, content] of await resultFiles(manifest, loaded, outcome, variants)) {
    const path = join(folder, name);
    if (name !== MARKER && existsSync(path) && Buffer.compare(readBytes(path), Buffer.from(content)) !== 0) return name;
  }
  return undefined;
}
