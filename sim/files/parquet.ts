import type { ColumnSource } from 'hyparquet-writer';
import { assert } from '../kernel/errors.ts';
import type { Column, Table } from '../metrics/table.ts';
import type { ArrowMetadata } from './arrow.ts';

/**
 * A table as a Parquet file, in one row group, compressed with Snappy. The same table and metadata give the same bytes; a NaN is
 * written as a null.
 * @param metadata beside `schema: 1`, `table`, `description` and each column's unit and description, which are always there.
 */
export async function writeParquet(whole: Table, metadata: ArrowMetadata): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const columns = Object.fromEntries(
    whole.columns.map(({ name, unit, description }) => [name, { unit, description }] as const),
  );
  const notes: ArrowMetadata = {
    ...metadata,
    schema: '1',
    table: whole.name,
    description: whole.description,
    columns: JSON.stringify(columns),
  };
  const kvMetadata = Object.entries(notes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value }));
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: whole.columns.map((column) => sourceOf(column, whole.rows)),
      rowGroupSize: Math.max(1, whole.rows),
      kvMetadata,
      createdBy: 'globe2train',
    }),
  );
}

function sourceOf(column: Column, rows: number): ColumnSource {
  const { name } = column;
  switch (column.type) {
    case 'f64': {
      const values = column.values as Float64Array;
      const data = Array.from(values, (value) => (Number.isNaN(value) ? null : value));
      return { name, type: 'DOUBLE', nullable: true, data };
    }
    case 'i32':
      return { name, type: 'INT32', nullable: false, data: column.values as Int32Array };
    case 'bool':
      return { name, type: 'BOOLEAN', nullable: false, data: Array.from(column.values, (value) => value !== 0) };
    case 'utf8':
      return { name, type: 'STRING', nullable: false, data: Array.from(column.codes, (code) => column.words[code]!) };
    default:
      assert(
        false,
        `Expected ${name} with its ${rows} rows to be of a type that Parquet files are made of, got ${column.type}`,
      );
  }
}
