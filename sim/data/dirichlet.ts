import type { Uniform } from '../kernel/random.ts';

/**
 * A draw from the Dirichlet distribution: shares, at least 0, that sum to 1. Shapes far below 1 (all but one share
 * nearly 0) underflow no total, since the gamma draws are compared as logarithms.
 * @param shapes above 0, one a share; a shape of 0 gives a share of 0.
 */
export function dirichlet(shapes: ArrayLike<number>, uniform: Uniform): Float64Array {
  const shares = new Float64Array(shapes.length);
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < shapes.length; i++) {
    shares[i] = shapes[i]! > 0 ? logGammaDraw(shapes[i]!, uniform) : Number.NEGATIVE_INFINITY;
    most = Math.max(most, shares[i]!);
  }
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    shares[i] = Math.exp(shares[i]! - most);
    sum += shares[i]!;
  }
  for (let i = 0; i < shares.length; i++) shares[i]! /= sum;
  return shares;
}

/**
 * The logarithm of a gamma draw of scale 1: Marsaglia and Tsang 2000, "A simple method for generating gamma variables",
 * ACM TOMS 26(3); below shape 1 a draw of shape + 1 times u^(1/shape).
 */
function logGammaDraw(shape: number, uniform: Uniform): number {
  const boost = shape < 1 ? Math.log(1 - uniform()) / shape : 0;
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalDraw(uniform);
    const t = 1 + c * x;
    const u = 1 - uniform();
    if (t <= 0) continue;
    const v = t * t * t;
    if (Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return boost + Math.log(d * v);
  }
}

/** A standard normal draw (Box and Muller 1958). */
function normalDraw(uniform: Uniform): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
  return radius * Math.cos(2 * Math.PI * uniform());
}
