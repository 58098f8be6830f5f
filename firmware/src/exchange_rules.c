#include "exchange_root.h"
#include "exchange_parts.h"
#include "g2t_bytes.h"

void exchange_step(float *w, float eta, const float *g, uint32_t d) {
  for (uint32_t j = 0; j < d; j++) w[j] -= eta * g[j];
}

float exchange_distance(const float *a, const float *b, uint32_t d) {
  float s[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  for (uint32_t j = 0; j < d; j++) {
    const float off = a[j] - b[j];
    s[j & 3u] += off * off;
  }
  return exchange_sqrt((s[0] + s[1]) + (s[2] + s[3]));
}

void exchange_control(float distance, float change, float loss_last, float loss_global, float *beta, float *rho) {
  const float off = loss_last < loss_global ? loss_global - loss_last : loss_last - loss_global;
  *beta = 0.0f;
  *rho = 0.0f;
  if (distance > 1e-10f) {
    *beta = change / distance;
    *rho = off / distance;
  }
  /* The comparisons are false for what is not a number. */
  if (!(*beta >= 1e-5f)) *beta = 1e-5f;
  if (*rho != *rho) *rho = 0.0f;
}

static int significant(float w, float a, float v) {
  if (a == 0.0f) return 0;
  if (w == 0.0f) return 1;
  const float share = a / w;
  return !((share < 0.0f ? -share : share) <= v);
}

uint32_t exchange_significant(const float *w, float *a, uint32_t d, float v, uint8_t *out) {
  uint32_t count = 0;
  for (uint32_t j = 0; j < d; j++) count += significant(w[j], a[j], v) != 0;
  const int dense = 2u * (uint64_t)count >= d;
  uint8_t *p = out;
  for (uint32_t j = 0; j < d; j++) {
    const int sent = significant(w[j], a[j], v);
    if (!sent && !dense) continue;
    if (!dense) {
      g2t_store_u32(p, j);
      p += 4;
    }
    g2t_store_f32(p, sent ? a[j] : 0.0f);
    p += 4;
    if (sent) a[j] = 0.0f;
  }
  return (uint32_t)(p - out);
}

const uint32_t exchange_none = 0x7fc00000u;

void exchange_canonical(float *v, uint32_t d) {
  for (uint32_t j = 0; j < d; j++) {
    if (v[j] != v[j]) memcpy(v + j, &exchange_none, sizeof exchange_none);
  }
}
