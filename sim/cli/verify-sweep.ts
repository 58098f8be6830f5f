import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readBytes } from '../files/read.ts';
import { digestText } from '../kernel/digest.ts';
import { InputError } from '../kernel/errors.ts';
import { readChecked, words } from '../run/checked-json.ts';
import { checkSweepData } from '../run/input-check.ts';
import { type Firmware, loadFirmware } from '../run/inputs.ts';
import { localEngine } from '../run/sweep-engine.ts';
import type { RunRecord } from '../run/sweep-plan.ts';
import { sweepTables, tableFiles } from '../run/sweep-results.ts';
import { runSweep } from '../run/sweep-run.ts';
import { openSweep, openSweepFolder, readStoredRecord } from '../run/sweep-store.ts';
import type { EngineOptions, VerifyOutcome } from './engine.ts';

/** What `summary.json` of a sweep says of its tables. */
const sweepSummary = z.looseObject({ versions: z.looseObject({ globe2train: words }) });

/** The same with the firmware built here. @throws InputError for a sweep without its tables. */
export async function verifySweepFolder(folder: string, options: EngineOptions): Promise<VerifyOutcome> {
  const file = join(folder, 'summary.json');
  if (!existsSync(file)) {
    throw new InputError(
      `${folder}: expected a sweep that is done, got one without its tables; g2t sweep or merge makes them`,
    );
  }
  const { versions } = readChecked(sweepSummary, file);
  return await verifySweep(folder, { ...options, firmware: loadFirmware(), version: versions.globe2train });
}

/** What a run came to, by which it is known to be the same. */
function endOf(record: RunRecord | undefined): string {
  if (record?.summary !== undefined) return `digest ${record.summary.digest}`;
  return record === undefined ? 'no record' : `failed (${record.error})`;
}

/**
 * Makes all runs of a sweep again, elsewhere, and compares their digests, then the tables.
 * @param version of the program that wrote the tables, which they name.
 */
export async function verifySweep(
  folder: string,
  options: EngineOptions & { readonly firmware: Firmware; readonly version: string },
): Promise<VerifyOutcome> {
  const { firmware, dataDir, foreign, workers, version, cancelled } = options;
  const plan = openSweep(folder, firmware);
  checkSweepData(plan, dataDir);
  const fresh = mkdtempSync(join(tmpdir(), 'g2t-verify-'));
  const engine = await localEngine({ firmware, dataDir, foreign, workers });
  try {
    openSweepFolder(fresh, plan, false);
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) =>
      options.onProgress({ simulatedSeconds: 0, events: 0, tasksDone: done, tasksTotal: total, unit: 'runs' });
    const rows = await runSweep({ plan, folder: fresh, engine, onProgress, cancelled });
    const stored = rows.map((row) => endOf(readStoredRecord(folder, row)));
    const again = rows.map(({ record }) => endOf(record));
    const expected = digestText(stored.join('\n'));
    const digest = digestText(again.join('\n'));
    const other = rows.findIndex((_, index) => stored[index] !== again[index]);
    if (other >= 0) {
      const { index, seed } = rows[other]!;
      // What a run from elsewhere failed of may quote a file here.
      const now =
        foreign === true && rows[other]!.record.error !== undefined ? 'failed of something else' : again[other];
      const difference = `run ${index + 1}, seed ${seed}: ${stored[other]} then, ${now} now`;
      return { same: false, expected, digest, difference };
    }
    for (const [name, content] of await tableFiles(plan, sweepTables(plan, rows), version)) {
      const file = join(folder, name);
      if (existsSync(file) && Buffer.compare(readBytes(file), Buffer.from(content)) === 0) continue;
      return { same: false, expected, digest, difference: `${name} is not what the runs make` };
    }
    const failed = rows.filter(({ record }) => record.error !== undefined).length;
    const notes = failed === 0 ? [] : [`${failed} of ${rows.length} runs failed, then and now alike`];
    return { same: true, expected, digest, difference: null, notes };
  } finally {
    await engine.close();
    rmSync(fresh, { recursive: true });
  }
}
