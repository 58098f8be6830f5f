#include "g2t_bytes.h"
#include "g2t_codec.h"

static uint32_t body_bytes(const float *w, uint32_t n) {
  (void)w;
  return 4u * n;
}

static void encode(const float *w, uint32_t n, uint8_t *out) {
  for (uint32_t i = 0; i < n; i++) g2t_store_f32(out + 4u * i, w[i]);
}

static g2t_status decode(const uint8_t *body, uint32_t bytes, uint32_t n, float *w, uint32_t *taken) {
  if (bytes < 4u * n) return G2T_TOO_SHORT;
  for (uint32_t i = 0; i < n; i++) w[i] = g2t_load_f32(body + 4u * i);
  *taken = 4u * n;
  return G2T_OK;
}

const g2t_codec g2t_codec_dense = {0, body_bytes, encode, decode};
