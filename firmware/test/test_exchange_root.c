#include <string.h>

#include "check.h"
#include "exchange_root.h"
#include "g2t_bytes.h"

static float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Exactly rounded: x lies between the squares of the midpoints to both neighbours, which doubles hold exactly. */
static int rounded_root(float x, float root) {
  const uint32_t bits = g2t_float_bits(root);
  const double below = ((double)root + (double)float_of(bits - 1u)) / 2, above = ((double)root + (double)float_of(bits + 1u)) / 2;
  return below * below < (double)x && (double)x < above * above;
}

static void roots(checks *c) {
  static const uint32_t known[][2] = {{0x40000000, 0x3fb504f3}, {0x40800000, 0x40000000}, {0, 0}, {0x80000000, 0x80000000},
                                      {0x7f800000, 0x7f800000}, {1, 0x1a3504f3}, {0x7f7fffff, 0x5f7fffff}, {0x00800000, 0x20000000}};
  for (uint32_t i = 0; i < 8u; i++) EQUAL(g2t_float_bits(exchange_sqrt(float_of(known[i][0]))), known[i][1]);
  CHECK(exchange_sqrt(-1.0f) != exchange_sqrt(-1.0f));
  CHECK(exchange_sqrt_portable(-1.0f) != exchange_sqrt_portable(-1.0f));
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < 100000u / SHORTER; i++) {
    const float x = float_of(random_u32(c) % 0x7f800000u);
    const float root = exchange_sqrt_portable(x);
    wrong += !rounded_root(x, root) || g2t_float_bits(root) != g2t_float_bits(exchange_sqrt(x));
  }
  EQUAL(wrong, 0);
}

void test_exchange_root(checks *c) { roots(c); }
