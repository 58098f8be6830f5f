#ifndef G2T_EXCHANGE_MATH_H
#define G2T_EXCHANGE_MATH_H

/* Functions of one float32, in float32 alone: the same bits on every target (a library's are not). Not part of the interface. */

/*
 * e^x within 2 ulp (rounded to 0 below -87.33, infinite above 88.72). Range reduced by multiples of ln 2 in two parts, then the
 * polynomial of Cephes' expf (S. Moshier).
 */
float exchange_exp(float x);

/* ln x within 2 ulp for positive normal x; not a number for the rest. The polynomial of Cephes' logf. */
float exchange_log(float x);

/* The square root, exactly rounded as IEEE 754 asks; not a number below 0. */
float exchange_sqrt(float x);

/* The same in integers alone: what targets without such an instruction use. */
float exchange_sqrt_portable(float x);

#endif
