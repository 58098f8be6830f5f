#ifndef G2T_WASI_QUADS_H
#define G2T_WASI_QUADS_H

#include <stdint.h>

/*
 * The rows of a data set without their quads that are all zero. Row r has quads start[r], ... start[r + 1] - 1: their places in the row in number[], their
 * values, four each, in value[].
 */
typedef struct {
  const float *value; /* null: rows are not kept so */
  const uint16_t *number;
  const uint32_t *start;
} quad_lists;

/* Nothing where rows are no whole quads, where most quads are not zero (little would be saved), or without memory. */
quad_lists list_quads(const float *x, uint32_t rows, uint16_t features);

/* The quads of a row, their places and how many there are; null where rows are not kept so. */
const float *quads_of(const quad_lists *lists, uint32_t row, const uint16_t **numbers, uint32_t *count);

#endif
