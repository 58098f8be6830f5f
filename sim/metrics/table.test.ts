import { describe, expect, it } from 'vitest';
import { Digest } from '../kernel/digest.ts';
import { TableBuilder } from './builder.ts';
import { digestTable, numbersOf, type TableDefinition, tableFromArrays, wordsOf } from './table.ts';
import { FRAMES_TABLE, METRICS_TABLE, TABLES } from './tables.ts';

const SMALL: TableDefinition<'id' | 'value' | 'name' | 'on' | 'extra'> = {
  name: 'small',
  description: 'for the tests',
  columns: [
    { name: 'id', type: 'u32', unit: '1', description: '' },
    { name: 'value', type: 'f64', unit: 's', description: '' },
    { name: 'name', type: 'utf8', unit: '', description: '' },
    { name: 'on', type: 'bool', unit: '1', description: '' },
    { name: 'extra', type: 'f64', unit: '1', description: '', optional: true },
  ],
};

function build(rows: number) {
  const builder = new TableBuilder(SMALL);
  const { id, value, name, on } = builder.at;
  for (let i = 0; i < rows; i++) {
    builder.set(id, 4_000_000_000 + i);
    if (i % 2 === 0) builder.set(value, i / 4);
    builder.setText(name, i % 3 === 0 ? 'fizz' : 'plain');
    builder.set(on, i % 5 === 0 ? 1 : 0);
    builder.endRow();
  }
  return builder.build();
}

describe('TableBuilder', () => {
  it('keeps what was set, and leaves an unset f64 missing', () => {
    const table = build(100);
    expect(table.rows).toBe(100);
    expect(numbersOf(table, 'id')[99]).toBe(4_000_000_099);
    expect(Array.from(numbersOf(table, 'value').slice(0, 3))).toEqual([0, Number.NaN, 0.5]);
    expect(wordsOf(table, 'name').slice(0, 4)).toEqual(['fizz', 'plain', 'plain', 'fizz']);
    expect(Array.from(numbersOf(table, 'on').slice(0, 6))).toEqual([1, 0, 0, 0, 0, 1]);
  });

  it('leaves optional columns out unless they are asked for', () => {
    expect(build(1).columns.map((column) => column.name)).not.toContain('extra');
    expect(new TableBuilder(SMALL).at.extra).toBe(-1);
    expect(new TableBuilder(SMALL, ['extra']).at.extra).toBe(4);
    expect(() => new TableBuilder(SMALL, ['id'])).toThrow(/optional/);
  });

  it('refuses a row with a hole, a value out of range, and a wrong type', () => {
    const builder = new TableBuilder(SMALL);
    builder.set(builder.at.id, 1);
    expect(() => builder.endRow()).toThrow(/small.name to be set/);
    expect(() => new TableBuilder(SMALL).set(0, -1)).toThrow(/id to be 0/);
    expect(() => new TableBuilder(SMALL).set(2, 1)).toThrow(/numeric/);
    expect(() => new TableBuilder(SMALL).setText(0, 'x')).toThrow(/text/);
  });

  it('leaves an unended row out', () => {
    const builder = new TableBuilder(SMALL);
    builder.set(builder.at.id, 1);
    expect(builder.build().rows).toBe(0);
  });

  it('keeps bytes of any length a row', () => {
    const frames = new TableBuilder(FRAMES_TABLE);
    const { at_s, device, direction, type, check, bytes } = frames.at;
    for (const length of [0, 3, 5000]) {
      frames.set(at_s, length);
      frames.set(device, 1);
      frames.setText(direction, 'up');
      frames.setText(type, 'HELLO');
      frames.set(check, 7);
      frames.setBytes(bytes, new Uint8Array(length).fill(length));
      frames.endRow();
    }
    const column = frames.build().columns.at(-1)!;
    if (column.type !== 'binary') throw new Error('not binary');
    expect(Array.from(column.offsets)).toEqual([0, 0, 3, 5003]);
    expect(column.bytes[2]).toBe(3);
  });
});

describe('tableFromArrays', () => {
  const good = {
    id: Uint32Array.of(1, 2),
    value: Float64Array.of(0.5, 1),
    name: ['a', 'a'],
    on: Uint8Array.of(0, 1),
  };
  it('takes arrays as they are', () => {
    const table = tableFromArrays(SMALL, good);
    expect(numbersOf(table, 'value')).toBe(good.value);
    expect(wordsOf(table, 'name')).toEqual(['a', 'a']);
  });
  it('refuses a missing column, a wrong array and unequal lengths', () => {
    const { value: _, ...rest } = good;
    expect(() => tableFromArrays(SMALL, rest)).toThrow(/given column value/);
    expect(() => tableFromArrays(SMALL, { ...good, id: Int32Array.of(1, 2) })).toThrow(/Uint32Array/);
    expect(() => tableFromArrays(SMALL, { ...good, on: Uint8Array.of(1) })).toThrow(/2 rows, got 1/);
  });
});

describe('digestTable', () => {
  const digestOf = (rows: number, change?: (table: ReturnType<typeof build>) => void) => {
    const table = build(rows);
    change?.(table);
    const digest = new Digest();
    digestTable(digest, table);
    return digest.hex();
  };
  it('notices any changed cell and no other thing', () => {
    const kept = digestOf(9);
    expect(digestOf(9)).toBe(kept);
    const changes = ['id', 'value', 'on'].map((name) =>
      digestOf(9, (table) => {
        const values = numbersOf(table, name);
        values[8] = values[8]! + 1;
      }),
    );
    expect(new Set([kept, ...changes, digestOf(10)]).size).toBe(5);
  });
  it('folds every NaN alike', () => {
    const signalling = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer)[0]!;
    expect(
      digestOf(9, (table) => {
        numbersOf(table, 'value')[1] = signalling;
      }),
    ).toBe(digestOf(9));
  });
});

describe('the tables of a result', () => {
  it('describe every column once, with a unit unless it is text or bytes', () => {
    for (const definition of TABLES) {
      const names = definition.columns.map((column) => column.name);
      expect(new Set(names).size).toBe(names.length);
      for (const column of definition.columns) {
        expect(column.description, column.name).not.toBe('');
        expect(column.unit === '', column.name).toBe(column.type === 'utf8' || column.type === 'binary');
        if (column.name.endsWith('_s')) expect(column.unit).toBe('s');
      }
    }
    expect(METRICS_TABLE.columns[0]!.name).toBe('at_s');
  });
});
