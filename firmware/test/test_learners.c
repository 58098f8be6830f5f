#include <math.h>
#include <string.h>

#include "check.h"
#include "g2t_bytes.h"
#include "g2t_math.h"
#include "g2t_svm.h"

/* The oracles of algorithms, sections A3 to A7, and each learner against a plain rendition of its equations, bit for bit. */

typedef union {
  uint8_t bytes[8192];
  float aligned[2048];
  uint64_t wide[1024];
} state_room;

typedef struct {
  const g2t_learner *learner;
  float first;
  float second;
} setting;

static void train(const setting *s, const g2t_rows *rows, uint16_t n, state_room *room, g2t_work *work) {
  const g2t_learner_config config = {s->first, s->second, n, 0};
  memset(work, 0, sizeof *work);
  memset(room, 0xa5, sizeof *room);
  s->learner->begin(room, &config);
  s->learner->fit(room, rows, 0, 0, rows->count, work);
  if (s->learner->finish != 0) s->learner->finish(room, work);
}

static void expect(checks *c, const g2t_learner *learner, const state_room *room, const uint32_t *bits, uint32_t count) {
  const float *w = learner->weights(room);
  for (uint32_t i = 0; i < count; i++) EQUAL(g2t_float_bits(w[i]), bits[i]);
}

/* As sim/device/host-types.ts defines FLOP for these learners. */
static uint64_t flop(const g2t_work *w) {
  return 2u * w->multiply_adds + w->operations + w->divisions + (uint64_t)G2T_FUNCTION_FLOP * w->functions;
}

/* The rows of A1: with three features a row fills one lane each, so index order and lanes give the same bits. */
static const float a1[3][4] = {{1.0f, 2.0f, -1.0f, 0.0f}, {0.5f, -1.0f, 3.0f, 0.0f}, {-2.0f, 1.0f, 0.5f, 0.0f}};
static const uint8_t a1_label[3] = {1, 0, 1};

static void svm_oracle(checks *c) {
  static const float x[3][4] = {{1.0f, 2.0f}, {-1.0f, 0.5f}, {3.0f, -1.0f}};
  static const uint8_t y[3] = {1, 0, 0};
  const g2t_rows rows = {&x[0][0], y, 3, 0.0f};
  const g2t_batch all = {&rows, 0, 0, 3, 2};
  float w[4] = {0.5f, -0.25f, 0.0f, 0.0f}, g[4];
  g2t_work work = {0};
  EQUAL(g2t_float_bits(g2t_svm_loss(w, &all, 0.1f, &work)), 0x3fbbaaabu);
  memset(&work, 0, sizeof work);
  g2t_svm_gradient(w, &all, 0.1f, g, &work);
  EQUAL(g2t_float_bits(g[0]), 0x4015dddeu);
  EQUAL(g2t_float_bits(g[1]), 0xbfc5dddeu);
  /* Three rows with a loss: 2n each for z, 3 scalars, 2n for the sum; then 3n. */
  EQUAL(flop(&work), 3 * (4 + 3 + 4) + 6);
  g2t_svm_step(w, g, 2, 0.01f, &work);
  EQUAL(g2t_float_bits(w[0]), 0x3ef402bbu);
  EQUAL(g2t_float_bits(w[1]), 0xbe702bb1u);
}

/* A row at a time is the gradient of a batch of one and its step; an order is the same as rows so ordered. */
static void svm_batches(checks *c) {
  static const setting svm = {&g2t_learner_svm, 0.01f, 0.1f};
  static const uint16_t order[6] = {2, 0, 1, 1, 0, 2};
  const g2t_rows rows = {&a1[0][0], a1_label, 3, 0.0f};
  const g2t_learner_config config = {svm.first, svm.second, 3, 0};
  state_room room;
  float w[4] = {0.0f, 0.0f, 0.0f, 0.0f}, g[4];
  g2t_work work = {0}, stepped = {0};
  g2t_learner_svm.begin(&room, &config);
  for (uint32_t pass = 0; pass < 40u; pass++) {
    g2t_learner_svm.fit(&room, &rows, order, 0, 6, &work);
    for (uint32_t k = 0; k < 6u; k++) {
      const g2t_batch one = {&rows, order + k, 0, 1, 3};
      g2t_svm_gradient(w, &one, svm.second, g, &stepped);
      g2t_svm_step(w, g, 3, svm.first, &stepped);
    }
  }
  CHECK(memcmp(g2t_learner_svm.weights(&room), w, 3 * sizeof *w) == 0);
  EQUAL(work.rows, 240);
  EQUAL(work.rewritten, 3 * 240);
  EQUAL(work.multiply_adds, 3 * 240);
  EQUAL(work.updates, 0);
}

static void logistic_oracle(checks *c) {
  static const setting logistic = {&g2t_learner_logistic, 0.1f, 0.0f};
  static const uint32_t bits[4] = {0x3d5e7374u, 0xbd94e870u, 0x3e48468au, 0xbe25d276u};
  static const double published[4] = {0.0543093, -0.0727090, 0.1955816, -0.1619357};
  const g2t_rows rows = {&a1[0][0], a1_label, 3, 0.0f};
  state_room room;
  g2t_work work;
  train(&logistic, &rows, 3, &room, &work);
  expect(c, &g2t_learner_logistic, &room, bits, 4);
  for (uint32_t i = 0; i < 4u; i++) CLOSE((double)g2t_learner_logistic.weights(&room)[i], published[i], 1e-6);
  EQUAL(work.functions, 3);
  EQUAL(flop(&work), 3 * (4 * 3 + 5 + G2T_FUNCTION_FLOP));
}

/*
 * The oracle's w (40228a29 bf228a29) comes from another solver; float32 elimination ends some units in the last place away, whatever its form.
 * These bits are L D L^T in float32 as computed by hand in numpy; the bias agrees to the bit.
 */
static void lda_oracle(checks *c) {
  static const setting lda = {&g2t_learner_lda, 0.1f, 0.0f};
  static const float x[4][4] = {{0.0f, 0.0f}, {2.0f, 1.0f}, {4.0f, 2.0f}, {6.0f, 5.0f}};
  static const uint8_t y[4] = {0, 0, 1, 1};
  static const uint32_t bits[3] = {0xc0cb2cb4u, 0x40228a2bu, 0xbf228a2fu};
  const g2t_rows rows = {&x[0][0], y, 4, 0.0f};
  state_room room;
  g2t_work work;
  train(&lda, &rows, 2, &room, &work);
  expect(c, &g2t_learner_lda, &room, bits, 3);
  CLOSE((double)g2t_learner_lda.weights(&room)[1], 2.53968263, 1e-6);
  CLOSE((double)g2t_learner_lda.weights(&room)[2], -0.634920657, 1e-6);
  EQUAL(work.rows, 4);
  const g2t_rows first = {&x[0][0], y, 2, 0.0f};
  train(&lda, &first, 2, &room, &work);
  CHECK(g2t_learner_lda.weights(&room)[0] == -1.0f && g2t_learner_lda.weights(&room)[1] == 0.0f);
  EQUAL(flop(&work), 2 * (2 * 3 + 4 * 2 + 1));
}

static void sefr_oracle(checks *c) {
  static const setting sefr = {&g2t_learner_sefr, 0.0f, 0.0f};
  static const float x[4][4] = {{1.0f, 2.0f}, {2.0f, 1.0f}, {3.0f, 4.0f}, {5.0f, 4.0f}};
  static const uint8_t y[4] = {0, 0, 1, 1};
  static const uint32_t bits[3] = {0xc0200000u, 0x3ee8ba2fu, 0x3ee8ba2fu};
  const g2t_rows rows = {&x[0][0], y, 4, 0.0f};
  state_room room;
  g2t_work work;
  train(&sefr, &rows, 2, &room, &work);
  expect(c, &g2t_learner_sefr, &room, bits, 3);
  const float *w = g2t_learner_sefr.weights(&room);
  EQUAL(g2t_float_bits(3.0f * w[1] + 3.0f * w[2]), 0x402e8ba3u); /* score(3, 3) = 2.72727275 */
  EQUAL(flop(&work), 4 * 2 + 10 * 2 + 6);
  const g2t_rows last = {&x[2][0], y + 2, 2, 0.0f};
  train(&sefr, &last, 2, &room, &work);
  CHECK(g2t_learner_sefr.weights(&room)[0] == 1.0f && g2t_learner_sefr.weights(&room)[2] == 0.0f);
}

static void train_pp_oracle(checks *c) {
  static const setting train_pp = {&g2t_learner_train_pp, 1.0f, 0.0f};
  static const uint32_t bits[3] = {0xbe6b9744u, 0x3f0567ebu, 0xbe16d927u};
  const g2t_rows rows = {&a1[0][0], a1_label, 3, 0.0f};
  state_room room;
  g2t_work work;
  train(&train_pp, &rows, 3, &room, &work);
  expect(c, &g2t_learner_train_pp, &room, bits, 3);
  EQUAL(flop(&work), 3 * (6 * 3 + 5));
}

static float random_float(checks *c) { return (float)(int32_t)random_u32(c) / 2147483648.0f; }

/* Four lanes by the book, no padding. */
static float lanes(const float *a, const float *b, uint32_t n) {
  float s[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  for (uint32_t j = 0; j < n; j++) s[j % 4u] += a[j] * b[j];
  return (s[0] + s[1]) + (s[2] + s[3]);
}

enum { MOST = 40, ROWS = 30 };

typedef struct {
  float x[ROWS][MOST]; /* of n features */
  uint8_t label[ROWS];
  float w[1 + MOST]; /* bias first */
} plain;

static void plain_svm(plain *p, uint32_t n, float eta, float lambda) {
  for (uint32_t r = 0; r < ROWS; r++) {
    const float y = p->label[r] != 0u ? 1.0f : -1.0f;
    const float slack = 1.0f - y * lanes(p->x[r], p->w + 1, n);
    for (uint32_t j = 0; j < n; j++) {
      const float g = lambda * p->w[j + 1u] - (slack > 0.0f ? (y * slack) * p->x[r][j] : 0.0f);
      p->w[j + 1u] -= eta * g;
    }
  }
}

static void plain_logistic(plain *p, uint32_t n, float eta, float unused) {
  (void)unused;
  for (uint32_t r = 0; r < ROWS; r++) {
    const float z = lanes(p->x[r], p->w + 1, n) + p->w[0];
    const float g = eta * (1.0f / (1.0f + g2t_exp(-z)) - (float)p->label[r]);
    p->w[0] -= g;
    for (uint32_t j = 0; j < n; j++) p->w[j + 1u] -= g * p->x[r][j];
  }
}

static void plain_train_pp(plain *p, uint32_t n, float aggression, float unused) {
  (void)unused;
  for (uint32_t r = 0; r < ROWS; r++) {
    const float y = p->label[r] != 0u ? 1.0f : -1.0f;
    const float loss = 1.0f - y * lanes(p->x[r], p->w + 1, n);
    if (loss <= 0.0f) continue;
    const float tau = y * (loss / (lanes(p->x[r], p->x[r], n) + 1.0f / (2.0f * aggression)));
    for (uint32_t j = 0; j < n; j++) p->w[j + 1u] += tau * p->x[r][j];
  }
}

static void plain_sefr(plain *p, uint32_t n, float unused, float unused_too) {
  float mean[2][MOST] = {{0.0f}}, count[2] = {0.0f, 0.0f};
  (void)unused;
  (void)unused_too;
  for (uint32_t r = 0; r < ROWS; r++) {
    count[p->label[r]] += 1.0f;
    for (uint32_t j = 0; j < n; j++) mean[p->label[r]][j] += p->x[r][j];
  }
  for (uint32_t j = 0; j < n; j++) {
    mean[0][j] /= count[0];
    mean[1][j] /= count[1];
    const float sum = mean[1][j] + mean[0][j];
    p->w[j + 1u] = sum > 0.0f ? (mean[1][j] - mean[0][j]) / (sum + 1e-7f) : 0.0f;
  }
  const float low = lanes(p->w + 1, mean[0], n), high = lanes(p->w + 1, mean[1], n);
  p->w[0] = -((count[0] * high + count[1] * low) / (count[0] + count[1]));
}

static void fill(checks *c, plain *p, float *padded, uint32_t n) {
  for (uint32_t r = 0; r < ROWS; r++) {
    p->label[r] = r < 2u ? (uint8_t)r : (uint8_t)(random_u32(c) & 1u);
    for (uint32_t j = 0; j < n; j++) p->x[r][j] = random_float(c) + (p->label[r] != 0u ? 0.4f : 0.0f);
    for (uint32_t j = 0; j < n; j++) padded[r * g2t_padded(n) + j] = p->x[r][j];
  }
}

/* Every number of features from 1 to 40, bit for bit; rows handed over in two parts. */
static void against_plain(checks *c, const setting *s, void (*reference)(plain *, uint32_t, float, float)) {
  for (uint16_t n = 1; n <= MOST; n++) {
    plain p = {{{0.0f}}, {0}, {0.0f}};
    float data[ROWS * MOST] = {0.0f};
    state_room room;
    g2t_work work = {0};
    fill(c, &p, data, n);
    const g2t_rows rows = {data, p.label, ROWS, 0.0f};
    const g2t_learner_config config = {s->first, s->second, n, 0};
    CHECK(s->learner->state_bytes(n) <= sizeof room);
    memset(&room, 0xa5, sizeof room);
    s->learner->begin(&room, &config);
    s->learner->fit(&room, &rows, 0, 0, 11, &work);
    s->learner->fit(&room, &rows, 0, 11, ROWS - 11, &work);
    if (s->learner->finish != 0) s->learner->finish(&room, &work);
    reference(&p, n, s->first, s->second);
    const uint32_t skip = 1u - s->learner->bias;
    CHECK(memcmp(s->learner->weights(&room), p.w + skip, g2t_weight_count(s->learner, n) * sizeof(float)) == 0);
    EQUAL(work.rows, ROWS);
  }
}

/* LDA in double precision by Gauss-Jordan elimination; ROWS - 2 is 28. */
static void exact_lda(const plain *p, uint32_t n, double lambda, double w[1 + MOST]) {
  static double s[MOST][MOST + 1];
  double mean[2][MOST] = {{0.0}}, count[2] = {0.0, 0.0}, trace = 0.0;
  memset(s, 0, sizeof s);
  for (uint32_t r = 0; r < ROWS; r++) count[p->label[r]] += 1.0;
  for (uint32_t r = 0; r < ROWS; r++) {
    for (uint32_t j = 0; j < n; j++) mean[p->label[r]][j] += (double)p->x[r][j] / count[p->label[r]];
  }
  for (uint32_t r = 0; r < ROWS; r++) {
    const double *m = mean[p->label[r]];
    for (uint32_t i = 0; i < n; i++) {
      for (uint32_t j = 0; j < n; j++) s[i][j] += ((double)p->x[r][i] - m[i]) * ((double)p->x[r][j] - m[j]) / 28.0;
    }
  }
  for (uint32_t i = 0; i < n; i++) trace += s[i][i];
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t j = 0; j < n; j++) s[i][j] = (1.0 - lambda) * s[i][j] + (i == j ? lambda * trace / n : 0.0);
    s[i][n] = mean[1][i] - mean[0][i];
  }
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t k = 0; k < n; k++) {
      if (k == i) continue;
      const double by = s[k][i] / s[i][i];
      for (uint32_t j = i; j <= n; j++) s[k][j] -= by * s[i][j];
    }
  }
  w[0] = log(count[1] / count[0]);
  for (uint32_t i = 0; i < n; i++) {
    w[i + 1u] = s[i][n] / s[i][i];
    w[0] -= 0.5 * (mean[0][i] + mean[1][i]) * w[i + 1u];
  }
}

static void lda_against_exact(checks *c) {
  static const setting lda = {&g2t_learner_lda, 0.1f, 0.0f};
  for (uint16_t n = 1; n <= MOST; n++) {
    plain p = {{{0.0f}}, {0}, {0.0f}};
    float data[ROWS * MOST] = {0.0f};
    double exact[1 + MOST], size = 0.0;
    state_room room;
    g2t_work work;
    fill(c, &p, data, n);
    const g2t_rows rows = {data, p.label, ROWS, 0.0f};
    CHECK(g2t_learner_lda.state_bytes(n) <= sizeof room);
    train(&lda, &rows, n, &room, &work);
    exact_lda(&p, n, (double)lda.first, exact);
    for (uint32_t i = 0; i <= n; i++) size = fmax(size, fabs(exact[i]));
    for (uint32_t i = 0; i <= n; i++) CLOSE((double)g2t_learner_lda.weights(&room)[i], exact[i], 3e-6 * size);
  }
}

/* A constant feature is harmless; rows without any spread give the nearest mean. */
static void lda_degenerate(checks *c) {
  static const setting lda = {&g2t_learner_lda, 0.1f, 0.0f};
  static const float constant[4][4] = {{0.0f, 7.0f}, {2.0f, 7.0f}, {4.0f, 7.0f}, {6.0f, 7.0f}};
  static const float still[2][4] = {{1.0f, 0.0f}, {3.0f, 0.0f}};
  static const uint8_t y[4] = {0, 0, 1, 1}, one_each[2] = {0, 1};
  const g2t_rows some = {&constant[0][0], y, 4, 0.0f}, none = {&still[0][0], one_each, 2, 0.0f};
  state_room room;
  g2t_work work;
  train(&lda, &some, 2, &room, &work);
  EQUAL(g2t_float_bits(g2t_learner_lda.weights(&room)[2]), 0);
  CHECK(g2t_learner_lda.weights(&room)[1] > 0.0f);
  train(&lda, &none, 2, &room, &work);
  CHECK(g2t_learner_lda.weights(&room)[0] == -4.0f && g2t_learner_lda.weights(&room)[1] == 2.0f);
}

static void parameters(checks *c) {
  const float nan_ = g2t_log(-1.0f), inf = g2t_exp(100.0f);
  CHECK(g2t_learner_svm.accepts(0.01f, 0.0f) && !g2t_learner_svm.accepts(0.0f, 0.1f));
  CHECK(!g2t_learner_svm.accepts(0.01f, -0.1f) && !g2t_learner_svm.accepts(0.01f, nan_) && !g2t_learner_svm.accepts(inf, 0.0f));
  CHECK(g2t_learner_logistic.accepts(0.1f, 0.0f) && !g2t_learner_logistic.accepts(-0.1f, 0.0f));
  CHECK(g2t_learner_lda.accepts(1.0f, 0.0f) && !g2t_learner_lda.accepts(0.0f, 0.0f) && !g2t_learner_lda.accepts(1.1f, 0.0f));
  CHECK(!g2t_learner_lda.accepts(nan_, 0.0f) && g2t_learner_sefr.accepts(nan_, inf));
  CHECK(g2t_learner_train_pp.accepts(0.01f, 0.0f) && !g2t_learner_train_pp.accepts(inf, 0.0f));
}

static void sizes(checks *c) {
  EQUAL(g2t_learner_lda.state_bytes(22), 16 + 4 * (4 + 4 * 24 + 253));
  EQUAL(g2t_learner_lda.state_bytes(784), 16 + 4 * (4 + 4 * 784 + 307720));
  CHECK(g2t_learner_lda.state_bytes(G2T_MAX_FEATURES) > UINT32_MAX);
  EQUAL(g2t_learner_svm.state_bytes(22), 16 + 96);
  EQUAL(g2t_learner_train_pp.state_bytes(22), 16 + 96);
  EQUAL(g2t_learner_logistic.state_bytes(22), 16 + 112);
  EQUAL(g2t_learner_sefr.state_bytes(22), 16 + 112 + 192);
}

void test_learners(checks *c) {
  static const setting svm = {&g2t_learner_svm, 0.05f, 0.1f}, logistic = {&g2t_learner_logistic, 0.1f, 0.0f};
  static const setting sefr = {&g2t_learner_sefr, 0.0f, 0.0f}, train_pp = {&g2t_learner_train_pp, 0.5f, 0.0f};
  svm_oracle(c);
  svm_batches(c);
  logistic_oracle(c);
  lda_oracle(c);
  sefr_oracle(c);
  train_pp_oracle(c);
  against_plain(c, &svm, plain_svm);
  against_plain(c, &logistic, plain_logistic);
  against_plain(c, &sefr, plain_sefr);
  against_plain(c, &train_pp, plain_train_pp);
  lda_against_exact(c);
  lda_degenerate(c);
  parameters(c);
  sizes(c);
}
