import { describe, expect, it } from 'vitest';
import { fitScale, type Scale, scaleRows } from './scale.ts';
import { splitTable } from './split.ts';
import type { Table } from './table.ts';

/** Two classes, `samples` samples each, `frames` rows a sample; one feature that numbers the rows, one constant. */
function table(samples: number, frames = 1): Table {
  const count = 2 * samples * frames;
  const rows = Array.from({ length: count }, (_, row) => row);
  return {
    source: 't',
    features: 2,
    classNames: ['a', 'b'],
    x: Float64Array.from(rows.flatMap((row) => [row, 0.1])),
    y: Uint16Array.from(rows, (row) => Math.floor(row / (samples * frames))),
    sample: Uint32Array.from(rows, (row) => (Math.floor(row / frames) % samples) + 1),
    notes: [],
  };
}
const by = { perWeek: 3, seed: 1 };
const lists = (parts: { train: Uint32Array; validation: Uint32Array; test: Uint32Array }): number[][] => [
  [...parts.train],
  [...parts.validation],
  [...parts.test],
];

describe('splitTable', () => {
  it('splits by sample within each class', () => {
    const parts = splitTable(table(4), { by: 'sample', train: 2, validation: 1 }, by);
    expect(lists(parts)).toEqual([
      [0, 1, 4, 5],
      [2, 6],
      [3, 7],
    ]);
  });

  it('splits by week, three samples a week', () => {
    const parts = splitTable(table(9), { by: 'week', train: 1, validation: 1 }, by);
    expect(lists(parts)).toEqual([
      [0, 1, 2, 9, 10, 11],
      [3, 4, 5, 12, 13, 14],
      [6, 7, 8, 15, 16, 17],
    ]);
  });

  it('draws a share of each class with a seed, and never tears a sample apart', () => {
    const from = table(20, 3);
    const split = { by: 'random', train: 0.7, validation: 0.1 } as const;
    const parts = splitTable(from, split, by);
    expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual([84, 12, 24]);
    const side = new Map<number, Set<string>>();
    for (const [name, rows] of Object.entries(parts)) {
      for (const row of rows as Uint32Array) {
        const unit = from.y[row]! * 1000 + from.sample[row]!;
        side.set(unit, (side.get(unit) ?? new Set()).add(name));
      }
    }
    expect([...side.values()].every((names) => names.size === 1)).toBe(true);
    expect(lists(splitTable(from, split, by))).toEqual(lists(parts));
    expect(lists(splitTable(from, split, { ...by, seed: 2 }))).not.toEqual(lists(parts));
    expect(lists(splitTable(from, { ...split, seed: 1 }, { ...by, seed: 2 }))).toEqual(lists(parts));
  });

  it('measures on the training rows with all, and refuses to leave no test rows otherwise', () => {
    const parts = splitTable(table(3), { by: 'all' }, by);
    expect([...parts.test]).toEqual([...parts.train]);
    expect(() => splitTable(table(3), { by: 'sample', train: 3, validation: 0 }, by)).toThrow(
      't: split expected to leave rows to test on',
    );
  });
});

describe('scale', () => {
  const from = table(4);
  const all = Uint32Array.from({ length: 8 }, (_, row) => row);
  const scaled = (scale: Scale, fit: number[]): number[] => [
    ...scaleRows(from, all, fitScale(from, Uint32Array.from(fit), scale)),
  ];
  const column = (values: number[], j: number): number[] => values.filter((_, k) => k % 2 === j);

  it('standardises with the mean and deviation of the training rows only; a constant column becomes 0', () => {
    const values = scaled('standard', [0, 2]);
    expect(column(values, 0)).toEqual([-1, 0, 1, 2, 3, 4, 5, 6]);
    expect(column(values, 1)).toEqual(new Array(8).fill(0));
  });

  it('takes the rounding of a mean for constant', () => {
    const noisy: Table = { ...from, x: from.x.map((value, k) => (k % 2 === 0 ? value : 0.1 + (k % 4) * 1e-17)) };
    expect(column([...scaleRows(noisy, all, fitScale(noisy, all, 'standard'))], 1).every((value) => value === 0)).toBe(
      true,
    );
  });

  it('keeps the digits of a narrow feature on a large offset, whatever is fitted', () => {
    const values = [0, 101, 202, 303, 404, 505, 606, 707];
    for (const offset of [0, 1.75e9, -1e12, 1e12]) {
      for (const scale of ['standard', 'minmax'] as const) {
        const off: Table = { ...from, x: from.x.map((_, k) => (k % 2 === 0 ? offset + values[k / 2]! : 0.1)) };
        const plain: Table = { ...off, x: off.x.map((value, k) => (k % 2 === 0 ? value - offset : value)) };
        const bits = [off, plain].map((each) => [...scaleRows(each, all, fitScale(each, all, scale))]);
        expect(bits[0]).toEqual(bits[1]);
      }
    }
  });

  it('takes a column for constant by the measure of scikit-learn, and not before', () => {
    const column0 = (spread: number, scale: Scale): number[] => {
      const x = from.x.map((_, k) => (k % 2 === 0 ? 1e12 + (k / 2) * spread : 0));
      const narrow: Table = { ...from, x };
      return column([...scaleRows(narrow, all, fitScale(narrow, all, scale))], 0);
    };
    for (const scale of ['standard', 'minmax'] as const) {
      // n * mean * eps = 8 * 1e12 * 2.2e-16 = 0.0018; the deviation of 0 to 7 steps is 2.29 of them.
      expect(column0(0.0005, scale).every((value) => value === 0)).toBe(true);
      expect(column0(0.002, scale).every((value) => value === 0)).toBe(false);
    }
  });

  it('maps to 0..1, leaves alone, or makes rows of length 1', () => {
    expect(column(scaled('minmax', [0, 4]), 0)).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75]);
    expect(scaled('none', [0])).toEqual([...Float32Array.from(from.x)]);
    const normed = scaled('norm', [0]);
    for (let row = 0; row < 8; row++) expect(Math.hypot(normed[2 * row]!, normed[2 * row + 1]!)).toBeCloseTo(1, 6);
    const zero: Table = { ...from, x: new Float64Array(16) };
    expect([...scaleRows(zero, all, fitScale(zero, all, 'norm'))]).toEqual(new Array(16).fill(0));
  });
});
