import { describe, expect, it } from 'vitest';
import { type IdxClasses, readIdx } from './idx.ts';

function idx(
  file: string,
  sizes: number[],
  content: number[],
  magic = 0x0800 + sizes.length,
): { file: string; bytes: Uint8Array } {
  const bytes = new Uint8Array(4 + 4 * sizes.length + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  for (const [d, size] of sizes.entries()) view.setUint32(4 + 4 * d, size);
  bytes.set(content, 4 + 4 * sizes.length);
  return { file, bytes };
}
const images = idx('images', [3, 1, 2], [0, 255, 51, 102, 1, 2]);
const labels = idx('labels', [3], [3, 4, 3]);

const pair = { images, labels };
const read = (classes: IdxClasses, limit?: number) => readIdx({ ...pair, limit }, pair, classes).train;

describe('readIdx', () => {
  it('reads pixels as byte / 255 and a class a label', () => {
    const table = read('digits');
    expect(table.features).toBe(2);
    expect([...table.x]).toEqual([0, 1, 51 / 255, 102 / 255, 1 / 255, 2 / 255].map(Math.fround));
    expect([...table.y]).toEqual([0, 1, 0]);
    expect(table.classNames).toEqual(['3', '4']);
    expect([...table.sample]).toEqual([1, 1, 2]);
  });

  it('reads even and odd, and only the first rows', () => {
    const table = read('even-odd', 2);
    expect([...table.y]).toEqual([1, 0]);
    expect(table.classNames).toEqual(['even', 'odd']);
    expect(table.x).toHaveLength(4);
    expect(table.labels).toEqual({ y: Uint16Array.of(0, 1), names: ['3', '4'] });
    expect(read('digits').labels).toBeUndefined();
  });

  it('takes the labels that occur in either pair for the classes, whatever they begin at', () => {
    const letters = { images, labels: idx('letters', [3], [26, 1, 9]) };
    const { train, test } = readIdx(letters, { images, labels: idx('more', [3], [1, 1, 200]) }, 'digits');
    expect(train.classNames).toEqual(['1', '9', '26', '200']);
    expect([...train.y, ...test.y]).toEqual([2, 0, 1, 0, 0, 3]);
    // Labels behind the limit are classes too, so that a smaller part of a data set keeps its classes.
    expect(readIdx({ ...letters, limit: 1 }, letters, 'digits').train.classNames).toEqual(['1', '9', '26']);
  });

  it('refuses images of another size than those that train, of as many pixels or not', () => {
    for (const sizes of [
      [3, 2, 1],
      [3, 1, 3],
    ]) {
      const other = { images: idx('others', sizes, new Array(sizes[1]! * sizes[2]! * 3).fill(1)), labels };
      expect(() => readIdx(pair, other, 'digits')).toThrow(
        `others: expected images of 1 x 2 as in images, got ${sizes[1]} x ${sizes[2]}`,
      );
    }
  });

  const most = 0xffffffff;
  it.each([
    [
      'a wrong type',
      idx('images', [3, 1, 2], [0, 0, 0, 0, 0, 0], 0x0d03),
      labels,
      'images: expected the magic number 0x00000803 (unsigned bytes, images), got 0x00000d03 (32-bit floats, 3 dimensions)',
    ],
    ['another file', idx('images', [3, 1, 2], [0], 0x89504e47), labels, '(unsigned bytes, images), got 0x89504e47'],
    [
      'labels for images',
      labels,
      labels,
      'expected the magic number 0x00000803 (unsigned bytes, images), got 0x00000801 (unsigned bytes, 1 dimension)',
    ],
    [
      'a truncated file',
      { ...images, bytes: images.bytes.subarray(0, 20) },
      labels,
      'images: expected 22 bytes (3 x 1 x 2 and the header), got 20 bytes',
    ],
    [
      'trailing bytes',
      idx('images', [3, 1, 2], [0, 255, 51, 102, 1, 2, 0]),
      labels,
      'images: expected 22 bytes (3 x 1 x 2 and the header), got 23 bytes',
    ],
    [
      'truncated labels',
      images,
      { ...labels, bytes: labels.bytes.subarray(0, 10) },
      'labels: expected 11 bytes (3 and the header), got 10 bytes',
    ],
    [
      'trailing labels',
      images,
      idx('labels', [3], [3, 4, 3, 0]),
      'labels: expected 11 bytes (3 and the header), got 12',
    ],
    [
      'a truncated header',
      { ...images, bytes: images.bytes.subarray(0, 10) },
      labels,
      'images: expected a header of 16 bytes, got 10 bytes',
    ],
    ['an empty file', { ...images, bytes: new Uint8Array(0) }, labels, 'images: expected an IDX header, got 0 bytes'],
    ['unequal counts', images, idx('labels', [2], [1, 2]), 'labels: expected 3 labels as images has images, got 2'],
    ['a size of 0', idx('images', [0, 1, 2], []), labels, 'images: expected sizes above 0'],
    ['sizes past any file', idx('images', [most, most, most], [0]), labels, 'got 17 bytes'],
    ['more labels than bytes', images, idx('labels', [most], [0]), 'labels: expected 4294967303 bytes'],
  ])('refuses %s', (_, badImages, badLabels, message) => {
    const bad = { images: badImages, labels: badLabels };
    expect(() => readIdx(bad, bad, 'digits')).toThrow(message);
  });
});
