#include "exchange_math.h"

#include "g2t_bytes.h"

enum { NOT_A_NUMBER = 0x7fc00000, INFINITE = 0x7f800000, ONE = 0x3f800000, HALF = 0x3f000000, FRACTION = 0x007fffff };

static float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

float exchange_exp(float x) {
  if (x != x) return x;
  if (x < -87.33f) return 0.0f;
  if (x > 88.72f) return from_bits(INFINITE);
  const float scaled = x * 1.44269504088896341f;
  const int32_t k = (int32_t)(scaled < 0.0f ? scaled - 0.5f : scaled + 0.5f);
  const float n = (float)k;
  const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const float y = (p * (r * r) + r) + 1.0f;
  /* Two factors: 2^k itself may be no normal number where the product is. */
  const int32_t half = k / 2;
  return (y * from_bits((uint32_t)(half + 127) << 23)) * from_bits((uint32_t)(k - half + 127) << 23);
}

float exchange_log(float x) {
  const uint32_t bits = g2t_float_bits(x);
  if (bits == INFINITE) return x;
  if (bits > INFINITE || bits < 0x00800000u) return from_bits(NOT_A_NUMBER);
  int32_t e = (int32_t)(bits >> 23) - 126;
  float m = from_bits((bits & FRACTION) | HALF);
  if (m < 0.707106781186547524f) {
    e--;
    m = m + m;
  }
  m = m - 1.0f;
  const float z = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const float n = (float)e;
  const float tail = ((p * m) * z + n * -2.12194440e-4f) - 0.5f * z;
  return (m + tail) + n * 0.693359375f;
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
