import { quantile } from '../kernel/numeric.ts';
import { GrowableF64 } from './growable.ts';
import { type Table, tableFromArrays } from './table.ts';
import { AGES_TABLE } from './tables.ts';

/** What a summary says of a spread of values, in the unit of the values. */
export interface Spread {
  readonly mean: number;
  readonly p95: number;
  readonly max: number;
}

export interface Histogram {
  /** One longer than `counts`; bin b is [edges[b], edges[b + 1]), the last one closed. */
  readonly edges: Float64Array;
  readonly counts: Uint32Array;
}

/**
 * Every value of one measure (version lag in updates, age in seconds), kept, so that the 95th percentile is exact
 * (Hyndman and Fan 1996, type 7) and the mean is summed in ascending order, whatever order the values came in.
 * 8 bytes a value.
 */
export class Distribution {
  readonly #values = new GrowableF64(64);
  #sinceMark = 0;
  #sum = 0;

  /** @param value 0 or more. */
  add(value: number): void {
    this.#values.push(value);
    this.#sum += value;
  }

  get count(): number {
    return this.#values.length;
  }

  /** The mean in order of arrival, at no cost, 0 without values: for whoever looks on, not for results. */
  meanSoFar(): number {
    return this.#values.length === 0 ? 0 : this.#sum / this.#values.length;
  }

  /** Mean, 95th percentile and maximum; null when there are no values (never 0). */
  spread(): Spread | null {
    const sorted = this.#values.toArray().sort();
    if (sorted.length === 0) return null;
    let sum = 0;
    for (const value of sorted) sum += value;
    return { mean: sum / sorted.length, p95: quantile(sorted, 0.95), max: sorted[sorted.length - 1]! };
  }

  /** The mean of the values added since the last mark, NaN when there are none: for a time series. */
  meanSinceMark(): number {
    const from = this.#sinceMark;
    const to = this.#values.length;
    let sum = 0;
    for (let i = from; i < to; i++) sum += this.#values.at(i);
    return to === from ? Number.NaN : sum / (to - from);
  }

  /** What is added from now on counts for the next `meanSinceMark`. */
  mark(): void {
    this.#sinceMark = this.#values.length;
  }

  /** Equally wide bins from the least to the greatest value; one bin when all are equal, none without values. */
  histogram(bins = 40): Histogram {
    const sorted = this.#values.toArray().sort();
    if (sorted.length === 0) return { edges: new Float64Array(1), counts: new Uint32Array(0) };
    const low = sorted[0]!;
    const high = sorted[sorted.length - 1]!;
    const count = high > low ? bins : 1;
    const width = (high - low) / count;
    const edges = Float64Array.from({ length: count + 1 }, (_, b) => (b === count ? high : low + b * width));
    const counts = new Uint32Array(count);
    let bin = 0;
    for (const value of sorted) {
      while (bin < count - 1 && value >= edges[bin + 1]!) bin++;
      counts[bin]!++;
    }
    return { edges, counts };
  }

  /** The quantiles 0, 1/steps, ..., 1 as the table `ages`; no rows without values. */
  quantiles(steps = 200): Table {
    const sorted = this.#values.toArray().sort();
    const length = sorted.length === 0 ? 0 : steps + 1;
    return tableFromArrays(AGES_TABLE, {
      share: Float64Array.from({ length }, (_, i) => i / steps),
      age_s: Float64Array.from({ length }, (_, i) => quantile(sorted, i / steps)),
    });
  }
}
