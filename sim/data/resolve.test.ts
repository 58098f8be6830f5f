import { describe, expect, it } from 'vitest';
import { classCount, rowsOfClass } from './dataset.ts';
import { datasetOptions } from './options.ts';
import { resolveDataset, wantedFiles } from './resolve.ts';

const parse = (options: object) => datasetOptions.parse(options);
const found = (files: Record<string, string>) =>
  new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      [{ path: `data/${path}`, bytes: new TextEncoder().encode(text) }],
    ]),
  );

describe('wantedFiles', () => {
  it('names what each source needs, with other names of the same content', () => {
    const csv = { kind: 'file', path: 'auslan.csv.gz', otherwise: ['auslan.csv'] };
    const tree = { kind: 'tree', path: 'tctodd', otherwise: [], ending: '.tsd' };
    expect(wantedFiles(parse({ name: 'auslan', source: 'csv' }))).toEqual([csv]);
    expect(wantedFiles(parse({ name: 'auslan' }))).toEqual([{ ...csv, orTree: tree }]);
    expect(wantedFiles(parse({ name: 'auslan', path: 'mine.csv' }))[0]).toMatchObject({ path: 'mine.csv' });
    expect(wantedFiles(parse({ name: 'auslan', source: 'tctodd' }))[0]).toMatchObject({
      kind: 'tree',
      path: 'tctodd',
      ending: '.tsd',
    });
    const mnist = wantedFiles(parse({ name: 'mnist' }));
    expect(mnist).toHaveLength(4);
    expect(mnist[3]).toEqual({
      kind: 'file',
      path: 'mnist/t10k-labels-idx1-ubyte.gz',
      otherwise: ['mnist/t10k-labels-idx1-ubyte', 'mnist/t10k-labels.idx1-ubyte', 'mnist/t10k-labels.idx1-ubyte.gz'],
    });
    expect(wantedFiles(parse({ name: 'csv', path: 'a.tra', test: 'a.tes' })).map(({ path }) => path)).toEqual([
      'a.tra',
      'a.tes',
    ]);
    expect(wantedFiles(parse({ name: 'clusters' }))).toEqual([]);
  });
});

describe('resolveDataset', () => {
  const csv = (text: string, options: object = {}) =>
    resolveDataset(
      parse({ name: 'csv', path: 'a.csv', split: { by: 'sample', train: 2 }, ...options }),
      found({ 'a.csv': text }),
      1,
    );

  it('splits, scales by the training part and indexes by class', () => {
    const data = csv('p,k\n0,b\n5,a\n2,b\n7,a\n100,b\n');
    expect([data.classes, data.features, data.classNames]).toEqual([2, 1, ['a', 'b']]);
    expect([...data.train.y]).toEqual([1, 0, 1, 0]);
    expect([...rowsOfClass(data.train, 1)]).toEqual([0, 2]);
    expect(classCount(data.test, 0)).toBe(0);
    const mean = 3.5;
    const deviation = Math.sqrt((3.5 * 3.5 + 1.5 * 1.5 + 1.5 * 1.5 + 3.5 * 3.5) / 4);
    expect([...data.test.x]).toEqual([Math.fround((100 - mean) * (1 / deviation))]);
    expect([data.validation, data.evaluation]).toEqual([undefined, 'held-out']);
    expect(data.scaling).toEqual({
      scale: 'standard',
      shift: Float64Array.of(3.5),
      factor: Float64Array.of(1 / deviation),
    });
  });

  it('refuses values past the range of the devices, in the file and once scaled, with their place', () => {
    const all = { split: { by: 'all' } };
    for (const scale of ['standard', 'minmax', 'norm', 'none']) {
      expect(() => csv('p,q,k\n1,2,b\n\n5,1e39,a\n2,3,b\n7,4,a\n', { ...all, scale })).toThrow(
        'data/a.csv:4:q: expected a number that a 32-bit float holds, got "1e39"',
      );
    }
    // The rows to train on are narrow, and what tests lies far off.
    const far = 'p,k\n1e-30,a\n2e-30,a\n3e-30,b\n4e-30,b\n-3e38,a\n1,b\n';
    for (const scale of ['standard', 'minmax']) {
      expect(() => csv(far, { scale })).toThrow(
        `data/a.csv:6:p: expected a number that a 32-bit float holds once scaled (${scale}), got "-3e+38"`,
      );
    }
    expect([...csv(far.replace('-3e38', '-1'), { scale: 'none' }).test.x]).toEqual([-1, 1]);
  });

  it('measures on the training rows when all of them train, and says so', () => {
    const data = csv('p,k\n0,b\n5,a\n', { split: { by: 'all' } });
    expect(data.evaluation).toBe('training');
    expect(data.test).toBe(data.train);
  });

  it('takes a random 70 % when a CSV file is not told how to split', () => {
    const text = `p,k\n${Array.from({ length: 20 }, (_, row) => `${row},${row % 2}`).join('\n')}`;
    const data = csv(text, { split: undefined });
    expect([data.train.count, data.test.count]).toEqual([14, 6]);
  });

  it('keeps validation rows apart', () => {
    const data = csv('p,k\n0,b\n5,a\n2,b\n7,a\n1,b\n1,a\n', { split: { by: 'sample', train: 1, validation: 1 } });
    expect([data.train.count, data.validation?.count, data.test.count]).toEqual([2, 2, 2]);
  });

  it('refuses one class, a class without training rows, and a split beside a test file', () => {
    expect(() => csv('p,k\n0,b\n5,b\n2,b\n')).toThrow('a.csv: expected at least 2 classes, got 1 (b)');
    const apart = { name: 'csv', path: 'a.csv', test: 'b.csv' };
    const files = found({ 'a.csv': 'p,k\n1,a\n2,b\n', 'b.csv': 'p,k\n1,c\n' });
    expect(() => resolveDataset(parse(apart), files, 1)).toThrow(
      'data/a.csv: expected every class to have training rows, got none of c',
    );
    expect(() => parse({ ...apart, split: { by: 'all' } })).toThrow('no split beside');
  });

  it('makes clusters from the seed alone; more rows or classes leave the others as they are', () => {
    const make = (options: object, seed = 1) =>
      resolveDataset(parse({ name: 'clusters', scale: 'none', ...options }), new Map(), seed);
    const data = make({ classes: 4, rows: 5, test: 3 });
    expect([data.train.count, data.test.count, data.features]).toEqual([20, 12, 22]);
    expect(make({ classes: 4, rows: 5, test: 3 })).toEqual(data);
    expect(make({ classes: 4, rows: 5, test: 3 }, 2)).not.toEqual(data);
    expect(make({ classes: 4, rows: 5, test: 3, seed: 1 }, 2)).toEqual(data);
    const wider = make({ classes: 5, rows: 6, test: 4 });
    expect(wider.train.x.subarray(0, 5 * 22)).toEqual(data.train.x.subarray(0, 5 * 22));
    expect(wider.test.x.subarray(4 * 22, 7 * 22)).toEqual(data.test.x.subarray(3 * 22, 6 * 22));
  });

  it('leaves 3 of 22 cluster features at 0, and the rest at the deviation asked for', () => {
    const data = resolveDataset(
      parse({ name: 'clusters', classes: 300, rows: 30, test: 1, separation: 2, scale: 'none' }),
      new Map(),
      3,
    );
    const { x, count } = data.train;
    const squares = new Float64Array(22);
    for (let k = 0; k < x.length; k++) squares[k % 22]! += x[k]! * x[k]!;
    const deviations = [...squares].map((sum) => Math.sqrt(sum / count));
    expect(deviations.filter((each) => each === 0)).toHaveLength(3);
    for (const each of deviations.filter((d) => d > 0)) expect(each / Math.sqrt(5)).toBeGreaterThan(0.85);
    for (const each of deviations.filter((d) => d > 0)) expect(each / Math.sqrt(5)).toBeLessThan(1.15);
  });
});

describe('datasetOptions', () => {
  it('fills in defaults', () => {
    expect(parse({ name: 'auslan' })).toMatchObject({
      source: 'auto',
      rows: 'mean',
      classes: 95,
      split: { by: 'sample', train: 18, validation: 0 },
      scale: 'standard',
    });
    expect(parse({ name: 'csv', path: 'a', split: { by: 'random', train: '70 %' } })).toMatchObject({
      split: { train: 0.7, validation: 0 },
    });
  });

  it.each([
    [{ name: 'auslan', split: { by: 'random', train: 0.7 } }],
    [{ name: 'auslan', classes: 96 }],
    [{ name: 'auslan', classes: 1 }],
    [{ name: 'auslan', row: 'mean' }],
    [{ name: 'clusters', features: 3, inactive: 3 }],
    [{ name: 'mnist', split: { by: 'all' } }],
    [{ name: 'csv' }],
    [{ name: 'iris' }],
  ])('refuses %j', (options) => {
    expect(datasetOptions.safeParse(options).success).toBe(false);
  });
});
