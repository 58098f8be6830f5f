#ifndef G2T_EXCHANGE_ROOT_H
#define G2T_EXCHANGE_ROOT_H

/* The square root, exactly rounded as IEEE 754 asks; not a number below 0. */
float exchange_sqrt(float x);

/* The same in integers alone: what targets without such an instruction use. */
float exchange_sqrt_portable(float x);

#endif
