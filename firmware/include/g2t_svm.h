#ifndef G2T_SVM_H
#define G2T_SVM_H

#include "g2t_learner.h"

/*
 * The smooth-hinge SVM as functions of its weights, for one row, a mini-batch or all rows, labels y = +1 (label 1) or -1:
 *   L(w) = lambda / 2 |w|^2 + 1/2 mean max(0, 1 - y x.w)^2
 *   g(w) = lambda w - mean { y x (1 - y x.w) : y x.w < 1 }
 * (Wang et al., JSAC 37(6) 2019, algorithms A4). w, g: g2t_padded(n) floats, zero beyond n. Rows order[0], ... order[count - 1], or
 * from, ... from + count - 1 where order is null, count at least 1; sums over rows in that order. All count their work.
 */
typedef struct {
  const g2t_rows *rows;
  const uint16_t *order;
  uint32_t from;
  uint32_t count;
  uint32_t features;
} g2t_batch;

/* y (1 - y x.w) where y x.w < 1, else 0: what a row's features are multiplied by in the gradient. x, w padded. */
float g2t_svm_pull(const float *w, const float *x, uint8_t label, uint32_t features);

/* Writes g(w) over the batch. */
void g2t_svm_gradient(const float *w, const g2t_batch *batch, float lambda, float *g, g2t_work *work);

/* L(w) over the batch. */
float g2t_svm_loss(const float *w, const g2t_batch *batch, float lambda, g2t_work *work);

/* w -= eta g. */
void g2t_svm_step(float *w, const float *g, uint32_t features, float eta, g2t_work *work);

#endif
