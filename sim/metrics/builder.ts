import { assert } from '../kernel/errors.ts';
import { GrowableBytes, GrowableF64, GrowableI32 } from './growable.ts';
import { type Column, type ColumnDefinition, type Table, type TableDefinition, table } from './table.ts';

/**
 * Builds a table row by row, without allocating a row: set the cells, then `endRow`. Cells of `f64` columns that are
 * not set are missing (NaN); every other cell must be set.
 *
 * ```ts
 * const metrics = new TableBuilder(METRICS_TABLE);
 * const { at_s, accuracy } = metrics.at;
 * metrics.set(at_s, 1.5);
 * metrics.set(accuracy, 0.8);
 * metrics.endRow();
 * ```
 */
export class TableBuilder<Name extends string = string> {
  readonly definition: TableDefinition<Name>;
  /** Column name to the index that `set` takes; -1 for an optional column that this table leaves out. */
  readonly at: { readonly [N in Name]: number };
  readonly #columns: readonly Growing[];
  #rows = 0;

  /** @param optional names of the optional columns that this table has. */
  constructor(definition: TableDefinition<Name>, optional: readonly Name[] = []) {
    this.definition = definition;
    const kept = definition.columns.filter((column) => column.optional !== true || optional.includes(column.name));
    for (const name of optional) {
      assert(
        kept.some((column) => column.name === name && column.optional === true),
        `Expected ${name} to be an optional column of ${definition.name}`,
      );
    }
    this.#columns = kept.map(growing);
    this.at = Object.fromEntries(
      definition.columns.map(({ name }) => [name, kept.findIndex((column) => column.name === name)]),
    ) as { [N in Name]: number };
  }

  get rows(): number {
    return this.#rows;
  }

  /** Sets a cell of the current row in an f64, i32, u32 or bool column (true is 1). */
  set(index: number, value: number): void {
    const column = this.#columns[index]!;
    switch (column.kind) {
      case 'f64':
        this.#open(column.values.length);
        if (column.values.length > this.#rows) column.values.set(this.#rows, value);
        else column.values.push(value);
        return;
      case 'i32':
        assert((value | 0) === value, `Expected ${column.definition.name} to be a signed 32-bit number, got ${value}`);
        break;
      case 'u32':
        assert(value >>> 0 === value, `Expected ${column.definition.name} to be 0 to 2^32-1, got ${value}`);
        break;
      case 'bool':
        assert(value === 0 || value === 1, `Expected ${column.definition.name} to be 0 or 1, got ${value}`);
        break;
      default:
        assert(false, `Expected ${column.definition.name} to be numeric, got ${column.kind}`);
    }
    this.#open(column.values.length);
    if (column.values.length > this.#rows) column.values.set(this.#rows, value | 0);
    else column.values.push(value | 0);
  }

  /** Sets a cell of a text column; a word that was seen before costs a look-up. */
  setText(index: number, text: string): void {
    const column = this.#columns[index]!;
    assert(column.kind === 'utf8', `Expected ${column.definition.name} to be text, got ${column.kind}`);
    let code = column.known.get(text);
    if (code === undefined) {
      code = column.words.length;
      column.known.set(text, code);
      column.words.push(text);
    }
    this.#open(column.values.length);
    if (column.values.length > this.#rows) column.values.set(this.#rows, code);
    else column.values.push(code);
  }

  /** Sets a cell of a binary column once a row; the bytes are copied. */
  setBytes(index: number, bytes: Uint8Array): void {
    const column = this.#columns[index]!;
    assert(column.kind === 'binary', `Expected ${column.definition.name} to be binary, got ${column.kind}`);
    assert(column.values.length === this.#rows + 1, `Expected ${column.definition.name} to be set once a row`);
    column.bytes.push(bytes);
    assert(column.bytes.length <= 0x7fffffff, `Expected ${column.definition.name} to stay under 2 GiB`);
    column.values.push(column.bytes.length);
  }

  endRow(): void {
    const done = ++this.#rows;
    for (const column of this.#columns) {
      const length = column.kind === 'binary' ? column.values.length - 1 : column.values.length;
      if (length === done) continue;
      assert(column.kind === 'f64', `Expected ${this.definition.name}.${column.definition.name} to be set in each row`);
      column.values.push(Number.NaN);
    }
  }

  /** Takes the last row back; a table of numbers and text alone. */
  dropRow(): void {
    assert(this.#rows > 0, 'Expected a row to take back, got none');
    this.#rows--;
    for (const column of this.#columns) {
      assert(column.kind !== 'binary', `Expected no binary column, got ${column.definition.name}`);
      column.values.truncate(this.#rows);
    }
  }

  /** The table of all ended rows, or of those from row `from` on, copied out; the builder may go on. */
  build(from = 0): Table {
    return table(
      this.definition,
      this.#columns.map((column) => finished(column, from, this.#rows)),
    );
  }

  #open(length: number): void {
    assert(length === this.#rows || length === this.#rows + 1, 'Expected rows to be ended one after another');
  }
}

type Growing =
  | { readonly kind: 'f64'; readonly definition: ColumnDefinition; readonly values: GrowableF64 }
  | { readonly kind: 'i32' | 'u32' | 'bool'; readonly definition: ColumnDefinition; readonly values: GrowableI32 }
  | {
      readonly kind: 'utf8';
      readonly definition: ColumnDefinition;
      readonly values: GrowableI32;
      readonly words: string[];
      readonly known: Map<string, number>;
    }
  | {
      readonly kind: 'binary';
      readonly definition: ColumnDefinition;
      readonly values: GrowableI32;
      readonly bytes: GrowableBytes;
    };

function growing(definition: ColumnDefinition): Growing {
  if (definition.type === 'f64') return { kind: 'f64', definition, values: new GrowableF64() };
  if (definition.type === 'utf8') {
    return { kind: 'utf8', definition, values: new GrowableI32(), words: [], known: new Map() };
  }
  if (definition.type === 'binary') {
    const offsets = new GrowableI32();
    offsets.push(0);
    return { kind: 'binary', definition, values: offsets, bytes: new GrowableBytes() };
  }
  return { kind: definition.type, definition, values: new GrowableI32() };
}

function finished(column: Growing, from: number, rows: number): Column {
  const { definition } = column;
  if (column.kind === 'binary') {
    assert(from === 0, `Expected a table with the binary column ${definition.name} to be built whole`);
    return {
      ...definition,
      type: 'binary',
      offsets: column.values.toArray().slice(0, rows + 1),
      bytes: column.bytes.toArray(),
    };
  }
  const length = Math.max(0, rows - from);
  if (column.kind === 'f64')
    return { ...definition, type: 'f64', values: column.values.toArray(from).slice(0, length) };
  const values = column.values.toArray(from).slice(0, length);
  if (column.kind === 'utf8') return { ...definition, type: 'utf8', codes: values, words: [...column.words] };
  if (column.kind === 'i32') return { ...definition, type: 'i32', values };
  if (column.kind === 'u32') return { ...definition, type: 'u32', values: new Uint32Array(values.buffer) };
  return { ...definition, type: 'bool', values: Uint8Array.from(values) };
}
