import { assert, InputError } from '../kernel/errors.ts';
import { AUSLAN_PER_WEEK, readAuslanCsv, readAuslanTree, type TreeFile } from './auslan.ts';
import { makeClusters } from './clusters.ts';
import { readCsv } from './csv.ts';
import { type Dataset, makeRows } from './dataset.ts';
import { fault, listed, quoted, shortName } from './fault.ts';
import { type IdxPair, readIdx } from './idx.ts';
import type {
  AuslanOptions,
  ClustersOptions,
  CsvOptions,
  DatasetOptions,
  IdxOptions,
  MnistOptions,
} from './options.ts';
import { tableOf } from './recordings.ts';
import { fitScale, type Scale, scaleRows } from './scale.ts';
import { type Parts, type Split, splitTable } from './split.ts';
import type { Table } from './table.ts';
import type { DataFile } from './text-file.ts';

/** A file, or a whole tree of files, that a data set needs, named from the data folder. */
export interface WantedFile {
  readonly kind: 'file' | 'tree';
  readonly path: string;
  /** Other names of the same content, to be tried in this order. */
  readonly otherwise: readonly string[];
  /** For a tree: only files that end in this. */
  readonly ending?: string;
  /** A tree of the same content, to be tried last. */
  readonly orTree?: WantedFile;
}

/**
 * What was found for each wanted path: one file, or the files of a tree with their paths from the data folder.
 * Bytes are unpacked already, whatever a file's name says.
 */
export type FoundFiles = ReadonlyMap<string, readonly TreeFile[]>;

/** Which files `resolveDataset` needs; none for a generator. */
export function wantedFiles(options: DatasetOptions): readonly WantedFile[] {
  switch (options.name) {
    case 'auslan':
      return [auslanFile(options)];
    case 'mnist':
    case 'idx': {
      const { train, test } = idxPaths(options);
      return [train.images, train.labels, test.images, test.labels].map(wanted);
    }
    case 'csv':
      return options.test === undefined ? [wanted(options.path)] : [wanted(options.path), wanted(options.test)];
    case 'clusters':
      return [];
  }
}

/**
 * Reads, splits and scales a data set.
 * @param found what was found for `wantedFiles(options)`.
 * @param seed the run's seed, for draws that name no seed of their own.
 * @throws InputError with the place in the file.
 */
export function resolveDataset(options: DatasetOptions, found: FoundFiles, seed: number): Dataset {
  switch (options.name) {
    case 'auslan':
      return fromOneTable(options, readAuslan(options, found), options.split, seed);
    case 'mnist':
    case 'idx':
      return fromIdx(options, found);
    case 'csv':
      return fromCsv(options, found, seed);
    case 'clusters':
      return fromClusters(options, seed);
  }
}

/** Whether another seed of the run gives another data set: drawn data or a drawn split that name no seed of their own. */
export function dependsOnSeed(options: DatasetOptions): boolean {
  switch (options.name) {
    case 'clusters':
      return options.seed === undefined;
    case 'csv':
      if (options.test !== undefined) return false;
      return options.split === undefined || drawsSplit(options.split);
    case 'auslan':
      return drawsSplit(options.split);
    case 'mnist':
    case 'idx':
      return false;
  }
}

function drawsSplit(split: Split): boolean {
  return split.by === 'random' && split.seed === undefined;
}

function readAuslan(options: AuslanOptions, found: FoundFiles): Table {
  const path = wantedFiles(options)[0]!.path;
  const files = found.get(path) ?? [];
  const recordings =
    files.length === 1 && !files[0]!.path.endsWith(TREE_ENDING)
      ? readAuslanCsv(only(found, path).bytes, only(found, path).path)
      : readAuslanTree(files, path);
  if (recordings.classNames.length < options.classes) {
    throw new InputError(`${path}: expected at least ${options.classes} signs, got ${recordings.classNames.length}`);
  }
  return tableOf(recordings, options.rows, options.classes);
}

function fromIdx(options: MnistOptions | IdxOptions, found: FoundFiles): Dataset {
  const paths = idxPaths(options);
  const pair = ({ images, labels }: IdxOptions['train'], limit: number | undefined): IdxPair => ({
    images: dataFile(found, images),
    labels: dataFile(found, labels),
    limit,
  });
  const { train, test } = readIdx(
    pair(paths.train, options['train-rows']),
    pair(paths.test, options['test-rows']),
    options.classes,
  );
  return fromTwoTables(options, train, test);
}

function fromCsv(options: CsvOptions, found: FoundFiles, seed: number): Dataset {
  const test = options.test === undefined ? undefined : dataFile(found, options.test);
  const tables = readCsv(dataFile(found, options.path), test, options);
  if (tables.test !== undefined) return fromTwoTables(options, tables.train, tables.test);
  return fromOneTable(options, tables.train, options.split ?? { by: 'random', train: 0.7, validation: 0 }, seed);
}

function fromClusters(options: ClustersOptions, seed: number): Dataset {
  const inactive = options.inactive ?? Math.round((options.features * 3) / 22);
  const table = makeClusters({ ...options, inactive: Math.min(inactive, options.features - 1) }, options.seed ?? seed);
  return fromOneTable(options, table, { by: 'sample', train: options.rows, validation: options.validation }, seed);
}

type Named = { readonly name: string; readonly scale: Scale };

function fromOneTable(options: Named, table: Table, split: Split, seed: number): Dataset {
  const parts = splitTable(table, split, { perWeek: AUSLAN_PER_WEEK, seed });
  return assemble(options, { table, parts }, { table, rows: parts.test }, split.by === 'all' ? 'training' : 'held-out');
}

/** @param test rows with the features and classes of `train`: their reader matched them. */
function fromTwoTables(options: Named, train: Table, test: Table): Dataset {
  const every = (table: Table): Uint32Array => Uint32Array.from(table.y, (_, row) => row);
  const parts = { train: every(train), validation: new Uint32Array(0), test: new Uint32Array(0) };
  const table = { ...train, notes: [...train.notes, ...test.notes] };
  return assemble(options, { table, parts }, { table: test, rows: every(test) }, 'held-out');
}

function assemble(
  { name, scale }: Named,
  { table, parts }: { readonly table: Table; readonly parts: Parts },
  test: { readonly table: Table; readonly rows: Uint32Array },
  evaluation: Dataset['evaluation'],
): Dataset {
  const { features, classNames, source } = table;
  const classes = classNames.length;
  if (classes < 2) throw fault({ file: source }, 'at least 2 classes', `${classes} (${listed(classNames)})`);
  const scaling = fitScale(table, parts.train, scale);
  const rowsOf = (from: Table, rows: Uint32Array): Dataset['train'] => {
    const y = Uint16Array.from(rows, (row) => from.y[row]!);
    const x = scaleRows(from, rows, scaling);
    const bad = firstUnbounded(x);
    if (bad >= 0) {
      const row = rows[Math.floor(bad / features)]!;
      const feature = bad % features;
      const value = quoted(`${from.x[row * features + feature]}`);
      const place = from.place?.(row, feature) ?? { file: from.source, column: feature + 1 };
      throw fault(place, `a number that a 32-bit float holds once scaled (${scale})`, value);
    }
    return makeRows(x, y, features, classes);
  };
  const train = rowsOf(table, parts.train);
  const empty = classNames.findIndex((_, c) => train.first[c] === train.first[c + 1]);
  if (empty >= 0) {
    throw fault({ file: source }, 'every class to have training rows', `none of ${shortName(classNames[empty]!)}`);
  }
  return {
    name,
    features,
    classes,
    classNames,
    train,
    test: evaluation === 'training' ? train : rowsOf(test.table, test.rows),
    validation: parts.validation.length === 0 ? undefined : rowsOf(table, parts.validation),
    evaluation,
    scaling,
    ...(table.labels === undefined ? {} : { labels: labelsOfRows(table.labels, parts.train) }),
    notes: table.notes,
  };
}

/** The index of the first value that is not finite, -1 for none. */
function firstUnbounded(x: Float32Array): number {
  for (let i = 0; i < x.length; i++) if (!Number.isFinite(x[i]!)) return i;
  return -1;
}

const TREE_ENDING = '.tsd';

/** Where the path is given and `source` is not, it is that of a file. */
function auslanFile({ source, path }: AuslanOptions): WantedFile {
  const tree: WantedFile = { kind: 'tree', path: path ?? 'tctodd', otherwise: [], ending: TREE_ENDING };
  if (source === 'tctodd') return tree;
  const file = wanted(path ?? 'auslan.csv.gz');
  return source === 'csv' || path !== undefined ? file : { ...file, orTree: tree };
}

function labelsOfRows({ y, names }: NonNullable<Table['labels']>, rows: Uint32Array): NonNullable<Dataset['labels']> {
  return { y: Uint16Array.from(rows, (row) => y[row]!), names };
}

function wanted(path: string): WantedFile {
  const plain = path.endsWith('.gz') ? path.slice(0, -3) : path;
  // MNIST's files are also spread with a dot before idx.
  const names = [plain, `${plain}.gz`, plain.replace('-idx', '.idx'), `${plain.replace('-idx', '.idx')}.gz`];
  return { kind: 'file', path, otherwise: [...new Set(names)].filter((name) => name !== path) };
}

function idxPaths(options: MnistOptions | IdxOptions): Pick<IdxOptions, 'train' | 'test'> {
  if (options.name === 'idx') return options;
  const pair = (part: string): IdxOptions['train'] => ({
    images: `${options.path}/${part}-images-idx3-ubyte.gz`,
    labels: `${options.path}/${part}-labels-idx1-ubyte.gz`,
  });
  return { train: pair('train'), test: pair('t10k') };
}

function only(found: FoundFiles, path: string): TreeFile {
  const files = found.get(path);
  assert(files?.length === 1, `Expected one file for ${path}, got ${files?.length ?? 'none'}`);
  return files[0]!;
}

function dataFile(found: FoundFiles, path: string): DataFile {
  const { path: file, bytes } = only(found, path);
  return { file, bytes };
}
