#include "g2t_bytes.h"
#include "g2t_learner.h"
#include "g2t_math.h"

/* Behind this record lie weights[3 + 1 + padded]: the bias at [3], so that the features start a lane. */
typedef struct {
  float eta;
  uint32_t features;
  uint32_t unused[2];
} logistic;

enum { BIAS = 3, FIRST = 4 };

static int accepts(float first, float second) {
  (void)second;
  return g2t_is_finite(first) && first > 0.0f;
}

static uint64_t state_bytes(uint32_t features) {
  return sizeof(logistic) + (FIRST + (uint64_t)g2t_padded(features)) * sizeof(float);
}

static void begin(void *state, const g2t_learner_config *config) {
  logistic *s = state;
  s->eta = config->first;
  s->features = config->features;
  float *w = (float *)(void *)(s + 1);
  for (uint32_t j = 0; j < FIRST + g2t_padded(config->features); j++) w[j] = 0.0f;
}

static void fit(void *state, const g2t_rows *rows, const uint16_t *order, uint32_t from, uint32_t steps, g2t_work *work) {
  logistic *s = state;
  const uint32_t n = g2t_padded(s->features);
  float *w = (float *)(void *)(s + 1);
  for (uint32_t k = 0; k < steps; k++) {
    const uint32_t row = order != 0 ? order[k] : from + k;
    const float *x = rows->x + row * n;
    const float z = g2t_dot(x, w + FIRST, n) + w[BIAS];
    const float p = 1.0f / (1.0f + g2t_exp(-z));
    const float g = s->eta * (p - (float)rows->label[row]);
    w[BIAS] -= g;
    g2t_add_scaled(w + FIRST, -g, x, n);
  }
  work->rows += steps;
  work->multiply_adds += (uint64_t)steps * s->features;
  work->rewritten += (uint64_t)steps * (s->features + 1u);
  work->operations += (uint64_t)steps * (2u * s->features + 4u);
  work->divisions += steps;
  work->functions += steps;
}

static const float *weights(const void *state) {
  return (const float *)(const void *)((const logistic *)state + 1) + BIAS;
}

const g2t_learner g2t_learner_logistic = {1, 1, 0, accepts, state_bytes, begin, 0, fit, 0, weights};
