import { existsSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readAuslanCsv, readAuslanTree, type TreeFile } from '../data/auslan.ts';
import { type CsvForm, readCsv } from '../data/csv.ts';
import { readIdx } from '../data/idx.ts';
import { MISSING_WORDS } from '../data/missing.ts';
import type { Recordings } from '../data/recordings.ts';
import { filesBelow } from '../files/below.ts';
import { sha256Of } from '../files/hash.ts';
import { gunzip, readBytes, readUnpacked } from '../files/read.ts';
import { writeFileWhole } from '../files/write.ts';
import { EXIT, InputError } from '../kernel/errors.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { KNOWN_DATASETS } from './data-catalogue.ts';
import { folderOf } from './data-command.ts';
import type { Io } from './io.ts';
import { type Arguments, flag, positional, text } from './usage.ts';

interface Imported {
  /** From the data folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

interface Import {
  readonly files: readonly Imported[];
  /** What is in them, in a few words. */
  readonly what: string;
}

/** Checks a download whole, then puts it into the data folder under the names that scenarios use. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const folder = folderOf(args, io);
  const name = positional(args, 'name');
  const source = positional(args, 'source');
  const readers: Record<string, () => Import> = {
    auslan: () => auslan(source),
    mnist: () => mnist(source),
    csv: () => csv(source, { label: text(args, 'label') ?? 'last', header: flag(args, 'no-header') ? false : 'auto' }),
  };
  if (!Object.hasOwn(readers, name)) {
    throw new InputError(`expected auslan, mnist or csv, got ${name}${didYouMean(name, Object.keys(readers))}`);
  }
  if (!existsSync(source)) throw new InputError(`cannot read ${source}: no such file or folder`);
  const { files, what } = readers[name]!();
  const known = KNOWN_DATASETS.find((each) => each.name === name)?.files ?? [];
  const written = files.map(({ path, bytes }) => {
    const sha256 = sha256Of(gunzip(bytes, path));
    const expected = known.find((file) => file.path === path)?.sha256;
    writeFileWhole(join(folder, path), bytes);
    return { path: join(folder, path), sha256, same: expected === undefined ? null : expected === sha256 };
  });
  if (flag(args, 'json')) io.stdout.write(`${JSON.stringify({ name, what, files: written })}\n`);
  else {
    for (const { path, same } of written) {
      const note = same === false ? ' (not the content that the shipped scenarios were measured with)' : '';
      io.stdout.write(`${path}: ${what}${note}\n`);
    }
  }
  return EXIT.done;
}

function auslan(source: string): Import {
  const isFolder = statSync(source).isDirectory();
  const recordings = isFolder
    ? readAuslanTree(tree(source, '.tsd'), source)
    : readAuslanCsv(readUnpacked(source), source);
  const what = `${recordings.classNames.length} signs, ${recordings.label.length} recordings`;
  const bytes = isFolder ? gzipSync(auslanCsv(recordings), { level: 9 }) : gzipSync(readUnpacked(source), { level: 9 });
  return { files: [{ path: 'auslan.csv.gz', bytes }], what };
}

/** All files of a folder and its folders that end so, by path from the folder, in order of name. */
function tree(root: string, ending: string): TreeFile[] {
  const names = filesBelow(root).filter((name) => name.endsWith(ending));
  return names.map((name) => ({
    path: relative('.', join(root, name)).split(sep).join('/'),
    bytes: readBytes(join(root, name)),
  }));
}

/** The long form with the original's six decimals. */
function auslanCsv({ classNames, label, sample, first, frames, features }: Recordings): Uint8Array {
  const lines = [`sign,sample,frame,${Array.from({ length: features }, (_, j) => `f${j + 1}`).join(',')}`];
  for (let r = 0; r < label.length; r++) {
    for (let frame = first[r]!; frame < first[r + 1]!; frame++) {
      const values = Array.from(frames.subarray(frame * features, (frame + 1) * features), sixDecimals);
      lines.push(`${classNames[label[r]!]},${sample[r]},${frame - first[r]! + 1},${values.join(',')}`);
    }
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

function sixDecimals(value: number): string {
  return Object.is(value, -0) ? '-0.000000' : value.toFixed(6);
}

function mnist(source: string): Import {
  const parts = ['train', 't10k'].flatMap((part) => [`${part}-images-idx3-ubyte`, `${part}-labels-idx1-ubyte`]);
  const files = parts.map((part) => {
    const names = [`${part}.gz`, part, `${part.replace('-idx', '.idx')}.gz`, part.replace('-idx', '.idx')];
    const found = names.map((name) => join(source, name)).find((path) => existsSync(path));
    if (found === undefined) throw new InputError(`${source}: expected ${names[0]} or ${names[1]}, found neither`);
    const bytes = readBytes(found);
    return { file: found, bytes: gunzip(bytes, found), stored: bytes[0] === 0x1f ? bytes : gzipSync(bytes), part };
  });
  const [images, labels, testImages, testLabels] = files as [File, File, File, File];
  const { train, test } = readIdx({ images, labels }, { images: testImages, labels: testLabels }, 'digits');
  return {
    files: files.map(({ part, stored }) => ({ path: `mnist/${part}.gz`, bytes: stored })),
    what: `${train.y.length} and ${test.y.length} images of ${train.features} pixels`,
  };
}

type File = { readonly file: string; readonly bytes: Uint8Array; readonly stored: Uint8Array; readonly part: string };

function csv(source: string, form: Pick<CsvForm, 'label' | 'header'>): Import {
  const bytes = readBytes(source);
  const { train } = readCsv({ file: source, bytes: gunzip(bytes, source) }, undefined, {
    ...form,
    separator: ',',
    missing: 'drop',
    'missing-words': MISSING_WORDS,
  });
  if (train.classNames.length < 2)
    throw new InputError(`${source}: expected at least 2 classes, got ${train.classNames.length}`);
  const what = `${train.y.length} rows, ${train.features} features, ${train.classNames.length} classes`;
  return { files: [{ path: basename(source), bytes }], what };
}
