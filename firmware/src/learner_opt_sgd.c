#include "g2t_bytes.h"
#include "g2t_learner.h"

/*
 * Behind this record lie weights[3 + 1 + padded] and velocity[3 + 1 + padded]: the bias at [3], so that the features from
 * [4] start a lane and the n + 1 weights still lie in one run.
 */
typedef struct {
  float alpha;
  float momentum;
  uint32_t features;
  uint32_t variant;
} opt_sgd;

enum { BIAS = 3, FIRST = 4 };

static uint32_t block(uint32_t features) { return FIRST + g2t_padded(features); }
static float *weights_of(opt_sgd *s) { return (float *)(void *)(s + 1); }

static int accepts(float first, float second) {
  return g2t_is_finite(first) && first > 0.0f && g2t_is_finite(second) && second >= 0.0f;
}

static uint64_t state_bytes(uint32_t features) { return sizeof(opt_sgd) + (uint64_t)2u * block(features) * sizeof(float); }

static void begin(void *state, const g2t_learner_config *config) {
  opt_sgd *s = state;
  s->alpha = config->first;
  s->momentum = config->second;
  s->features = config->features;
  s->variant = config->variant;
  float *w = weights_of(s);
  for (uint32_t i = 0; i < 2u * block(config->features); i++) w[i] = 0.0f;
}

static int needs_next(uint8_t variant) { return variant == G2T_AS_PUBLISHED; }

/* One step against the error e (+1 or -1) along the padded row x. */
static void step(float *w, float *u, const float *x, uint32_t n, float a, float m, float e) {
  u[BIAS] = m * u[BIAS] - a * e;
  w[BIAS] += u[BIAS];
  g2t_momentum_step(w + FIRST, u + FIRST, x, n, a, m, e);
}

/* The sum of the published code: the row against the weights one place off, in index order. */
static float published_sum(const float *w, const float *x, uint32_t features, float beyond) {
  float z = 0.0f;
  for (uint32_t j = 0; j < features; j++) z += x[j] * w[BIAS + j];
  return z + beyond * w[BIAS + features];
}

static float beyond_row(const g2t_rows *rows, uint32_t row, uint32_t stride) {
  return row + 1u < rows->count ? rows->x[(row + 1u) * stride] : rows->beyond;
}

static void count(g2t_work *work, const opt_sgd *s, uint32_t steps, uint32_t updates) {
  const int published = s->variant == G2T_AS_PUBLISHED;
  const uint64_t norms = s->variant == G2T_NORMALISED ? updates : 0u;
  work->multiply_adds += (uint64_t)steps * (s->features + (published ? 1u : 0u)) + norms * s->features;
  work->updated_weights += (uint64_t)updates * (s->features + 1u);
  work->updates += updates;
  work->rows += steps;
  work->exps += published ? steps : 0u;
}

/* The published loop, apart: it is slow, and would slow the other. */
static uint32_t fit_published(opt_sgd *s, const g2t_rows *rows, const uint16_t *order, uint32_t from, uint32_t steps) {
  const uint32_t n = g2t_padded(s->features);
  float *w = weights_of(s);
  uint32_t updates = 0;
  for (uint32_t k = 0; k < steps; k++) {
    const uint32_t row = order != 0 ? order[k] : from + k;
    const float *x = rows->x + row * n;
    const int error = (published_sum(w, x, s->features, beyond_row(rows, row, n)) > 0.0f) - rows->label[row];
    if (error == 0) continue;
    step(w, w + block(s->features), x, n, s->alpha, s->momentum, (float)error);
    updates++;
  }
  return updates;
}

static uint32_t fit_lanes(opt_sgd *s, const g2t_rows *rows, const uint16_t *order, uint32_t from, uint32_t steps) {
  const uint32_t n = g2t_padded(s->features);
  const int normalised = s->variant == G2T_NORMALISED;
  const float alpha = s->alpha, m = s->momentum;
  const float *all = rows->x;
  const uint8_t *label = rows->label;
  float *w = weights_of(s);
  float *u = w + block(s->features);
  uint32_t updates = 0;
  for (uint32_t k = 0; k < steps; k++) {
    const uint32_t row = order != 0 ? order[k] : from + k;
    const float *x = all + row * n;
    const int error = (g2t_dot(x, w + FIRST, n) + w[BIAS] > 0.0f) - label[row];
    if (error == 0) continue;
    step(w, u, x, n, normalised ? alpha / (1.0f + alpha * g2t_dot(x, x, n)) : alpha, m, (float)error);
    updates++;
  }
  return updates;
}

static void fit(void *state, const g2t_rows *rows, const uint16_t *order, uint32_t from, uint32_t steps, g2t_work *work) {
  opt_sgd *s = state;
  const uint32_t updates = s->variant == G2T_AS_PUBLISHED ? fit_published(s, rows, order, from, steps)
                                                          : fit_lanes(s, rows, order, from, steps);
  count(work, s, steps, updates);
}

static const float *weights(const void *state) { return (const float *)(const void *)((const opt_sgd *)state + 1) + BIAS; }

const g2t_learner g2t_learner_opt_sgd = {3, 1, 0, accepts, state_bytes, begin, needs_next, fit, 0, weights};
