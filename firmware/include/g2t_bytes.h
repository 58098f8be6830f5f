#ifndef G2T_BYTES_H
#define G2T_BYTES_H

#include <stdint.h>
#include <string.h>

/* Little-endian load and store at any alignment, on any target. Compilers turn each into one instruction where they may. */

static inline uint16_t g2t_load_u16(const uint8_t *p) { return (uint16_t)(p[0] | ((uint32_t)p[1] << 8)); }

static inline uint32_t g2t_load_u32(const uint8_t *p) {
  return (uint32_t)p[0] | ((uint32_t)p[1] << 8) | ((uint32_t)p[2] << 16) | ((uint32_t)p[3] << 24);
}

static inline float g2t_load_f32(const uint8_t *p) {
  const uint32_t bits = g2t_load_u32(p);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline void g2t_store_u16(uint8_t *p, uint16_t value) {
  p[0] = (uint8_t)(value & 0xffu);
  p[1] = (uint8_t)(value >> 8);
}

static inline void g2t_store_u32(uint8_t *p, uint32_t value) {
  p[0] = (uint8_t)(value & 0xffu);
  p[1] = (uint8_t)((value >> 8) & 0xffu);
  p[2] = (uint8_t)((value >> 16) & 0xffu);
  p[3] = (uint8_t)(value >> 24);
}

static inline uint32_t g2t_float_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline void g2t_store_f32(uint8_t *p, float value) { g2t_store_u32(p, g2t_float_bits(value)); }

/* False for infinities and NaN. */
static inline int g2t_is_finite(float value) { return (g2t_float_bits(value) & 0x7f800000u) != 0x7f800000u; }

#endif
