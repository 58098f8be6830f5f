#include "quads.h"

#include <string.h>

#include "memory.h"

enum { QUAD = 4 };

static int is_zero(const float *quad) {
  uint32_t bits[QUAD];
  memcpy(bits, quad, sizeof bits);
  /* Both zeros. */
  return ((bits[0] | bits[1] | bits[2] | bits[3]) << 1) == 0u;
}

static uint64_t count_quads(const float *x, uint64_t quads) {
  uint64_t count = 0;
  for (uint64_t q = 0; q < quads; q++) count += !is_zero(x + QUAD * q);
  return count;
}

quad_lists list_quads(const float *x, uint32_t rows, uint16_t features) {
  const quad_lists none = {0, 0, 0};
  if (features % QUAD != 0) return none;
  const uint32_t in_row = features / QUAD;
  const uint64_t all = (uint64_t)rows * in_row, count = count_quads(x, all);
  if (2u * count > all) return none;
  uint32_t *start = arena_take((rows + 1u) * 4u);
  uint16_t *number = arena_take(2u * count + 2u);
  float *value = arena_take(16u * count + 16u);
  if (start == 0 || number == 0 || value == 0) return none;
  uint32_t n = 0;
  for (uint32_t r = 0; r < rows; r++) {
    const float *row = x + (uint64_t)r * features;
    start[r] = n;
    for (uint32_t q = 0; q < in_row; q++) {
      if (is_zero(row + QUAD * q)) continue;
      memcpy(value + QUAD * n, row + QUAD * q, QUAD * sizeof *value);
      number[n++] = (uint16_t)q;
    }
  }
  start[rows] = n;
  const quad_lists lists = {value, number, start};
  return lists;
}

const float *quads_of(const quad_lists *lists, uint32_t row, const uint16_t **numbers, uint32_t *count) {
  if (lists->value == 0) return 0;
  const uint32_t start = lists->start[row];
  *numbers = lists->number + start;
  *count = lists->start[row + 1u] - start;
  return lists->value + (uint64_t)QUAD * start;
}
