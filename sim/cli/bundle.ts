import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { withScratchFolder } from '../files/scratch.ts';
import { writeFolderWhole } from '../files/write.ts';
import { InputError } from '../kernel/errors.ts';
import { type Bundle, checkBundleData, openBundle, packBundle } from '../run/bundle.ts';
import { checkResultData, checkSweepData, datasetsOf } from '../run/input-check.ts';
import { type Firmware, firmwareOf, isBuilt, loadFirmware } from '../run/inputs.ts';
import { MARKER, openResult } from '../run/store.ts';
import { openSweep, SWEEP_MARKER } from '../run/sweep-store.ts';
import type { EngineOptions, TrustOptions, VerifyOutcome } from './engine.ts';
import { verifyResult } from './simulate.ts';
import { verifySweep } from './verify-sweep.ts';
import { packageVersion } from './version.ts';

/** A result's or sweep's folder with all that it takes to make it again, as one archive. */
export async function bundleFolder(folder: string, dataDir: string): Promise<Uint8Array> {
  const subject = existsSync(join(folder, SWEEP_MARKER)) ? sweepIn(folder, dataDir) : resultIn(folder, dataDir);
  return packBundle({ ...subject, folder, name: basename(resolve(folder)), version: packageVersion() });
}

function resultIn(folder: string, dataDir: string) {
  if (!existsSync(join(folder, MARKER))) {
    throw new InputError(
      `${folder}: expected the folder of a result (with ${MARKER}) or sweep (with ${SWEEP_MARKER}), got neither`,
    );
  }
  const { manifest, loaded } = openResult(folder);
  const inputs = checkResultData(manifest, loaded, dataDir);
  return { holds: 'result' as const, datasets: datasetsOf(loaded), inputs, wanted: manifest.firmware.sha256 };
}

function sweepIn(folder: string, dataDir: string) {
  const plan = openSweep(folder, loadFirmware());
  if (!existsSync(join(folder, 'runs.arrow'))) {
    throw new InputError(
      `${folder}: expected a sweep that is done, got one without its tables; g2t sweep or merge makes them`,
    );
  }
  checkSweepData(plan, dataDir);
  const { inputs, sweep, firmware } = plan;
  return { holds: 'sweep' as const, datasets: sweep.datasets, inputs, wanted: firmware.sha256 };
}

/**
 * Unpacks a bundle, runs what is in it again with the firmware in it, and compares.
 * @throws InputError where that firmware is foreign and nobody has allowed it.
 */
export async function verifyBundle(path: string, options: EngineOptions & TrustOptions): Promise<VerifyOutcome> {
  const bundle = await openBundle(path);
  const firmware = trustedFirmware(path, bundle, options);
  checkBundleData(path, bundle.marker, options.dataDir);
  return withScratchFolder(
    'bundle',
    async (folder) => {
      const inside = join(folder, 'result');
      const limits = options.callSeconds === undefined ? {} : { callSeconds: options.callSeconds };
      const { marker, result } = bundle;
      const isSweep = marker.holds === 'sweep';
      writeFolderWhole({ path: inside, files: result, marker: isSweep ? SWEEP_MARKER : MARKER });
      const outcome = isSweep
        ? await verifySweep(inside, {
            ...options,
            foreign: true,
            firmware,
            limits,
            version: marker.versions.globe2train,
          })
        : await verifyResult(inside, { ...options, foreign: true, firmware, limits });
      const foreign = firmware.kind === 'foreign' ? { foreign_firmware: firmware.sha256 } : {};
      return { ...outcome, ...foreign, notes: [...(outcome.notes ?? []), ...notesOf(bundle)] };
    },
    path,
  );
}

/** The firmware of a bundle. Foreign code is not even read before somebody has allowed it. */
function trustedFirmware(path: string, { marker, wasm }: Bundle, { trust, say }: TrustOptions): Firmware {
  const { sha256 } = marker.firmware;
  if (!isBuilt(sha256)) {
    const whose = `foreign firmware, SHA-256 ${sha256}, which is not the one built here (${loadFirmware().sha256.slice(0, 8)})`;
    if (!trust)
      throw new InputError(
        `${path}: expected --trust, since verifying it runs ${whose}; got no --trust, so nothing was run`,
      );
    say(`runs ${whose}`);
  }
  return firmwareOf(wasm, path);
}

function notesOf({ marker }: Bundle): string[] {
  const version = packageVersion();
  return version === marker.versions.globe2train
    ? []
    : [`the bundle was made by version ${marker.versions.globe2train}; this is ${version}`];
}
