import { describe, expect, it } from 'vitest';
import { pairCount, pairFirst, pairId, pairSecond } from './pairs.ts';

const pairOf = (id: number, classes: number): [number, number] => [pairFirst(id, classes), pairSecond(id, classes)];

describe('pairs', () => {
  it("numbers the paper's ten tasks of five classes in its order", () => {
    const names = Array.from({ length: 10 }, (_, id) =>
      pairOf(id, 5)
        .map((c) => c + 1)
        .join(''),
    );
    expect(names).toEqual(['12', '13', '14', '15', '23', '24', '25', '34', '35', '45']);
  });

  it('meets the worked figures for 95 classes', () => {
    expect(pairCount(95)).toBe(4465);
    expect([pairId(0, 94, 95), pairId(1, 2, 95)]).toEqual([93, 94]);
    expect(pairOf(1000, 95)).toEqual([11, 33]);
    expect(pairOf(4464, 95)).toEqual([93, 94]);
  });

  it('is its own inverse, also where a root could round to the neighbour', () => {
    for (const classes of [2, 3, 95, 448]) {
      let id = 0;
      for (let i = 0; i < classes; i++) {
        for (let j = i + 1; j < classes; j++, id++) {
          expect(pairId(i, j, classes)).toBe(id);
          if (pairOf(id, classes)[0] !== i || pairOf(id, classes)[1] !== j)
            expect([id, ...pairOf(id, classes)]).toEqual([id, i, j]);
        }
      }
      expect(id).toBe(pairCount(classes));
    }
    const classes = 65_535;
    for (const i of [0, 1, 30_000, 65_532, 65_533]) {
      expect(pairOf(pairId(i, i + 1, classes), classes)).toEqual([i, i + 1]);
      expect(pairOf(pairId(i, classes - 1, classes), classes)).toEqual([i, classes - 1]);
    }
  });

  it('refuses what is no pair or no task', () => {
    expect(() => pairId(2, 2, 5)).toThrow('Expected classes i < j < 5');
    expect(() => pairId(2, 5, 5)).toThrow('Expected classes i < j < 5');
    expect(() => pairFirst(10, 5)).toThrow('Expected a task below 10, got 10');
    expect(() => pairFirst(-1, 5)).toThrow('Expected a task below 10');
  });
});
