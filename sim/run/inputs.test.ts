import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetOptions } from '../data/options.ts';
import { inputsForSweep, inputsInFolder, recordedInputs } from './data-files.ts';
import { DatasetShelf, loadDataset } from './inputs.ts';

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

const csv = (changes: object = {}) =>
  datasetOptions.parse({ name: 'csv', path: 'a.csv', split: { by: 'all' }, ...changes });
const text = (rows: readonly string[]) => `x,y,label\n${rows.join('\n')}\n`;
const ROWS = ['1,2,a', '2,1,b', '3,5,a', '4,1,b'];
const sha256 = (name: string) =>
  createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex');

describe('the files of a data set', () => {
  it('are named by the SHA-256 of their bytes on disk, packed or not', () => {
    writeFileSync(join(folder, 'a.csv.gz'), gzipSync(text(ROWS)));
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'b.csv'), text(ROWS));
    const inputs = [
      { kind: 'data', file: 'a.csv.gz', sha256: sha256('a.csv.gz') },
      { kind: 'data', file: 'sub/b.csv', sha256: sha256('sub/b.csv') },
    ];
    const options = csv({ test: './sub//b.csv', split: undefined });
    expect(loadDataset(options, folder, 1).inputs).toEqual(inputs);
    expect(inputsInFolder(folder)(options)).toEqual(inputs);
    expect(recordedInputs([...inputs].reverse() as never, 'x')(options)).toEqual(inputs);
    expect(loadDataset(datasetOptions.parse({ name: 'clusters' }), folder, 1).inputs).toBeUndefined();
  });

  it('are all of a tree, by the tree where it is taken for a file that is not there', () => {
    writeTree();
    const found = inputsInFolder(folder)(auslan());
    expect(found.map(({ file }) => file)).toEqual(['tctodd/tctodd3/alive-1.tsd', 'tctodd/tctodd3/zero-1.tsd']);
    expect(loadDataset(auslan(), folder, 1, found).inputs).toEqual(found);
    expect(recordedInputs(found, 'x')(auslan())).toEqual(found);
    const extra = join(folder, 'tctodd', 'tctodd3', 'alive-2.tsd');
    writeFileSync(extra, `${frame(7).join('\t')}\n`);
    expect(() => loadDataset(auslan(), folder, 1, found)).toThrow(
      new RegExp(`^${extra}: expected no file there, as when the run was made, got SHA-256 [0-9a-f]{64}$`),
    );
    rmSync(extra);
    rmSync(join(folder, 'tctodd', 'tctodd3', 'zero-1.tsd'));
    expect(() => loadDataset(auslan(), folder, 1, found)).toThrow(/zero-1.tsd: expected the file that .*, got none$/);
    expect(() => loadDataset(auslan({ source: 'tctodd', path: './tctodd/' }), folder, 1, found)).toThrow(
      /zero-1.tsd: /,
    );
  });

  it('are read anew where a run expects another content than the one in memory, and refused where it is another', () => {
    const file = join(folder, 'a.csv');
    writeFileSync(file, text(ROWS));
    const before = inputsInFolder(folder)(csv());
    const shelf = new DatasetShelf(folder);
    const first = shelf.take(csv(), 1, before);
    expect(shelf.take(csv(), 2, before)).toBe(first);
    writeFileSync(file, text([...ROWS].reverse()));
    // What was read once is what was hashed: the file is of no more concern.
    expect(shelf.take(csv(), 1, before)).toBe(first);
    expect(() => new DatasetShelf(folder).take(csv(), 1, before)).toThrow(
      `${file}: expected the file that the run was made with (SHA-256 ${before[0]!.sha256}), got SHA-256 ${sha256('a.csv')}`,
    );
    const now = inputsInFolder(folder)(csv());
    expect(shelf.take(csv(), 1, now).inputs).toEqual(now);
    expect(() => shelf.take(csv(), 1, before)).toThrow('expected the file that the run was made with');
  });

  it('that draw their split are kept for another seed, and held to what is expected too', () => {
    const file = join(folder, 'a.csv');
    writeFileSync(file, text(ROWS));
    const options = csv({ split: { by: 'random', train: '50 %' } });
    const before = inputsInFolder(folder)(options);
    const shelf = new DatasetShelf(folder);
    shelf.take(options, 1, before);
    writeFileSync(file, text([...ROWS].reverse()));
    expect(shelf.take(options, 2, before).inputs).toEqual(before);
    const now = inputsInFolder(folder)(options);
    expect(shelf.take(options, 3, now).inputs).toEqual(now);
  });

  it('are not quoted to a bundle or a job', () => {
    for (const rows of [['1,secret,a'], ['1,2,secret', '2,3,secret'], ['1,2,3,secret'], ['secret'], []]) {
      writeFileSync(join(folder, 'a.csv'), text(rows));
      expect(() => new DatasetShelf(folder, { foreign: true }).take(csv(), 1)).toThrow(
        `dataset csv: expected ${join(folder, 'a.csv')} to hold what the scenario says, got something else; what is in a data file is not told`,
      );
    }
    const idx = datasetOptions.parse({
      name: 'idx',
      train: { images: 'a.csv', labels: 'a.csv' },
      test: { images: 'a.csv', labels: 'a.csv' },
    });
    expect(() => new DatasetShelf(folder, { foreign: true }).take(idx, 1)).toThrow(/^dataset idx: expected [^0]*$/);
    const shown = () => new DatasetShelf(folder, { foreign: true }).take(csv({ label: 'none-such' }), 1);
    expect(shown).toThrow(/^(?!.*\bx\b)/);
  });

  it('may be unreadable for some runs of a sweep, not for all', () => {
    writeFileSync(join(folder, 'a.csv'), text(ROWS));
    const [good, bad] = [csv(), csv({ path: 'b.csv' })];
    const inputs = inputsForSweep([good, bad], inputsInFolder(folder));
    expect(inputs(good)[0]!.sha256).toBe(sha256('a.csv'));
    expect(inputs(bad)).toEqual([{ kind: 'data', file: 'b.csv', sha256: null }]);
    expect(() => inputsForSweep([bad], inputsInFolder(folder))).toThrow('expected b.csv or b.csv.gz in');
  });
});
