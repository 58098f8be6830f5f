import { describe, expect, it } from 'vitest';
import { groupClassifiers, withoutDuplicates } from './groups.ts';
import { applyOptOvo, fitOptOvo, OPT_OVO_DEFAULTS, optOvoSeconds } from './opt-ovo.ts';
import { OutputTable, popcount } from './outputs.ts';

/** A table from rows of signs, one character a classifier. */
function outputsOf(rows: readonly string[]): OutputTable {
  const table = new OutputTable(rows[0]!.length, rows.length);
  for (let c = 0; c < table.classifiers; c++) {
    table.set(
      c,
      Float32Array.from(rows, (row) => (row[c] === '+' ? 1 : -1)),
    );
  }
  return table;
}
function posterior(logs: Float64Array, row: number, classes: number): number[] {
  const own = [...logs.subarray(row * classes, (row + 1) * classes)].map(Math.exp);
  const total = own.reduce((sum, each) => sum + each, 0);
  return own.map((each) => each / total);
}
const ROWS = ['+++', '++-', '--+', '--+', '---', '+--'];
const LABELS = Uint16Array.of(0, 0, 1, 1, 2, 2);
const SPEC = { ...OPT_OVO_DEFAULTS, threshold: 0.6 };

describe('OutputTable', () => {
  it('counts bits and correlates as the definition says, over word borders too', () => {
    expect([0, 1, -1, 0x80000000 | 0, 0x0f0f].map(popcount)).toEqual([0, 1, 32, 1, 8]);
    const rows = Array.from({ length: 100 }, (_, r) => `${r % 3 ? '+' : '-'}${r % 7 ? '+' : '-'}${r % 3 ? '-' : '+'}`);
    const table = outputsOf(rows);
    const sign = (r: number, c: number): number => (rows[r]![c] === '+' ? 1 : -1);
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
      [1, 1],
    ] as const) {
      const sum = rows.reduce((total, _, r) => total + sign(r, a) * sign(r, b), 0);
      expect(table.correlation(a, b)).toBeCloseTo(Math.abs(sum) / 100, 12);
      for (const threshold of [0, 0.1, 0.2, 0.5, 0.9, 1]) {
        expect(table.correlated(a, b, threshold)).toBe(table.correlation(a, b) >= threshold);
      }
    }
  });

  it('reads back what was set, also when set again', () => {
    const table = new OutputTable(2, 40);
    table.set(1, new Float32Array(40).fill(1));
    table.set(
      1,
      Float32Array.from({ length: 40 }, (_, row) => (row === 39 ? 1 : 0)),
    );
    expect(Array.from({ length: 40 }, (_, row) => table.bit(1, row)).indexOf(1)).toBe(39);
    expect([...table.trained]).toEqual([0, 1]);
  });
});

describe('Opt-OVO', () => {
  it('meets the worked example: correlations, groups and posteriors', () => {
    const outputs = outputsOf(ROWS);
    expect(outputs.correlation(0, 1)).toBeCloseTo(0.6667, 4);
    expect(outputs.correlation(0, 2)).toBeCloseTo(0.3333, 4);
    expect(outputs.correlation(1, 2)).toBe(0);
    expect(groupClassifiers(outputs, Uint32Array.of(0, 1, 2), SPEC)).toEqual([[0, 1], [2]]);
    const model = fitOptOvo(outputs, LABELS, 3, SPEC);
    const { logs, predicted } = applyOptOvo(model, outputsOf(['+++', '--+', '+--', '-++']));
    const due = [
      [0.6, 0.3, 0.1],
      [0.153846, 0.692308, 0.153846],
      [0.222222, 0.111111, 0.666667],
      [1 / 3, 1 / 2, 1 / 6],
    ];
    for (const [row, values] of due.entries()) {
      for (const [c, value] of values.entries()) expect(posterior(logs, row, 3)[c]).toBeCloseTo(value, 6);
    }
    expect([...predicted]).toEqual([0, 1, 2, 1]);
  });

  it('links completely: a later classifier must fit every member', () => {
    // 0 and 1 agree in 9 of 10 rows, 1 and 2 too, 0 and 2 in 8 of 10.
    const rows = ['-++', '++-', ...new Array<string>(4).fill('+++'), ...new Array<string>(4).fill('---')];
    const outputs = outputsOf(rows);
    expect([outputs.correlation(0, 1), outputs.correlation(1, 2), outputs.correlation(0, 2)]).toEqual([0.8, 0.8, 0.6]);
    expect(groupClassifiers(outputs, Uint32Array.of(0, 1, 2), { threshold: 0.8, groupLimit: 8 })).toEqual([
      [0, 1],
      [2],
    ]);
    expect(groupClassifiers(outputs, Uint32Array.of(0, 1, 2), { threshold: 0.6, groupLimit: 8 })).toEqual([[0, 1, 2]]);
    expect(groupClassifiers(outputs, Uint32Array.of(0, 1, 2), { threshold: 0.6, groupLimit: 2 })).toEqual([
      [0, 1],
      [2],
    ]);
  });

  it('drops duplicates, opposite ones too, and what tells nothing', () => {
    // 1 repeats 0, 2 is its opposite, 3 says the same for every row, 4 tells the classes apart further.
    const rows = ['++-++', '++-++', '--+++', '--+++', '--++-', '--++-'];
    const outputs = outputsOf(rows);
    expect([...withoutDuplicates(outputs, Uint32Array.of(0, 1, 2, 4), 0.98)]).toEqual([0, 4]);
    const dup = fitOptOvo(outputs, LABELS, 3, { ...SPEC, prune: 'dup' });
    expect([...dup.kept]).toEqual([1, 0, 0, 1, 1]);
    const info = fitOptOvo(outputs, LABELS, 3, { ...SPEC, threshold: 0.9, prune: 'info' });
    expect([...info.kept]).toEqual([1, 0, 0, 0, 1]);
    for (const model of [dup, info]) expect([...applyOptOvo(model, outputs).predicted]).toEqual([...LABELS]);
  });

  it('leaves classifiers that are not trained out', () => {
    const outputs = outputsOf(ROWS);
    outputs.trained[1] = 0;
    const model = fitOptOvo(outputs, LABELS, 3, SPEC);
    expect(model.groups.map(({ members }) => members)).toEqual([[0], [2]]);
    expect([...model.kept]).toEqual([1, 0, 1]);
  });

  it('estimates seconds for Auslan and minutes for 448 classes', () => {
    const auslan = { classifiers: 4465, validationRows: 570, testRows: 855, classes: 95 };
    expect(optOvoSeconds(auslan)).toBeLessThan(5);
    expect(optOvoSeconds({ classifiers: 100_128, validationRows: 4032, testRows: 4032, classes: 448 })).toBeGreaterThan(
      60,
    );
  });
});
