import math from 'mathjs/lib/browser/math.js';
import { InputError } from '../kernel/errors.ts';

/** What is fitted: y = sum over columns of cost x count, with no cost below zero. */
export interface Samples {
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** One row a sample: a count a column. */
  readonly counts: readonly (readonly number[])[];
  /** What each sample took, above 0. */
  readonly taken: readonly number[];
  /** The cost that a column keeps where the samples cannot tell it; as many as columns. */
  readonly otherwise: readonly number[];
  /** Samples that took less are weighted as though they took this: a coarse clock says little of them. By default a quarter of the samples lies below. */
  readonly floor?: number;
}

export interface FittedCost {
  readonly column: string;
  readonly cost: number;
  /** Standard error; NaN where the cost was not fitted freely. */
  readonly error: number;
  /** fitted; bound: would be negative, held at 0; kept: never counted, or not told apart from `with`, so `otherwise` stands. */
  readonly how: 'fitted' | 'bound' | 'kept';
  /** Columns that always change with this one. */
  readonly with: readonly string[];
}

export interface Fit {
  readonly costs: readonly FittedCost[];
  readonly samples: number;
  /** Share of the variance of what was taken that the fit explains. */
  readonly r2: number;
  /** The same with each sample weighted as in the fit. */
  readonly r2ByShare: number;
  /** Of fitted to taken, over samples. */
  readonly medianError: number;
  readonly largest: { readonly sample: number; readonly taken: number; readonly fitted: number };
  /** Of the weighted, scaled columns that were fitted: how much an error of a sample can grow. */
  readonly condition: number;
}

/** A column whose part that no others explain is smaller than this cannot be told apart from them. */
const DEPENDENT = 1e-5;

/**
 * Least squares with costs of at least 0 (Lawson and Hanson, "Solving Least Squares Problems", chapter 23), each sample weighted by
 * the inverse of what it took: errors count by their share, so that short calls are heard beside long ones.
 * @throws InputError when there are fewer samples than costs.
 */
export function fitCosts(samples: Samples): Fit {
  const { columns, counts, taken, otherwise } = samples;
  const floor = samples.floor ?? quantile(taken, 0.25);
  const weights = taken.map((value) => 1 / Math.max(value, floor, Number.MIN_VALUE));
  const scales = columns.map((_, j) => Math.sqrt(sum(counts, (row, i) => square(row[j]! * weights[i]!))));
  const { free, partners } = independent(counts, weights, scales);
  if (counts.length < free.length + 1)
    throw new InputError(`fit: expected at least ${free.length + 1} samples, got ${counts.length}`);
  const kept = columns.map((_, j) => !free.includes(j));
  // What is kept is known: it is taken off before the rest is fitted.
  const rest = taken.map(
    (value, i) => value - columns.reduce((off, _, j) => off + (kept[j] ? otherwise[j]! * counts[i]![j]! : 0), 0),
  );
  const scaled = counts.map((row, i) => free.map((j) => (row[j]! * weights[i]!) / scales[j]!));
  const target = rest.map((value, i) => value * weights[i]!);
  const gram = free.map((_, a) => free.map((_, b) => sum(scaled, (row) => row[a]! * row[b]!)));
  const moment = free.map((_, a) => sum(scaled, (row, i) => row[a]! * target[i]!));
  const { solution, passive } = boundedSolve(gram, moment);
  const cost = columns.map((_, j) => (kept[j] ? otherwise[j]! : solution[free.indexOf(j)]! / scales[j]!));
  const fitted = counts.map((row) => row.reduce((all, count, j) => all + count * cost[j]!, 0));
  const noise =
    sum(target, (_, i) => square((fitted[i]! - taken[i]!) * weights[i]!)) / (counts.length - passive.length);
  const spread = inverseDiagonal(gram, passive);
  const mean = taken.reduce((all, value) => all + value, 0) / taken.length;
  const weightedMean = sum(taken, (value, i) => value * square(weights[i]!)) / sum(weights, square);
  const shares = taken.map((value, i) => Math.abs(fitted[i]! - value) / Math.max(value, floor));
  const worst = shares.indexOf(Math.max(...shares));
  return {
    costs: columns.map((column, j) => {
      const at = passive.indexOf(free.indexOf(j));
      const how = kept[j] ? 'kept' : at >= 0 ? 'fitted' : 'bound';
      const error = how === 'fitted' ? Math.sqrt(noise * spread[at]!) / scales[j]! : Number.NaN;
      return { column, cost: cost[j]!, error, how, with: partners[j]!.map((other) => columns[other]!) };
    }),
    samples: counts.length,
    r2: 1 - sum(taken, (value, i) => square(value - fitted[i]!)) / sum(taken, (value) => square(value - mean)),
    r2ByShare:
      1 -
      sum(taken, (value, i) => square((value - fitted[i]!) * weights[i]!)) /
        sum(taken, (value, i) => square((value - weightedMean) * weights[i]!)),
    medianError: quantile(shares, 0.5),
    largest: { sample: worst, taken: taken[worst]!, fitted: fitted[worst]! },
    condition: conditionOf(gram),
  };
}

/** The columns that a fit can tell apart, taken in order (Gram-Schmidt); of each other column, those that it is a sum of. */
function independent(counts: Samples['counts'], weights: readonly number[], scales: readonly number[]) {
  const directions: (readonly number[])[] = [];
  const free: number[] = [];
  const dependent: number[] = [];
  const column = (j: number) => counts.map((row, i) => (row[j]! * weights[i]!) / scales[j]!);
  scales.forEach((scale, j) => {
    if (scale === 0) return;
    let left = column(j);
    // Twice: once leaves rounding errors of the first pass.
    for (let pass = 0; pass < 2; pass++) {
      for (const direction of directions) {
        const along = dot(direction, left);
        left = left.map((value, i) => value - along * direction[i]!);
      }
    }
    const length = Math.sqrt(dot(left, left));
    (length > DEPENDENT ? free : dependent).push(j);
    if (length > DEPENDENT) directions.push(left.map((value) => value / length));
  });
  const columns = free.map(column);
  const gram = columns.map((a) => columns.map((b) => dot(a, b)));
  const partners: number[][] = scales.map(() => []);
  for (const j of dependent) {
    const own = column(j);
    const shares = math.lusolve(
      gram,
      columns.map((each) => dot(each, own)),
    );
    partners[j] = free.filter((_, at) => Math.abs(shares[at]![0]!) > 0.01);
  }
  return { free, partners };
}

/** Minimises |A x - y| over x >= 0, given A'A and A'y. @returns x, and which of its entries are free of the bound. */
function boundedSolve(gram: readonly (readonly number[])[], moment: readonly number[]) {
  const n = moment.length;
  let solution = new Array<number>(n).fill(0);
  let passive: number[] = [];
  const tolerance = 1e-12 * Math.max(1, ...moment.map(Math.abs));
  // Each round frees one entry; the bound on rounds is the usual one.
  for (let round = 0; round < 3 * n; round++) {
    const slope = moment.map((value, a) => value - sum(solution, (x, b) => gram[a]![b]! * x));
    const next = argMax(slope.map((value, a) => (passive.includes(a) ? Number.NEGATIVE_INFINITY : value)));
    if (next < 0 || slope[next]! <= tolerance) break;
    passive = [...passive, next].sort((a, b) => a - b);
    for (;;) {
      const trial = solveOn(gram, moment, passive);
      const negative = passive.filter((a) => trial[a]! <= 0);
      if (negative.length === 0) {
        solution = trial;
        break;
      }
      const step = Math.min(...negative.map((a) => solution[a]! / (solution[a]! - trial[a]!)));
      solution = solution.map((x, a) => x + step * (trial[a]! - x));
      passive = passive.filter((a) => solution[a]! > 1e-15 && !(negative.includes(a) && solution[a]! <= 1e-12));
      solution = solution.map((x, a) => (passive.includes(a) ? x : 0));
    }
  }
  return { solution, passive };
}

function solveOn(
  gram: readonly (readonly number[])[],
  moment: readonly number[],
  passive: readonly number[],
): number[] {
  const all = new Array<number>(moment.length).fill(0);
  if (passive.length === 0) return all;
  const part = passive.map((a) => passive.map((b) => gram[a]![b]!));
  const solved = math.lusolve(
    part,
    passive.map((a) => moment[a]!),
  );
  passive.forEach((a, at) => {
    all[a] = solved[at]![0]!;
  });
  return all;
}

function inverseDiagonal(gram: readonly (readonly number[])[], passive: readonly number[]): number[] {
  if (passive.length === 0) return [];
  const inverse = math.inv(passive.map((a) => passive.map((b) => gram[a]![b]!)));
  return passive.map((_, at) => inverse[at]![at]!);
}

function conditionOf(gram: readonly (readonly number[])[]): number {
  if (gram.length === 0) return 1;
  const values = math.eigs(gram as number[][], { eigenvectors: false }).values;
  return Math.sqrt(Math.max(...values) / Math.max(Math.min(...values), Number.MIN_VALUE));
}

function argMax(values: readonly number[]): number {
  let best = -1;
  values.forEach((value, at) => {
    if (value > (values[best] ?? Number.NEGATIVE_INFINITY)) best = at;
  });
  return best;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

const square = (value: number): number => value * value;
const dot = (a: readonly number[], b: readonly number[]): number => sum(a, (value, i) => value * b[i]!);

function sum<T>(values: readonly T[], of: (value: T, index: number) => number): number {
  return values.reduce((all, value, index) => all + of(value, index), 0);
}
