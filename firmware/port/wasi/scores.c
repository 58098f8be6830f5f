#include "host.h"

#include <string.h>

#include "evaluate.h"

/* What the server's side knows of its models: scores, losses and predictions by the firmware's own kernels, in the front's lane. */

/* Room for n + 1 weights, bias first at float 3 of an aligned block, and for the results of `count` rows; 0: no memory. */
uint32_t EXPORT(g2t_host_predict_room)(uint32_t features, uint32_t count);
uint32_t g2t_host_predict_room(uint32_t features, uint32_t count) {
  const uint32_t floats = 4u + g2t_padded(features);
  if (!slab_resize(&host.weights, floats * 4u)) return 0;
  if (!slab_resize(&host.scores, (count + 4u) * 4u) || !slab_resize(&host.bits, (count / 32u + 1u) * 4u)) return 0;
  memset(host.weights.start, 0, floats * 4u);
  host.at.scores = address(host.scores.start);
  host.at.bits = address(host.bits.start);
  return address(host.weights.start) + 12u;
}

void EXPORT(g2t_host_predict)(uint32_t number, uint32_t first, uint32_t count);
void g2t_host_predict(uint32_t number, uint32_t first, uint32_t count) {
  const data_set *set = &host.set[number];
  const uint32_t n = g2t_padded(set->features);
  const float *w = (const float *)(void *)host.weights.start + 4;
  const float *x = set->x + first * n;
  float *scores = (float *)(void *)host.scores.start;
  uint32_t *bits = (uint32_t *)(void *)host.bits.start;
  const float bias = w[-1];
  uint32_t word = 0;
  for (uint32_t r = 0; r < count; r++) {
    const float z = g2t_dot(x + r * n, w, n) + bias;
    scores[r] = z;
    word |= (uint32_t)(z > 0.0f) << (r & 31u);
    if ((r & 31u) != 31u) continue;
    bits[r / 32u] = word;
    word = 0;
  }
  bits[count / 32u] = word;
}

/* Room for the d parameters of a model, and for the classes predicted for `count` rows; 0: no memory. */
uint32_t EXPORT(g2t_host_evaluate_room)(uint32_t d, uint32_t classes, uint32_t count);
uint32_t g2t_host_evaluate_room(uint32_t d, uint32_t classes, uint32_t count) {
  if (!slab_resize(&host.weights, d * 4u) || !slab_resize(&host.class_scores, classes * 4u)) return 0;
  if (!slab_resize(&host.scores, (count + 4u) * 4u)) return 0;
  host.at.predicted = address(host.scores.start);
  host.at.evaluation = address(host.evaluation);
  return address(host.weights.start);
}

/*
 * A model of an exchange on rows first, ... of a data set, or on row_numbers[first], ... where listed is not 0. Leaves the sum of the rows'
 * losses (no penalty) and the number of right predictions, and each row's predicted class (binary: 1 where z > 0, right where the class is odd).
 */
void EXPORT(g2t_host_evaluate)(uint32_t number, uint32_t model, uint32_t classes, uint32_t first, uint32_t count, uint32_t listed);
void g2t_host_evaluate(uint32_t number, uint32_t model, uint32_t classes, uint32_t first, uint32_t count, uint32_t listed) {
  const data_set *set = &host.set[number];
  const uint32_t *numbers = (const uint32_t *)(uintptr_t)host.at.row_numbers;
  const evaluated e = {set->x, set->class_, &set->quads, set->features, listed != 0u ? numbers + first : 0, first, count};
  const float *w = (const float *)(void *)host.weights.start;
  float *scores = (float *)(void *)host.class_scores.start;
  uint16_t *predicted = (uint16_t *)(void *)host.scores.start;
  if (model == G2T_MODEL_SOFTMAX) evaluate_softmax(&e, classes, w, scores, predicted, host.evaluation);
  else evaluate_binary(&e, (uint8_t)model, w, predicted, host.evaluation);
}
