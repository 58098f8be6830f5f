#include "exchange_root.h"

#include "g2t_bytes.h"

enum { NOT_A_NUMBER = 0x7fc00000, INFINITE = 0x7f800000, FRACTION = 0x007fffff };

static float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The largest s with s * s <= m, for m below 2^50. */
static uint32_t root_of(uint64_t m) {
  uint64_t rest = m, root = 0;
  for (uint64_t bit = (uint64_t)1 << 48; bit != 0u; bit >>= 2) {
    const uint64_t trial = root + bit;
    root >>= 1;
    if (rest < trial) continue;
    rest -= trial;
    root += bit;
  }
  return (uint32_t)root;
}

float exchange_sqrt_portable(float x) {
  const uint32_t bits = g2t_float_bits(x);
  if ((bits << 1) == 0u || bits == INFINITE) return x;
  if (bits > INFINITE) return from_bits(NOT_A_NUMBER);
  int32_t e = (int32_t)(bits >> 23);
  uint32_t m = bits & FRACTION;
  if (e == 0) {
    for (e = 1; (m & 0x00800000u) == 0u; e--) m <<= 1;
  }
  m |= 0x00800000u;
  /* x = m 2^(e - 150). The root of m 2^25 or 2^26 has 25 bits: one more than the answer, and never a tie (m 2^25 is even). */
  const int odd = (e & 1) == 0;
  const uint32_t root = root_of((uint64_t)m << (odd ? 26 : 25));
  const int32_t exponent = (e - 150 - (odd ? 26 : 25)) / 2;
  const uint32_t rounded = (root + 1u) >> 1;
  /* rounded, 24 bits (or 2^24), times 2^(exponent + 1): adding carries into the exponent by itself. */
  return from_bits((uint32_t)((exponent + 150) << 23) + rounded);
}

float exchange_sqrt(float x) {
#if defined(__wasm__)
  return x < 0.0f || x != x ? from_bits(NOT_A_NUMBER) : __builtin_sqrtf(x);
#else
  return exchange_sqrt_portable(x);
#endif
}
