#include "check.h"
#include "g2t_order.h"

static void permutes(checks *c, uint32_t count) {
  uint16_t order[1000];
  uint8_t seen[1000] = {0};
  uint32_t moved = 0, missing = 0;
  for (uint32_t k = 0; k < count; k++) order[k] = (uint16_t)k;
  g2t_order_shuffle(order, count, 42, count);
  for (uint32_t k = 0; k < count; k++) {
    moved += order[k] != k;
    seen[order[k]]++;
  }
  for (uint32_t k = 0; k < count; k++) missing += seen[k] != 1u;
  EQUAL(missing, 0);
  CHECK(count < 10u || moved > count / 2u);
}

/* Each place gets each row about as often: 6000 shuffles of six, expected 1000 each, standard deviation 29. */
static void even(checks *c) {
  uint32_t seen[6][6] = {{0}};
  for (uint32_t seed = 0; seed < 6000u; seed++) {
    uint16_t order[6] = {0, 1, 2, 3, 4, 5};
    g2t_order_shuffle(order, 6, seed, 1);
    for (uint32_t k = 0; k < 6u; k++) seen[k][order[k]]++;
  }
  for (uint32_t k = 0; k < 6u; k++) {
    for (uint32_t r = 0; r < 6u; r++) CLOSE((double)seen[k][r], 1000.0, 150.0);
  }
}

void test_order(checks *c) {
  /* The same values as in sim/protocol/order.test.ts. */
  EQUAL(g2t_order_draw(0, 0, 0), 0);
  EQUAL(g2t_order_draw(1, 0, 0), 0x688990c0u);
  EQUAL(g2t_order_draw(7, 3, 5), 0x30a6abd8u);
  permutes(c, 1);
  permutes(c, 2);
  permutes(c, 37);
  permutes(c, 1000);
  even(c);
}
