import { fault } from './fault.ts';
import { numberSamples, type Table } from './table.ts';
import type { DataFile } from './text-file.ts';

/** What the classes are: the labels themselves, or whether a digit is even (class 0) or odd (class 1). */
export type IdxClasses = 'digits' | 'even-odd';

/** Images and their labels, unpacked. */
export interface IdxPair {
  readonly images: DataFile;
  readonly labels: DataFile;
  /** The first so many rows only. */
  readonly limit?: number | undefined;
}

interface Header {
  readonly sizes: readonly number[];
  readonly offset: number;
}

/**
 * Reads images and labels in the IDX form of MNIST (unsigned bytes, big-endian sizes; the form is described with the
 * data set: LeCun, Cortes, Burges, "The MNIST database of handwritten digits"). Bytes become byte / 255, nearest float32.
 * The labels that occur in either pair are the classes, ascending; they need not begin at 0 (those of EMNIST's letters are
 * 1 to 26) nor follow each other.
 * @throws InputError that names the file.
 */
export function readIdx(
  train: IdxPair,
  test: IdxPair,
  classes: IdxClasses,
): { readonly train: Table; readonly test: Table } {
  const [trainSizes, testSizes] = [train, test].map(({ images }) => readHeader(images, 3).sizes.slice(1));
  if (trainSizes!.join() !== testSizes!.join()) {
    const expected = `images of ${trainSizes!.join(' x ')} as in ${train.images.file}`;
    throw fault({ file: test.images.file }, expected, testSizes!.join(' x '));
  }
  const occurs = new Uint8Array(256);
  for (const { labels } of [train, test]) {
    const { offset } = readHeader(labels, 1);
    for (let k = offset; k < labels.bytes.length; k++) occurs[labels.bytes[k]!] = 1;
  }
  const labels = [...occurs.keys()].filter((label) => occurs[label] === 1);
  return { train: readPair(train, classes, labels), test: readPair(test, classes, labels) };
}

/** @param occurring the labels of both pairs, ascending. */
function readPair({ images, labels, limit }: IdxPair, classes: IdxClasses, occurring: readonly number[]): Table {
  const pictures = readHeader(images, 3);
  const marks = readHeader(labels, 1);
  const [total = 0, height = 0, width = 0] = pictures.sizes;
  if (marks.sizes[0] !== total) {
    throw fault({ file: labels.file }, `${total} labels as ${images.file} has images`, `${marks.sizes[0]}`);
  }
  const count = Math.min(total, limit ?? total);
  const features = height * width;
  const levels = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
  const x = new Float32Array(count * features);
  const { bytes } = images;
  for (let k = 0; k < x.length; k++) x[k] = levels[bytes[pictures.offset + k]!]!;
  const label = labels.bytes.subarray(marks.offset, marks.offset + count);
  const numberOf = new Uint16Array(256);
  for (const [number, each] of occurring.entries()) numberOf[each] = number;
  const names = occurring.map(String);
  const byLabel = Uint16Array.from(label, (each) => numberOf[each]!);
  const evenOdd = classes === 'even-odd';
  const y = evenOdd ? Uint16Array.from(label, (each) => each & 1) : byLabel;
  const classNames = evenOdd ? ['even', 'odd'] : names;
  const table = {
    source: images.file,
    features,
    classNames,
    x,
    y,
    sample: numberSamples(y, classNames.length),
    notes: [],
  };
  return evenOdd ? { ...table, labels: { y: byLabel, names } } : table;
}

function readHeader({ file, bytes }: DataFile, dimensions: number): Header {
  const offset = 4 + 4 * dimensions;
  if (bytes.length < 4) throw fault({ file }, 'an IDX header', `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const due = 0x0800 + dimensions;
  if (magic !== due) {
    const kind = dimensions === 3 ? 'images' : 'labels';
    throw fault({ file }, `the magic number ${hex(due)} (unsigned bytes, ${kind})`, `${hex(magic)}${meaning(magic)}`);
  }
  if (bytes.length < offset) throw fault({ file }, `a header of ${offset} bytes`, `${bytes.length} bytes`);
  const sizes = Array.from({ length: dimensions }, (_, d) => view.getUint32(4 + 4 * d));
  const size = sizes.reduce((product, each) => product * each, 1);
  if (size === 0) throw fault({ file }, 'sizes above 0', sizes.join(' x '));
  if (bytes.length !== offset + size) {
    throw fault({ file }, `${offset + size} bytes (${sizes.join(' x ')} and the header)`, `${bytes.length} bytes`);
  }
  return { sizes, offset };
}

/** Types of IDX by their byte. */
const TYPES: Readonly<Record<number, string>> = {
  8: 'unsigned bytes',
  9: 'signed bytes',
  11: '16-bit integers',
  12: '32-bit integers',
  13: '32-bit floats',
  14: '64-bit floats',
};

/** What a magic number stands for, where it is one of IDX. */
function meaning(magic: number): string {
  const type = TYPES[magic >>> 8];
  const dimensions = magic & 0xff;
  return type === undefined || dimensions === 0
    ? ''
    : ` (${type}, ${dimensions} ${dimensions === 1 ? 'dimension' : 'dimensions'})`;
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}
