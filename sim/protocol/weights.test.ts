import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODEC } from './frame.ts';
import { decodeClassifier, decodeWeights, encodeClassifier, writeWeights } from './weights.ts';

const SEED = { seed: 20_261_121, numRuns: 400 };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bits = (w: Float32Array): number[] => [...new Uint32Array(w.buffer, w.byteOffset, w.length)];

/** Weights by their bits: zeros of both signs, NaN of both kinds, denormals, infinities among the rest. */
const weights = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(0, 0x80000000, 0x7fc00001, 0xffa12345, 1, 0x807fffff, 0x7f800000) },
      { weight: 2, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.nat({ max: 0xffffffff }) },
    ),
    { minLength: 1, maxLength: 300 },
  )
  .map((words) => new Float32Array(Uint32Array.from(words).buffer));

describe('encodings', () => {
  it('gives the bytes of algorithms section C.3', () => {
    const w = Float32Array.of(0.5, 0, 0, -0.25, 0, 0, 0, 0, 1);
    const bitmap = '01070000000900000009010000003f000080be0000803f';
    expect(hex(encodeClassifier(CODEC.bitmap, 7, w))).toBe(bitmap);
    expect(hex(encodeClassifier(CODEC.smallest, 7, w))).toBe(bitmap);
    expect(hex(encodeClassifier(CODEC.sparse, 7, w))).toBe('020700000009000000030002040000003f000080be0000803f');
    expect(encodeClassifier(CODEC.dense, 7, w).length).toBe(45);
    expect(encodeClassifier(CODEC.dgc, 7, w).length).toBe(29);
  });

  it('breaks even where section C.3 says', () => {
    const of = (z: number, codec: number): Uint8Array =>
      encodeClassifier(
        codec,
        1,
        Float32Array.from({ length: 23 }, (_, i) => (i < z ? 1.5 : 0)),
      );
    const smallest = [23, 20, 12, 3, 1].map((z) => of(z, CODEC.smallest));
    expect(smallest.map((bytes) => [bytes[0], bytes.length])).toEqual([
      [0, 101],
      [1, 92],
      [1, 60],
      [1, 24],
      [2, 15],
    ]);
    expect([CODEC.bitmap, CODEC.sparse, CODEC.dgc].map((codec) => of(23, codec).length)).toEqual([104, 125, 149]);
    expect(of(3, CODEC.sparse).length).toBe(25);
  });

  it('brings any weights back, bit for bit but for -0', () => {
    fc.assert(
      fc.property(weights, fc.constantFrom(...Object.values(CODEC)), fc.nat({ max: 0xffffffff }), (w, codec, id) => {
        const bytes = encodeClassifier(codec, id, w);
        const found = { id: 0, count: 0, end: 0 };
        const back = new Float32Array(w.length + 2);
        expect(decodeClassifier(bytes, 0, bytes.length, back, 1, found)).toBe('ok');
        expect(found).toEqual({ id, count: w.length, end: bytes.length });
        const expected = bits(w).map((b) => (b === 0x80000000 && bytes[0] !== 0 ? 0 : b));
        expect(bits(back.slice(1, -1))).toEqual(expected);
        for (let cut = 0; cut < bytes.length; cut += 7) {
          expect(decodeClassifier(bytes, 0, cut, back, 1, found)).not.toBe('ok');
        }
      }),
      SEED,
    );
  });

  it('reads a payload of several classifiers', () => {
    const all = [Float32Array.of(1, 0, 2), Float32Array.of(0, 0), Float32Array.of(-3)];
    const out = new Uint8Array(300);
    const length = writeWeights(
      out,
      4,
      8,
      all.map((w, i) => encodeClassifier(i, 100 + i, w)),
    );
    expect(decodeWeights(out, 20, length)).toEqual(all.map((w, i) => ({ id: 100 + i, weights: w })));
    expect(decodeWeights(out, 20, length - 1)).toBe('too-short');
    expect(decodeWeights(out, 20, 20)).toEqual([]);
  });

  it('answers any bytes with classifiers or a fault', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 9, maxLength: 80 }),
        fc.nat({ max: 4 }),
        fc.nat({ max: 70 }),
        (bytes, mode, n) => {
          bytes[0] = mode;
          bytes.set([n, 0, 0, 0], 5);
          const answer = decodeWeights(bytes, 0, bytes.length);
          expect(Array.isArray(answer) || typeof answer === 'string').toBe(true);
        },
      ),
      SEED,
    );
  });
});
