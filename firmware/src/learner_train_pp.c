#include "g2t_bytes.h"
#include "g2t_learner.h"

/* Behind this record lie weights[padded]. */
typedef struct {
  float ease; /* 1 / (2 C) */
  uint32_t features;
  uint32_t unused[2];
} train_pp;

static int accepts(float first, float second) {
  (void)second;
  return g2t_is_finite(first) && first > 0.0f;
}

static uint64_t state_bytes(uint32_t features) { return sizeof(train_pp) + (uint64_t)g2t_padded(features) * sizeof(float); }

static void begin(void *state, const g2t_learner_config *config) {
  train_pp *s = state;
  s->ease = 1.0f / (2.0f * config->first);
  s->features = config->features;
  float *w = (float *)(void *)(s + 1);
  for (uint32_t j = 0; j < g2t_padded(config->features); j++) w[j] = 0.0f;
}

static void fit(void *state, const g2t_rows *rows, const uint16_t *order, uint32_t from, uint32_t steps, g2t_work *work) {
  train_pp *s = state;
  const uint32_t n = g2t_padded(s->features);
  float *w = (float *)(void *)(s + 1);
  uint64_t losses = 0;
  for (uint32_t k = 0; k < steps; k++) {
    const uint32_t row = order != 0 ? order[k] : from + k;
    const float *x = rows->x + row * n;
    const float y = rows->label[row] != 0u ? 1.0f : -1.0f;
    const float loss = 1.0f - y * g2t_dot(x, w, n);
    if (!(loss > 0.0f)) continue;
    g2t_add_scaled(w, y * (loss / (g2t_dot(x, x, n) + s->ease)), x, n);
    losses++;
  }
  work->rows += steps;
  work->multiply_adds += ((uint64_t)steps + losses) * s->features;
  work->rewritten += losses * s->features;
  work->operations += losses * (2u * s->features + 2u) + 2u * (uint64_t)steps;
  work->divisions += losses;
}

static const float *weights(const void *state) { return (const float *)(const void *)((const train_pp *)state + 1); }

const g2t_learner g2t_learner_train_pp = {1, 0, 0, accepts, state_bytes, begin, 0, fit, 0, weights};
