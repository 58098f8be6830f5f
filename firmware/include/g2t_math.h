#ifndef G2T_MATH_H
#define G2T_MATH_H

/*
 * The firmware's own exponential and logarithm: float32 sums and products in one order, so that every target gives the same bits, which
 * a libm does not promise. Reduction and polynomials are those of the Cephes library (Moshier, expf and logf).
 */

/*
 * e^x within 0.991 units in the last place, subnormal results included (against a double-precision libm over every float32; the suite
 * repeats that in steps). 0 below -103.97, infinity above 88.72, NaN for NaN.
 */
float g2t_exp(float x);

/* ln x within 0.830 units in the last place (likewise). -infinity for 0, infinity for infinity, NaN below 0 and for NaN. */
float g2t_log(float x);

/* Sums and products of an exponential; a logarithm, of which a task takes one at most, counts for as many. */
enum { G2T_FUNCTION_FLOP = 21 };

#endif
