import { parseDecimal } from './decimal.ts';
import { fault, listed, type Place, quoted } from './fault.ts';
import type { MissingWords } from './missing.ts';

/** How the columns of a CSV file are told. */
export interface ColumnForm {
  /** Whether the first record names the columns; `auto` decides by its features. */
  readonly header: boolean | 'auto';
  /** The column of the class: the `first`, the `last`, or one by its name in the header. */
  readonly label: string;
  readonly separator: string;
}

/** What is where in the records of a file. */
export interface Columns {
  readonly file: string;
  /** Fields in a record. */
  readonly count: number;
  /** Names by column; undefined without a header. */
  readonly names: readonly string[] | undefined;
  /** The column of the class. */
  readonly label: number;
  /** The column of each feature, in the order of features. */
  readonly features: readonly number[];
}

/** The first record of a file, and where it stands. */
export interface FirstRecord {
  readonly fields: readonly string[];
  readonly place: Place;
}

/** A number in another notation (`1,5`, `1 000`, `12:30`, `5 %`, `0x1F`, `inf`): no name of a column, but no number either. */
const NUMBER_LIKE =
  /^[+\-\u2212]?(?:[.,]?\d[\d.,:/%'\u2019_ \u00a0\u202f-]*(?:e[+-]?\d+)?|0x[\da-f.p+-]+|inf(?:inity)?|nan)$/i;

/** Reads the columns off the first record of the file with the training rows. @throws InputError with its place. */
export function columnsOf(first: FirstRecord, form: ColumnForm, missing: MissingWords): Columns {
  const { fields, place } = first;
  const count = fields.length;
  if (count < 2) {
    const expected = `at least 2 columns between ${JSON.stringify(form.separator)}`;
    throw fault(place, expected, '1', otherSeparator(fields[0]!, form.separator));
  }
  const names = hasHeader(first, form, missing) ? fields : undefined;
  if (names !== undefined) checkNames(names, place);
  const label = labelColumn(names, count, form, place);
  const features = fields.map((_, column) => column).filter((column) => column !== label);
  return { file: place.file, count, names, label, features };
}

/**
 * Matches the columns of the file with the test rows to those of the training rows: by name where the training rows have a
 * header, otherwise by position. @throws InputError with the place of its first record.
 */
export function matchingColumns(first: FirstRecord, form: ColumnForm, missing: MissingWords, train: Columns): Columns {
  const { fields, place } = first;
  if (train.names === undefined) {
    if (fields.length !== train.count) {
      throw fault(place, `${train.count} columns as in ${train.file}`, `${fields.length}`);
    }
    if (hasHeader(first, form, missing)) {
      throw fault(place, `no header as in ${train.file}`, `names (${listed(fields)})`, HEADER_ADVICE);
    }
    return { ...train, file: place.file };
  }
  const column = new Map(fields.map((name, at) => [name, at]));
  const absent = train.names.filter((name) => !column.has(name));
  const trained = new Set(train.names);
  const others = fields.filter((name) => !trained.has(name));
  if (absent.length > 0 || others.length > 0) {
    const expected = `the columns of ${train.file} (${listed(train.names)}) in any order`;
    if (absent.length === train.count)
      throw fault(place, expected, `a first line with none of them (${listed(fields)})`);
    const got = [
      ...(absent.length > 0 ? [`no ${listed(absent)}`] : []),
      ...(others.length > 0 ? [`others (${listed(others)})`] : []),
    ];
    throw fault(place, expected, got.join(' and '));
  }
  checkNames(fields, place);
  const at = (before: number): number => column.get(train.names![before]!)!;
  const { count, label, features } = train;
  return { file: place.file, count, names: fields, label: at(label), features: features.map(at) };
}

const HEADER_ADVICE = '`header: true` or `header: false` says which it is';

function hasHeader({ fields, place }: FirstRecord, { header, label }: ColumnForm, missing: MissingWords): boolean {
  if (header !== 'auto') return header;
  if (label !== 'first' && label !== 'last') return true;
  const at = label === 'first' ? 0 : fields.length - 1;
  let number: string | undefined;
  let name: string | undefined;
  for (const [column, field] of fields.entries()) {
    if (column === at) continue;
    const value = parseDecimal(field);
    if (missing.has(field, value)) continue;
    if (!Number.isNaN(value) || NUMBER_LIKE.test(field)) number ??= field;
    else name ??= field;
  }
  if (number !== undefined && name !== undefined) {
    const got = `both (${quoted(number)} and ${quoted(name)})`;
    throw fault(place, 'either names or numbers in the first line', got, HEADER_ADVICE);
  }
  return name !== undefined;
}

function checkNames(names: readonly string[], place: Place): void {
  const before = new Map<string, number>();
  for (const [column, name] of names.entries()) {
    if (name === '') {
      const last = column === names.length - 1;
      const advice = last
        ? 'a line that ends in a separator has an empty last column'
        : 'numbers of rows are no feature';
      throw fault({ ...place, column: column + 1 }, 'a name for every column', 'none', advice);
    }
    const twice = before.get(name);
    if (twice !== undefined) {
      const got = `${listed([name])} for columns ${twice + 1} and ${column + 1}`;
      throw fault({ ...place, column: column + 1 }, 'another name for every column', got);
    }
    before.set(name, column);
  }
}

function labelColumn(names: readonly string[] | undefined, count: number, { label }: ColumnForm, place: Place): number {
  const named = names?.indexOf(label) ?? -1;
  if (label === 'first' || label === 'last') {
    const at = label === 'first' ? 0 : count - 1;
    if (named < 0 || named === at) return at;
    // Either could be meant, and the wrong one would train on the class.
    const got = `a column named ${label} that is not the ${label}`;
    throw fault(
      { ...place, column: named + 1 },
      `the ${label} column to be the class`,
      got,
      'give that column another name',
    );
  }
  if (named >= 0) return named;
  const got = names === undefined ? 'no header (`header: false`)' : listed(names);
  throw fault(place, `a column named ${listed([label])} for the class`, got);
}

/** What to write when a line is one column with this separator, but several with another. */
function otherSeparator(line: string, separator: string): string {
  const counts = [',', ';', '\t', '|'].map((mark) => ({ mark, count: line.split(mark).length - 1 }));
  const most = counts.reduce((a, b) => (b.count > a.count ? b : a));
  if (most.count === 0) return '';
  return most.mark === separator
    ? 'the whole line is in quotes'
    : `it has ${JSON.stringify(most.mark)}: \`separator\` says which character it is`;
}
