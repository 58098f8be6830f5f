import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvForm, readCsv } from './csv.ts';
import { MISSING_WORDS } from './missing.ts';
import { datasetOptions } from './options.ts';
import { isMissing, isNumber, type PlainRow, plainRecords, plainScale } from './plain-csv-fixture.ts';
import { resolveDataset } from './resolve.ts';
import { SCALES } from './scale.ts';

/** Draws CSV files, and compares what comes of them with a second, plain reader. */

/** One field as it is meant, and whether it is written in quotes though it need not be. */
interface Cell {
  readonly text: string;
  readonly quotes: boolean;
  readonly blanks: boolean;
}

interface Drawn {
  readonly rows: readonly (readonly Cell[])[];
  readonly testRows: readonly (readonly Cell[])[];
  readonly names: readonly Cell[] | undefined;
  /** Where each column of the training rows is in the file with the test rows. */
  readonly order: readonly number[];
  readonly label: number;
  readonly form: CsvForm;
  readonly newline: string;
  readonly lastNewline: boolean;
  readonly blankLine: boolean;
  readonly byteOrderMark: boolean;
  readonly scale: (typeof SCALES)[number];
}

const spelling = fc.constantFrom<(value: number) => string>(
  String,
  (value) => `${value}`,
  (value) => value.toExponential(),
  (value) => value.toExponential().toUpperCase(),
  (value) => (value < 0 ? `${value}` : `+${value}`),
  (value) => (Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.00` : `${value}`),
  (value) => (value >= 0 ? `00${value}` : `${value}`),
  (value) => (Math.abs(value) < 1 ? `${value}`.replace(/^0\./, '.') : `${value}`),
);
/** Lists of missing words, each with fields that it covers. */
const missingWords = fc.constantFrom<{
  readonly words: readonly (string | number)[];
  readonly fields: readonly string[];
}>(
  { words: MISSING_WORDS, fields: ['', '?', 'NA', 'nan', 'NULL', '#N/A N/A'] },
  { words: [-999, 'gone'], fields: ['', '-999', '-999.0', '-9.99e2', 'gone'] },
  { words: [], fields: [''] },
);
const word = fc.constantFrom(
  'a',
  'b',
  'c',
  'tür',
  'tor',
  'x"y',
  '"',
  'one, two',
  'semi;colon',
  'two\nlines',
  'cr\r\nlf',
  ' blank ',
  '名',
  'NA',
);
const style = fc.record({ quotes: fc.boolean(), blanks: fc.boolean() });
const cell = (text: fc.Arbitrary<string>): fc.Arbitrary<Cell> =>
  fc.tuple(text, style).map(([drawn, how]) => ({ text: drawn, ...how }));

/** Values of a column: around an offset of up to 10^12, as wide as 10^-2 to 10^6. */
const columnValues = fc
  .record({ offset: fc.constantFrom(0, 0, 1, -3.5, 1e3, 1.75e9, -1e12, 1e12), width: fc.constantFrom(0, 0.01, 1, 1e6) })
  .map(({ offset, width }) =>
    fc
      .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), spelling)
      .map(([millionths, spell]) => spell(offset + (millionths / 1e6) * width)),
  );
const number = fc.tuple(fc.constantFrom(0, 1, 2, -1, 0.5, 10, 1e20), spelling).map(([value, spell]) => spell(value));

const drawn: fc.Arbitrary<Drawn> = fc
  .record({
    features: fc.array(columnValues, { minLength: 1, maxLength: 4 }),
    labels: fc.constantFrom(number, word),
    label: fc.constantFrom('first', 'last', 'name'),
    header: fc.boolean(),
    asked: fc.boolean(),
    drop: fc.boolean(),
    holes: fc.boolean(),
    missing: missingWords,
    separator: fc.constantFrom(',', ';', '\t', '|'),
    twoFiles: fc.boolean(),
  })
  .chain(({ features, labels, label, header, asked, drop, holes, missing, separator, twoFiles }) => {
    const hasHeader = header || label === 'name';
    const count = features.length + 1;
    const at = label === 'first' ? 0 : label === 'last' ? count - 1 : Math.floor(count / 2);
    const withHoles = (text: fc.Arbitrary<string>) =>
      holes
        ? fc.oneof({ weight: 12, arbitrary: text }, { weight: 1, arbitrary: fc.constantFrom(...missing.fields) })
        : text;
    const columns = features.map((values) => cell(withHoles(values)));
    columns.splice(at, 0, cell(withHoles(labels)));
    const row = fc.tuple(...columns);
    const name = (column: number) =>
      cell(fc.constantFrom('x', 'col, umn', 'na"me', 'two\nlines', 'größe', 'x1').map((text) => `${text} ${column}`));
    return fc.record<Drawn>({
      rows: fc.array(row, { minLength: 1, maxLength: 8 }),
      testRows: twoFiles ? fc.array(row, { minLength: 1, maxLength: 4 }) : fc.constant([]),
      names: hasHeader ? fc.tuple(...columns.map((_, column) => name(column))) : fc.constant(undefined),
      order: hasHeader
        ? fc.shuffledSubarray([...columns.keys()], { minLength: count, maxLength: count })
        : fc.constant([...columns.keys()]),
      label: fc.constant(at),
      form: fc.constant({
        header: asked ? hasHeader : 'auto',
        label,
        separator,
        missing: drop ? 'drop' : 'error',
        'missing-words': missing.words,
      } satisfies CsvForm),
      newline: fc.constantFrom('\n', '\r\n'),
      lastNewline: fc.boolean(),
      blankLine: fc.boolean(),
      byteOrderMark: fc.boolean(),
      scale: fc.constantFrom(...SCALES),
    });
  })
  .map((file) =>
    file.names !== undefined && file.form.label === 'name'
      ? { ...file, form: { ...file.form, label: file.names[file.label]!.text } }
      : file,
  );

/** The text of a file. @param order the column that stands at each place. */
function write(file: Drawn, rows: readonly (readonly Cell[])[], order: readonly number[]): string {
  const { names, newline, form } = file;
  const field = ({ text, quotes, blanks }: Cell): string => {
    const must = /["\r\n]/.test(text) || text.includes(form.separator) || text !== text.trim();
    const written = quotes || must ? `"${text.replaceAll('"', '""')}"` : text;
    return blanks ? ` ${written}  ` : written;
  };
  const lines = [...(names === undefined ? [] : [names]), ...rows].map((cells) =>
    order.map((column) => field(cells[column]!)).join(form.separator),
  );
  if (file.blankLine) lines.splice(1, 0, '', '  ');
  return `${file.byteOrderMark ? '\uFEFF' : ''}${lines.join(newline)}${file.lastNewline ? newline : ''}`;
}

/** The rows of a file by the plain reader; undefined where a value is missing and no row may be left out. */
function plainRows(file: Drawn, text: string, order: readonly number[]): PlainRow[] | undefined {
  const { form, label, names } = file;
  const records = plainRecords(text, form.separator);
  if (names !== undefined) {
    same(
      records.shift(),
      order.map((column) => names[column]!.text),
    );
  }
  const rows: PlainRow[] = [];
  for (const record of records) {
    const cells = order.map((_, column) => record[order.indexOf(column)]!);
    if (cells.some((each) => isMissing(each, form['missing-words']))) {
      if (form.missing === 'error') return undefined;
      continue;
    }
    const x = cells.filter((_, column) => column !== label).map(Number);
    rows.push({ x, label: isNumber(cells[label]!) ? `${Number(cells[label]) + 0}` : cells[label]! });
  }
  return rows;
}

/** Fails with the difference; quicker than `expect` where there is none. */
function same(got: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(got, expected)) expect(got).toEqual(expected);
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let k = 0; k < text.length; k++) view.setUint16(2 * k, text.charCodeAt(k), littleEndian);
  return bytes;
}

const source = (file: string, text: string) => ({ file, bytes: new TextEncoder().encode(text) });

describe('drawn CSV files', () => {
  it('give the rows, classes and scaled values of a plain reader', () => {
    const seen = { read: 0, refused: 0, scaled: 0, dropped: 0, edge: 0 };
    fc.assert(
      fc.property(drawn, (file) => {
        const { form, rows, testRows, order, scale } = file;
        const columns = [...order.keys()];
        const two = testRows.length > 0;
        const text = write(file, rows, columns);
        const testText = write(file, testRows, order);
        const train = plainRows(file, text, columns);
        const test = two ? plainRows(file, testText, order) : [];
        const read = () => readCsv(source('a.csv', text), two ? source('b.csv', testText) : undefined, form);
        if (train === undefined || test === undefined) {
          expect(read).toThrow(/^[ab]\.csv:\d+:.*: expected a (number|class), got a missing value/);
          seen.refused++;
          return;
        }
        if (train.length === 0 || (two && test.length === 0)) {
          expect(read).toThrow(/^[ab]\.csv: expected rows, got only rows with missing values/);
          seen.refused++;
          return;
        }
        const tables = read();
        const labels = [...new Set([...train, ...test].map(({ label }) => label))];
        const numeric = labels.every(isNumber);
        labels.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
        for (const [table, plain] of [
          [tables.train, train],
          [tables.test, test],
        ] as const) {
          same(table?.classNames ?? labels, labels);
          same(
            [...(table?.x ?? [])],
            plain.flatMap(({ x }) => x),
          );
          same(
            Array.from(table?.y ?? [], (each) => labels[each]),
            plain.map(({ label }) => label),
          );
        }
        seen.read++;
        if (train.length < rows.length) seen.dropped++;
        if (labels.length < 2 || new Set(train.map(({ label }) => label)).size < labels.length) return;

        const split = two ? {} : { split: { by: 'all' } };
        const options = datasetOptions.parse({
          name: 'csv',
          path: 'a.csv',
          ...(two ? { test: 'b.csv' } : {}),
          ...form,
          ...split,
          scale,
        });
        const found = new Map([
          ['a.csv', [{ path: 'a.csv', ...source('', text) }]],
          ['b.csv', [{ path: 'b.csv', ...source('', testText) }]],
        ]);
        const dataset = resolveDataset(options, found, 1);
        for (const [got, plain] of [
          [dataset.train, train],
          [dataset.test, two ? test : train],
        ] as const) {
          for (const [j, column] of plainScale(train, plain, scale).entries()) {
            if (column === undefined) seen.edge++;
            for (const [row, value] of (column?.values ?? []).entries()) {
              const scaled = got.x[row * got.features + j]!;
              const near = Math.abs(scaled - value) <= column!.slack + 1e-7 * (1 + Math.abs(value));
              if (!near) expect({ row, j, scaled }).toEqual({ row, j, scaled: value });
            }
          }
        }
        seen.scaled++;
      }),
      { seed: 10, numRuns: 10_000 },
    );
    // Most files are read, and the other outcomes are met often enough to be tests of something.
    expect(seen.read).toBeGreaterThan(7000);
    expect(seen.refused).toBeGreaterThan(1000);
    expect(seen.dropped).toBeGreaterThan(1000);
    expect(seen.scaled).toBeGreaterThan(3000);
    expect(seen.edge).toBeLessThan(100);
  });

  it('are refused in another encoding and with other line ends, at the first byte that is wrong', () => {
    const damage = fc.constantFrom('utf-16le', 'utf-16be', 'latin-1', 'nul', 'cr');
    fc.assert(
      fc.property(drawn, damage, fc.boolean(), fc.nat(), (file, how, mark, draw) => {
        const text = write({ ...file, byteOrderMark: false, newline: '\n' }, file.rows, [...file.order.keys()]);
        if (how === 'utf-16le' || how === 'utf-16be') {
          const bytes = utf16(mark ? `\uFEFF${text}` : text, how === 'utf-16le');
          const place = mark ? '1:1' : text.charCodeAt(0) > 255 ? '' : how === 'utf-16le' ? '1:2' : '1:1';
          expect(() => readCsv({ file: 'a.csv', bytes }, undefined, file.form)).toThrow(
            new RegExp(`^a\\.csv:${place}.*expected UTF-8 text, got (UTF-16|a NUL byte|the byte)`),
          );
          return;
        }
        // Where one byte is put in: between two characters, for a CR outside quotes.
        const fits = [...text].flatMap((_, k, all) => {
          const before = all.slice(0, k).join('');
          const outside = before.split('"').length % 2 === 1 && all[k] !== '\n' && all[k] !== '"';
          return how !== 'cr' || outside ? [before] : [];
        });
        fc.pre(fits.length > 0);
        const before = fits[draw % fits.length]!;
        const [head, tail] = [before, text.slice(before.length)].map((part) => new TextEncoder().encode(part));
        const byte = { 'latin-1': 0xfc, nul: 0, cr: 0x0d }[how];
        const lines = before.split('\n');
        const column = new TextEncoder().encode(lines.at(-1)).length + 1;
        const got = { 'latin-1': 'got the byte 0xfc', nul: 'got a NUL byte', cr: 'got a CR alone' }[how];
        expect(() =>
          readCsv({ file: 'a.csv', bytes: Uint8Array.of(...head!, byte, ...tail!) }, undefined, file.form),
        ).toThrow(new RegExp(`^a\\.csv:${lines.length}:${column}: expected .*${got}`));
      }),
      { seed: 10, numRuns: 1000 },
    );
  });
});
