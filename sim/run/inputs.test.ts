import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { datasetOptions } from '../data/options.ts';
import { loadDataset } from './inputs.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-inputs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const auslan = (changes: object = {}) =>
  datasetOptions.parse({ name: 'auslan', classes: 2, split: { by: 'all' }, scale: 'none', ...changes });
const frame = (value: number) => Array.from({ length: 22 }, (_, j) => `${value + j}.5`);

/** The tree, whose first channel is 1 in `alive` and 2 in `zero`. */
function writeTree(): void {
  mkdirSync(join(folder, 'tctodd', 'tctodd3'), { recursive: true });
  for (const [sign, value] of Object.entries({ alive: 1, zero: 2 }))
    writeFileSync(join(folder, 'tctodd', 'tctodd3', `${sign}-1.tsd`), `${frame(value).join('\t')}\n`);
}

/** The file, whose first channel is 5 in both. */
function writeFile(): void {
  const header = ['sign', 'sample', 'frame', ...Array.from({ length: 22 }, (_, j) => `f${j + 1}`)];
  const lines = [header, ...['alive', 'zero'].map((sign) => [sign, 1, 1, ...frame(5)])];
  writeFileSync(join(folder, 'auslan.csv.gz'), gzipSync(`${lines.map((line) => line.join(',')).join('\n')}\n`));
}

it('takes Auslan from its tree where the file is not there, and from the file where both are', () => {
  const firsts = (changes?: object) => {
    const { train } = loadDataset(auslan(changes), folder, 1);
    return [train.x[0], train.x[22]];
  };
  writeTree();
  expect(firsts()).toEqual([1.5, 2.5]);
  writeFile();
  expect(firsts()).toEqual([5.5, 5.5]);
  expect(firsts({ source: 'tctodd' })).toEqual([1.5, 2.5]);
});

it('says all that it looked for', () => {
  expect(() => loadDataset(auslan(), folder, 1)).toThrow(
    `dataset auslan: expected auslan.csv.gz or auslan.csv or tctodd in ${folder}, got nothing there`,
  );
});
