#include "g2t_bytes.h"
#include "g2t_codec.h"

/* LEB128: seven bits a byte, lowest first, the top bit set on all but the last. */
static uint32_t varint_bytes(uint32_t value) {
  uint32_t bytes = 1;
  for (; value >= 128u; value >>= 7) bytes++;
  return bytes;
}

static uint32_t put_varint(uint8_t *out, uint32_t value) {
  uint32_t at = 0;
  for (; value >= 128u; value >>= 7) out[at++] = (uint8_t)((value & 127u) | 128u);
  out[at++] = (uint8_t)value;
  return at;
}

/* At most three bytes: no value here passes 65535. */
static g2t_status get_varint(const uint8_t *in, uint32_t bytes, uint32_t *at, uint32_t *value) {
  *value = 0;
  for (uint32_t i = 0; i < 3u; i++) {
    if (*at >= bytes) return G2T_TOO_SHORT;
    const uint8_t byte = in[(*at)++];
    *value |= (uint32_t)(byte & 127u) << (7u * i);
    if (byte < 128u) return i > 0u && byte == 0u ? G2T_BAD_ENCODING : G2T_OK;
  }
  return G2T_BAD_ENCODING;
}

static int is_zero(float w) { return (g2t_float_bits(w) & 0x7fffffffu) == 0u; }

static uint32_t body_bytes(const float *w, uint32_t n) {
  uint32_t bytes = 0, z = 0, next = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (is_zero(w[i])) continue;
    bytes += varint_bytes(i - next) + 4u;
    next = i + 1u;
    z++;
  }
  return varint_bytes(z) + bytes;
}

static void encode(const float *w, uint32_t n, uint8_t *out) {
  uint32_t at = put_varint(out, g2t_count_nonzero(w, n));
  uint32_t next = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (is_zero(w[i])) continue;
    at += put_varint(out + at, i - next);
    next = i + 1u;
  }
  for (uint32_t i = 0; i < n; i++) {
    if (is_zero(w[i])) continue;
    g2t_store_f32(out + at, w[i]);
    at += 4u;
  }
}

static g2t_status decode(const uint8_t *body, uint32_t bytes, uint32_t n, float *w, uint32_t *taken) {
  uint32_t at = 0, z = 0, next = 0;
  g2t_status status = get_varint(body, bytes, &at, &z);
  if (status != G2T_OK) return status;
  if (z > n) return G2T_BAD_ENCODING;
  for (uint32_t i = 0; i < n; i++) w[i] = 0.0f;
  const uint32_t gaps = at;
  for (uint32_t k = 0; k < z; k++) {
    uint32_t gap = 0;
    status = get_varint(body, bytes, &at, &gap);
    if (status != G2T_OK) return status;
  }
  if ((bytes - at) / 4u < z) return G2T_TOO_SHORT;
  uint32_t again = gaps;
  for (uint32_t k = 0; k < z; k++) {
    uint32_t gap = 0;
    (void)get_varint(body, bytes, &again, &gap);
    if (gap >= n - next) return G2T_BAD_ENCODING;
    w[next + gap] = g2t_load_f32(body + at + 4u * k);
    next += gap + 1u;
  }
  *taken = at + 4u * z;
  return G2T_OK;
}

const g2t_codec g2t_codec_sparse = {2, body_bytes, encode, decode};
