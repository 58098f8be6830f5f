import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { withScratchFolder } from '../files/scratch.ts';
import { writeFolderWhole } from '../files/write.ts';
import { InputError } from '../kernel/errors.ts';
import { type Bundle, checkBundleData, openBundle, packBundle } from '../run/bundle.ts';
import { loadFirmware } from '../run/inputs.ts';
import { MARKER, openResult } from '../run/store.ts';
import { openSweep } from '../run/sweep-store.ts';
import type { EngineOptions, VerifyOutcome } from './engine.ts';
import { verifyResult } from './simulate.ts';
import { verifySweep } from './verify-sweep.ts';
import { packageVersion } from './version.ts';

/** The file by which a folder is known to hold a sweep. */
const SWEEP_MARKER = 'sweep.json';

/** A result's or sweep's folder with all that it takes to make it again, as one archive. */
export async function bundleFolder(folder: string, dataDir: string): Promise<Uint8Array> {
  const subject = existsSync(join(folder, SWEEP_MARKER)) ? sweepIn(folder) : resultIn(folder);
  return packBundle({ ...subject, folder, name: basename(resolve(folder)), dataDir, version: packageVersion() });
}

function resultIn(folder: string) {
  if (!existsSync(join(folder, MARKER))) {
    throw new InputError(
      `${folder}: expected the folder of a result (with ${MARKER}) or sweep (with ${SWEEP_MARKER}), got neither`,
    );
  }
  const { manifest, loaded } = openResult(folder);
  const all = [loaded, ...loaded.variants.map((variant) => variant.loaded)];
  const datasets = all.map(({ scenario }) => scenario.dataset);
  return { holds: 'result' as const, datasets, wanted: manifest.firmware.sha256 };
}

function sweepIn(folder: string) {
  const plan = openSweep(folder, loadFirmware());
  if (!existsSync(join(folder, 'runs.arrow'))) {
    throw new InputError(
      `${folder}: expected a sweep that is done, got one without its tables; g2t sweep or merge makes them`,
    );
  }
  const datasets = plan.sweep.points.map((point) => plan.sweep.load(point).scenario.dataset);
  return { holds: 'sweep' as const, datasets, wanted: plan.firmware.sha256 };
}

/** Unpacks a bundle, runs what is in it again with the firmware in it, and compares. */
export async function verifyBundle(path: string, options: EngineOptions): Promise<VerifyOutcome> {
  const bundle = await openBundle(path);
  checkBundleData(path, bundle.marker, options.dataDir);
  return withScratchFolder('bundle', async (folder) => {
    const inside = join(folder, 'result');
    const { firmware, marker, result } = bundle;
    const isSweep = marker.holds === 'sweep';
    writeFolderWhole({ path: inside, files: result, marker: isSweep ? SWEEP_MARKER : MARKER });
    const outcome = isSweep
      ? await verifySweep(inside, { ...options, firmware, version: marker.versions.globe2train })
      : await verifyResult(inside, { ...options, firmware });
    return { ...outcome, notes: notesOf(bundle) };
  });
}

function notesOf({ marker }: Bundle): string[] {
  const { sha256 } = loadFirmware();
  const version = packageVersion();
  return [
    ...(sha256 === marker.firmware.sha256
      ? []
      : [
          `the firmware of the bundle (${marker.firmware.sha256.slice(0, 8)}) is another than the one built here (${sha256.slice(0, 8)}): the bundle’s was run`,
        ]),
    ...(version === marker.versions.globe2train
      ? []
      : [`the bundle was made by version ${marker.versions.globe2train}; this is ${version}`]),
  ];
}
