import { assert } from '../kernel/errors.ts';
import type { Uniform } from '../kernel/random.ts';
import { gammaQuantile, logGamma, normalCdf, normalQuantile } from './special.ts';

/** A distribution with its parameters in SI units (or plain numbers): what `distributionOptions` reads. */
export type Distribution =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  | { readonly kind: 'lognormal'; readonly median: number; readonly p95: number }
  | { readonly kind: 'gamma'; readonly mean: number; readonly shape: number }
  | { readonly kind: 'pareto'; readonly min: number; readonly alpha: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'weibull'; readonly scale: number; readonly shape: number }
  | { readonly kind: 'quantiles'; readonly at: readonly number[]; readonly values: readonly number[] };

/**
 * Draws from a distribution: chance is always a parameter, a draw allocates nothing. All but gamma take exactly one
 * uniform a draw (by inversion); gamma takes two an attempt, 1.04 attempts on average or fewer, and one more below shape 1.
 */
export interface Sampler {
  sample(uniform: Uniform): number;
  readonly mean: number;
  /** Value below which a share p (0 to below 1) of the draws lies. */
  quantile(p: number): number;
}

/** The sampler of a distribution. Parameters are those that `distributionOptions` lets through. */
export function samplerOf(distribution: Distribution): Sampler {
  switch (distribution.kind) {
    case 'constant':
      return new Constant(distribution.value);
    case 'uniform':
      return new UniformRange(distribution.min, distribution.max);
    case 'normal':
      return new TruncatedNormal(distribution.mean, distribution.sd);
    case 'lognormal':
      return new Lognormal(distribution.median, distribution.p95);
    case 'gamma':
      return new Gamma(distribution.mean, distribution.shape);
    case 'pareto':
      return new Pareto(distribution.min, distribution.alpha);
    case 'exponential':
      return new Exponential(distribution.mean);
    case 'weibull':
      return new Weibull(distribution.scale, distribution.shape);
    case 'quantiles':
      return new Quantiles(distribution.at, distribution.values);
  }
}

/** 95 % point of the standard normal. */
const Z95 = 1.6448536269514722;

class Constant implements Sampler {
  readonly mean: number;
  constructor(value: number) {
    this.mean = value;
  }
  sample(): number {
    return this.mean;
  }
  quantile(): number {
    return this.mean;
  }
}

/** The samplers that invert the distribution function: one uniform a draw. */
abstract class Inverted implements Sampler {
  abstract readonly mean: number;
  abstract quantile(p: number): number;
  sample(uniform: Uniform): number {
    return this.quantile(uniform());
  }
}

class UniformRange extends Inverted {
  readonly mean: number;
  readonly #min: number;
  readonly #width: number;
  constructor(min: number, max: number) {
    super();
    this.#min = min;
    this.#width = max - min;
    this.mean = (min + max) / 2;
  }
  override quantile(p: number): number {
    return this.#min + p * this.#width;
  }
}

/** A normal conditioned on being 0 or more; `mean` and `sd` are those of the normal before it is cut. */
class TruncatedNormal extends Inverted {
  readonly mean: number;
  readonly #center: number;
  readonly #sd: number;
  readonly #below: number;
  constructor(center: number, sd: number) {
    super();
    this.#center = center;
    this.#sd = sd;
    const cut = sd === 0 ? Number.NEGATIVE_INFINITY : -center / sd;
    this.#below = cut === Number.NEGATIVE_INFINITY ? 0 : normalCdf(cut);
    const density = this.#below === 0 ? 0 : Math.exp((-cut * cut) / 2) / 2.5066282746310002;
    this.mean = center + (sd * density) / (1 - this.#below);
  }
  override quantile(p: number): number {
    const value = this.#center + this.#sd * normalQuantile(this.#below + p * (1 - this.#below));
    return value < 0 ? 0 : value;
  }
}

class Lognormal extends Inverted {
  readonly mean: number;
  readonly #mu: number;
  readonly #sigma: number;
  constructor(median: number, p95: number) {
    super();
    this.#mu = Math.log(median);
    this.#sigma = Math.log(p95 / median) / Z95;
    this.mean = median * Math.exp((this.#sigma * this.#sigma) / 2);
  }
  override quantile(p: number): number {
    return Math.exp(this.#mu + this.#sigma * normalQuantile(p));
  }
}

/**
 * Marsaglia and Tsang 2000, "A simple method for generating gamma variables", ACM TOMS 26(3): squeeze-free form; below
 * shape 1 a draw of shape + 1 times u^(1/shape) (their section 6). The number of uniforms varies.
 */
class Gamma implements Sampler {
  readonly mean: number;
  readonly #shape: number;
  readonly #scale: number;
  readonly #d: number;
  readonly #c: number;
  constructor(mean: number, shape: number) {
    this.mean = mean;
    this.#shape = shape;
    this.#scale = mean / shape;
    this.#d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
    this.#c = 1 / Math.sqrt(9 * this.#d);
  }
  sample(uniform: Uniform): number {
    const boost = this.#shape < 1 ? Math.exp(Math.log(1 - uniform()) / this.#shape) : 1;
    for (;;) {
      const x = normalQuantile(uniform());
      const t = 1 + this.#c * x;
      const u = 1 - uniform();
      if (t <= 0) continue;
      const v = t * t * t;
      if (Math.log(u) < 0.5 * x * x + this.#d * (1 - v + Math.log(v))) return this.#scale * boost * this.#d * v;
    }
  }
  quantile(p: number): number {
    return this.#scale * gammaQuantile(this.#shape, p);
  }
}

class Pareto extends Inverted {
  readonly mean: number;
  readonly #min: number;
  readonly #alpha: number;
  constructor(min: number, alpha: number) {
    super();
    this.#min = min;
    this.#alpha = alpha;
    this.mean = alpha > 1 ? (alpha * min) / (alpha - 1) : Number.POSITIVE_INFINITY;
  }
  override quantile(p: number): number {
    return this.#min * Math.exp(-Math.log(1 - p) / this.#alpha);
  }
}

class Exponential extends Inverted {
  readonly mean: number;
  constructor(mean: number) {
    super();
    this.mean = mean;
  }
  override quantile(p: number): number {
    return -this.mean * Math.log(1 - p);
  }
}

class Weibull extends Inverted {
  readonly mean: number;
  readonly #scale: number;
  readonly #shape: number;
  constructor(scale: number, shape: number) {
    super();
    this.#scale = scale;
    this.#shape = shape;
    this.mean = scale * Math.exp(logGamma(1 + 1 / shape));
  }
  override quantile(p: number): number {
    return p <= 0 ? 0 : this.#scale * Math.exp(Math.log(-Math.log(1 - p)) / this.#shape);
  }
}

/** Straight lines between given quantiles. */
class Quantiles extends Inverted {
  readonly mean: number;
  readonly #at: Float64Array;
  readonly #values: Float64Array;
  constructor(at: readonly number[], values: readonly number[]) {
    super();
    assert(at.length === values.length && at.length > 1, 'Expected quantiles to come in two or more pairs');
    this.#at = Float64Array.from(at);
    this.#values = Float64Array.from(values);
    let mean = 0;
    for (let i = 1; i < at.length; i++) mean += ((at[i]! - at[i - 1]!) * (values[i]! + values[i - 1]!)) / 2;
    this.mean = mean;
  }
  override quantile(p: number): number {
    let low = 0;
    let high = this.#at.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#at[middle]! <= p) low = middle;
      else high = middle;
    }
    const share = (p - this.#at[low]!) / (this.#at[high]! - this.#at[low]!);
    return this.#values[low]! + share * (this.#values[high]! - this.#values[low]!);
  }
}
