import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeArrow } from '../files/arrow.ts';
import { type Column, table } from '../metrics/table.ts';

/** What the notebooks' own reader needs, and nothing that would be used instead of it. */
const NEEDED = 'import numpy, pandas, flatbuffers';
/** A system may have several: that of its packages, and one before it in the path. */
const python = ['python3', '/usr/bin/python3'].find((each) => {
  try {
    execFileSync(each, ['-c', NEEDED], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});
const there = python !== undefined;

const common = { unit: 's', description: 'a column' };
/** Every type that a table of ours may have. */
const COLUMNS: readonly Column[] = [
  { ...common, name: 'f', type: 'f64', values: Float64Array.of(1.5, Number.NaN, -1e300, 0, 4, 5, 6, 7, Number.NaN) },
  { ...common, name: 'whole', type: 'f64', values: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) },
  { ...common, name: 'i', type: 'i32', values: Int32Array.of(-1, 0, 1, 2, 3, 4, 5, 6, 2_147_483_647) },
  { ...common, name: 'u', type: 'u32', values: Uint32Array.of(4_294_967_295, 0, 1, 2, 3, 4, 5, 6, 7) },
  { ...common, name: 'b', type: 'bool', values: Uint8Array.of(1, 0, 0, 1, 1, 0, 0, 0, 1) },
  {
    ...common,
    name: 't',
    type: 'utf8',
    codes: Int32Array.of(0, 1, 1, 0, 2, 2, 0, 1, 2),
    words: ['one', 'zwei', 'τρία'],
  },
  { ...common, name: 't2', type: 'utf8', codes: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1), words: ['', 'x'] },
  {
    ...common,
    name: 'x',
    type: 'binary',
    offsets: Int32Array.of(0, 2, 2, 3, 3, 3, 3, 3, 3, 4),
    bytes: Uint8Array.of(1, 2, 255, 9),
  },
];

/** Columns as lists, as the notebooks' reader sees them. */
const READ = `
import json, sys
sys.path.insert(0, "notebooks")
from g2t_results import read_arrow
frame, about = read_arrow(open(sys.argv[1], "rb").read())
plain = lambda v: list(v) if isinstance(v, bytes) else None if v != v else v
print(json.dumps({c: [plain(v) for v in frame[c].tolist()] for c in frame.columns}))
print(json.dumps(about["unit"].to_dict()))
`;

describe('the notebooks’ own Arrow reader', () => {
  it.skipIf(!there)(
    'reads every type of column that is written (needs python3-pandas python3-flatbuffers)',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'g2t-notebooks-'));
      try {
        const read = async (rows: number) => {
          const columns = COLUMNS.map((column) => (rows === 0 ? emptied(column) : column));
          const file = join(folder, 'a.arrow');
          writeFileSync(file, await writeArrow(table({ name: 'a', description: '' }, columns), { seed: '1' }));
          return execFileSync(python!, ['-c', READ, file], { encoding: 'utf8' })
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line));
        };
        const [values, units] = await read(9);
        const words = (column: Column) =>
          column.type === 'utf8' ? Array.from(column.codes, (code) => column.words[code]!) : [];
        expect(values).toEqual({
          f: [1.5, null, -1e300, 0, 4, 5, 6, 7, null],
          whole: [1, 2, 3, 4, 5, 6, 7, 8, 9],
          i: [-1, 0, 1, 2, 3, 4, 5, 6, 2_147_483_647],
          u: [4_294_967_295, 0, 1, 2, 3, 4, 5, 6, 7],
          b: [true, false, false, true, true, false, false, false, true],
          t: words(COLUMNS[5]!),
          t2: words(COLUMNS[6]!),
          x: [[1, 2], [], [255], [], [], [], [], [], [9]],
        });
        expect(units).toEqual(Object.fromEntries(COLUMNS.map(({ name }) => [name, 's'])));
        const [none] = await read(0);
        expect(none).toEqual(Object.fromEntries(COLUMNS.map(({ name }) => [name, []])));
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it.skipIf(!there)('says what is no Arrow file (needs python3-pandas python3-flatbuffers)', () => {
    const run = () => execFileSync(python!, ['-c', READ, 'README.md'], { encoding: 'utf8', stdio: 'pipe' });
    expect(run).toThrow(/the file: expected an Arrow IPC file, got something else/);
  });
});

function emptied(column: Column): Column {
  switch (column.type) {
    case 'utf8':
      return { ...column, codes: new Int32Array(0), words: [] };
    case 'binary':
      return { ...column, offsets: new Int32Array(1), bytes: new Uint8Array(0) };
    default:
      return { ...column, values: column.values.subarray(0, 0) } as Column;
  }
}

describe('the notebooks', () => {
  it('are kept without outputs, so that a difference is a difference of words', () => {
    const notebooks = readdirSync('notebooks').filter((file) => file.endsWith('.ipynb'));
    expect(notebooks.length).toBeGreaterThan(0);
    for (const file of notebooks) {
      const { cells } = JSON.parse(readFileSync(join('notebooks', file), 'utf8')) as { cells: Cell[] };
      const run = cells
        .filter((cell) => cell.cell_type === 'code')
        .filter((cell) => cell.outputs.length > 0 || cell.execution_count !== null);
      expect(run, file).toEqual([]);
    }
  });
});

interface Cell {
  readonly cell_type: string;
  readonly outputs: readonly unknown[];
  readonly execution_count: number | null;
}
