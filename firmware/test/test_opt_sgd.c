#include <string.h>

#include "check.h"
#include "g2t_bytes.h"
#include "g2t_learner.h"

/* Algorithms, section A1: rows (1,2,-1), (.5,-1,3), (-2,1,.5), labels 1, 0, 1. With three features a row fills one lane each, so
 * the oracle's index order and ours give the same bits. */
static const float x[3][4] = {{1.0f, 2.0f, -1.0f, 0.0f}, {0.5f, -1.0f, 3.0f, 0.0f}, {-2.0f, 1.0f, 0.5f, 0.0f}};
static const uint8_t y[3] = {1, 0, 1};

typedef union {
  uint8_t bytes[2048];
  float aligned[512];
  uint64_t wide[256];
} state_room;

static void train(uint8_t variant, float alpha, float momentum, uint32_t passes, state_room *room, g2t_work *work) {
  const g2t_learner_config config = {alpha, momentum, 3, variant};
  const g2t_rows rows = {&x[0][0], y, 3, 0.0f};
  g2t_learner_opt_sgd.begin(room, &config);
  for (uint32_t p = 0; p < passes; p++) g2t_learner_opt_sgd.fit(room, &rows, 0, 0, 3, work);
}

static void expect(checks *c, const state_room *room, const uint32_t bits[4]) {
  const float *w = g2t_learner_opt_sgd.weights(room);
  for (uint32_t i = 0; i < 4u; i++) EQUAL(g2t_float_bits(w[i]), bits[i]);
}

static void oracles(checks *c) {
  static const uint32_t correct[4] = {0x3dcccccdu, 0x3dcccccdu, 0x3e4ccccdu, 0xbdcccccdu};
  static const uint32_t published[4] = {0x3d800000u, 0x3e4ccccdu, 0x3f733334u, 0xbf94cccdu};
  static const uint32_t normalised[4] = {0x3d800000u, 0x3d800000u, 0x3e000000u, 0xbd800000u};
  state_room room;
  g2t_work work = {0};
  CHECK(g2t_learner_opt_sgd.state_bytes(3) <= sizeof room);
  train(G2T_CORRECT, 0.1f, 0.5f, 2, &room, &work);
  expect(c, &room, correct);
  EQUAL(work.updates, 1);
  EQUAL(work.rows, 6);
  EQUAL(work.multiply_adds, 18);
  EQUAL(work.updated_weights, 4);
  EQUAL(work.exps, 0);
  memset(&work, 0, sizeof work);
  train(G2T_AS_PUBLISHED, 0.1f, 0.5f, 2, &room, &work);
  expect(c, &room, published);
  EQUAL(work.updates, 4);
  EQUAL(work.exps, 6);
  EQUAL(work.multiply_adds, 24);
  memset(&work, 0, sizeof work);
  train(G2T_NORMALISED, 0.1f, 0.0f, 1, &room, &work);
  expect(c, &room, normalised);
  EQUAL(work.multiply_adds, 12);
}

/* From zero, without normalisation, predictions do not depend on alpha: the same errors, weights in proportion. */
static void alpha_scales(checks *c) {
  state_room one, quarter;
  g2t_work first = {0}, second = {0};
  train(G2T_CORRECT, 1.0f, 0.5f, 5, &one, &first);
  train(G2T_CORRECT, 0.25f, 0.5f, 5, &quarter, &second);
  EQUAL(first.updates, second.updates);
  for (uint32_t i = 0; i < 4u; i++) {
    const float a = g2t_learner_opt_sgd.weights(&one)[i];
    EQUAL(g2t_float_bits(a * 0.25f), g2t_float_bits(g2t_learner_opt_sgd.weights(&quarter)[i]));
  }
}

static float random_float(checks *c) { return (float)(int32_t)random_u32(c) / 2147483648.0f; }

/* Reference: four lanes by the book, no padding. */
static float lanes(const float *a, const float *b, uint32_t n) {
  float s[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  for (uint32_t j = 0; j < n; j++) s[j % 4u] += a[j] * b[j];
  return (s[0] + s[1]) + (s[2] + s[3]);
}

static void reference_fit(float *w, float *u, const float *row, uint8_t label, uint32_t n, float a, float m) {
  const float z = lanes(row, w + 1, n) + w[0];
  const float e = (float)((z > 0.0f) - label);
  if (e == 0.0f) return;
  u[0] = m * u[0] - a * e;
  w[0] += u[0];
  for (uint32_t j = 0; j < n; j++) {
    u[j + 1u] = m * u[j + 1u] - (a * row[j]) * e;
    w[j + 1u] += u[j + 1u];
  }
}

/* Every number of features from 1 to 40 against the plain reference, in an order, bit for bit. */
static void against_reference(checks *c) {
  enum { ROWS = 12 };
  for (uint16_t n = 1; n <= 40u; n++) {
    const uint32_t stride = g2t_padded(n);
    float data[ROWS * 40] = {0}, w[41] = {0}, u[41] = {0};
    uint8_t labels[ROWS];
    uint16_t order[ROWS];
    state_room room;
    g2t_work work = {0};
    const g2t_learner_config config = {0.3f, 0.7f, n, G2T_CORRECT};
    const g2t_rows rows = {data, labels, ROWS, 0.0f};
    for (uint32_t r = 0; r < ROWS; r++) {
      for (uint32_t j = 0; j < n; j++) data[r * stride + j] = random_float(c);
      labels[r] = random_u32(c) & 1u;
      order[r] = (uint16_t)(random_u32(c) % ROWS);
    }
    g2t_learner_opt_sgd.begin(&room, &config);
    for (uint32_t p = 0; p < 3u; p++) {
      g2t_learner_opt_sgd.fit(&room, &rows, order, 0, ROWS, &work);
      for (uint32_t k = 0; k < ROWS; k++) reference_fit(w, u, data + order[k] * stride, labels[order[k]], n, 0.3f, 0.7f);
    }
    CHECK(memcmp(g2t_learner_opt_sgd.weights(&room), w, (n + 1u) * sizeof(float)) == 0);
  }
}

/* The sum itself, bit for bit: four lanes joined as (s0 + s1) + (s2 + s3), whatever the compiler made of it. */
static void dot(checks *c) {
  uint32_t wrong = 0, index_order = 0;
  for (uint32_t round = 0; round < 4000u; round++) {
    const uint32_t n = 1u + round % 40u;
    float a[40] = {0}, b[40] = {0}, plain = 0.0f;
    for (uint32_t j = 0; j < n; j++) {
      a[j] = random_float(c);
      b[j] = random_float(c);
      plain += a[j] * b[j];
    }
    const uint32_t got = g2t_float_bits(g2t_dot(a, b, g2t_padded(n)));
    wrong += got != g2t_float_bits(lanes(a, b, n));
    index_order += got != g2t_float_bits(plain);
  }
  EQUAL(wrong, 0);
  CHECK(index_order > 1000u); /* else this test would see no difference */
}

void test_opt_sgd(checks *c) {
  dot(c);
  oracles(c);
  alpha_scales(c);
  against_reference(c);
  CHECK(g2t_learner_of(G2T_OPT_SGD) == &g2t_learner_opt_sgd);
  CHECK(g2t_learner_of(6) == 0);
  CHECK(g2t_learner_of(200) == 0);
}
