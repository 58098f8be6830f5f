import { fault } from './fault.ts';
import { numberSamples, type Table } from './table.ts';

/** One IDX file, unpacked. */
export interface IdxFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What the classes are: the labels themselves, or whether a digit is even (class 0) or odd (class 1). */
export type IdxClasses = 'digits' | 'even-odd';

interface Header {
  readonly sizes: readonly number[];
  readonly offset: number;
}

/**
 * Reads images and labels in the IDX form of MNIST (unsigned bytes, big-endian sizes; the form is described with the
 * data set: LeCun, Cortes, Burges, "The MNIST database of handwritten digits"). Bytes become byte / 255, nearest float32.
 * @param limit the first so many rows only.
 * @throws InputError with the byte's place.
 */
export function readIdx(
  images: IdxFile,
  labels: IdxFile,
  classes: IdxClasses,
  limit = Number.POSITIVE_INFINITY,
): Table {
  const pictures = readHeader(images, 3);
  const marks = readHeader(labels, 1);
  const [total = 0, height = 0, width = 0] = pictures.sizes;
  if (marks.sizes[0] !== total) {
    throw fault({ file: labels.file }, `${total} labels as ${images.file} has images`, `${marks.sizes[0]}`);
  }
  const count = Math.min(total, limit);
  const features = height * width;
  const levels = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
  const x = new Float32Array(count * features);
  const { bytes } = images;
  for (let k = 0; k < x.length; k++) x[k] = levels[bytes[pictures.offset + k]!]!;
  const all = labels.bytes.subarray(marks.offset);
  let highest = 0;
  for (let row = 0; row < total; row++) highest = Math.max(highest, all[row]!);
  const evenOdd = classes === 'even-odd';
  const y = Uint16Array.from(all.subarray(0, count), (label) => (evenOdd ? label & 1 : label));
  const names = Array.from({ length: highest + 1 }, (_, c) => `${c}`);
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
  return evenOdd ? { ...table, labels: { y: Uint16Array.from(all.subarray(0, count)), names } } : table;
}

function readHeader({ file, bytes }: IdxFile, dimensions: number): Header {
  const offset = 4 + 4 * dimensions;
  if (bytes.length < 4) throw fault({ file }, 'an IDX header', `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const due = 0x0800 + dimensions;
  if (magic !== due) {
    const kind = dimensions === 3 ? 'images' : 'labels';
    throw fault({ file }, `the magic number ${hex(due)} (unsigned bytes, ${kind})`, hex(magic));
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

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}
