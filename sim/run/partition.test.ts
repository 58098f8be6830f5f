import { describe, expect, it } from 'vitest';
import { makeRows } from '../data/dataset.ts';
import { numbersOf, textOf } from '../metrics/table.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { partitionOf, partitionTable } from './partition.ts';

const y = Uint16Array.of(0, 1, 0, 1, 0, 1);
const dataset = {
  name: 'even-odd',
  features: 1,
  classes: 2,
  classNames: ['even', 'odd'],
  train: makeRows(new Float32Array(6), y, 1, 2),
  test: makeRows(new Float32Array(6), y, 1, 2),
  validation: undefined,
  evaluation: 'held-out',
  scaling: { scale: 'none', shift: new Float64Array(1), factor: new Float64Array(1).fill(1) },
  labels: { y: Uint16Array.of(0, 1, 2, 3, 0, 1), names: ['zero', 'one', 'two', 'three'] },
  notes: [],
} as const;

const loaded = (partition: unknown) =>
  ({
    scenario: { partition, seed: 1 },
    fault: (path: string, message: string) => new Error(`a.yaml:7:1 ${path}: ${message}`),
  }) as unknown as LoadedScenario;

describe('partitionOf', () => {
  it('goes by the labels of the source, not by the classes', () => {
    const partition = partitionOf(loaded({ by: 'case', case: 2 }), dataset, 2)!;
    expect(partition.rows).toEqual([Uint32Array.of(0, 2, 4), Uint32Array.of(1, 3, 5)]);
    const table = partitionTable(partition);
    const { codes, words } = textOf(table, 'label');
    expect(Array.from(codes, (code) => words[code])).toEqual(['zero', 'two', 'one', 'three']);
    expect([...numbersOf(table, 'rows')]).toEqual([2, 1, 2, 1]);
    expect([...numbersOf(table, 'device')]).toEqual([0, 0, 1, 1]);
  });

  it('is none where none is asked, and says the place of what it refuses', () => {
    expect(partitionOf(loaded('none'), dataset, 2)).toBeUndefined();
    expect(() => partitionOf(loaded({ by: 'iid' }), dataset, 7)).toThrow(
      'a.yaml:7:1 partition: expected at most as many devices as training rows (6), got 7',
    );
  });
});
