#include "g2t_math.h"

#include "g2t_bytes.h"

enum { MANTISSA_BITS = 23, EXPONENT_BIAS = 127 };

static float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* 2^k for a normal result. */
static float power_of_two(int32_t k) { return from_bits((uint32_t)(k + EXPONENT_BIAS) << MANTISSA_BITS); }

/* e^r for |r| up to ln 2 / 2. */
static float exp_near_zero(float r) {
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return (p * (r * r) + r) + 1.0f;
}

float g2t_exp(float x) {
  if (x != x) return from_bits(0x7fc00000u);
  if (x > 88.7228394f) return from_bits(0x7f800000u);
  if (x < -103.972084f) return 0.0f;
  const float turns = x * 1.44269504f;
  const int32_t k = (int32_t)(turns < 0.0f ? turns - 0.5f : turns + 0.5f);
  /* ln 2 in two parts, the first short enough for k times it to be exact. */
  const float r = (x - (float)k * 0.693359375f) - (float)k * -2.12194440e-4f;
  const float near = exp_near_zero(r);
  /* At the ends 2^k itself is no normal number: the last factor then rounds once. */
  if (k > 127) return near * power_of_two(k - 1) * 2.0f;
  if (k < -126) return near * power_of_two(k + 64) * power_of_two(-64);
  return near * power_of_two(k);
}

/* ln(1 + f) for 1 + f from sqrt(1/2) to sqrt(2), plus k ln 2. */
static float log_near_one(float f, float k) {
  const float z = f * f;
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  p = (p * f) * z + k * -2.12194440e-4f;
  return (f + (p - 0.5f * z)) + k * 0.693359375f;
}

float g2t_log(float x) {
  if (!(x >= 0.0f)) return from_bits(0x7fc00000u);
  if (x == 0.0f) return from_bits(0xff800000u);
  if (x > 3.40282347e+38f) return x;
  int32_t k = 0;
  if (x < 1.17549435e-38f) {
    x *= 8388608.0f;
    k = -MANTISSA_BITS;
  }
  const uint32_t bits = g2t_float_bits(x);
  k += (int32_t)(bits >> MANTISSA_BITS) - EXPONENT_BIAS;
  float m = from_bits((bits & 0x007fffffu) | 0x3f800000u);
  if (m > 1.41421356f) {
    m *= 0.5f;
    k++;
  }
  return log_near_one(m - 1.0f, (float)k);
}
