/**
 * x to the power y, the same bits on every Node: Math.pow and ** differ between V8 versions. Whole exponents are
 * multiplied out by squaring; others go through exp(y ln x), whose relative error is at most about |y ln x| 2^-52.
 * @param x above 0, or anything with a whole y.
 */
export function pow(x: number, y: number): number {
  if (Number.isInteger(y) && Math.abs(y) <= 1024) {
    let result = 1;
    let base = x;
    for (let n = Math.abs(y); n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) result *= base;
      base *= base;
    }
    return y < 0 ? 1 / result : result;
  }
  return Math.exp(y * Math.log(x));
}

/** The p-quantile (0 to 1) of sorted values by linear interpolation (Hyndman and Fan 1996, type 7). */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}
