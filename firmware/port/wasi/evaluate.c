#include "evaluate.h"

#include "exchange_lanes.h"
#include "exchange_parts.h"
#include "g2t_bytes.h"

enum { TOGETHER = 4 };

static uint32_t row_of(const evaluated *e, uint32_t k) { return e->numbers != 0 ? e->numbers[k] : e->first + k; }

static uint16_t most_likely(const float *scores, uint32_t classes) {
  uint32_t best = 0;
  for (uint32_t c = 1; c < classes; c++) best = scores[c] > scores[best] ? c : best;
  return (uint16_t)best;
}

void evaluate_softmax(const evaluated *e, uint32_t classes, const float *w, float *scores, uint16_t *predicted, double result[2]) {
  double loss = 0, right = 0;
  for (uint32_t k = 0; k < e->count; k++) {
    const uint32_t row = row_of(e, k);
    exchange_score_classes(w, e->x + row * g2t_padded(e->features), e->features, classes, scores);
    predicted[k] = most_likely(scores, classes);
    right += predicted[k] == e->class_[row];
    loss += (double)exchange_soften(scores, classes, e->class_[row]);
  }
  result[0] = loss;
  result[1] = right;
}

static int all_finite(const float *w, uint32_t n) {
  for (uint32_t j = 0; j < n; j++) {
    if (!g2t_is_finite(w[j])) return 0;
  }
  return 1;
}

/* Four rows at once, and zeros passed over, have the bits of one after another. */
static void scores_of(const evaluated *e, uint32_t k, uint32_t count, int sparse, const float *w, float z[TOGETHER]) {
  const uint32_t stride = g2t_padded(e->features);
  const float *x[TOGETHER];
  const uint16_t *quads[TOGETHER];
  uint32_t quad_count[TOGETHER];
  if (sparse && count == (uint32_t)TOGETHER) {
    for (uint32_t i = 0; i < count; i++) x[i] = quads_of(e->quads, row_of(e, k + i), &quads[i], &quad_count[i]);
    exchange_dots_sparse(x, quads, quad_count, w, z);
    return;
  }
  for (uint32_t i = 0; i < count; i++) x[i] = e->x + row_of(e, k + i) * stride;
  if (count == (uint32_t)TOGETHER) {
    exchange_dots(x, w, e->features, z);
    return;
  }
  for (uint32_t i = 0; i < count; i++) z[i] = exchange_dot(x[i], w, e->features);
}

void evaluate_binary(const evaluated *e, uint8_t model, const float *w, uint16_t *predicted, double result[2]) {
  const uint32_t bias = model == G2T_MODEL_LOGISTIC;
  const int sparse = e->quads->value != 0 && all_finite(w + bias, e->features);
  double loss = 0, right = 0;
  for (uint32_t k = 0; k < e->count; k += TOGETHER) {
    const uint32_t count = e->count - k < (uint32_t)TOGETHER ? e->count - k : (uint32_t)TOGETHER;
    float z[TOGETHER];
    scores_of(e, k, count, sparse, w + bias, z);
    for (uint32_t i = 0; i < count; i++) {
      const uint16_t odd = e->class_[row_of(e, k + i)] & 1u;
      const float score = bias ? z[i] + w[0] : z[i];
      float one = 0.0f;
      predicted[k + i] = score > 0.0f;
      right += predicted[k + i] == odd;
      (void)exchange_binary_loss(model, score, odd, &one);
      loss += (double)one;
    }
  }
  result[0] = loss;
  result[1] = right;
}
