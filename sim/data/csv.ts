import { type Classes, ClassLabels } from './class-labels.ts';
import { type ColumnForm, type Columns, columnsOf, matchingColumns } from './csv-columns.ts';
import { CsvRecords } from './csv-records.ts';
import { decimalAdvice, fitsFloat32, parseDecimal } from './decimal.ts';
import { fault, type Place, quoted, shortName } from './fault.ts';
import { MissingWords } from './missing.ts';
import { numberSamples, type Table } from './table.ts';
import type { DataFile } from './text-file.ts';

/** How a CSV file is laid out. */
export interface CsvForm extends ColumnForm {
  /** What to do about a row with a missing value: refuse the file, or leave the row out. */
  readonly missing: 'error' | 'drop';
  /** Fields that count as missing, beside empty ones. */
  readonly 'missing-words': readonly (string | number)[];
}

/** A table, or two that share their classes: rows to train on and, when the source has them apart, rows to test on. */
export interface CsvTables {
  readonly train: Table;
  readonly test: Table | undefined;
}

const MOST_CLASSES = 65_535;

/**
 * Reads numeric CSV with one column of classes. Every other column must hold decimal numbers within the range of a 32-bit
 * float. Classes are numbered in ascending order: as numbers when all labels are numbers, otherwise as text.
 * @param test a second file of the same form with the test rows, or undefined. Its columns are matched by name.
 * @throws InputError with file, line and column.
 */
export function readCsv(train: DataFile, test: DataFile | undefined, form: CsvForm): CsvTables {
  const labels = new ClassLabels();
  const first = new CsvRows(train, form, labels);
  const second = test === undefined ? undefined : new CsvRows(test, form, labels, first.columns);
  const classes = labels.sorted();
  if (classes.names.length > MOST_CLASSES) {
    throw fault({ file: train.file }, `at most ${MOST_CLASSES} classes`, `${classes.names.length}`);
  }
  const infinite = classes.names.find((name) => /^[+-]?inf(inity)?$/i.test(name));
  if (infinite !== undefined && classes.names.some((name) => !Number.isNaN(parseDecimal(name)))) {
    throw fault(
      { file: train.file },
      'labels that are finite numbers, or names',
      `${shortName(infinite)} among numbers`,
    );
  }
  return { train: first.table(classes), test: second?.table(classes) };
}

/** The rows of one file, its labels still numbered by first appearance. */
class CsvRows {
  readonly columns: Columns;
  readonly #form: CsvForm;
  readonly #records: CsvRecords;
  readonly #missing: MissingWords;
  readonly #labels: ClassLabels;
  readonly #x: Float64Array;
  readonly #label: Uint32Array;
  /** Where each row was found, for `CsvRecords.lineOf`. */
  readonly #found: Uint32Array;
  #rows = 0;
  #dropped = 0;
  /** Whether every record so far ends in an empty field. */
  #trailing = true;

  /** @param train the columns of the training rows, where these are test rows. */
  constructor(source: DataFile, form: CsvForm, labels: ClassLabels, train?: Columns) {
    const records = new CsvRecords(source, form);
    this.#form = form;
    this.#records = records;
    this.#missing = new MissingWords(form['missing-words']);
    this.#labels = labels;
    const first = records.first();
    if (first === undefined) throw fault({ file: source.file }, 'rows', 'none');
    const record = { fields: first.fields, place: { file: source.file, line: records.lineOf(first.found) } };
    this.columns =
      train === undefined
        ? columnsOf(record, form, this.#missing)
        : matchingColumns(record, form, this.#missing, train);
    const { most } = records;
    // A value takes a character and a separator: the bytes bound what the lines would allow.
    const values = Math.min(most * this.columns.features.length, Math.floor(source.bytes.length / 2) + 1);
    this.#x = new Float64Array(values);
    this.#label = new Uint32Array(most);
    this.#found = new Uint32Array(most);
    let header = this.columns.names !== undefined;
    records.read((fields, found) => {
      if (header) header = false;
      else this.#take(fields, found);
    });
    if (this.#rows === 0) this.#refuseNoRows();
  }

  table({ names, numberOf }: Classes): Table {
    const { file, features, names: columns } = this.columns;
    const rows = this.#rows;
    const y = Uint16Array.from(this.#label.subarray(0, rows), (number) => numberOf[number]!);
    const notes = [];
    if (this.#dropped > 0) notes.push(`${file}: ${this.#dropped} rows with missing values left out`);
    if (columns === undefined && this.#form.header === 'auto')
      notes.push(`${file}: no header; the first line is a row`);
    return {
      source: file,
      features: features.length,
      classNames: names,
      x: this.#x.subarray(0, rows * features.length),
      y,
      sample: numberSamples(y, names.length),
      place: (row, feature) => this.#place(this.#found[row]!, features[feature]!),
      notes,
    };
  }

  #take(fields: readonly string[], found: number): void {
    const { count, features, label } = this.columns;
    if (fields.length !== count) this.#refuseRagged(fields, found);
    let at = this.#rows * features.length;
    let complete = true;
    for (const column of features) {
      const field = fields[column]!;
      const value = parseDecimal(field);
      if (this.#missing.has(field, value)) {
        complete = false;
        this.#checkDrop(fields, column, found);
      } else if (Number.isNaN(value)) {
        const advice = decimalAdvice(field) || (this.#rows === 0 ? this.#headerAdvice() : '');
        throw fault(this.#place(found, column), 'a finite number', quoted(field), advice);
      } else if (!fitsFloat32(value)) {
        throw fault(this.#place(found, column), 'a number that a 32-bit float holds', quoted(field));
      }
      this.#x[at++] = value;
    }
    const name = fields[label]!;
    if (this.#missing.has(name, parseDecimal(name))) {
      complete = false;
      this.#checkDrop(fields, label, found);
    }
    this.#trailing &&= endsInSeparator(fields);
    if (!complete) {
      this.#dropped++;
      return;
    }
    this.#label[this.#rows] = this.#labels.add(name);
    this.#found[this.#rows++] = found;
  }

  /** Refuses a missing value unless rows with such are left out. */
  #checkDrop(fields: readonly string[], column: number, found: number): void {
    if (this.#form.missing === 'drop') return;
    const expected = column === this.columns.label ? 'a class' : 'a number';
    const got = `a missing value (${quoted(fields[column]!)})`;
    const trailing = column === fields.length - 1 && endsInSeparator(fields);
    throw fault(
      this.#place(found, column),
      expected,
      got,
      trailing ? TRAILING : '`missing: drop` leaves such rows out',
    );
  }

  #refuseRagged(fields: readonly string[], found: number): never {
    const place = { file: this.columns.file, line: this.#records.lineOf(found) };
    const advice = endsInSeparator(fields) ? TRAILING : '';
    throw fault(place, `${this.columns.count} columns`, `${fields.length}`, advice);
  }

  #refuseNoRows(): never {
    const got = this.#dropped > 0 ? `only rows with missing values (${this.#dropped})` : 'none';
    throw fault({ file: this.columns.file }, 'rows', got, this.#dropped > 0 && this.#trailing ? TRAILING : '');
  }

  #headerAdvice(): string {
    return this.columns.names === undefined ? '`header: true` where the first line names the columns' : '';
  }

  #place(found: number, column: number): Place {
    const { file, names } = this.columns;
    return { file, line: this.#records.lineOf(found), column: column + 1, name: names?.[column] };
  }
}

const TRAILING = 'the line ends in a separator: its last column is empty';

function endsInSeparator(fields: readonly string[]): boolean {
  return fields.at(-1) === '';
}
