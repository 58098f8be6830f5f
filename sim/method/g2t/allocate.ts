/**
 * Shares `total` tasks out in proportion to `weights` by largest remainders (Hamilton's method): whole quotas that add
 * up to `total`; ties go to the lowest device. Algorithms B.5.
 * @param weights at least 0 each, one a device, not all 0.
 */
export function quotas(total: number, weights: Float64Array): Int32Array {
  let sum = 0;
  for (const weight of weights) sum += weight;
  const quota = new Int32Array(weights.length);
  const remainder = new Float64Array(weights.length);
  let given = 0;
  weights.forEach((weight, device) => {
    const real = (total * weight) / sum;
    quota[device] = Math.floor(real);
    remainder[device] = real - quota[device]!;
    given += quota[device]!;
  });
  const byRemainder = [...weights.keys()].filter((device) => weights[device]! > 0);
  byRemainder.sort((a, b) => remainder[b]! - remainder[a]! || a - b);
  for (let n = 0; given < total; n = (n + 1) % byRemainder.length, given++) quota[byRemainder[n]!]!++;
  return quota;
}

/**
 * Hands out contiguous ranges of tasks, the largest weight first (ties: lowest device).
 * @returns where each device's range begins; it is `quota[device]` long.
 */
export function ranges(quota: Int32Array, weights: Float64Array): Int32Array {
  const order = [...quota.keys()].sort((a, b) => weights[b]! - weights[a]! || a - b);
  const first = new Int32Array(quota.length);
  let next = 0;
  for (const device of order) {
    first[device] = next;
    next += quota[device]!;
  }
  return first;
}
