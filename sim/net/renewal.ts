import type { Uniform } from '../kernel/random.ts';
import { type Distribution, type Sampler, samplerOf } from './sampler.ts';

/**
 * What is left of a spell that an observer falls into: the spell is longer than most (length-biased), and the observer
 * falls anywhere in it. Its density is (1 - F(x)) / mean (Cox 1962, "Renewal Theory", section 5.3). Two uniforms a draw.
 *
 * The length-biased part is read from a table of quantiles, 1024 cells over the body and finer ones to 1 - 2^-40 in the
 * tail: for a Pareto tail close to alpha = 1 that leaves out the longest spells.
 */
export class Residual {
  readonly #exact: Sampler | undefined;
  readonly #weights: Float64Array;
  readonly #spells: Float64Array;

  /** @param distribution of whole spells; its mean must be finite and above 0. */
  constructor(distribution: Distribution) {
    const sampler = samplerOf(distribution);
    // The exponential forgets; it is also the commonest, and exact this way.
    this.#exact = distribution.kind === 'exponential' ? sampler : undefined;
    const shares = this.#exact ? [0, 1] : grid();
    this.#spells = Float64Array.from(shares, (p) => sampler.quantile(p));
    this.#weights = new Float64Array(shares.length);
    for (let i = 1; i < shares.length; i++) {
      const width = shares[i]! - shares[i - 1]!;
      this.#weights[i] = this.#weights[i - 1]! + (width * (this.#spells[i]! + this.#spells[i - 1]!)) / 2;
    }
  }

  sample(uniform: Uniform): number {
    const u = uniform();
    const v = uniform();
    if (this.#exact) return this.#exact.quantile(u);
    return v * this.#spell(u);
  }

  /** A length-biased spell. Within a cell the spell is taken to run straight from one end to the other. */
  #spell(u: number): number {
    const target = u * this.#weights[this.#weights.length - 1]!;
    let low = 0;
    let high = this.#weights.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#weights[middle]! <= target) low = middle;
      else high = middle;
    }
    const share = (target - this.#weights[low]!) / (this.#weights[high]! - this.#weights[low]!);
    return this.#spells[low]! + share * (this.#spells[high]! - this.#spells[low]!);
  }
}

function grid(): number[] {
  const shares: number[] = [];
  for (let i = 0; i < 1024; i++) shares.push(i / 1024);
  for (let half = 1 / 2048; half * 2199023255552 > 1; half /= 2) {
    shares.push(1 - half * 1.5, 1 - half);
  }
  return [...new Set(shares)].sort((a, b) => a - b);
}
