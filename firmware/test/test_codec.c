#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "g2t_bytes.h"
#include "g2t_codec.h"

static void expect_hex(checks *c, uint8_t choice, const float *w, uint32_t n, const char *hex) {
  uint8_t out[256];
  g2t_work work = {0};
  const uint32_t bytes = g2t_encode(choice, 7, w, n, out, &work);
  EQUAL(bytes * 2u, strlen(hex));
  EQUAL(work.bytes_encoded, bytes);
  for (uint32_t i = 0; i < bytes; i++) {
    const char pair[3] = {hex[2u * i], hex[2u * i + 1u], 0};
    EQUAL(out[i], strtoul(pair, 0, 16));
  }
}

/* Algorithms, section C.3. */
static void oracles(checks *c) {
  static const float w[9] = {0.5f, 0.0f, 0.0f, -0.25f, 0.0f, 0.0f, 0.0f, 0.0f, 1.0f};
  uint8_t out[256];
  g2t_work work = {0};
  expect_hex(c, 2, w, 9, "01070000000900000009010000003f000080be0000803f");
  expect_hex(c, 3, w, 9, "020700000009000000030002040000003f000080be0000803f");
  expect_hex(c, G2T_CODEC_SMALLEST, w, 9, "01070000000900000009010000003f000080be0000803f");
  EQUAL(g2t_encode(1, 7, w, 9, out, &work), 45);
  EQUAL(g2t_encode(4, 7, w, 9, out, &work), 29);
}

static uint32_t size_with(uint8_t choice, uint32_t z, uint8_t *mode) {
  float w[23] = {0};
  uint8_t out[256];
  g2t_work work = {0};
  for (uint32_t i = 0; i < z; i++) w[i] = 1.5f;
  const uint32_t bytes = g2t_encode(choice, 1, w, 23, out, &work);
  *mode = out[0];
  return bytes;
}

static void break_evens(checks *c) {
  static const struct {
    uint8_t z, mode, bytes;
  } smallest[5] = {{23, 0, 101}, {20, 1, 92}, {12, 1, 60}, {3, 1, 24}, {1, 2, 15}};
  uint8_t mode = 9;
  for (int i = 0; i < 5; i++) {
    EQUAL(size_with(G2T_CODEC_SMALLEST, smallest[i].z, &mode), smallest[i].bytes);
    EQUAL(mode, smallest[i].mode);
  }
  EQUAL(size_with(2, 23, &mode), 104);
  EQUAL(size_with(3, 23, &mode), 125);
  EQUAL(size_with(4, 23, &mode), 149);
  EQUAL(size_with(3, 3, &mode), 25);
}

static float special(checks *c) {
  static const uint32_t bits[8] = {0x00000000u, 0x80000000u, 0x7fc00001u, 0xffa12345u, 0x00000001u, 0x807fffffu, 0x7f800000u, 0xff800000u};
  const uint32_t choice = random_u32(c) % 12u;
  const uint32_t word = choice < 8u ? bits[choice] : random_u32(c);
  float value;
  memcpy(&value, &word, sizeof value);
  return value;
}

static void one_round_trip(checks *c, uint8_t choice, uint32_t n, uint32_t zero_in) {
  float w[300], back[300];
  uint32_t id = 0, count = 0, taken = 0, wrong = 0;
  g2t_work work = {0};
  const uint32_t limit = g2t_encoded_limit(choice, n);
  uint8_t *out = malloc(limit);
  for (uint32_t i = 0; i < n; i++) w[i] = random_u32(c) % zero_in != 0u ? 0.0f : special(c);
  const uint32_t bytes = g2t_encode(choice, 0xfeedu + n, w, n, out, &work);
  CHECK(bytes <= limit);
  EQUAL(g2t_decode(out, bytes, 300, &id, &count, back, &taken), G2T_OK);
  EQUAL(id, 0xfeedu + n);
  EQUAL(count, n);
  EQUAL(taken, bytes);
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t bits = g2t_float_bits(w[i]);
    const uint32_t expected = bits == 0x80000000u && out[0] != 0u ? 0u : bits;
    wrong += g2t_float_bits(back[i]) != expected;
  }
  EQUAL(wrong, 0);
  for (uint32_t cut = 0; cut < bytes; cut += 1u + bytes / 40u) {
    CHECK(g2t_decode(out, cut, 300, &id, &count, back, &taken) != G2T_OK);
  }
  CHECK(g2t_decode(out, bytes, n - 1u, &id, &count, back, &taken) == G2T_BAD_VALUE);
  free(out);
}

static void round_trips(checks *c) {
  for (uint32_t n = 1; n <= 300u; n++) {
    for (uint8_t choice = 0; choice < G2T_CODEC_COUNT; choice++) one_round_trip(c, choice, n, 1u + n % 9u);
  }
}

/* The longest run: two-byte and three-byte gaps. Half a megabyte of weights. */
static void far_apart(checks *c) {
#ifdef G2T_SMALL_SUITE
  (void)c;
#else
  enum { N = 65535 };
  float *w = calloc(N, sizeof *w), *back = calloc(N, sizeof *back);
  uint8_t out[64];
  uint32_t id, n, taken;
  g2t_work work = {0};
  w[200] = 1.0f;
  w[N - 1] = -1.0f;
  EQUAL(g2t_encode(G2T_CODEC_SMALLEST, 1, w, N, out, &work), 9 + 1 + 2 + 3 + 8);
  EQUAL(g2t_decode(out, 23, N, &id, &n, back, &taken), G2T_OK);
  CHECK(memcmp(w, back, N * sizeof *w) == 0);
  EQUAL(g2t_encode(4, 1, w, N, out, &work), 9 + 2 + 12);
  EQUAL(g2t_decode(out, 23, N, &id, &n, back, &taken), G2T_OK);
  CHECK(memcmp(w, back, N * sizeof *w) == 0);
  free(w);
  free(back);
#endif
}

static void any_bytes(checks *c) {
  float w[64];
  uint32_t id, n, taken, good = 0;
  for (uint32_t round = 0; round < 60000u; round++) {
    const uint32_t length = random_u32(c) % 80u;
    uint8_t *in = malloc(length + 1u);
    for (uint32_t i = 0; i < length; i++) in[i] = (uint8_t)(random_u32(c) % (round % 3u == 0u ? 256u : 6u));
    if (length > 9u) {
      in[0] = (uint8_t)(round % 5u);
      g2t_store_u32(in + 5, random_u32(c) % 66u);
    }
    const g2t_status status = g2t_decode(in, length, 64, &id, &n, w, &taken);
    if (status == G2T_OK) good += taken <= length && n <= 64u;
    else CHECK(status == G2T_TOO_SHORT || status == G2T_BAD_VALUE || status == G2T_BAD_ENCODING);
    free(in);
  }
  CHECK(good > 100u);
}

void test_codec(checks *c) {
  oracles(c);
  break_evens(c);
  round_trips(c);
  far_apart(c);
  any_bytes(c);
}
