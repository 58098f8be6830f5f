import { assert } from '../../kernel/errors.ts';
import { pairCount } from '../pairs.ts';

/**
 * Pairwise coupling: class probabilities p from estimates r_ij of P(class i | class i or j). A matrix r is k x k,
 * row-major, r_ij + r_ji = 1; a pair without an estimate (its classifier is not trained) has 0 in both places and is
 * left out of every sum.
 */
export type Coupling = 'wlw' | 'ht';

/** How a score becomes r_ij. */
export interface PairEstimate {
  /**
   * `margin`: the logistic function of slope x score / scale of the classifier; `votes`: one of the two ends of the
   * clipped range, by the sign of the score.
   */
  readonly from: 'margin' | 'votes';
  readonly slope: number;
  /** Estimates are kept within clip .. 1 - clip, so that no single classifier can rule a class out. */
  readonly clip: number;
}

/**
 * Slopes for scales from `planeScales`, found on Auslan inside the training samples (sim/data/auslan-settings.md): other
 * data may want others.
 */
export const ESTIMATES: Readonly<Record<Coupling, PairEstimate>> = {
  wlw: { from: 'margin', slope: 10, clip: 0.02 },
  ht: { from: 'margin', slope: 24, clip: 0.02 },
};

/**
 * The scale of each classifier that makes its scores comparable: a score over it is the row's distance from the
 * separating plane, in units of the root mean square distance of the rows in `rows` from their mean. A perceptron's
 * weights have no scale of their own: twice the step gives twice the score.
 * @param weights classifier by classifier, bias first: (features + 1) numbers each.
 * @param rows row-major features of the training rows.
 */
export function planeScales(weights: Float32Array, rows: Float32Array, features: number): Float64Array {
  const mean = new Float64Array(features);
  const count = rows.length / features;
  for (let at = 0; at < rows.length; at++) mean[at % features]! += rows[at]! / count;
  let squares = 0;
  for (let at = 0; at < rows.length; at++) {
    const off = rows[at]! - mean[at % features]!;
    squares += off * off;
  }
  const spread = Math.sqrt(squares / count);
  return Float64Array.from({ length: weights.length / (features + 1) }, (_, classifier) => {
    let length = 0;
    for (let j = 1; j <= features; j++) {
      const weight = weights[classifier * (features + 1) + j]!;
      length += weight * weight;
    }
    return Math.sqrt(length) * spread || 1;
  });
}

/**
 * Method 2 of Wu, Lin and Weng, "Probability estimates for multi-class classification by pairwise coupling", JMLR 5
 * (2004): minimises sum over pairs of (r_ji p_i - r_ij p_j)^2 by coordinates, each step p_t += (p'Qp - (Qp)_t) / Q_tt
 * and a renormalisation, until max |(Qp)_t - p'Qp| < tolerance / k.
 */
export class WuLinWeng {
  readonly #classes: number;
  readonly #tolerance: number;
  readonly #q: Float64Array;
  readonly #qp: Float64Array;
  /** Sweeps of the last `solve`. */
  sweeps = 0;

  constructor(classes: number, tolerance = 0.005) {
    this.#classes = classes;
    this.#tolerance = tolerance / classes;
    this.#q = new Float64Array(classes * classes);
    this.#qp = new Float64Array(classes);
  }

  /** Leaves the probabilities, which sum to 1, in `p`. */
  solve(r: Float64Array, p: Float64Array): void {
    const k = this.#classes;
    this.#quadratic(r);
    p.fill(1 / k);
    const limit = Math.max(100, k);
    for (this.sweeps = 0; this.sweeps < limit; this.sweeps++) {
      if (this.#sweep(p)) return;
    }
  }

  #quadratic(r: Float64Array): void {
    const k = this.#classes;
    const q = this.#q;
    for (let t = 0; t < k; t++) {
      let squares = 0;
      for (let s = 0; s < k; s++) {
        if (s === t) continue;
        const back = r[s * k + t]!;
        squares += back * back;
        q[t * k + s] = -back * r[t * k + s]!;
      }
      q[t * k + t] = squares;
    }
  }

  /** One turn through the coordinates; true when it was not needed any more. p is scale x the vector that is stepped. */
  #sweep(p: Float64Array): boolean {
    const k = this.#classes;
    const q = this.#q;
    const qp = this.#qp;
    let form = 0;
    for (let t = 0; t < k; t++) {
      let sum = 0;
      for (let s = 0; s < k; s++) sum += q[t * k + s]! * p[s]!;
      qp[t] = sum;
      form += p[t]! * sum;
    }
    let worst = 0;
    for (let t = 0; t < k; t++) worst = Math.max(worst, Math.abs(qp[t]! - form));
    if (worst < this.#tolerance) return true;
    let scale = 1;
    for (let t = 0; t < k; t++) {
      const own = q[t * k + t]!;
      // A class none of whose classifiers is trained: nothing to go by.
      if (own === 0) continue;
      const step = (form * scale * scale - qp[t]! * scale) / own;
      const raw = step / scale;
      form += raw * (2 * qp[t]! + raw * own);
      p[t]! += raw;
      for (let s = 0; s < k; s++) qp[s]! += raw * q[t * k + s]!;
      scale /= 1 + step;
    }
    for (let t = 0; t < k; t++) p[t]! *= scale;
    return false;
  }
}

/**
 * Hastie and Tibshirani, "Classification by pairwise coupling", Annals of Statistics 26 (1998): from p_i = 2 sum_j r_ij
 * / (k (k - 1)), p_i is multiplied by sum_j r_ij / sum_j p_i / (p_i + p_j) and all renormalised, until no p_i moves by
 * more than tolerance of itself. All p_i move at once (the minorise-maximise form: Hunter, Annals of Statistics 32, 2004).
 * Where every pair has an estimate the order of the classes is that of the start (their paper), so that an early stop
 * (after `limit` sweeps) costs precision of the probabilities, not the prediction.
 */
export class HastieTibshirani {
  readonly #classes: number;
  readonly #tolerance: number;
  readonly #limit: number;
  readonly #won: Float64Array;
  readonly #due: Float64Array;
  /** Sweeps of the last `solve`. */
  sweeps = 0;

  constructor(classes: number, tolerance = 1e-3, limit = 100) {
    this.#classes = classes;
    this.#tolerance = tolerance;
    this.#limit = limit;
    this.#won = new Float64Array(classes);
    this.#due = new Float64Array(classes);
  }

  /** Leaves the probabilities, which sum to 1, in `p`. */
  solve(r: Float64Array, p: Float64Array): void {
    const k = this.#classes;
    const won = this.#won;
    let total = 0;
    for (let i = 0; i < k; i++) {
      let sum = 0;
      for (let j = 0; j < k; j++) sum += i === j ? 0 : r[i * k + j]!;
      won[i] = sum;
      total += sum;
    }
    for (let i = 0; i < k; i++) p[i] = total === 0 ? 1 / k : won[i]! / total;
    for (this.sweeps = 0; this.sweeps < this.#limit && total > 0; this.sweeps++) {
      if (this.#sweep(r, p)) return;
    }
  }

  #sweep(r: Float64Array, p: Float64Array): boolean {
    const k = this.#classes;
    const due = this.#due.fill(0);
    for (let i = 0; i < k; i++) {
      const mine = p[i]!;
      let sum = due[i]!;
      for (let j = i + 1; j < k; j++) {
        if (r[i * k + j] === 0) continue;
        const share = mine / (mine + p[j]!);
        sum += share;
        due[j]! += 1 - share;
      }
      due[i] = sum;
    }
    let total = 0;
    for (let i = 0; i < k; i++) {
      due[i] = due[i]! > 0 ? (p[i]! * this.#won[i]!) / due[i]! : p[i]!;
      total += due[i]!;
    }
    let moved = 0;
    for (let i = 0; i < k; i++) {
      const next = due[i]! / total;
      if (next > 0) moved = Math.max(moved, Math.abs(next - p[i]!) / next);
      p[i] = next;
    }
    return moved <= this.#tolerance;
  }
}

/** What `couple` works on: all classifiers of k classes over some rows. */
export interface ScoreTable {
  readonly classes: number;
  readonly rows: number;
  /** Classifier by classifier (in task order), row by row. */
  readonly scores: Float32Array;
  /** 1 for a classifier that is trained. */
  readonly trained: Uint8Array;
  /** Above 0: margins are divided by it (`planeScales`). */
  readonly scale: Float64Array;
}

/** The most probable class of each row (the lowest of equals), and the probabilities: rows x classes. */
export interface Coupled {
  readonly predicted: Uint16Array;
  readonly probabilities: Float64Array;
}

/** Couples the scores of every row. */
export function couple(table: ScoreTable, method: Coupling, estimate: PairEstimate): Coupled {
  const { classes, rows, scores, trained, scale } = table;
  assert(
    scores.length >= pairCount(classes) * rows && trained.length === pairCount(classes),
    `Expected ${pairCount(classes)} x ${rows} scores, got ${scores.length}`,
  );
  const solver = method === 'wlw' ? new WuLinWeng(classes) : new HastieTibshirani(classes);
  const r = new Float64Array(classes * classes);
  const p = new Float64Array(classes);
  const predicted = new Uint16Array(rows);
  const probabilities = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    for (let i = 0, id = 0; i < classes; i++) {
      for (let j = i + 1; j < classes; j++, id++) {
        if (trained[id] === 0) continue;
        const own = estimatePair(scores[id * rows + row]!, scale[id]!, estimate);
        r[i * classes + j] = own;
        r[j * classes + i] = 1 - own;
      }
    }
    solver.solve(r, p);
    probabilities.set(p, row * classes);
    let best = 0;
    for (let c = 1; c < classes; c++) if (p[c]! > p[best]!) best = c;
    predicted[row] = best;
  }
  return { predicted, probabilities };
}

function estimatePair(score: number, scale: number, { from, slope, clip }: PairEstimate): number {
  if (from === 'votes') return score > 0 ? 1 - clip : clip;
  const own = 1 / (1 + Math.exp((-slope * score) / scale));
  return own < clip ? clip : own > 1 - clip ? 1 - clip : own;
}
