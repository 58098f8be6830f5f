import { assert } from '../kernel/errors.ts';
import { quantile } from '../kernel/numeric.ts';
import type { Uniform } from '../kernel/random.ts';
import { sumInOrder } from './ratios.ts';

/** From lower to upper end. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export function mean(values: ArrayLike<number>): number {
  return values.length === 0 ? Number.NaN : sumInOrder(values) / values.length;
}

export function median(values: ArrayLike<number>): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

/** Of a sample (n - 1); NaN for fewer than two values. */
export function deviation(values: ArrayLike<number>): number {
  if (values.length < 2) return Number.NaN;
  const middle = mean(values);
  const squares = Float64Array.from(values, (value) => (value - middle) * (value - middle));
  return Math.sqrt(sumInOrder(squares) / (values.length - 1));
}

/** The probability that |t| of Student's distribution is at most tan(angle) sqrt(degrees) (Abramowitz and Stegun 26.7.3, 26.7.4). */
function studentWithin(angle: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const square = cosine * cosine;
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (square * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

/** How often an interval of angles is halved: to the last bit of a double. */
const HALVINGS = 60;

/**
 * The quantile of Student's distribution with which an interval of this confidence is made: 2.262157 for 95 % and 9 degrees of
 * freedom, where the interval is mean +- that times the standard error.
 * @param degrees of freedom, a whole number from 1.
 */
export function studentQuantile(confidence: number, degrees: number): number {
  assert(Number.isInteger(degrees) && degrees >= 1, `Expected degrees of freedom from 1, got ${degrees}`);
  let [low, high] = [0, Math.PI / 2];
  for (let n = 0; n < HALVINGS; n++) {
    const middle = (low + high) / 2;
    if (studentWithin(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
  return Math.tan((low + high) / 2) * Math.sqrt(degrees);
}

/** Student's interval for the mean; NaN for fewer than two values. */
export function studentInterval(values: ArrayLike<number>, confidence: number): Interval {
  const { length } = values;
  if (length < 2) return { low: Number.NaN, high: Number.NaN };
  const half = (studentQuantile(confidence, length - 1) * deviation(values)) / Math.sqrt(length);
  const middle = mean(values);
  return { low: middle - half, high: middle + half };
}

/** How often the bootstrap draws. */
const RESAMPLES = 2000;

/**
 * Percentile bootstrap for the mean (Efron 1979): the same draws for every sample of one size, so that what is compared was
 * drawn alike, and nothing hangs on the order of questions.
 */
export class Bootstrap {
  readonly #stream: (size: number) => Uniform;
  readonly #draws = new Map<number, Uint32Array>();
  readonly #means = new Float64Array(RESAMPLES);

  /** @param stream where the draws for samples of a size come from */
  constructor(stream: (size: number) => Uniform) {
    this.#stream = stream;
  }

  /** NaN for fewer than two values. */
  interval(values: ArrayLike<number>, confidence: number): Interval {
    const { length } = values;
    if (length < 2) return { low: Number.NaN, high: Number.NaN };
    const draws = this.#drawsOf(length);
    for (let resample = 0, at = 0; resample < RESAMPLES; resample++) {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += values[draws[at++]!]!;
      this.#means[resample] = sum / length;
    }
    this.#means.sort();
    const tail = (1 - confidence) / 2;
    return { low: quantile(this.#means, tail), high: quantile(this.#means, 1 - tail) };
  }

  #drawsOf(size: number): Uint32Array {
    let draws = this.#draws.get(size);
    if (draws === undefined) {
      const uniform = this.#stream(size);
      draws = Uint32Array.from({ length: RESAMPLES * size }, () => Math.floor(uniform() * size));
      this.#draws.set(size, draws);
    }
    return draws;
  }
}

/**
 * Cohen's d: the difference of two means in units of the pooled standard deviation of both samples; NaN where that is 0 or
 * a sample has fewer than two values.
 */
export function effectSize(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [n, m] = [a.length - 1, b.length - 1];
  const [s, t] = [deviation(a), deviation(b)];
  const pooled = Math.sqrt((n * s * s + m * t * t) / (n + m));
  return pooled > 0 ? (mean(a) - mean(b)) / pooled : Number.NaN;
}

/** Cohen's d_z of paired samples: the mean of the differences in units of their standard deviation. */
export function pairedEffectSize(differences: ArrayLike<number>): number {
  const spread = deviation(differences);
  return spread > 0 ? mean(differences) / spread : Number.NaN;
}
