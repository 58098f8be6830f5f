import type { Place } from './fault.ts';

/**
 * A source as read, before it is split and scaled: what every reader gives. Values are within the range of a 32-bit float
 * (a reader refuses others). `Float64Array` where the source has decimal text, so that scaling sees every digit;
 * `Float32Array` where float32 holds it exactly or nearly.
 */
export interface Table {
  /** The file, or the generator, for messages. */
  readonly source: string;
  readonly features: number;
  readonly classNames: readonly string[];
  /** Row-major values. */
  readonly x: Float64Array | Float32Array;
  /** The class of each row, from 0. */
  readonly y: Uint16Array;
  /**
   * The number of each row's sample within its class, from 1. Rows that belong together (frames of one recording) share
   * one, so that no split tears them apart.
   */
  readonly sample: Uint32Array;
  /** Where a value stands in the source; left out where the row and the column's number say it. */
  readonly place?: (row: number, feature: number) => Place;
  readonly notes: readonly string[];
  /** The labels of the source, where classes are made of several. */
  readonly labels?: { readonly y: Uint16Array; readonly names: readonly string[] };
}

/** Numbers the rows of each class 1, 2, 3, ... in the order of the source. */
export function numberSamples(y: Uint16Array, classes: number): Uint32Array {
  const seen = new Uint32Array(classes);
  const sample = new Uint32Array(y.length);
  for (let row = 0; row < y.length; row++) sample[row] = ++seen[y[row]!]!;
  return sample;
}
