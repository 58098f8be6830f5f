import type { Data, DataType, Field } from 'apache-arrow';
import { InputError } from '../kernel/errors.ts';
import { type Column, type ColumnDefinition, type Table, table } from '../metrics/table.ts';

/** What a result's tables say of themselves in the schema's metadata, all as text. */
export type ArrowMetadata = { readonly [key: string]: string };

/** Loading apache-arrow costs about 0.2 s, so it waits until a table is written or read. */
let loading: Promise<typeof import('apache-arrow')> | undefined;
export function loadArrow(): Promise<typeof import('apache-arrow')> {
  loading ??= import('apache-arrow');
  return loading;
}

/**
 * A table as an Arrow IPC file (the format with a footer, as pandas, polars, R and DuckDB read it): one record batch,
 * one dictionary a text column, uncompressed, since apache-arrow 21.2.0 writes compressed buffers that others cannot
 * read. The same table and metadata give the same bytes. A NaN is written as a null.
 * @param metadata beside `schema: 1`, `table` and `description`, which are always there. A field's metadata hold its
 *   unit and description.
 */
export async function writeArrow(whole: Table, metadata: ArrowMetadata): Promise<Uint8Array> {
  const arrow = await loadArrow();
  const fields: Field[] = [];
  const children: Data[] = [];
  whole.columns.forEach((column, index) => {
    const data = dataOf(arrow, column, whole.rows, index);
    const notes = new Map([
      ['unit', column.unit],
      ['description', column.description],
    ]);
    fields.push(new arrow.Field(column.name, data.type, column.type === 'f64', notes));
    children.push(data);
  });
  const notes = Object.entries({ ...metadata, schema: '1', table: whole.name, description: whole.description });
  const schema = new arrow.Schema(fields, new Map(notes.sort(([a], [b]) => (a < b ? -1 : 1))));
  const struct = arrow.makeData({ type: new arrow.Struct(fields), length: whole.rows, nullCount: 0, children });
  const batch = new arrow.RecordBatch(schema, struct as Data<never>);
  return arrow.RecordBatchFileWriter.writeAll(new arrow.Table(schema, [batch])).toUint8Array(true);
}

function dataOf(arrow: typeof import('apache-arrow'), column: Column, rows: number, index: number): Data<DataType> {
  const base = { length: rows, nullCount: 0 };
  switch (column.type) {
    case 'f64':
      return floats(arrow, column.values as Float64Array);
    case 'i32':
      return arrow.makeData({ ...base, type: new arrow.Int32(), data: column.values as Int32Array });
    case 'u32':
      return arrow.makeData({ ...base, type: new arrow.Uint32(), data: column.values as Uint32Array });
    case 'bool':
      return arrow.makeData({ ...base, type: new arrow.Bool(), data: packBits(column.values) });
    case 'binary':
      return arrow.makeData({
        ...base,
        type: new arrow.Binary(),
        valueOffsets: column.offsets,
        data: column.bytes,
      });
    case 'utf8': {
      const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), index, false);
      const dictionary = arrow.makeVector(wordsData(arrow, column.words));
      return arrow.makeData({ ...base, type, data: column.codes, dictionary });
    }
  }
}

function wordsData(arrow: typeof import('apache-arrow'), words: readonly string[]): Data<never> {
  const encoded = words.map((word) => new TextEncoder().encode(word));
  const valueOffsets = new Int32Array(words.length + 1);
  encoded.forEach((bytes, i) => {
    valueOffsets[i + 1] = valueOffsets[i]! + bytes.length;
  });
  const data = new Uint8Array(valueOffsets[words.length]!);
  encoded.forEach((bytes, i) => {
    data.set(bytes, valueOffsets[i]);
  });
  const type = new arrow.Utf8();
  return arrow.makeData({ type, length: words.length, nullCount: 0, valueOffsets, data }) as unknown as Data<never>;
}

/** Missing values become nulls, with 0 underneath, so that the file's bytes do not hang on the bits of a NaN. */
function floats(arrow: typeof import('apache-arrow'), values: Float64Array): Data<DataType> {
  const length = values.length;
  const type = new arrow.Float64();
  if (!values.includes(Number.NaN)) return arrow.makeData({ type, length, nullCount: 0, data: values });
  const valid = new Uint8Array(length);
  const data = new Float64Array(length);
  let nullCount = 0;
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      nullCount++;
    } else {
      valid[i] = 1;
      data[i] = value;
    }
  }
  return arrow.makeData({ type, length, nullCount, nullBitmap: packBits(valid), data });
}

/** A byte a row to a bit a row, least significant first, padded to 8 bytes. */
function packBits(values: ArrayLike<number>): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8);
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 0) bits[i >> 3]! |= 1 << (i & 7);
  }
  return bits;
}

/**
 * Reads back an Arrow IPC file that `writeArrow` made; nulls become NaN.
 * @param place the file's name, for the InputError when it is no Arrow file or holds other column types.
 */
export async function readArrow(
  bytes: Uint8Array,
  place: string,
): Promise<{ readonly table: Table; readonly metadata: ArrowMetadata }> {
  const arrow = await loadArrow();
  try {
    const read = arrow.tableFromIPC(bytes);
    const { fields } = read.schema;
    if (fields.length === 0) throw new Error('no columns');
    // Every row takes a bit of each column at least.
    if (read.numRows > 8 * bytes.length) throw new Error(`${read.numRows} rows in ${bytes.length} bytes`);
    const metadata = Object.fromEntries([...read.schema.metadata].sort(([a], [b]) => (a < b ? -1 : 1)));
    const columns = fields.map((field, i) => columnOf(field, read.getChildAt(i)!, place));
    const name = metadata['table'] ?? place;
    return { table: table({ name, description: metadata['description'] ?? '' }, columns), metadata };
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(
      `cannot read ${place}: expected an Arrow IPC file, got something else (${(cause as Error).message})`,
      { cause },
    );
  }
}

function columnOf(field: Field, vector: import('apache-arrow').Vector, place: string): Column {
  const common = {
    name: field.name,
    unit: field.metadata.get('unit') ?? '',
    description: field.metadata.get('description') ?? '',
  } satisfies Omit<ColumnDefinition, 'type'>;
  const { length } = vector;
  switch (String(field.type)) {
    case 'Float64': {
      const values = Float64Array.from({ length }, (_, i) => (vector.get(i) as number | null) ?? Number.NaN);
      return { ...common, type: 'f64', values };
    }
    case 'Int32':
      return { ...common, type: 'i32', values: Int32Array.from(vector.toArray() as Int32Array) };
    case 'Uint32':
      return { ...common, type: 'u32', values: Uint32Array.from(vector.toArray() as Uint32Array) };
    case 'Bool':
      return { ...common, type: 'bool', values: Uint8Array.from({ length }, (_, i) => (vector.get(i) ? 1 : 0)) };
    case 'Binary': {
      const offsets = new Int32Array(length + 1);
      for (let i = 0; i < length; i++) offsets[i + 1] = offsets[i]! + (vector.get(i) as Uint8Array).length;
      const bytes = new Uint8Array(offsets[length]!);
      for (let i = 0; i < length; i++) bytes.set(vector.get(i) as Uint8Array, offsets[i]);
      return { ...common, type: 'binary', offsets, bytes };
    }
    case 'Dictionary<Int32, Utf8>': {
      const codes = new Int32Array(length);
      let at = 0;
      for (const chunk of vector.data) {
        codes.set((chunk.values as Int32Array).subarray(0, chunk.length), at);
        at += chunk.length;
      }
      const words = [...(vector.data[0]?.dictionary ?? [])] as string[];
      if (words.some((word) => typeof word !== 'string') || codes.some((code) => code < 0 || code >= words.length))
        throw new Error(`texts of column ${field.name} that are not there`);
      return { ...common, type: 'utf8', codes, words };
    }
    default:
      throw new InputError(`cannot read ${place}: expected column ${field.name} of a known type, got ${field.type}`);
  }
}
