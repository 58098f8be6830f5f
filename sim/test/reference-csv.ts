import { readFileSync } from 'node:fs';
import { CsvRecords } from '../data/csv-records.ts';

/** The rows of a CSV file with a header, each by the names of the columns. */
export function referenceRows(file: string): Readonly<Record<string, string>>[] {
  const rows: Record<string, string>[] = [];
  let names: readonly string[] | undefined;
  new CsvRecords({ file, bytes: readFileSync(file) }, { separator: ',' }).read((fields) => {
    if (names === undefined) names = fields;
    else rows.push(Object.fromEntries(names.map((name, column) => [name, fields[column]!])));
  });
  return rows;
}
