#ifndef G2T_WASI_EVALUATE_H
#define G2T_WASI_EVALUATE_H

#include <stdint.h>

#include "quads.h"

/* Rows of a data set that a model of an exchange is measured on. */
typedef struct {
  const float *x;          /* rows[][padded(features)] */
  const uint16_t *class_;
  const quad_lists *quads;
  uint16_t features;
  const uint32_t *numbers; /* numbers[0], ... numbers[count - 1]; or null for first, first + 1, ... */
  uint32_t first;
  uint32_t count;
} evaluated;

/*
 * Leave the class predicted for each row (binary: 1 where z > 0, right where the row's class is odd), and in result[2] the sum of the rows'
 * losses without penalty, in double and in order, and the number of right predictions.
 */
void evaluate_softmax(const evaluated *e, uint32_t classes, const float *w, float *scores, uint16_t *predicted, double result[2]);
void evaluate_binary(const evaluated *e, uint8_t model, const float *w, uint16_t *predicted, double result[2]);

#endif
