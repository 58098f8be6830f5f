#ifndef G2T_ORDER_H
#define G2T_ORDER_H

#include <stdint.h>

/*
 * The row order that a seed stands for, in integers alone, so that every target and the server draw the same.
 * Draw k of pass p: h = seed + (p << 16 ^ k) * 0x9e3779b9 (mod 2^32), then h ^= h >> 16, h *= 0x7feb352d, h ^= h >> 15,
 * h *= 0x846ca68b, h ^= h >> 16 (Wellons' lowbias32 mixer).
 */
uint32_t g2t_order_draw(uint32_t seed, uint32_t pass, uint32_t k);

/* Fisher and Yates: for k = count - 1 down to 1, swap order[k] with order[draw(k) * (k + 1) / 2^32]. count at most 65536. */
void g2t_order_shuffle(uint16_t *order, uint32_t count, uint32_t seed, uint32_t pass);

#endif
