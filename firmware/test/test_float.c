#include <string.h>

#include "check.h"
#include "g2t_bytes.h"
#include "g2t_crc32.h"

/*
 * The firmware's bits rest on float32 arithmetic as IEEE 754 has it: to nearest, ties to even, with subnormals. In hardware or in libgcc, sums,
 * differences, products and quotients are held here against cases by hand, and over random patterns against one checksum for every target.
 */

enum { PAIRS = 40000 };

static float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Not-a-numbers are one: their payloads are the hardware's affair. */
static uint32_t bits_of(float value) { return value != value ? 0x7fc00000u : g2t_float_bits(value); }

/* Volatile: computed here, not by the compiler. */
static uint32_t compute(char operation, uint32_t a_bits, uint32_t b_bits) {
  volatile float a = from_bits(a_bits), b = from_bits(b_bits);
  switch (operation) {
    case '+': return bits_of(a + b);
    case '-': return bits_of(a - b);
    case '*': return bits_of(a * b);
    default: return bits_of(a / b);
  }
}

static void by_hand(checks *c) {
  static const struct {
    char operation;
    uint32_t a, b, result;
  } cases[] = {
      {'+', 0x3f800000u, 0x33800000u, 0x3f800000u}, /* 1 + 2^-24: a tie, down to even */
      {'+', 0x3f800001u, 0x33800000u, 0x3f800002u}, /* a tie, up to even */
      {'+', 0x3f800000u, 0x33800001u, 0x3f800001u}, /* just above a tie */
      {'-', 0x3f800000u, 0x3f800000u, 0x00000000u}, /* +0 */
      {'-', 0x00800000u, 0x00000001u, 0x007fffffu}, /* from the least normal to the largest subnormal */
      {'+', 0x007fffffu, 0x00000001u, 0x00800000u}, /* and back */
      {'*', 0x00800000u, 0x3f000000u, 0x00400000u}, /* 2^-126 / 2: a subnormal, exact */
      {'*', 0x00000001u, 0x3f000000u, 0x00000000u}, /* half of the least: a tie, down to even */
      {'*', 0x00000003u, 0x3f000000u, 0x00000002u}, /* one and a half of it: a tie, up to even */
      {'*', 0x00000001u, 0x3f400000u, 0x00000001u}, /* three quarters of it */
      {'/', 0x00000001u, 0x40000000u, 0x00000000u},
      {'/', 0x00000003u, 0x40000000u, 0x00000002u},
      {'/', 0x3f800000u, 0x40400000u, 0x3eaaaaabu}, /* a third */
      {'/', 0x3f800000u, 0x7f000000u, 0x00400000u}, /* 2^-127 */
      {'+', 0x7f7fffffu, 0x73000000u, 0x7f800000u}, /* the largest and half a unit: infinity */
      {'+', 0x7f7fffffu, 0x72ffffffu, 0x7f7fffffu}, /* a little less */
      {'*', 0x80000000u, 0x3f800000u, 0x80000000u}, /* -0 */
      {'/', 0x3f800000u, 0x80000000u, 0xff800000u},
      {'-', 0x7f800000u, 0x7f800000u, 0x7fc00000u},
  };
  for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++)
    EQUAL(compute(cases[i].operation, cases[i].a, cases[i].b), cases[i].result);
}

/* Any pattern; in every second pair exponents are alike, and in every fourth they are small, so that results are subnormal. */
static void over_random_pairs(checks *c) {
  uint32_t sum = 0, subnormal = 0;
  uint32_t state = 1;
  for (uint32_t i = 0; i < PAIRS; i++) {
    uint32_t operand[2];
    for (uint32_t k = 0; k < 2u; k++) {
      state = state * 1664525u + 1013904223u;
      operand[k] = state ^ (state >> 16);
    }
    if (i % 2u == 0u) operand[1] = (operand[1] & 0x807fffffu) | (operand[0] & 0x7f800000u);
    if (i % 4u == 0u) operand[0] &= 0x81ffffffu, operand[1] &= 0x81ffffffu;
    if (i % 4u == 3u) operand[0] = (operand[0] & 0x807fffffu) | 0x20000000u, operand[1] = (operand[1] & 0x80ffffffu) | 0x1f000000u;
    for (uint32_t k = 0; k < 4u; k++) {
      const uint32_t bits = compute("+-*/"[k], operand[0], operand[1]);
      uint8_t bytes[4];
      g2t_store_u32(bytes, bits);
      sum = g2t_crc32(sum, bytes, sizeof bytes);
      subnormal += (bits & 0x7f800000u) == 0u && (bits & 0x7fffffffu) != 0u;
    }
  }
  CHECK(subnormal > PAIRS / 10u);
  EQUAL(sum, 0xac503e3du);
}

void test_float(checks *c) {
  by_hand(c);
  over_random_pairs(c);
}
