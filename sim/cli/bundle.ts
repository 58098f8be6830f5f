import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { writeFolderWhole } from '../files/write.ts';
import { InputError } from '../kernel/errors.ts';
import { type Bundle, checkBundleData, openBundle, packBundle } from '../run/bundle.ts';
import { loadFirmware } from '../run/inputs.ts';
import { MARKER, openResult } from '../run/store.ts';
import type { EngineOptions, VerifyOutcome } from './engine.ts';
import { verifyResult } from './simulate.ts';
import { packageVersion } from './version.ts';

/** A result's folder with all that it takes to make it again, as one archive. */
export async function bundleFolder(folder: string, dataDir: string): Promise<Uint8Array> {
  if (!existsSync(join(folder, MARKER))) {
    throw new InputError(`${folder}: expected the folder of a result (with ${MARKER}), got something else`);
  }
  const { manifest, loaded } = openResult(folder);
  return packBundle({
    folder,
    name: basename(resolve(folder)),
    holds: 'result',
    datasets: [loaded, ...loaded.variants.map((variant) => variant.loaded)].map(({ scenario }) => scenario.dataset),
    dataDir,
    wanted: manifest.firmware.sha256,
    version: packageVersion(),
  });
}

/** Unpacks a bundle, runs what is in it again with the firmware in it, and compares. */
export async function verifyBundle(path: string, options: EngineOptions): Promise<VerifyOutcome> {
  const bundle = await openBundle(path);
  checkBundleData(path, bundle.marker, options.dataDir);
  const folder = mkdtempSync(join(tmpdir(), 'g2t-bundle-'));
  try {
    const inside = join(folder, 'result');
    writeFolderWhole({ path: inside, files: bundle.result, marker: MARKER });
    const outcome = await verifyResult(inside, { ...options, firmware: bundle.firmware });
    return { ...outcome, notes: notesOf(bundle) };
  } finally {
    rmSync(folder, { recursive: true });
  }
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
