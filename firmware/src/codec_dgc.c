#include "g2t_bytes.h"
#include "g2t_codec.h"

static uint32_t body_bytes(const float *w, uint32_t n) { return 2u + 6u * g2t_count_nonzero(w, n); }

static void encode(const float *w, uint32_t n, uint8_t *out) {
  uint32_t run = 0;
  g2t_store_u16(out, (uint16_t)g2t_count_nonzero(w, n));
  out += 2;
  for (uint32_t i = 0; i < n; i++) {
    if ((g2t_float_bits(w[i]) & 0x7fffffffu) == 0u) {
      run++;
      continue;
    }
    g2t_store_u16(out, (uint16_t)run);
    g2t_store_f32(out + 2, w[i]);
    out += 6;
    run = 0;
  }
}

static g2t_status decode(const uint8_t *body, uint32_t bytes, uint32_t n, float *w, uint32_t *taken) {
  if (bytes < 2u) return G2T_TOO_SHORT;
  const uint32_t z = g2t_load_u16(body);
  if (z > n) return G2T_BAD_ENCODING;
  if (bytes < 2u + 6u * z) return G2T_TOO_SHORT;
  for (uint32_t i = 0; i < n; i++) w[i] = 0.0f;
  uint32_t next = 0;
  for (uint32_t k = 0; k < z; k++) {
    const uint32_t run = g2t_load_u16(body + 2u + 6u * k);
    if (run >= n - next) return G2T_BAD_ENCODING;
    w[next + run] = g2t_load_f32(body + 4u + 6u * k);
    next += run + 1u;
  }
  *taken = 2u + 6u * z;
  return G2T_OK;
}

const g2t_codec g2t_codec_dgc = {3, body_bytes, encode, decode};
