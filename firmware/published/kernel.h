#ifndef PUBLISHED_KERNEL_H
#define PUBLISHED_KERNEL_H

#include <stdint.h>

/*
 * The as-published Opt-SGD for counting what it costs, written from its formulas (ML-MCU, IEEE IoT-J 2021): float32 weights, a
 * sigmoid in double precision, the row against the weights one place off. No part of the firmware: it uses libm, as the sketch did.
 */
enum { PUBLISHED_MOST_FEATURES = 64 };

typedef struct {
  float alpha;
  float momentum;
  int32_t features;
  float weights[PUBLISHED_MOST_FEATURES + 1];
  float velocity[PUBLISHED_MOST_FEATURES + 1];
} published_sgd;

/** The class, 0 or 1, of a row. @param row [in] features + 1 floats: the last is the first of the next row. */
int published_predict(const published_sgd *model, const float *row);

/** A step against an error of +1 or -1. @param row [in] features floats. */
void published_update(published_sgd *model, const float *row, int error);

#endif
