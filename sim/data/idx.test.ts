import { describe, expect, it } from 'vitest';
import { readIdx } from './idx.ts';

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

describe('readIdx', () => {
  it('reads pixels as byte / 255 and a class a label', () => {
    const table = readIdx(images, labels, 'digits');
    expect(table.features).toBe(2);
    expect([...table.x]).toEqual([0, 1, 51 / 255, 102 / 255, 1 / 255, 2 / 255].map(Math.fround));
    expect([...table.y]).toEqual([3, 4, 3]);
    expect(table.classNames).toHaveLength(5);
    expect([...table.sample]).toEqual([1, 1, 2]);
  });

  it('reads even and odd, and only the first rows', () => {
    const table = readIdx(images, labels, 'even-odd', 2);
    expect([...table.y]).toEqual([1, 0]);
    expect(table.classNames).toEqual(['even', 'odd']);
    expect(table.x).toHaveLength(4);
    expect(table.labels).toEqual({ y: Uint16Array.of(3, 4), names: ['0', '1', '2', '3', '4'] });
    expect(readIdx(images, labels, 'digits').labels).toBeUndefined();
  });

  it.each([
    [
      'a wrong magic number',
      idx('images', [3, 1, 2], [0, 0, 0, 0, 0, 0], 0x0d03),
      labels,
      'images: expected the magic number 0x00000803 (unsigned bytes, images), got 0x00000d03',
    ],
    ['labels for images', labels, labels, 'expected the magic number 0x00000803'],
    [
      'a truncated file',
      { ...images, bytes: images.bytes.subarray(0, 20) },
      labels,
      'images: expected 22 bytes (3 x 1 x 2 and the header), got 20 bytes',
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
  ])('refuses %s', (_, badImages, badLabels, message) => {
    expect(() => readIdx(badImages, badLabels, 'digits')).toThrow(message);
  });
});
