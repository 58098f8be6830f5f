/**
 * Sums over devices, the way every method here makes them: in float64, in the order given (which is that of device ids),
 * rounded to float32 once at the end, so that a result does not depend on the order of arrival.
 */
export class WeightedSum {
  readonly #sum: Float64Array;
  #weight = 0;

  constructor(size: number) {
    this.#sum = new Float64Array(size);
  }

  /** The weights of all vectors so far. */
  get weight(): number {
    return this.#weight;
  }

  clear(): void {
    this.#sum.fill(0);
    this.#weight = 0;
  }

  add(vector: ArrayLike<number>, weight: number): void {
    const sum = this.#sum;
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * vector[i]!;
    this.#weight += weight;
  }

  /** Writes the weighted mean, rounded to float32 where `out` is. Weight must not be 0. */
  mean(out: Float32Array | Float64Array): void {
    const sum = this.#sum;
    for (let i = 0; i < sum.length; i++) out[i] = sum[i]! / this.#weight;
  }

  /** w <- w - eta mean: the step of synchronous SGD (algorithms D1). */
  step(w: Float32Array, eta: number): void {
    const sum = this.#sum;
    for (let i = 0; i < sum.length; i++) w[i] = w[i]! - eta * (sum[i]! / this.#weight);
  }
}

/** w <- w - eta g, in float64, rounded once: a step of asynchronous SGD at the server (algorithms D2). */
export function descend(w: Float32Array, gradient: ArrayLike<number>, eta: number): void {
  for (let i = 0; i < w.length; i++) w[i] = w[i]! - eta * gradient[i]!;
}

/** The Euclidean length of the difference of two vectors, float64. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/** Whether no component is NaN or infinite. */
export function isFiniteVector(vector: ArrayLike<number>): boolean {
  for (let i = 0; i < vector.length; i++) if (!Number.isFinite(vector[i]!)) return false;
  return true;
}
