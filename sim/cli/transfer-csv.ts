import { CsvRecords } from '../data/csv-records.ts';
import { decimalAdvice, parseDecimal } from '../data/decimal.ts';
import { fault, listed, type Place, quoted } from '../data/fault.ts';
import type { DataFile } from '../data/text-file.ts';
import { checkTransfer, type TransferRow } from '../net/transfer.ts';

const COLUMNS = {
  rtt_s: 'rttS',
  rate_bit_per_s: 'rateBitPerS',
  packet_loss: 'loss',
  flows: 'flows',
  size_bytes: 'sizeBytes',
} as const;

type Column = keyof typeof COLUMNS;

/**
 * Reads rows from CSV with the columns rtt_s, rate_bit_per_s, packet_loss, flows, size_bytes in any order; other columns
 * are left alone. Lines that begin with # are comments.
 * @param rest what the columns do not say.
 * @throws InputError with file, line and column.
 */
export function readTransferCsv(source: DataFile, rest: Pick<TransferRow, 'tls' | 'seed' | 'runs'>): TransferRow[] {
  const { file } = source;
  const records = new CsvRecords(source, { separator: ',', comment: '#' });
  const rows: TransferRow[] = [];
  let width = 0;
  let columns: readonly (readonly [Column, number])[] | undefined;
  records.read((fields, found) => {
    const line = (): number => records.lineOf(found);
    if (columns === undefined) {
      columns = columnsOf(fields, { file, line: line() });
      width = fields.length;
      return;
    }
    if (fields.length !== width) throw fault({ file, line: line() }, `${width} columns`, `${fields.length}`);
    const row: Record<string, number> = {};
    for (const [name, column] of columns) {
      const field = fields[column]!;
      const value = parseDecimal(field);
      if (Number.isNaN(value))
        throw fault({ file, line: line(), name }, 'a number', quoted(field), decimalAdvice(field));
      row[COLUMNS[name]] = value;
    }
    const whole = { ...(row as Record<(typeof COLUMNS)[Column], number>), ...rest };
    checkTransfer(whole, () => `${file}:${line()}`);
    rows.push(whole);
  });
  if (rows.length === 0) throw fault({ file }, 'rows', 'none');
  return rows;
}

function columnsOf(names: readonly string[], place: Place): (readonly [Column, number])[] {
  return (Object.keys(COLUMNS) as Column[]).map((name) => {
    const at = names.indexOf(name);
    if (at < 0) throw fault(place, `a column ${name}`, listed(names));
    const again = names.indexOf(name, at + 1);
    if (again >= 0) {
      throw fault(
        { ...place, column: again + 1 },
        'another name for every column',
        `${name} for columns ${at + 1} and ${again + 1}`,
      );
    }
    return [name, at] as const;
  });
}
