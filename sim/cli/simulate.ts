import { join } from 'node:path';
import { canonicalJson } from '../files/json.ts';
import { checkReplaceable, checkWritable, writeFolderWhole } from '../files/write.ts';
import { wasCut } from '../metrics/summary.ts';
import { renderReport } from '../report/report.ts';
import { compareFiles } from '../run/changed-files.ts';
import { bracketInWords, firstDifference, firstDifferentCheckpoint, type Repeatable } from '../run/compare.ts';
import { runComparison } from '../run/comparison.ts';
import { inputsInFolder } from '../run/data-files.ts';
import { hostFacts } from '../run/host-facts.ts';
import { changedInput, checkResultData, differenceInWords, inputsOf } from '../run/input-check.ts';
import { type Firmware, loadDataset, loadFirmware } from '../run/inputs.ts';
import { resultFolder } from '../run/result-folder.ts';
import { Interrupted } from '../run/run.ts';
import { identityOf, MARKER, type Manifest, manifestOf, openResult, resultFiles, runId, sealed } from '../run/store.ts';
import type { GuardLimits } from '../run/watchdog.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { DiffOutcome, EngineOptions, RunDone, VerifyOutcome } from './engine.ts';
import { liveNotes, verifyLive, withBoards } from './live-run.ts';
import { rivalsOf } from './rivals-of.ts';
import { packageVersion } from './version.ts';

/** Runs a scenario and writes its result, whole or not at all. */
export async function runScenario(
  options: EngineOptions & { readonly scenario: LoadedScenario; readonly outDir: string },
): Promise<RunDone> {
  const { scenario: loaded, outDir } = options;
  const started = performance.now();
  const firmware = loadFirmware();
  const inputs = inputsOf(loaded, inputsInFolder(options.dataDir));
  const id = runId(loaded, firmware, inputs);
  const base = join(outDir, loaded.scenario.name);
  const usual = `${base}-${id.slice(0, 8)}`;
  checkWritable(usual);
  checkReplaceable(usual, MARKER);
  const { made, live } = await withBoards(loaded, (boards) =>
    runComparison({ ...options, loaded, inputs, firmware, live: boards }),
  );
  const { outcome, variants } = made;
  const notes = [...made.notes, ...liveNotes(live ?? [])];
  const host = hostFacts(started, options.threads);
  const manifest = manifestOf({ loaded, id, firmware, version: packageVersion(), outcome, variants, live, host });
  const files = await resultFiles(manifest, loaded, outcome, variants);
  const marker = canonicalJson(sealed(manifest, files));
  const { summary, tables } = outcome;
  const extras = { ...outcome.extras, notes, ...rivalsOf(loaded, outcome, variants) };
  const report = await renderReport({ summary, manifest, tables, scenarioText: loaded.text, extras });
  for (const [name, bytes] of report) files.set(name, bytes);
  files.set(MARKER, marker);
  if (options.cancelled()) throw new Interrupted();
  const folder = resultFolder(base, identityOf(manifest), {
    marker: MARKER,
    there: (marker) => identityOf(marker as Manifest),
  });
  writeFolderWhole({ path: folder, files, marker: MARKER });
  const { wall_s, rss_bytes, threads } = hostFacts(started, options.threads);
  const all = [summary, ...variants.map((variant) => variant.summary)];
  return {
    summary: { ...summary, result: folder, host: { wall_s, rss_bytes, threads } },
    resultDir: folder,
    runs: all.length,
    cut: all.filter(wasCut).length,
  };
}

/**
 * Runs a result's scenario again and compares digests, then what lies in the folder.
 * @param options firmware: what to run instead of the built one (a bundle brings its own); limits: what it may take where it is foreign.
 */
export async function verifyResult(
  folder: string,
  options: EngineOptions & { readonly firmware?: Firmware; readonly limits?: Partial<GuardLimits> },
): Promise<VerifyOutcome> {
  const { manifest, loaded } = openResult(folder);
  const inputs = checkResultData(manifest, loaded, options.dataDir);
  if (manifest.live !== undefined) return verifyLive(folder, manifest.live, options);
  const firmwareNow = options.firmware ?? loadFirmware();
  const { sha256 } = firmwareNow;
  const { outcome: again, variants } = await runComparison({ ...options, loaded, inputs, firmware: firmwareNow });
  for (const [index, { name, summary }] of variants.entries()) {
    const { digest } = summary;
    const expected = manifest.variants[index]?.summary.digest ?? 'none';
    if (digest !== expected) return { same: false, expected, digest, difference: `in the variant ${name}` };
  }
  if (again.digest === manifest.digest) {
    const { changed, missing } = await compareFiles({ folder, manifest, loaded, outcome: again, variants });
    const difference = changed === undefined ? null : `${changed} is not what the run makes: it was changed afterwards`;
    const notes = [
      ...(again.summary.tasks_done > 0 ? [] : ['no task was done in this run: no trained model was compared']),
      ...(missing.length === 0 ? [] : [`not there, so not compared: ${missing.join(', ')}`]),
    ];
    return { same: changed === undefined, expected: manifest.digest, digest: again.digest, difference, notes };
  }
  const firmware =
    sha256 === manifest.firmware.sha256
      ? ''
      : `; the firmware is another: ${manifest.firmware.sha256.slice(0, 8)} then, ${sha256.slice(0, 8)} now`;
  return {
    same: false,
    expected: manifest.digest,
    digest: again.digest,
    difference: `${bracketInWords(manifest.checkpoints, again, manifest.events)}${firmware}`,
  };
}

/** Finds the first event in which two results' runs differ, by running both again. */
export async function diffResults(a: string, b: string, options: EngineOptions): Promise<DiffOutcome> {
  const [one, other] = [openResult(a), openResult(b)];
  if (one.manifest.digest === other.manifest.digest) {
    const difference = differentVariant(one.manifest, other.manifest);
    return { same: difference === null, difference };
  }
  const changed = changedInput(one.manifest.inputs ?? [], other.manifest.inputs ?? []);
  // No folder holds both: the runs cannot be made again beside each other.
  if (changed?.was !== undefined && changed.is !== undefined)
    return { same: false, difference: `they read ${differenceInWords(changed, [`in ${a}`, `in ${b}`])}` };
  const firmware = loadFirmware();
  const foreign = [a, b].filter((_, n) => [one, other][n]!.manifest.firmware.sha256 !== firmware.sha256);
  if (foreign.length > 0) {
    const whose = `${foreign.join(' and ')} ${foreign.length === 1 ? 'was' : 'were'} made with other firmware than the one built here`;
    return { same: false, difference: `the digests differ; which event is not known, since ${whose}` };
  }
  for (const { manifest, loaded } of [one, other]) checkResultData(manifest, loaded, options.dataDir);
  const checkpoint = firstDifferentCheckpoint(one.manifest.checkpoints, other.manifest.checkpoints);
  const repeat = ({ manifest, loaded }: typeof one): Repeatable => ({
    loaded,
    dataset: loadDataset(loaded.scenario.dataset, options.dataDir, loaded.scenario.seed, manifest.inputs),
    firmware,
    cancelled: options.cancelled,
  });
  const difference = await firstDifference(repeat(one), repeat(other), checkpoint);
  return { same: false, difference: difference ?? 'no event differs, but the results made of them do' };
}

/** The first variant in which two results with the same digest differ, in words. */
function differentVariant(one: Manifest, other: Manifest): string | null {
  const digests = ({ variants }: Manifest) => new Map(variants.map(({ name, summary }) => [name, summary.digest]));
  const [ours, theirs] = [digests(one), digests(other)];
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [mine, its] = [ours.get(name), theirs.get(name)];
    if (mine !== its) return `in the variant ${name}: digest ${mine ?? 'none'} against ${its ?? 'none'}`;
  }
  return null;
}
