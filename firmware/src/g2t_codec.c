#include "g2t_codec.h"

#include "g2t_bytes.h"

const g2t_codec *g2t_codec_of(uint8_t mode) {
  switch (mode) {
    case 0: return &g2t_codec_dense;
    case 1: return &g2t_codec_bitmap;
    case 2: return &g2t_codec_sparse;
    case 3: return &g2t_codec_dgc;
    default: return 0;
  }
}

uint32_t g2t_count_nonzero(const float *w, uint32_t n) {
  uint32_t z = 0;
  for (uint32_t i = 0; i < n; i++) z += (g2t_float_bits(w[i]) & 0x7fffffffu) != 0u;
  return z;
}

uint32_t g2t_encoded_limit(uint8_t choice, uint32_t n) {
  switch (choice) {
    case G2T_CODEC_SMALLEST:
    case 1: return G2T_ENCODING_HEAD + 4u * n;
    case 2: return G2T_ENCODING_HEAD + (n + 7u) / 8u + 4u * n;
    /* One byte a gap when all are sent; a gap of two bytes skips 128 weights of four. */
    case 3: return G2T_ENCODING_HEAD + 3u + 5u * n;
    default: return G2T_ENCODING_HEAD + 2u + 6u * n;
  }
}

static const g2t_codec *smallest(const float *w, uint32_t n) {
  const g2t_codec *best = &g2t_codec_dense;
  uint32_t least = best->body_bytes(w, n);
  for (uint8_t mode = 1; mode <= 2u; mode++) {
    const g2t_codec *codec = g2t_codec_of(mode);
    const uint32_t bytes = codec->body_bytes(w, n);
    if (bytes < least) {
      best = codec;
      least = bytes;
    }
  }
  return best;
}

uint32_t g2t_encode(uint8_t choice, uint32_t id, const float *w, uint32_t n, uint8_t *out, g2t_work *work) {
  const g2t_codec *codec = choice == G2T_CODEC_SMALLEST ? smallest(w, n) : g2t_codec_of((uint8_t)(choice - 1u));
  const uint32_t bytes = G2T_ENCODING_HEAD + codec->body_bytes(w, n);
  out[0] = codec->mode;
  g2t_store_u32(out + 1, id);
  g2t_store_u32(out + 5, n);
  codec->encode(w, n, out + G2T_ENCODING_HEAD);
  work->bytes_encoded += bytes;
  return bytes;
}

g2t_status g2t_decode(const uint8_t *in, uint32_t bytes, uint32_t capacity, uint32_t *id, uint32_t *n, float *w,
                      uint32_t *taken) {
  if (bytes < G2T_ENCODING_HEAD) return G2T_TOO_SHORT;
  const g2t_codec *codec = g2t_codec_of(in[0]);
  if (codec == 0) return G2T_BAD_ENCODING;
  *id = g2t_load_u32(in + 1);
  *n = g2t_load_u32(in + 5);
  if (*n == 0u || *n > G2T_MAX_WEIGHTS || *n > capacity) return G2T_BAD_VALUE;
  uint32_t body = 0;
  const g2t_status status = codec->decode(in + G2T_ENCODING_HEAD, bytes - G2T_ENCODING_HEAD, *n, w, &body);
  *taken = G2T_ENCODING_HEAD + body;
  return status;
}
