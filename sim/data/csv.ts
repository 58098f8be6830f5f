import { InputError } from '../kernel/errors.ts';
import { FieldCutter, isBlank } from './csv-fields.ts';
import { DecimalReader } from './decimal.ts';
import { fault } from './fault.ts';
import { numberSamples, type Table } from './table.ts';

/** How a CSV file is laid out. */
export interface CsvForm {
  /** Whether the first line names the columns. */
  readonly header: boolean;
  /** The column of the class: the `first`, the `last`, or one by its name in the header. */
  readonly label: string;
  /** One character. */
  readonly separator: string;
  /** What to do about a row with a missing value (nothing, `?` or `NA`): refuse the file, or leave the row out. */
  readonly missing: 'error' | 'drop';
}

/** A CSV file, unpacked. */
export interface CsvFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** A table, or two that share their classes: rows to train on and, when the source has them apart, rows to test on. */
export interface CsvTables {
  readonly train: Table;
  readonly test: Table | undefined;
}

/**
 * Reads numeric CSV with one column of classes. Every other column must hold finite numbers. Classes are numbered in
 * ascending order: as numbers when all of them are, otherwise as text.
 * @param test a second file of the same form with the test rows, or undefined.
 * @throws InputError with file, line and column.
 */
export function readCsv(train: CsvFile, test: CsvFile | undefined, form: CsvForm): CsvTables {
  const first = new Records(train, form);
  const second = test === undefined ? undefined : new Records(test, form);
  if (second !== undefined && second.features !== first.features) {
    throw fault({ file: second.file }, `${first.features} features as in ${first.file}`, `${second.features}`);
  }
  const classNames = sortedClasses([...new Set([...first.labels, ...(second?.labels ?? [])])]);
  if (classNames.length > 65_535) throw fault({ file: first.file }, 'at most 65535 classes', `${classNames.length}`);
  return { train: first.table(classNames), test: second?.table(classNames) };
}

function sortedClasses(names: readonly string[]): string[] {
  const numeric = names.every((name) => Number.isFinite(Number(name)));
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...names].sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || byText(a, b));
}

/** The rows of one file, its classes still as text. */
class Records {
  readonly file: string;
  readonly labels: string[] = [];
  readonly #form: CsvForm;
  readonly #fields: FieldCutter;
  readonly #reader: DecimalReader;
  #x = new Float64Array(4096);
  #used = 0;
  #dropped = 0;
  #columns = 0;
  #label = 0;
  #names: readonly string[] | undefined;

  constructor({ file, bytes }: CsvFile, form: CsvForm) {
    this.file = file;
    this.#form = form;
    this.#fields = new FieldCutter(bytes, file, form.separator);
    this.#reader = new DecimalReader(bytes);
    const byteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    for (let at = byteOrderMark ? 3 : 0, line = 1; at < bytes.length; line++) {
      const newline = bytes.indexOf(10, at);
      const next = newline < 0 ? bytes.length : newline + 1;
      let end = newline < 0 ? bytes.length : newline;
      if (bytes[end - 1] === 13) end--;
      while (end > at && isBlank(bytes[end - 1]!) && form.separator !== '\t') end--;
      if (end > at) this.#line(at, end, line);
      at = next;
    }
    if (this.labels.length === 0) {
      const got = this.#dropped > 0 ? `only rows with missing values (${this.#dropped})` : 'none';
      throw new InputError(`${file}: expected rows, got ${got}`);
    }
  }

  get features(): number {
    return this.#columns - 1;
  }

  table(classNames: readonly string[]): Table {
    const number = new Map(classNames.map((name, index) => [name, index]));
    const y = Uint16Array.from(this.labels, (label) => number.get(label)!);
    return {
      source: this.file,
      features: this.features,
      classNames,
      x: this.#x.subarray(0, this.#used),
      y,
      sample: numberSamples(y, classNames.length),
      notes: this.#dropped === 0 ? [] : [`${this.file}: ${this.#dropped} rows with missing values left out`],
    };
  }

  #line(from: number, end: number, line: number): void {
    const fields = this.#fields;
    fields.cut(from, end, line);
    if (this.#columns === 0) {
      this.#begin(line);
      if (this.#form.header) return;
    }
    const columns = this.#columns;
    if (fields.starts.length !== columns) {
      throw fault({ file: this.file, line }, `${columns} columns`, `${fields.starts.length}`);
    }
    for (let c = 0; c < columns; c++) {
      if (!fields.isMissing(c)) continue;
      if (this.#form.missing === 'drop') {
        this.#dropped++;
        return;
      }
      const expected = c === this.#label ? 'a class' : 'a number';
      const got = `a missing value (${fields.shown(c)})`;
      throw fault(this.#place(line, c), expected, got, '`missing: drop` leaves such rows out');
    }
    while (this.#used + columns > this.#x.length) this.#widen();
    for (let c = 0; c < columns; c++) {
      if (c === this.#label) this.labels.push(fields.text(c));
      else this.#x[this.#used++] = this.#number(line, c);
    }
  }

  #number(line: number, column: number): number {
    const reader = this.#reader;
    reader.at = this.#fields.starts[column]!;
    const value = reader.next();
    if (Number.isNaN(value) || reader.at !== this.#fields.ends[column]) {
      throw fault(this.#place(line, column), 'a finite number', this.#fields.shown(column));
    }
    return value;
  }

  /** The first line says how many columns there are, and with a header which one is the class. */
  #begin(line: number): void {
    const fields = this.#fields;
    const { header, label, separator } = this.#form;
    this.#columns = fields.starts.length;
    if (this.#columns < 2) {
      throw fault({ file: this.file, line }, `at least 2 columns between ${JSON.stringify(separator)}`, '1');
    }
    if (header) this.#names = fields.starts.map((_, c) => fields.text(c));
    if (this.#names?.every((name) => name !== '' && Number.isFinite(Number(name)))) {
      // Else the first row would be lost without a word.
      const got = `only numbers (${this.#names.slice(0, 4).join(', ')}${this.#columns > 4 ? ', ...' : ''})`;
      throw fault(
        { file: this.file, line },
        'the names of the columns',
        got,
        '`header: false` where there is no header',
      );
    }
    const byName = this.#names?.indexOf(label) ?? -1;
    if (byName >= 0) this.#label = byName;
    else if (label === 'last') this.#label = this.#columns - 1;
    else if (label !== 'first') {
      const among = this.#names?.slice(0, 12).join(', ') ?? 'no header (`header: false`)';
      throw fault({ file: this.file, line }, `a column named ${label} for the class`, among);
    }
  }

  #place(
    line: number,
    column: number,
  ): { readonly file: string; readonly line: number; readonly column: string | number } {
    return { file: this.file, line, column: this.#names?.[column] ?? column + 1 };
  }

  #widen(): void {
    const wider = new Float64Array(this.#x.length * 2);
    wider.set(this.#x);
    this.#x = wider;
  }
}
