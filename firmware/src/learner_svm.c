#include "g2t_bytes.h"
#include "g2t_svm.h"

/* Behind this record lie weights[padded]. */
typedef struct {
  float eta;
  float lambda;
  uint32_t features;
  uint32_t unused;
} svm;

static float *weights_of(svm *s) { return (float *)(void *)(s + 1); }

float g2t_svm_pull(const float *w, const float *x, uint8_t label, uint32_t features) {
  const float y = label != 0u ? 1.0f : -1.0f;
  const float slack = 1.0f - y * g2t_dot(x, w, g2t_padded(features));
  return slack > 0.0f ? y * slack : 0.0f;
}

static uint32_t row_of(const g2t_batch *b, uint32_t k) { return b->order != 0 ? b->order[k] : b->from + k; }

void g2t_svm_gradient(const float *w, const g2t_batch *batch, float lambda, float *g, g2t_work *work) {
  const uint32_t n = g2t_padded(batch->features);
  const float rows = (float)batch->count;
  uint64_t pulled = 0;
  for (uint32_t j = 0; j < n; j++) g[j] = 0.0f;
  for (uint32_t k = 0; k < batch->count; k++) {
    const uint32_t row = row_of(batch, k);
    const float *x = batch->rows->x + row * n;
    const float pull = g2t_svm_pull(w, x, batch->rows->label[row], batch->features);
    if (pull == 0.0f) continue;
    g2t_add_scaled(g, pull, x, n);
    pulled++;
  }
  for (uint32_t j = 0; j < n; j++) g[j] = lambda * w[j] - g[j] / rows;
  work->rows += batch->count;
  work->multiply_adds += (uint64_t)batch->count * batch->features;
  work->rewritten += (pulled + 1u) * batch->features;
  work->operations += 2u * (pulled + 1u) * batch->features + 2u * batch->count + pulled;
  work->divisions += batch->features;
}

float g2t_svm_loss(const float *w, const g2t_batch *batch, float lambda, g2t_work *work) {
  const uint32_t n = g2t_padded(batch->features);
  float sum = 0.0f;
  for (uint32_t k = 0; k < batch->count; k++) {
    const uint32_t row = row_of(batch, k);
    const float pull = g2t_svm_pull(w, batch->rows->x + row * n, batch->rows->label[row], batch->features);
    sum += pull * pull;
  }
  work->multiply_adds += (uint64_t)(batch->count + 1u) * batch->features;
  work->operations += 5u * (uint64_t)batch->count + 4u;
  work->divisions++;
  return 0.5f * lambda * g2t_dot(w, w, n) + 0.5f * (sum / (float)batch->count);
}

void g2t_svm_step(float *w, const float *g, uint32_t features, float eta, g2t_work *work) {
  g2t_add_scaled(w, -eta, g, features);
  work->rewritten += features;
  work->operations += 2u * features;
}

static int accepts(float first, float second) {
  return g2t_is_finite(first) && first > 0.0f && g2t_is_finite(second) && second >= 0.0f;
}

static uint64_t state_bytes(uint32_t features) { return sizeof(svm) + (uint64_t)g2t_padded(features) * sizeof(float); }

static void begin(void *state, const g2t_learner_config *config) {
  svm *s = state;
  s->eta = config->first;
  s->lambda = config->second;
  s->features = config->features;
  float *w = weights_of(s);
  for (uint32_t j = 0; j < g2t_padded(config->features); j++) w[j] = 0.0f;
}

/* The gradient of one row and its step in one go: the same bits as g2t_svm_gradient and g2t_svm_step, without the vector between. */
static void row_step(float *restrict w, const float *restrict x, uint32_t n, float eta, float lambda, float pull) {
  if (pull == 0.0f) {
    for (uint32_t j = 0; j < n; j++) w[j] -= eta * (lambda * w[j]);
  } else {
    for (uint32_t j = 0; j < n; j++) w[j] -= eta * (lambda * w[j] - pull * x[j]);
  }
}

static void fit(void *state, const g2t_rows *rows, const uint16_t *order, uint32_t from, uint32_t steps, g2t_work *work) {
  svm *s = state;
  const uint32_t n = g2t_padded(s->features);
  float *w = weights_of(s);
  uint64_t pulled = 0;
  for (uint32_t k = 0; k < steps; k++) {
    const uint32_t row = order != 0 ? order[k] : from + k;
    const float *x = rows->x + row * n;
    const float pull = g2t_svm_pull(w, x, rows->label[row], s->features);
    row_step(w, x, n, s->eta, s->lambda, pull);
    pulled += pull != 0.0f;
  }
  work->rows += steps;
  work->multiply_adds += (uint64_t)steps * s->features;
  work->rewritten += (uint64_t)steps * s->features;
  work->operations += (3u * (uint64_t)steps + 2u * pulled) * s->features + 2u * (uint64_t)steps + pulled;
}

static const float *weights(const void *state) { return (const float *)(const void *)((const svm *)state + 1); }

const g2t_learner g2t_learner_svm = {1, 0, 0, accepts, state_bytes, begin, 0, fit, 0, weights};
