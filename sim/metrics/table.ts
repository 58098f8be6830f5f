import type { Digest } from '../kernel/digest.ts';
import { assert } from '../kernel/errors.ts';

/** Types of a column. A missing value exists in `f64` columns alone, where it is NaN. */
export type ColumnType = 'f64' | 'i32' | 'u32' | 'bool' | 'utf8' | 'binary';

export interface ColumnDefinition<Name extends string = string> {
  readonly name: Name;
  readonly type: ColumnType;
  /** SI symbol ('s', 'B', 'J'), '1' for counts, shares and ids, '' for text. */
  readonly unit: string;
  readonly description: string;
  /** True when only some methods have this column: a table leaves it out unless it was asked for. */
  readonly optional?: true;
}

export interface TableDefinition<Name extends string = string> {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly ColumnDefinition<Name>[];
}

interface NumberColumn extends ColumnDefinition {
  readonly type: 'f64' | 'i32' | 'u32';
  readonly values: Float64Array | Int32Array | Uint32Array;
}
interface BoolColumn extends ColumnDefinition {
  readonly type: 'bool';
  /** 0 or 1, a byte a row. */
  readonly values: Uint8Array;
}
export interface TextColumn extends ColumnDefinition {
  readonly type: 'utf8';
  /** Row r holds words[codes[r]]. */
  readonly codes: Int32Array;
  readonly words: readonly string[];
}
export interface BinaryColumn extends ColumnDefinition {
  readonly type: 'binary';
  /** Row r holds bytes[offsets[r], offsets[r + 1]). One longer than the rows. */
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}
export type Column = NumberColumn | BoolColumn | TextColumn | BinaryColumn;

/** A finished columnar table: every column has `rows` entries. */
export interface Table {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  readonly rows: number;
}

export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

/** The numbers of a column; bool gives 0 and 1. Asserts that the column exists and is numeric. */
export function numbersOf(table: Table, name: string): Float64Array | Int32Array | Uint32Array | Uint8Array {
  const column = findColumn(table, name);
  assert(column !== undefined, `Expected table ${table.name} to have a column ${name}`);
  assert('values' in column, `Expected column ${table.name}.${name} to be numeric, got ${column.type}`);
  return column.values;
}

/** A text column: codes into words. Asserts that the column exists and is text. */
export function textOf(table: Table, name: string): TextColumn {
  const column = findColumn(table, name);
  assert(column?.type === 'utf8', `Expected table ${table.name} to have a text column ${name}`);
  return column;
}

/** The values of a text column, a string a row. */
export function wordsOf(table: Table, name: string): readonly string[] {
  const { codes, words } = textOf(table, name);
  return Array.from(codes, (code) => words[code]!);
}

/** The number of rows that a column holds. */
function lengthOf(column: Column): number {
  if (column.type === 'utf8') return column.codes.length;
  return column.type === 'binary' ? column.offsets.length - 1 : column.values.length;
}

/** Puts columns together to a table; asserts that all are equally long and that no name is there twice. */
export function table(definition: Pick<TableDefinition, 'name' | 'description'>, columns: readonly Column[]): Table {
  const rows = columns.length === 0 ? 0 : lengthOf(columns[0]!);
  const seen = new Set<string>();
  for (const column of columns) {
    const { name } = column;
    assert(!seen.has(name), `Expected column ${definition.name}.${name} to be there once`);
    seen.add(name);
    assert(
      lengthOf(column) === rows,
      `Expected ${definition.name}.${name} to have ${rows} rows, got ${lengthOf(column)}`,
    );
  }
  return { name: definition.name, description: definition.description, columns, rows };
}

/** Texts as codes into the distinct words, in order of first appearance. */
function encodeText(values: Iterable<string>): { readonly codes: Int32Array; readonly words: string[] } {
  const words: string[] = [];
  const known = new Map<string, number>();
  const codes: number[] = [];
  for (const value of values) {
    let code = known.get(value);
    if (code === undefined) {
      code = words.length;
      known.set(value, code);
      words.push(value);
    }
    codes.push(code);
  }
  return { codes: Int32Array.from(codes), words };
}

export type ColumnValues =
  | Float64Array
  | Int32Array
  | Uint32Array
  | Uint8Array
  | readonly string[]
  | { readonly codes: Int32Array; readonly words: readonly string[] };

/**
 * A table straight from arrays that the run holds anyway, one a column of the definition. Optional columns may be
 * left out, others not. `f64` takes a Float64Array, `i32` an Int32Array, `u32` a Uint32Array, `bool` a Uint8Array,
 * `utf8` strings or codes with their words. The arrays are used as they are, not copied.
 */
export function tableFromArrays<Name extends string>(
  definition: TableDefinition<Name>,
  arrays: { readonly [N in Name]?: ColumnValues },
): Table {
  const columns: Column[] = [];
  for (const column of definition.columns) {
    const values = arrays[column.name];
    if (values === undefined) {
      assert(column.optional === true, `Expected table ${definition.name} to be given column ${column.name}`);
      continue;
    }
    columns.push(columnOf(definition.name, column, values));
  }
  return table(definition, columns);
}

const ARRAYS = { f64: Float64Array, i32: Int32Array, u32: Uint32Array, bool: Uint8Array } as const;

function columnOf(tableName: string, column: ColumnDefinition, values: ColumnValues): Column {
  const place = `${tableName}.${column.name}`;
  assert(column.type !== 'binary', `Expected ${place} to be built row by row, since it is binary`);
  if (column.type === 'utf8') {
    assert(Array.isArray(values) || 'codes' in values, `Expected ${place} to be given text`);
    const text = 'codes' in values ? values : encodeText(values as readonly string[]);
    return { ...column, type: 'utf8', codes: text.codes, words: text.words };
  }
  const Kind = ARRAYS[column.type];
  assert(values instanceof Kind, `Expected ${place} to be a ${Kind.name}`);
  return { ...column, values } as Column;
}

/** Folds a whole table, names and values, so that the digest notices one changed cell. NaNs are all alike. */
export function digestTable(digest: Digest, whole: Table): void {
  digest.text(whole.name);
  for (const column of whole.columns) {
    digest.text(`${column.name}:${column.type}`);
    if (column.type === 'utf8') {
      for (const word of column.words) digest.text(word);
      digest.bytes(bytesOf(column.codes));
    } else if (column.type === 'binary') {
      digest.bytes(bytesOf(column.offsets));
      digest.bytes(column.bytes);
    } else if (column.type === 'f64') {
      digestDoubles(digest, column.values);
    } else {
      digest.bytes(bytesOf(column.values));
    }
  }
}

/** The bits of a NaN are the machine's affair, so a missing value is folded as a number that no metric takes. */
function digestDoubles(digest: Digest, values: ArrayLike<number>): void {
  digest.doubles(values.length, 0);
  for (let i = 0; i < values.length; i += 2) {
    const x = values[i]!;
    const y = i + 1 < values.length ? values[i + 1]! : 0;
    digest.doubles(Number.isNaN(x) ? -Number.MAX_VALUE : x, Number.isNaN(y) ? -Number.MAX_VALUE : y);
  }
}

function bytesOf(array: Float64Array | Int32Array | Uint32Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
