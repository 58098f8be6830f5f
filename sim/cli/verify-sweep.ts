import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBytes } from '../files/read.ts';
import { digestText } from '../kernel/digest.ts';
import { RunError } from '../kernel/errors.ts';
import { checkSweepData } from '../run/input-check.ts';
import type { Firmware } from '../run/inputs.ts';
import { localEngine } from '../run/sweep-engine.ts';
import type { SweepRow } from '../run/sweep-plan.ts';
import { sweepTables, tableFiles } from '../run/sweep-results.ts';
import { runSweep } from '../run/sweep-run.ts';
import { openSweep, openSweepFolder, readRecord } from '../run/sweep-store.ts';
import type { GuardLimits } from '../run/watchdog.ts';
import type { EngineOptions, VerifyOutcome } from './engine.ts';

/**
 * Makes all runs of a sweep again, elsewhere, and compares their digests, then the tables.
 * @param version of the program that wrote the tables, which they name.
 */
export async function verifySweep(
  folder: string,
  options: EngineOptions & {
    readonly firmware: Firmware;
    readonly limits: Partial<GuardLimits>;
    readonly version: string;
  },
): Promise<VerifyOutcome> {
  const { firmware, limits, dataDir, foreign, workers, version, cancelled } = options;
  const plan = openSweep(folder, firmware);
  checkSweepData(plan, dataDir);
  const fresh = mkdtempSync(join(tmpdir(), 'g2t-verify-'));
  const engine = await localEngine({ firmware, limits, dataDir, foreign, workers });
  try {
    openSweepFolder(fresh, plan, false);
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) =>
      options.onProgress({ simulatedSeconds: 0, events: 0, tasksDone: done, tasksTotal: total, unit: 'runs' });
    const rows = await runSweep({ plan, folder: fresh, engine, onProgress, cancelled });
    if (rows.length === 0) throw new RunError(`${folder}: expected a sweep with runs to compare, got none`);
    const stored = (row: SweepRow) => readRecord(folder, row)?.summary.digest ?? 'none';
    const expected = digestText(rows.map(stored).join('\n'));
    const digest = digestText(rows.map(({ record }) => record.summary.digest).join('\n'));
    const other = rows.find((row) => stored(row) !== row.record.summary.digest);
    if (other !== undefined) {
      const difference = `run ${other.index + 1}, seed ${other.seed}: digest ${stored(other)} then, ${other.record.summary.digest} now`;
      return { same: false, expected, digest, difference };
    }
    for (const [name, content] of await tableFiles(plan, sweepTables(plan, rows), version)) {
      const file = join(folder, name);
      if (existsSync(file) && Buffer.compare(readBytes(file), Buffer.from(content)) === 0) continue;
      return { same: false, expected, digest, difference: `${name} is not what the runs make` };
    }
    return { same: true, expected, digest, difference: null };
  } finally {
    await engine.close();
    rmSync(fresh, { recursive: true });
  }
}
