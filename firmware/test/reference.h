#ifndef G2T_REFERENCE_H
#define G2T_REFERENCE_H

/* Double-precision functions to hold the firmware's against, without a library: errors below 1e-12 for |x| up to 100. */
static inline double reference_exp(double x) {
  double term = 1, sum = 1;
  const double small = x / 1024;
  for (int k = 1; k < 16; k++) sum += term *= small / k;
  for (int k = 0; k < 10; k++) sum *= sum;
  return sum;
}

static inline double reference_log(double x) {
  double y = 0, scale = 0;
  for (; x > 1.5; x /= 2) scale += 0.69314718055994530942;
  for (; x < 0.75; x *= 2) scale -= 0.69314718055994530942;
  for (int k = 0; k < 8; k++) {
    const double e = reference_exp(y);
    y += 2 * (x - e) / (x + e);
  }
  return y + scale;
}

static inline double reference_sqrt(double x) {
  double y = x > 1 ? x : 1;
  for (int k = 0; k < 200; k++) y = (y + x / y) / 2;
  return y;
}

static inline double reference_abs(double x) { return x < 0 ? -x : x; }

#endif
