/** The row order that a TASK's seed stands for: the mirror of firmware/include/g2t_order.h, in integers alone. */

/** Draw k of a pass: Wellons' lowbias32 mixer over a counter. */
export function orderDraw(seed: number, pass: number, k: number): number {
  let h = (seed + Math.imul((pass << 16) ^ k, 0x9e3779b9)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Fisher and Yates in place. @param order at most 65,536 entries. */
export function shuffleOrder(order: Uint16Array, seed: number, pass: number): void {
  for (let k = order.length; k > 1; k--) {
    // Exact: the product stays below 2^48.
    const other = Math.floor((orderDraw(seed, pass, k - 1) * k) / 4294967296);
    const kept = order[k - 1]!;
    order[k - 1] = order[other]!;
    order[other] = kept;
  }
}
