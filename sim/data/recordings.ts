import { assert } from '../kernel/errors.ts';
import type { Table } from './table.ts';

/** Recordings of signs: series of frames of different lengths. */
export interface Recordings {
  readonly source: string;
  readonly features: number;
  readonly classNames: readonly string[];
  /** The class of each recording. */
  readonly label: Uint16Array;
  /** The sample number of each recording within its class, from 1. */
  readonly sample: Uint32Array;
  /** The first frame of each recording, and behind the last one the number of frames. */
  readonly first: Uint32Array;
  /** Frames, row-major. */
  readonly frames: Float64Array;
}

/**
 * How a recording becomes rows: `mean` of every channel over its frames (one row); `frame` (a row a frame); or
 * `resample` to N points evenly spaced in time, by linear interpolation, point after point (one row of N x channels).
 */
export type RowRule = 'mean' | 'frame' | { readonly resample: number };

/** The recordings of the first `classes` classes as a table. */
export function tableOf(recordings: Recordings, rule: RowRule, classes: number): Table {
  const { features, first, label } = recordings;
  let count = 0;
  for (let r = 0; r < label.length; r++) {
    if (label[r]! < classes) count += rule === 'frame' ? first[r + 1]! - first[r]! : 1;
  }
  const width = typeof rule === 'object' ? features * rule.resample : features;
  const x = new Float64Array(count * width);
  const y = new Uint16Array(count);
  const sample = new Uint32Array(count);
  let row = 0;
  for (let r = 0; r < label.length; r++) {
    if (label[r]! >= classes) continue;
    const begin = first[r]!;
    const frames = first[r + 1]! - begin;
    assert(frames > 0, `Expected recording ${r} to have frames, got none`);
    const made = rule === 'frame' ? frames : 1;
    if (rule === 'frame') x.set(recordings.frames.subarray(begin * features, (begin + frames) * features), row * width);
    else if (rule === 'mean') mean(recordings.frames, begin, frames, features, x, row * width);
    else resample(recordings.frames, begin, frames, features, rule.resample, x, row * width);
    y.fill(label[r]!, row, row + made);
    sample.fill(recordings.sample[r]!, row, row + made);
    row += made;
  }
  const classNames = recordings.classNames.slice(0, classes);
  return { source: recordings.source, features: width, classNames, x, y, sample, notes: [] };
}

function mean(
  frames: Float64Array,
  begin: number,
  count: number,
  features: number,
  out: Float64Array,
  at: number,
): void {
  for (let f = 0; f < count; f++) {
    const from = (begin + f) * features;
    for (let j = 0; j < features; j++) out[at + j]! += frames[from + j]!;
  }
  for (let j = 0; j < features; j++) out[at + j]! /= count;
}

function resample(
  frames: Float64Array,
  begin: number,
  count: number,
  features: number,
  points: number,
  out: Float64Array,
  at: number,
): void {
  for (let p = 0; p < points; p++) {
    const position = points === 1 ? (count - 1) / 2 : (p * (count - 1)) / (points - 1);
    const below = Math.floor(position);
    const share = position - below;
    const low = (begin + below) * features;
    const high = (begin + Math.min(below + 1, count - 1)) * features;
    for (let j = 0; j < features; j++) {
      out[at + p * features + j] = frames[low + j]! + (frames[high + j]! - frames[low + j]!) * share;
    }
  }
}
