#include "g2t_learner.h"
#include "g2t_math.h"

/*
 * Behind this record lie the means of class j and of class i and a work vector, [padded] each, weights[3 + 1 + padded] with the bias at [3],
 * and the lower triangle of the scatter, row after row: row i has i + 1 elements from i (i + 1) / 2.
 */
typedef struct {
  float lambda;
  uint32_t features;
  uint32_t count[2];
} lda;

enum { BIAS = 3, FIRST = 4 };

static float *mean_of(lda *s, uint32_t class_) { return (float *)(void *)(s + 1) + class_ * g2t_padded(s->features); }
static float *spare_of(lda *s) { return mean_of(s, 2); }
static float *weights_of(lda *s) { return mean_of(s, 3); }
static float *scatter_row(lda *s, uint32_t i) {
  return weights_of(s) + FIRST + g2t_padded(s->features) + (uint64_t)i * (i + 1u) / 2u;
}

static int accepts(float first, float second) {
  (void)second;
  return first > 0.0f && first <= 1.0f;
}

static uint64_t floats(uint32_t n) { return FIRST + 4u * (uint64_t)g2t_padded(n) + (uint64_t)n * (n + 1u) / 2u; }

static uint64_t state_bytes(uint32_t features) { return sizeof(lda) + floats(features) * sizeof(float); }

static void begin(void *state, const g2t_learner_config *config) {
  lda *s = state;
  s->lambda = config->first;
  s->features = config->features;
  s->count[0] = 0;
  s->count[1] = 0;
  float *all = (float *)(void *)(s + 1);
  for (uint64_t j = 0; j < floats(config->features); j++) all[j] = 0.0f;
}

/* Until the end the weights' place holds the row's difference from the old mean, the spare vector that from the new. */
static void fit_row(lda *s, const float *restrict x, uint32_t class_) {
  const uint32_t n = s->features;
  const float share = 1.0f / (float)++s->count[class_];
  float *restrict mean = mean_of(s, class_);
  float *restrict before = weights_of(s) + FIRST;
  float *restrict after = spare_of(s);
  for (uint32_t j = 0; j < n; j++) {
    before[j] = x[j] - mean[j];
    mean[j] += before[j] * share;
    after[j] = x[j] - mean[j];
  }
  for (uint32_t i = 0; i < n; i++) g2t_add_scaled(scatter_row(s, i), before[i], after, i + 1u);
}

static void fit(void *state, const g2t_rows *rows, const uint16_t *order, uint32_t from, uint32_t steps, g2t_work *work) {
  lda *s = state;
  const uint64_t n = s->features;
  for (uint32_t k = 0; k < steps; k++) {
    const uint32_t row = order != 0 ? order[k] : from + k;
    fit_row(s, rows->x + row * g2t_padded(s->features), rows->label[row]);
  }
  work->rows += steps;
  work->rewritten += steps * (3u * n + n * (n + 1u) / 2u);
  work->operations += steps * (4u * n + n * (n + 1u));
  work->divisions += steps;
}

/* The scatter becomes the covariance, shrunk towards its mean variance. */
static void shrink(lda *s) {
  const uint32_t n = s->features;
  const uint32_t rows = s->count[0] + s->count[1];
  const float share = rows > 2u ? 1.0f / (float)(rows - 2u) : 1.0f;
  float trace = 0.0f;
  for (uint32_t i = 0; i < n; i++) {
    float *row = scatter_row(s, i);
    for (uint32_t j = 0; j <= i; j++) row[j] *= share;
    trace += row[i];
  }
  const float spread = s->lambda * (trace / (float)n);
  for (uint32_t i = 0; i < n; i++) {
    float *row = scatter_row(s, i);
    for (uint32_t j = 0; j <= i; j++) row[j] *= 1.0f - s->lambda;
    row[i] += trace > 0.0f ? spread : 1.0f;
  }
}

/* The triangle becomes L below the diagonal of ones, and 1 / D on the diagonal. */
static void factor(lda *s) {
  float *scaled = spare_of(s);
  for (uint32_t i = 0; i < s->features; i++) {
    float *row = scatter_row(s, i);
    for (uint32_t j = 0; j < i; j++) {
      const float *other = scatter_row(s, j);
      scaled[j] = row[j] - g2t_dot_any(scaled, other, j);
      row[j] = scaled[j] * other[j];
    }
    const float pivot = row[i] - g2t_dot_any(scaled, row, i);
    /* Only rounding can bring a pivot here down to 0: such a feature gets no weight. */
    row[i] = pivot > 0.0f ? 1.0f / pivot : 0.0f;
  }
}

/* Solves L D L^T w = w in place. */
static void solve(lda *s, float *w) {
  const uint32_t n = s->features;
  for (uint32_t i = 0; i < n; i++) w[i] -= g2t_dot_any(scatter_row(s, i), w, i);
  for (uint32_t i = 0; i < n; i++) w[i] *= scatter_row(s, i)[i];
  for (uint32_t i = n; i-- > 0u;) g2t_add_scaled(w, -w[i], scatter_row(s, i), i);
}

static void count_finish(uint64_t n, g2t_work *work) {
  const uint64_t below = n * (n - 1u) / 2u;
  /* Sum over i and j < i of j, and over i of i; then forward. */
  work->multiply_adds += n * (n - 1u) * (n - 2u) / 6u + 2u * below + n;
  work->rewritten += 3u * (below + n) + below + 4u * n;
  work->operations += 2u * (below + n) + n + 3u + 2u * below + n + 2u * n + 2u * below + 2u * n + 3u;
  work->divisions += n + 3u;
  work->functions++;
}

static void finish(void *state, g2t_work *work) {
  lda *s = state;
  const uint32_t n = s->features, padded = g2t_padded(n);
  float *low = mean_of(s, 0), *high = mean_of(s, 1), *sum = spare_of(s);
  float *w = weights_of(s);
  if (s->count[0] == 0u || s->count[1] == 0u) {
    for (uint32_t j = 0; j < n; j++) w[FIRST + j] = 0.0f;
    w[BIAS] = s->count[1] > 0u ? 1.0f : -1.0f;
    return;
  }
  shrink(s);
  factor(s);
  for (uint32_t j = 0; j < n; j++) w[FIRST + j] = high[j] - low[j];
  solve(s, w + FIRST);
  for (uint32_t j = 0; j < n; j++) sum[j] = low[j] + high[j];
  w[BIAS] = -0.5f * g2t_dot(sum, w + FIRST, padded) + g2t_log((float)s->count[1] / (float)s->count[0]);
  count_finish(n, work);
}

static const float *weights(const void *state) {
  const lda *s = state;
  return (const float *)(const void *)(s + 1) + 3u * g2t_padded(s->features) + BIAS;
}

const g2t_learner g2t_learner_lda = {1, 1, 1, accepts, state_bytes, begin, 0, fit, finish, weights};
