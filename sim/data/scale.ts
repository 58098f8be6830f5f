import type { Table } from './table.ts';

/**
 * How features are scaled, with constants of the training part only:
 * `standard` (x - mean) / deviation, with the population's deviation; `minmax` (x - least) / (greatest - least);
 * `norm` every row divided by its Euclidean norm (no constants); `none`.
 */
export const SCALES = ['standard', 'minmax', 'norm', 'none'] as const;
export type Scale = (typeof SCALES)[number];

/** The constants of a scale: x becomes (x - shift) * factor, worked out in float64 and rounded once to float32. */
export interface Scaling {
  readonly scale: Scale;
  readonly shift: Float64Array;
  /** 0 for a column that is constant in the training part: it becomes 0 everywhere. */
  readonly factor: Float64Array;
}

/**
 * Fits a scale to the rows `rows` of a table, in float64.
 *
 * The variance is that of the corrected two-pass algorithm: what rounding left in the mean is taken off it and off the sum
 * of squares, so that a narrow feature on a large offset keeps its digits (Chan, Golub, LeVeque, "Algorithms for computing
 * the sample variance: analysis and recommendations", The American Statistician 37, 1983).
 */
export function fitScale(table: Table, rows: Uint32Array, scale: Scale): Scaling {
  const { features, x } = table;
  const shift = new Float64Array(features);
  const factor = new Float64Array(features).fill(1);
  if (scale !== 'standard' && scale !== 'minmax') return { scale, shift, factor };
  const least = new Float64Array(features).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(features).fill(Number.NEGATIVE_INFINITY);
  const mean = new Float64Array(features);
  const n = rows.length;
  for (const row of rows) {
    for (let j = 0, k = row * features; j < features; j++, k++) {
      const value = x[k]!;
      mean[j]! += value;
      if (value < least[j]!) least[j] = value;
      if (value > greatest[j]!) greatest[j] = value;
    }
  }
  for (let j = 0; j < features; j++) mean[j]! /= n;
  const squares = new Float64Array(features);
  const rest = new Float64Array(features);
  for (const row of rows) {
    for (let j = 0, k = row * features; j < features; j++, k++) {
      const off = x[k]! - mean[j]!;
      squares[j]! += off * off;
      rest[j]! += off;
    }
  }
  for (let j = 0; j < features; j++) {
    const correction = rest[j]! / n;
    mean[j]! += correction;
    const variance = squares[j]! / n - correction * correction;
    shift[j] = scale === 'standard' ? mean[j]! : least[j]!;
    const spread = scale === 'standard' ? Math.sqrt(variance) : greatest[j]! - least[j]!;
    factor[j] = isConstant({ variance, mean: mean[j]!, n }) ? 0 : 1 / spread;
  }
  return { scale, shift, factor };
}

/**
 * Whether a feature cannot be told from a constant one: its variance is within the error bound of the two-pass algorithm.
 * Source: `_is_constant_feature` of scikit-learn's `StandardScaler` (sklearn/preprocessing/_data.py).
 */
function isConstant({
  variance,
  mean,
  n,
}: {
  readonly variance: number;
  readonly mean: number;
  readonly n: number;
}): boolean {
  const error = n * mean * Number.EPSILON;
  return variance <= n * Number.EPSILON * variance + error * error;
}

/** The rows `rows` of a table, scaled, as float32. */
export function scaleRows(table: Table, rows: Uint32Array, { scale, shift, factor }: Scaling): Float32Array {
  const { features, x } = table;
  const out = new Float32Array(rows.length * features);
  let at = 0;
  for (const row of rows) {
    const from = row * features;
    if (scale === 'none') {
      for (let j = 0; j < features; j++) out[at++] = x[from + j]!;
    } else if (scale === 'norm') {
      let squares = 0;
      for (let j = 0; j < features; j++) squares += x[from + j]! * x[from + j]!;
      const by = squares === 0 ? 0 : 1 / Math.sqrt(squares);
      for (let j = 0; j < features; j++) out[at++] = x[from + j]! * by;
    } else {
      for (let j = 0; j < features; j++) out[at++] = (x[from + j]! - shift[j]!) * factor[j]!;
    }
  }
  return out;
}
