import { readFileSync } from 'node:fs';
import { checkReplaceable, checkWritable, writeFolderWhole } from '../files/write.ts';
import type { Summary } from '../metrics/summary.ts';
import { renderReport } from '../report/report.ts';
import type { ReportExtras } from '../report/result.ts';
import { changedFile } from '../run/changed-files.ts';
import { bracketInWords, firstDifference, firstDifferentCheckpoint, type Repeatable } from '../run/compare.ts';
import { loadDataset, loadFirmware } from '../run/inputs.ts';
import { Interrupted, type RunOutcome, runToEnd } from '../run/run.ts';
import {
  MARKER,
  manifestOf,
  openResult,
  resultFiles,
  resultFolder,
  runId,
  type VariantOutcome,
  variantFolders,
} from '../run/store.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { DiffOutcome, EngineOptions, VerifyOutcome } from './engine.ts';

/** Runs a scenario and writes its result, whole or not at all. */
export async function runScenario(
  options: EngineOptions & { readonly scenario: LoadedScenario; readonly outDir: string },
): Promise<{ readonly summary: Summary; readonly resultDir: string }> {
  const { scenario: loaded, outDir } = options;
  const started = performance.now();
  const firmware = loadFirmware();
  const id = runId(loaded, firmware);
  const folder = resultFolder(outDir, loaded, id);
  checkWritable(folder);
  checkReplaceable(folder, MARKER);
  const outcome = await simulate(loaded, options);
  const { variants, notes } = await runVariants(loaded, outcome, options);
  const host = hostFacts(started);
  const manifest = manifestOf({ loaded, id, firmware, version: packageVersion(), outcome, variants, host });
  const files = await resultFiles(manifest, loaded, outcome, variants);
  const { summary, tables } = outcome;
  const extras = { ...outcome.extras, notes, ...comparison(loaded, outcome, variants) };
  // Methods that hold no rows of their own are compared with methods that do: what those have is worth a picture.
  const partition = [tables, ...variants.map((each) => each.tables)].find((each) => each.partition)?.partition;
  const drawn = partition === undefined ? tables : { ...tables, partition };
  const report = await renderReport({ summary, manifest, tables: drawn, scenarioText: loaded.text, extras });
  for (const [name, bytes] of report) files.set(name, bytes);
  if (options.cancelled()) throw new Interrupted();
  writeFolderWhole({ path: folder, files, marker: MARKER });
  const { wall_s, rss_bytes } = hostFacts(started);
  return { summary: { ...summary, result: folder, host: { wall_s, rss_bytes } }, resultDir: folder };
}

/** Runs a result's scenario again and compares digests, then what lies in the folder. */
export async function verifyResult(folder: string, options: EngineOptions): Promise<VerifyOutcome> {
  const { manifest, loaded } = openResult(folder);
  const again = await simulate(loaded, options);
  const { sha256 } = loadFirmware();
  const { variants } = await runVariants(loaded, again, options);
  for (const [index, { name, summary }] of variants.entries()) {
    const { digest } = summary;
    const expected = manifest.variants[index]?.summary.digest ?? 'none';
    if (digest !== expected) return { same: false, expected, digest, difference: `in the variant ${name}` };
  }
  if (again.digest === manifest.digest) {
    const changed = await changedFile({ folder, manifest, loaded, outcome: again, variants });
    const difference = changed === undefined ? null : `${changed} is not what the run makes: it was changed afterwards`;
    return { same: changed === undefined, expected: manifest.digest, digest: again.digest, difference };
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
  if (one.manifest.digest === other.manifest.digest) return { same: true, difference: null };
  const checkpoint = firstDifferentCheckpoint(one.manifest.checkpoints, other.manifest.checkpoints);
  const repeat = (loaded: LoadedScenario): Repeatable => ({
    loaded,
    dataset: loadDataset(loaded.scenario.dataset, options.dataDir, loaded.scenario.seed),
    firmware: loadFirmware(),
    cancelled: options.cancelled,
  });
  const difference = await firstDifference(repeat(one.loaded), repeat(other.loaded), checkpoint);
  return { same: false, difference: difference ?? 'no event differs, but the results made of them do' };
}

async function simulate(loaded: LoadedScenario, options: EngineOptions): Promise<RunOutcome> {
  const { scenario } = loaded;
  return runToEnd({
    loaded,
    dataset: loadDataset(scenario.dataset, options.dataDir, scenario.seed),
    firmware: loadFirmware().module,
    onProgress: options.onProgress,
    cancelled: options.cancelled,
  });
}

/** Runs a scenario's variants one after another; their notes come after the run's own. */
async function runVariants(
  loaded: LoadedScenario,
  outcome: RunOutcome,
  options: EngineOptions,
): Promise<{ readonly variants: readonly VariantOutcome[]; readonly notes: readonly string[] }> {
  const variants: VariantOutcome[] = [];
  const notes = [...outcome.extras.notes];
  const folders = variantFolders(loaded.variants.map(({ name }) => name));
  for (const [index, { name, against, loaded: each }] of loaded.variants.entries()) {
    const { summary, tables, extras } = await simulate(each, options);
    variants.push({ name, folder: folders[index]!, against, summary, tables });
    for (const note of extras.notes) if (!outcome.extras.notes.includes(note)) notes.push(`${name}: ${note}`);
  }
  return { variants, notes };
}

/** The run and its variants, for the report to set beside each other; nothing to compare without variants. */
function comparison(
  { scenario, variants: loaded }: LoadedScenario,
  { summary, tables }: RunOutcome,
  variants: readonly VariantOutcome[],
): Pick<ReportExtras, 'rivals'> {
  if (variants.length === 0) return {};
  const method = scenario.method.name;
  const byMethod = loaded.some((each) => each.loaded.scenario.method.name !== method);
  const own = byMethod && !variants.some(({ name }) => name === method) ? method : scenario.name;
  const { when } = scenario.stop;
  const beside = variants.filter(({ against }) => against === undefined);
  const labelled = (each: VariantOutcome) => ({ ...each, label: each.name });
  return {
    rivals: {
      runs: [{ label: own, summary, tables }, ...beside.map(labelled)],
      changed: variants.flatMap((each) =>
        each.against === undefined
          ? []
          : { run: labelled(each), of: 1 + beside.findIndex(({ name }) => name === each.against) },
      ),
      byMethod,
      ...(typeof when === 'object' ? { target: when.accuracy } : {}),
    },
  };
}

function hostFacts(started: number): { wall_s: number; rss_bytes: number; node: string; platform: string } {
  return {
    wall_s: (performance.now() - started) / 1000,
    rss_bytes: process.resourceUsage().maxRSS * 1024,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}

/** The version in package.json, from the sources or from the compiled program alike. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
