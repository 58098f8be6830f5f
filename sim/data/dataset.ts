import { assert } from '../kernel/errors.ts';
import type { InputFile } from './input-file.ts';
import type { Scaling } from './scale.ts';

/** Rows of one part of a data set, in the order of their source. */
export interface Rows {
  readonly count: number;
  readonly features: number;
  /** Features, row-major: `count` x `features`. */
  readonly x: Float32Array;
  /** The class of each row, from 0. */
  readonly y: Uint16Array;
  /** Row numbers grouped by class; those of class c are `byClass[first[c]] .. byClass[first[c + 1] - 1]`, ascending. */
  readonly byClass: Uint32Array;
  /** Where each class begins in `byClass`: classes + 1 numbers. */
  readonly first: Uint32Array;
}

/** A classification data set, split and scaled: what a method trains on and is measured with. */
export interface Dataset {
  readonly name: string;
  readonly features: number;
  readonly classes: number;
  readonly classNames: readonly string[];
  readonly train: Rows;
  readonly test: Rows;
  /** Rows kept apart from both for what is fitted after training (`opt-ovo`'s tables); undefined when the split keeps none. */
  readonly validation: Rows | undefined;
  /**
   * What accuracy on `test` means: `held-out`, rows that no learner saw; `training`, the very rows it was trained on
   * (split by `all`), which says how well it fits them and nothing about new rows.
   */
  readonly evaluation: 'held-out' | 'training';
  /** What was done to the features of every row, so that a model can be used on new ones. */
  readonly scaling: Scaling;
  /**
   * The labels of the training rows and their names by label, where they are finer than the classes (the digits beside
   * even and odd): what a partition over devices goes by. Left out where the classes are the labels.
   */
  readonly labels?: { readonly y: Uint16Array; readonly names: readonly string[] };
  /** Facts that a reader of results should know, e.g. how many rows were dropped. */
  readonly notes: readonly string[];
  /** The files that it was read from, by the bytes that were parsed; left out for a generator. */
  readonly inputs?: readonly InputFile[];
}

/** Rows with their index by class. @param y classes below `classes`; its length is the number of rows. */
export function makeRows(x: Float32Array, y: Uint16Array, features: number, classes: number): Rows {
  assert(x.length === y.length * features, `Expected ${y.length} x ${features} features, got ${x.length}`);
  const first = new Uint32Array(classes + 1);
  for (let row = 0; row < y.length; row++) first[y[row]! + 1]!++;
  for (let c = 0; c < classes; c++) first[c + 1]! += first[c]!;
  const next = first.slice();
  const byClass = new Uint32Array(y.length);
  for (let row = 0; row < y.length; row++) byClass[next[y[row]!]!++] = row;
  return { count: y.length, features, x, y, byClass, first };
}

/** Row numbers of one class, ascending: a view, not a copy. */
export function rowsOfClass(rows: Rows, label: number): Uint32Array {
  return rows.byClass.subarray(rows.first[label]!, rows.first[label + 1]!);
}

/** How many rows a class has. */
export function classCount(rows: Rows, label: number): number {
  return rows.first[label + 1]! - rows.first[label]!;
}
