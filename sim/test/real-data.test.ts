import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readAuslanCsv, readAuslanTree } from '../data/auslan.ts';
import { classCount, type Dataset } from '../data/dataset.ts';
import { datasetOptions } from '../data/options.ts';
import { loadDataset } from '../run/inputs.ts';
import { referenceRows } from './reference-csv.ts';

const folder = process.env['G2T_DATA'] ?? '';
const there = existsSync(join(folder, 'auslan.csv.gz'));
const load = (options: object): Dataset => loadDataset(datasetOptions.parse(options), folder, 1);
const counts = (rows: Dataset['train'], classes: number): number[] =>
  Array.from({ length: classes }, (_, c) => classCount(rows, c));

describe.skipIf(!there)(
  'the public data sets (skipped: set G2T_DATA to a data folder that holds auslan.csv.gz)',
  () => {
    const auslan = there ? gunzipSync(readFileSync(join(folder, 'auslan.csv.gz'))) : new Uint8Array();

    it('reads Auslan: 95 signs x 27 recordings of 45 to 136 frames', () => {
      const { label, sample, first, frames, classNames } = readAuslanCsv(auslan, 'auslan.csv.gz');
      expect([classNames.length, label.length, frames.length]).toEqual([95, 2565, 146_949 * 22]);
      expect([classNames[0], classNames[49], classNames[94]]).toEqual(['alive', 'more', 'zero']);
      expect(sample.every((each, r) => each === (r % 27) + 1 && label[r] === Math.floor(r / 27))).toBe(true);
      const lengths = Array.from(label, (_, r) => first[r + 1]! - first[r]!);
      expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([45, 136]);
      expect(lengths.reduce((sum, each) => sum + each, 0) / 2565).toBeCloseTo(57.29, 2);
    });

    it('reads the original tree to the same recordings', () => {
      const lines = new TextDecoder().decode(auslan).split('\n');
      const index = referenceRows(join(folder, 'auslan_index.csv'));
      const encoder = new TextEncoder();
      const files = index.map(({ frames, first_row: from, source_file: path }) => {
        const rows = lines.slice(Number(from) + 1, Number(from) + 1 + Number(frames));
        return {
          path: path!,
          bytes: encoder.encode(`${rows.map((row) => row.split(',').slice(3).join('\t')).join('\n')}\n`),
        };
      });
      expect(files.some(({ path }) => path === 'tctodd1/her-1.tsd')).toBe(true);
      const fromTree = readAuslanTree(files.reverse(), 'tctodd');
      const fromCsv = readAuslanCsv(auslan, 'auslan.csv.gz');
      expect(fromTree.classNames).toEqual(fromCsv.classNames);
      for (const part of ['label', 'sample', 'first', 'frames'] as const) {
        expect(fromTree[part].length).toBe(fromCsv[part].length);
        expect(fromTree[part].findIndex((value, at) => value !== fromCsv[part][at])).toBe(-1);
      }
    });

    it('splits Auslan 18 to 9, standardised on the training part alone', () => {
      const data = load({ name: 'auslan' });
      expect([data.classes, data.features, data.train.count, data.test.count]).toEqual([95, 22, 1710, 855]);
      const { x, count } = data.train;
      for (let j = 0; j < 22; j++) {
        let sum = 0;
        let squares = 0;
        for (let row = 0; row < count; row++) {
          sum += x[row * 22 + j]!;
          squares += x[row * 22 + j]! * x[row * 22 + j]!;
        }
        expect(sum / count).toBeCloseTo(0, 5);
        expect(squares / count).toBeCloseTo(1, 5);
      }
      expect(load({ name: 'auslan', split: { by: 'week', train: 6 } }).train).toEqual(data.train);
      expect(load({ name: 'auslan', rows: { resample: 4 }, classes: 5 }).features).toBe(88);
      expect(load({ name: 'auslan', split: { by: 'all' } }).train.count).toBe(2565);
    });

    it('reads MNIST, packed', () => {
      const data = load({ name: 'mnist' });
      expect([data.train.count, data.test.count, data.features]).toEqual([60_000, 10_000, 784]);
      // Known counts of the training labels.
      expect(counts(data.train, 10)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
      expect(
        counts(load({ name: 'mnist', classes: 'even-odd', 'train-rows': 1000, 'test-rows': 1000 }).train, 2),
      ).toEqual([
        counts(load({ name: 'mnist', 'train-rows': 1000 }).train, 10).reduce((sum, n, c) => sum + (c % 2 ? 0 : n), 0),
        counts(load({ name: 'mnist', 'train-rows': 1000 }).train, 10).reduce((sum, n, c) => sum + (c % 2 ? n : 0), 0),
      ]);
    });

    it('reads CSV with and without a header, in one file or two, with missing values', () => {
      const digits = load({
        name: 'csv',
        path: 'optdigits/optdigits.tra',
        test: 'optdigits/optdigits.tes',
        header: false,
      });
      expect([digits.train.count, digits.test.count, digits.classes, digits.features]).toEqual([3823, 1797, 10, 64]);
      const iris = load({ name: 'csv', path: 'iris/iris.csv', split: { by: 'sample', train: 35 } });
      expect([counts(iris.train, 3), counts(iris.test, 3)]).toEqual([
        [35, 35, 35],
        [15, 15, 15],
      ]);
      const heart = { name: 'csv', path: 'heart/processed.cleveland.data', header: false, split: { by: 'all' } };
      expect(() => load(heart)).toThrow(
        /processed.cleveland.data:88:13: expected a number, got a missing value \("\?"\)/,
      );
      const whole = load({ ...heart, missing: 'drop' });
      expect([whole.train.count, whole.classes]).toEqual([297, 5]);
      expect(whole.notes[0]).toMatch(/6 rows with missing values left out/);
    });
  },
);
