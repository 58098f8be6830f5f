import { writeArrow } from '../files/arrow.ts';
import { writeParquet } from '../files/parquet.ts';
import type { Content } from '../files/write.ts';
import type { Table } from '../metrics/table.ts';
import type { SweepPlan, SweepRow } from './sweep-plan.ts';
import { runsTable, statisticsTable } from './sweep-tables.ts';

/** What a sweep came to. */
export interface SweepTables {
  readonly runs: Table;
  readonly statistics: Table;
}

export function sweepTables({ sweep }: SweepPlan, rows: readonly SweepRow[]): SweepTables {
  return { runs: runsTable(sweep, rows), statistics: statisticsTable(sweep, rows) };
}

/** The tables as files. They hold nothing of the host: one worker or many, the bytes are the same. */
export async function tableFiles(
  plan: SweepPlan,
  tables: SweepTables,
  version: string,
): Promise<readonly (readonly [string, Content])[]> {
  const metadata = {
    name: plan.sweep.name,
    sweep: plan.id,
    firmware: plan.firmware.sha256,
    globe2train: version,
    scenario: plan.sweep.base.canonical,
  };
  const files: [string, Content][] = [];
  for (const [name, table] of Object.entries(tables) as [string, Table][]) {
    files.push([`${name}.arrow`, await writeArrow(table, metadata)]);
    files.push([`${name}.parquet`, await writeParquet(table, metadata)]);
  }
  return files;
}
