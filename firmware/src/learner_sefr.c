#include "g2t_learner.h"

/* Behind this record lie the sums of class j and of class i, [padded] each, then weights[3 + 1 + padded], bias at [3]. */
typedef struct {
  uint32_t features;
  uint32_t count[2];
  uint32_t unused;
} sefr;

enum { BIAS = 3, FIRST = 4 };

static float *sums_of(sefr *s, uint32_t class_) { return (float *)(void *)(s + 1) + class_ * g2t_padded(s->features); }
static float *weights_of(sefr *s) { return sums_of(s, 2); }

static int accepts(float first, float second) {
  (void)first;
  (void)second;
  return 1;
}

static uint64_t state_bytes(uint32_t features) {
  return sizeof(sefr) + (FIRST + 3u * (uint64_t)g2t_padded(features)) * sizeof(float);
}

static void begin(void *state, const g2t_learner_config *config) {
  sefr *s = state;
  s->features = config->features;
  s->count[0] = 0;
  s->count[1] = 0;
  float *all = (float *)(void *)(s + 1);
  for (uint32_t j = 0; j < FIRST + 3u * g2t_padded(config->features); j++) all[j] = 0.0f;
}

static void fit(void *state, const g2t_rows *rows, const uint16_t *order, uint32_t from, uint32_t steps, g2t_work *work) {
  sefr *s = state;
  const uint32_t n = g2t_padded(s->features);
  for (uint32_t k = 0; k < steps; k++) {
    const uint32_t row = order != 0 ? order[k] : from + k;
    const uint32_t class_ = rows->label[row];
    s->count[class_]++;
    float *restrict sum = sums_of(s, class_);
    const float *restrict x = rows->x + row * n;
    for (uint32_t j = 0; j < n; j++) sum[j] += x[j];
  }
  work->rows += steps;
  work->rewritten += (uint64_t)steps * s->features;
  work->operations += (uint64_t)steps * s->features;
}

/* Turns sums into means. */
static void average(float *sum, uint32_t n, uint32_t count) {
  const float rows = (float)count;
  for (uint32_t j = 0; j < n; j++) sum[j] /= rows;
}

static void finish(void *state, g2t_work *work) {
  sefr *s = state;
  const uint32_t n = g2t_padded(s->features);
  float *w = weights_of(s);
  float *low = sums_of(s, 0), *high = sums_of(s, 1);
  if (s->count[0] == 0u || s->count[1] == 0u) {
    w[BIAS] = s->count[1] > 0u ? 1.0f : -1.0f;
    return;
  }
  average(low, n, s->count[0]);
  average(high, n, s->count[1]);
  for (uint32_t j = 0; j < n; j++) {
    const float sum = high[j] + low[j];
    w[FIRST + j] = sum > 0.0f ? (high[j] - low[j]) / (sum + 1e-7f) : 0.0f;
  }
  const float rows[2] = {(float)s->count[0], (float)s->count[1]};
  const float scores = rows[0] * g2t_dot(w + FIRST, high, n) + rows[1] * g2t_dot(w + FIRST, low, n);
  w[BIAS] = -(scores / (rows[0] + rows[1]));
  work->multiply_adds += 2u * (uint64_t)s->features;
  work->rewritten += 3u * (uint64_t)s->features;
  work->operations += 3u * (uint64_t)s->features + 5u;
  work->divisions += 3u * (uint64_t)s->features + 1u;
}

static const float *weights(const void *state) {
  const sefr *s = state;
  return (const float *)(const void *)(s + 1) + 2u * g2t_padded(s->features) + BIAS;
}

const g2t_learner g2t_learner_sefr = {1, 1, 1, accepts, state_bytes, begin, 0, fit, finish, weights};
