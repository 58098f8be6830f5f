import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../kernel/errors.ts';
import { coldStream } from '../kernel/random.ts';
import { dirichlet } from './dirichlet.ts';
import { type Labels, partitionRows } from './partition.ts';
import { type PartitionOptions, partitionOptions } from './partition-options.ts';

/** `rows` labels out of `count`, drawn, each at least once. */
function drawn(rows: number, count: number, seed = 3): Labels {
  const uniform = coldStream(seed, 'test');
  const y = Uint16Array.from({ length: rows }, (_, row) => (row < count ? row : Math.floor(uniform() * count)));
  return { y, names: Array.from({ length: count }, (_, label) => `${label}`) };
}

const kinds: readonly PartitionOptions[] = [
  { by: 'case', case: 1 },
  { by: 'case', case: 2 },
  { by: 'case', case: 4 },
  { by: 'iid' },
  { by: 'dirichlet', alpha: 0.5 },
  { by: 'labels', labels: 3 },
  { by: 'quantity', alpha: 0.5 },
];

const divide = (options: PartitionOptions, labels: Labels, devices: number, seed = 1) =>
  partitionRows(options, labels, devices, seed);
const sizes = (rows: readonly Uint32Array[]) => rows.map((own) => own.length);
const owners = (rows: readonly Uint32Array[], count: number) => {
  const owner = new Int32Array(count).fill(-1);
  rows.forEach((own, device) => {
    for (const row of own) owner[row] = device;
  });
  return owner;
};
/** Labels that device has at all. */
const held = (counts: Uint32Array, labels: number, device: number) =>
  [...counts.subarray(device * labels, (device + 1) * labels)].flatMap((rows, label) => (rows > 0 ? [label] : []));

describe('partitionRows', () => {
  it.each(kinds)('puts every row on exactly one device, ascending, and the same again: %o', (options) => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 40 }), fc.integer({ min: 400, max: 700 }), fc.nat(99), (n, rows, seed) => {
        const labels = drawn(rows, 10);
        const made = divide(options, labels, n, seed);
        expect(made.rows).toHaveLength(n);
        expect([...made.rows].flatMap((own) => [...own]).sort((a, b) => a - b)).toEqual([...labels.y.keys()]);
        for (const own of made.rows) expect([...own]).toEqual([...own].sort((a, b) => a - b));
        expect(made.counts.reduce((sum, count) => sum + count, 0)).toBe(rows);
        expect(divide(options, labels, n, seed)).toEqual(made);
      }),
      { numRuns: 15 },
    );
  });

  it.each(kinds.slice(3))('draws by the seed, or by a seed of its own: %o', (options) => {
    const labels = drawn(500, 10);
    const made = divide(options, labels, 10, 1).rows;
    expect(divide(options, labels, 10, 2).rows).not.toEqual(made);
    const own = { ...options, seed: 5 } as PartitionOptions;
    expect(divide(own, labels, 10, 2)).toEqual(divide(own, labels, 10, 1));
  });

  it('divides as the demonstration does with five nodes', () => {
    const labels = drawn(300, 10);
    const [one, two, three, four] = ([1, 2, 3, 4] as const).map((number) =>
      divide({ by: 'case', case: number }, labels, 5),
    );
    for (let row = 0; row < 300; row++) {
      const label = labels.y[row]!;
      expect(owners(one!.rows, 300)[row]).toBe(row % 5);
      expect(owners(two!.rows, 300)[row]).toBe(label % 5);
      expect(owners(four!.rows, 300)[row]).toBe(label < 4.5 ? row % 3 : (label % 2) + 3);
    }
    expect(held(two!.counts, 10, 0)).toEqual([0, 5]);
    expect(held(four!.counts, 10, 3)).toEqual([6, 8]);
    expect(sizes(three!.rows)).toEqual([300, 300, 300, 300, 300]);
    expect(three!.rows.every((own) => own === three!.rows[0])).toBe(true);
  });

  it('takes the least label as the first in case 4, and knows one device and two', () => {
    const labels = { y: Uint16Array.of(2, 3, 4, 5, 2, 5), names: ['a', 'b', 'c', 'd', 'e', 'f'] };
    expect(divide({ by: 'case', case: 4 }, labels, 1).rows).toEqual([Uint32Array.of(0, 1, 2, 3, 4, 5)]);
    expect(divide({ by: 'case', case: 4 }, labels, 2).rows).toEqual([Uint32Array.of(0, 1, 4), Uint32Array.of(2, 3, 5)]);
  });

  it('deals a label in turn where there are more devices than labels', () => {
    const labels = drawn(600, 4);
    const { rows, counts } = divide({ by: 'case', case: 2 }, labels, 10);
    for (let device = 0; device < 10; device++) expect(held(counts, 4, device)).toEqual([device % 4]);
    const [first, second, third] = [rows[1]!.length, rows[5]!.length, rows[9]!.length];
    expect(Math.max(first, second, third) - Math.min(first, second, third)).toBeLessThanOrEqual(1);
  });

  it('iid: sizes differ by at most one, and a device more takes rows but moves none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 121, max: 400 }), (devices, rows) => {
        const labels = drawn(rows, 4);
        const [before, after] = [divide({ by: 'iid' }, labels, devices), divide({ by: 'iid' }, labels, devices + 1)];
        expect(Math.max(...sizes(before.rows)) - Math.min(...sizes(before.rows))).toBeLessThanOrEqual(1);
        const [was, is] = [owners(before.rows, rows), owners(after.rows, rows)];
        for (let row = 0; row < rows; row++) expect(is[row] === was[row] || is[row] === devices).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('labels: as many labels a device as asked, each label on a device, and a device more leaves the others theirs', () => {
    const labels = drawn(2000, 10);
    for (const each of [1, 3, 10]) {
      const options = { by: 'labels', labels: each } as const;
      const [before, after] = [divide(options, labels, 23), divide(options, labels, 24)];
      for (let device = 0; device < 23; device++) {
        expect(held(before.counts, 10, device)).toHaveLength(each);
        expect(held(after.counts, 10, device)).toEqual(held(before.counts, 10, device));
      }
      const [was, is] = [owners(before.rows, 2000), owners(after.rows, 2000)];
      for (let row = 0; row < 2000; row++) expect(is[row] === was[row] || is[row] === 23).toBe(true);
    }
  });

  it('dirichlet: equal sizes; the mix of all rows at a large alpha, a single label at a small one', () => {
    const labels = drawn(4000, 10);
    const largest = (alpha: number) => {
      const { counts, rows } = divide({ by: 'dirichlet', alpha }, labels, 20);
      expect(sizes(rows)).toEqual(new Array(20).fill(200));
      const shares = rows.map((_, device) => Math.max(...counts.subarray(device * 10, device * 10 + 10)) / 200);
      return shares.reduce((sum, share) => sum + share, 0) / 20;
    };
    expect(largest(1e5)).toBeLessThan(0.2);
    expect(largest(10)).toBeGreaterThan(0.22);
    expect(largest(10)).toBeLessThan(0.5);
    // Not 1: where more devices choose a label than its rows can fill, they go on to others.
    expect(largest(1e-6)).toBeGreaterThan(0.7);
  });

  it('quantity: nearly equal at a large alpha, far from it at a small one, never none', () => {
    const labels = drawn(4000, 10);
    const spread = (alpha: number) => {
      const all = sizes(divide({ by: 'quantity', alpha }, labels, 40).rows);
      expect(Math.min(...all)).toBeGreaterThanOrEqual(1);
      return Math.max(...all) / (4000 / 40);
    };
    expect(spread(1e5)).toBeLessThan(1.05);
    expect(spread(0.5)).toBeGreaterThan(3);
    expect(sizes(divide({ by: 'quantity', alpha: 0.01 }, drawn(40, 2), 40).rows)).toEqual(new Array(40).fill(1));
  });

  it('refuses what leaves a device without rows or a label without a device', () => {
    const labels = drawn(30, 10);
    for (const options of kinds)
      expect(() => divide(options, labels, 31)).toThrow('at most as many devices as training rows (30), got 31');
    expect(divide({ by: 'case', case: 3 }, labels, 31).rows).toHaveLength(31);
    expect(() => divide({ by: 'labels', labels: 11 }, labels, 5)).toThrow('at most 10 labels a device');
    expect(() => divide({ by: 'labels', labels: 2 }, labels, 4)).toThrow('2 labels would be on none');
    const lone = { y: new Uint16Array(30), names: ['a', 'b'] };
    expect(() => divide({ by: 'labels', labels: 1 }, lone, 2)).toThrow(InputError);
    expect(() => divide({ by: 'labels', labels: 1 }, lone, 2)).toThrow(/got none for device [01]/);
  });
});

describe('dirichlet', () => {
  it('has the mean and the variance that it should', () => {
    const uniform = coldStream(1, 'test');
    for (const shapes of [
      [0.2, 0.3, 0.5],
      [2, 3, 5],
    ]) {
      const total = shapes.reduce((sum, shape) => sum + shape, 0);
      const [sum, squares] = [new Float64Array(3), new Float64Array(3)];
      const draws = 20_000;
      for (let n = 0; n < draws; n++) {
        const shares = dirichlet(shapes, uniform);
        for (let i = 0; i < 3; i++) {
          sum[i]! += shares[i]! / draws;
          squares[i]! += (shares[i]! * shares[i]!) / draws;
        }
      }
      for (let i = 0; i < 3; i++) {
        const mean = shapes[i]! / total;
        expect(sum[i]).toBeCloseTo(mean, 1.8);
        expect(squares[i]! - sum[i]! * sum[i]!).toBeCloseTo((mean * (1 - mean)) / (total + 1), 2);
      }
    }
  });

  it('underflows no total', () => {
    const uniform = coldStream(1, 'test');
    for (let n = 0; n < 1000; n++) {
      const shares = dirichlet([1e-6, 1e-6, 0, 1e-6], uniform);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(shares[2]).toBe(0);
    }
  });
});

describe('partitionOptions', () => {
  it.each([
    [{ by: 'dirichlet', alpha: 0 }, 'alpha'],
    [{ by: 'dirichlet' }, 'alpha'],
    [{ by: 'quantity', alpha: -1 }, 'alpha'],
    [{ by: 'case', case: 5 }, 'case'],
    [{ by: 'labels', labels: 0 }, 'labels'],
    [{ by: 'cases' }, 'by'],
  ])('refuses %o', (written, key) => {
    const { error } = partitionOptions.safeParse(written);
    expect(JSON.stringify(error?.issues)).toContain(`"${key}"`);
  });

  it('reads none and every kind', () => {
    expect(partitionOptions.parse('none')).toBe('none');
    for (const kind of kinds) expect(partitionOptions.parse(kind)).toEqual(kind);
  });
});
