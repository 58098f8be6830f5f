import { assert } from '../../kernel/errors.ts';

/**
 * The outputs of classifiers over rows, one bit each: 1 for the positive class (score above 0). Row r of classifier c is
 * bit r mod 32 of word c x words + floor(r / 32); bits past the last row are 0.
 */
export class OutputTable {
  readonly classifiers: number;
  readonly rows: number;
  readonly words: number;
  readonly bits: Int32Array;
  /** 1 for a classifier whose outputs are known. */
  readonly trained: Uint8Array;

  constructor(classifiers: number, rows: number) {
    this.classifiers = classifiers;
    this.rows = rows;
    this.words = Math.ceil(rows / 32);
    this.bits = new Int32Array(classifiers * this.words);
    this.trained = new Uint8Array(classifiers);
  }

  /** Notes a classifier's scores of all rows, from `from` on. */
  set(classifier: number, scores: Float32Array, from = 0): void {
    assert(scores.length >= from + this.rows, `Expected ${this.rows} scores, got ${scores.length - from}`);
    const { bits, rows, words } = this;
    bits.fill(0, classifier * words, (classifier + 1) * words);
    for (let row = 0; row < rows; row++) {
      if (scores[from + row]! > 0) bits[classifier * words + (row >>> 5)]! |= 1 << (row & 31);
    }
    this.trained[classifier] = 1;
  }

  /** 1 when the classifier says its positive class for the row. */
  bit(classifier: number, row: number): number {
    return (this.bits[classifier * this.words + (row >>> 5)]! >>> (row & 31)) & 1;
  }

  /** |sum over rows of R_a R_b| / rows with outputs taken as -1 and +1: 1 when two classifiers always agree or always differ. */
  correlation(a: number, b: number): number {
    const { bits, words, rows } = this;
    let differ = 0;
    for (let w = 0; w < words; w++) differ += popcount(bits[a * words + w]! ^ bits[b * words + w]!);
    return Math.abs(rows - 2 * differ) / rows;
  }

  /** Whether the correlation of a and b is at least `threshold`; leaves off as soon as the answer is certain. */
  correlated(a: number, b: number, threshold: number): boolean {
    const { bits, words, rows } = this;
    // |rows - 2 differ| / rows >= threshold, as bounds on whole numbers of rows that differ.
    const low = Math.floor((rows * (1 - threshold)) / 2 + 1e-9);
    const high = rows - low;
    let differ = 0;
    let left = rows;
    for (let w = 0, atA = a * words, atB = b * words; w < words; w++) {
      differ += popcount(bits[atA + w]! ^ bits[atB + w]!);
      left = left > 32 ? left - 32 : 0;
      if (differ > low && differ + left < high) return false;
    }
    return differ <= low || differ >= high;
  }
}

/** Set bits of a 32-bit word (Warren, "Hacker's Delight", section 5-1). */
export function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
