#include <math.h>
#include <string.h>

#include "check.h"
#include "g2t_bytes.h"
#include "g2t_crc32.h"
#include "g2t_math.h"

/* The suite may use a libm, the firmware may not: double precision stands for the exact value. */

static float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* How far `got` is from `exact`, in float32 units in the last place of `exact`; subnormals have the smallest there is. */
static double ulps(float got, double exact) {
  int exponent = 0;
  (void)frexp(exact, &exponent);
  const int last = exponent - 24 < -149 ? -149 : exponent - 24;
  return fabs((double)got - exact) / ldexp(1.0, last);
}

/* What rounds to infinity must be infinity. */
static double exp_ulps(float x) {
  const double exact = exp((double)x);
  const float got = g2t_exp(x);
  if (exact < 3.4028235677973366e38) return ulps(got, exact);
  return g2t_float_bits(got) == 0x7f800000u ? 0.0 : 1e9;
}

/* Every float32 in steps that fall on no pattern; the bits of all answers in one sum, which must be alike on every target. */
static void over_all(checks *c) {
  double exp_worst = 0.0, log_worst = 0.0;
  uint32_t sum = 0;
  for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 4099u * SHORTER + (SHORTER - 1u)) {
    const float x = from_bits((uint32_t)bits);
    const float answers[2] = {g2t_exp(x), g2t_log(x)};
    uint8_t bytes[8];
    g2t_store_f32(bytes, answers[0]);
    g2t_store_f32(bytes + 4, answers[1]);
    sum = g2t_crc32(sum, bytes, sizeof bytes);
    if (!g2t_is_finite(x)) continue;
    const double exp_off = exp_ulps(x);
    if (exp_off > exp_worst) exp_worst = exp_off;
    const double log_off = x > 0.0f ? ulps(answers[1], log((double)x)) : 0.0;
    if (log_off > log_worst) log_worst = log_off;
  }
  CHECK(exp_worst < 0.991);
  CHECK(log_worst < 0.830);
  CHECK(exp_worst > 0.5 && log_worst > 0.5); /* else this test would measure nothing */
  EQUAL(sum, SHORTER == 1 ? 0x14ba49dfu : 0x475dc107u);
}

/* Where a sigmoid works, one float32 in 101 (on boards in 1631). */
static void near_zero(checks *c) {
  double worst = 0.0;
  for (uint32_t bits = 0x3d800000u; bits < 0x42000000u; bits += 101u * SHORTER + (SHORTER - 1u)) {
    for (uint32_t sign = 0; sign < 2u; sign++) {
      const double off = exp_ulps(from_bits(bits | (sign << 31)));
      if (off > worst) worst = off;
    }
  }
  CHECK(worst < 0.991);
}

static void ends(checks *c) {
  static const struct {
    uint32_t x, exp, log;
  } known[11] = {
      {0x00000000u, 0x3f800000u, 0xff800000u}, {0x80000000u, 0x3f800000u, 0xff800000u},
      {0x3f800000u, 0x402df854u, 0x00000000u}, {0x7f800000u, 0x7f800000u, 0x7f800000u},
      {0xff800000u, 0x00000000u, 0x7fc00000u}, {0x7fc00000u, 0x7fc00000u, 0x7fc00000u},
      {0xffc12345u, 0x7fc00000u, 0x7fc00000u}, {0x42b17218u, 0x7f800000u, 0x408f895cu},
      {0x42b17217u, 0x7f7fff84u, 0x408f895cu}, {0xc2cff1b5u, 0x00000000u, 0x7fc00000u},
      {0xc2cff1b4u, 0x00000001u, 0x7fc00000u},
  };
  for (int i = 0; i < 11; i++) {
    EQUAL(g2t_float_bits(g2t_exp(from_bits(known[i].x))), known[i].exp);
    EQUAL(g2t_float_bits(g2t_log(from_bits(known[i].x))), known[i].log);
  }
}

void test_math(checks *c) {
  ends(c);
  near_zero(c);
  over_all(c);
}
