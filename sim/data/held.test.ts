import { describe, expect, it } from 'vitest';
import { dealClasses, holdersOfPairs, holds } from './held.ts';

const deal = (devices: number, by: 'cover' | 'random', classesPerDevice = 4) =>
  dealClasses({ classes: 10, devices, classesPerDevice, by, seed: 1 });

describe('dealClasses', () => {
  it('covers every pair of classes with as many devices as there are pairs of blocks', () => {
    const rows = deal(10, 'cover');
    expect(holdersOfPairs(rows).every((count) => count >= 1)).toBe(true);
    for (let d = 0; d < 10; d++) expect(rows.first[d + 1]! - rows.first[d]!).toBe(4);
    expect(holdersOfPairs(deal(9, 'cover')).some((count) => count === 0)).toBe(true);
  });

  it('draws for each device from the seed', () => {
    const rows = deal(50, 'random');
    expect(deal(50, 'random')).toEqual(rows);
    expect(new Set(rows.held).size).toBe(10);
    for (let d = 0; d < 50; d++) {
      const own = [...rows.held.subarray(rows.first[d], rows.first[d + 1])];
      expect([own.length, new Set(own).size]).toEqual([4, 4]);
      for (let c = 0; c < 10; c++) expect(holds(rows, d, c)).toBe(own.includes(c));
    }
  });

  it('counts the holders of a pair', () => {
    const rows = deal(50, 'random');
    const holders = holdersOfPairs(rows);
    let at = 0;
    for (let i = 0; i < 10; i++) {
      for (let j = i + 1; j < 10; j++) {
        let count = 0;
        for (let d = 0; d < 50; d++) if (holds(rows, d, i) && holds(rows, d, j)) count++;
        expect(holders[at++]).toBe(count);
      }
    }
  });

  it('gives every class to all where one share covers them, and refuses too few or too many', () => {
    expect([...deal(1, 'cover', 10).held]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(() => deal(1, 'cover', 1)).toThrow('Expected each device to hold 2 to 10 classes, got 1');
    expect(() => deal(1, 'random', 11)).toThrow('got 11');
  });
});
