import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readBytes } from '../files/read.ts';
import { withScratchFolder } from '../files/scratch.ts';
import { digestText } from '../kernel/digest.ts';
import { InputError, RunError } from '../kernel/errors.ts';
import { readChecked, words } from '../run/checked-json.ts';
import { checkSweepData } from '../run/input-check.ts';
import { type Firmware, loadFirmware } from '../run/inputs.ts';
import { localEngine, type SweepEngine } from '../run/sweep-engine.ts';
import type { RunRecord } from '../run/sweep-plan.ts';
import { sweepTables, tableFiles } from '../run/sweep-results.ts';
import { runSweep } from '../run/sweep-run.ts';
import { openSweep, openSweepFolder, readStoredRecord } from '../run/sweep-store.ts';
import type { GuardLimits } from '../run/watchdog.ts';
import type { EngineOptions, VerifyOutcome } from './engine.ts';

type SweepOptions = EngineOptions & {
  readonly firmware: Firmware;
  readonly limits: Partial<GuardLimits>;
  readonly version: string;
};

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
  return await verifySweep(folder, {
    ...options,
    firmware: loadFirmware(),
    limits: {},
    version: versions.globe2train,
  });
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
export function verifySweep(folder: string, options: SweepOptions): Promise<VerifyOutcome> {
  return withScratchFolder('verify', (fresh) => verifyIn(fresh, folder, options));
}

/** @param fresh the folder where the runs are made again. */
async function verifyIn(fresh: string, folder: string, options: SweepOptions): Promise<VerifyOutcome> {
  const { firmware, limits, dataDir, foreign, workers, version, cancelled } = options;
  const plan = openSweep(folder, firmware);
  checkSweepData(plan, dataDir);
  const threads = await localEngine({ firmware, limits, dataDir, foreign, workers });
  const withheld = new Set<string>();
  const engine: SweepEngine = {
    ...threads,
    run: async (run) => {
      const end = await threads.run(run);
      if (end.failure?.withheld === true) withheld.add(run.head.id);
      return end;
    },
  };
  try {
    openSweepFolder(fresh, plan, false);
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) =>
      options.onProgress({ simulatedSeconds: 0, events: 0, tasksDone: done, tasksTotal: total, unit: 'runs' });
    const rows = await runSweep({ plan, folder: fresh, engine, onProgress, cancelled });
    if (rows.length === 0) throw new RunError(`${folder}: expected a sweep with runs to compare, got none`);
    const stored = rows.map((row) => endOf(readStoredRecord(folder, row)));
    const again = rows.map(({ record }) => endOf(record));
    const expected = digestText(stored.join('\n'));
    const digest = digestText(again.join('\n'));
    const other = rows.findIndex((_, index) => stored[index] !== again[index]);
    if (other >= 0) {
      const { index, seed } = rows[other]!;
      // What a run from elsewhere failed of may quote a file here.
      const now = withheld.has(rows[other]!.id) ? 'failed of something else in its data' : again[other];
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
  }
}
