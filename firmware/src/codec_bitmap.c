#include "g2t_bytes.h"
#include "g2t_codec.h"

static uint32_t map_bytes(uint32_t n) { return (n + 7u) / 8u; }

static uint32_t body_bytes(const float *w, uint32_t n) { return map_bytes(n) + 4u * g2t_count_nonzero(w, n); }

static void encode(const float *w, uint32_t n, uint8_t *out) {
  uint8_t *value = out + map_bytes(n);
  for (uint32_t i = 0; i < map_bytes(n); i++) out[i] = 0;
  for (uint32_t i = 0; i < n; i++) {
    if ((g2t_float_bits(w[i]) & 0x7fffffffu) == 0u) continue;
    out[i / 8u] = (uint8_t)(out[i / 8u] | (1u << (i % 8u)));
    g2t_store_f32(value, w[i]);
    value += 4;
  }
}

static g2t_status decode(const uint8_t *body, uint32_t bytes, uint32_t n, float *w, uint32_t *taken) {
  uint32_t at = map_bytes(n);
  if (bytes < at) return G2T_TOO_SHORT;
  if (n % 8u != 0u && (body[at - 1u] >> (n % 8u)) != 0u) return G2T_BAD_ENCODING;
  for (uint32_t i = 0; i < n; i++) {
    w[i] = 0.0f;
    if ((((uint32_t)body[i / 8u] >> (i % 8u)) & 1u) == 0u) continue;
    if (bytes - at < 4u) return G2T_TOO_SHORT;
    w[i] = g2t_load_f32(body + at);
    at += 4u;
  }
  *taken = at;
  return G2T_OK;
}

const g2t_codec g2t_codec_bitmap = {1, body_bytes, encode, decode};
