#include "g2t_order.h"

uint32_t g2t_order_draw(uint32_t seed, uint32_t pass, uint32_t k) {
  uint32_t h = seed + ((pass << 16) ^ k) * 0x9e3779b9u;
  h ^= h >> 16;
  h *= 0x7feb352du;
  h ^= h >> 15;
  h *= 0x846ca68bu;
  return h ^ (h >> 16);
}

void g2t_order_shuffle(uint16_t *order, uint32_t count, uint32_t seed, uint32_t pass) {
  for (uint32_t k = count; k > 1u; k--) {
    const uint32_t other = (uint32_t)(((uint64_t)g2t_order_draw(seed, pass, k - 1u) * k) >> 32);
    const uint16_t kept = order[k - 1u];
    order[k - 1u] = order[other];
    order[other] = kept;
  }
}
