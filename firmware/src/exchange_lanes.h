#ifndef G2T_EXCHANGE_LANES_H
#define G2T_EXCHANGE_LANES_H

#include "g2t_lanes.h"

/*
 * Sums and updates over vectors of any length, as they are sent, without padding: element j in lane j mod 4, joined as (s0 + s1) + (s2 + s3): the bits
 * of g2t_dot on padded vectors. Four dots or four updates at once have the bits of one after another.
 */

#if defined(__GNUC__) && !defined(G2T_PLAIN_LANES) && (defined(__wasm_simd128__) || defined(__SSE2__) || defined(__ARM_NEON))

/* The last n mod 4 elements, then zeros, which change no bit of a sum that began at +0. */
static inline g2t_quad exchange_tail(const float *p, uint32_t count) {
  g2t_quad q = {p[0], 0.0f, 0.0f, 0.0f};
  if (count > 1u) q[1] = p[1];
  if (count > 2u) q[2] = p[2];
  return q;
}

static inline float exchange_join(const float *a, const float *b, uint32_t from, uint32_t n, g2t_quad s) {
  if (from < n) s += exchange_tail(a + from, n - from) * exchange_tail(b + from, n - from);
  return (s[0] + s[1]) + (s[2] + s[3]);
}

static inline float exchange_dot(const float *a, const float *b, uint32_t n) {
  const uint32_t whole = n & ~3u;
  g2t_quad s = {0.0f, 0.0f, 0.0f, 0.0f};
  for (uint32_t j = 0; j < whole; j += G2T_LANES) s += g2t_quad_load(a + j) * g2t_quad_load(b + j);
  return exchange_join(a, b, whole, n, s);
}

/* out[i] = a[i].b */
static inline void exchange_dots(const float *const a[4], const float *b, uint32_t n, float out[4]) {
  const float *a0 = a[0], *a1 = a[1], *a2 = a[2], *a3 = a[3];
  const uint32_t whole = n & ~3u;
  g2t_quad s0 = {0.0f, 0.0f, 0.0f, 0.0f}, s1 = s0, s2 = s0, s3 = s0;
  for (uint32_t j = 0; j < whole; j += G2T_LANES) {
    const g2t_quad q = g2t_quad_load(b + j);
    s0 += g2t_quad_load(a0 + j) * q;
    s1 += g2t_quad_load(a1 + j) * q;
    s2 += g2t_quad_load(a2 + j) * q;
    s3 += g2t_quad_load(a3 + j) * q;
  }
  out[0] = exchange_join(a0, b, whole, n, s0);
  out[1] = exchange_join(a1, b, whole, n, s1);
  out[2] = exchange_join(a2, b, whole, n, s2);
  out[3] = exchange_join(a3, b, whole, n, s3);
}

/* s + a.b, from quad `from` on, where a has these quads of its own alone and is zero elsewhere. */
static inline g2t_quad exchange_quads(const float *a, const float *b, const uint16_t *quads, uint32_t from, uint32_t count, g2t_quad s) {
  for (uint32_t i = from; i < count; i++) s += g2t_quad_load(a + 4u * i) * g2t_quad_load(b + 4u * quads[i]);
  return s;
}

/* out[i] = a[i].b where each has its quads alone */
static inline void exchange_dots_sparse(const float *const a[4], const uint16_t *const quads[4], const uint32_t count[4], const float *b,
                                        float out[4]) {
  g2t_quad s[4];
  const float *a0 = a[0], *a1 = a[1], *a2 = a[2], *a3 = a[3];
  const uint16_t *q0 = quads[0], *q1 = quads[1], *q2 = quads[2], *q3 = quads[3];
  uint32_t least = count[0];
  for (uint32_t k = 1; k < 4u; k++) least = count[k] < least ? count[k] : least;
  g2t_quad s0 = {0.0f, 0.0f, 0.0f, 0.0f}, s1 = s0, s2 = s0, s3 = s0;
  for (uint32_t i = 0; i < least; i++) {
    s0 += g2t_quad_load(a0 + 4u * i) * g2t_quad_load(b + 4u * q0[i]);
    s1 += g2t_quad_load(a1 + 4u * i) * g2t_quad_load(b + 4u * q1[i]);
    s2 += g2t_quad_load(a2 + 4u * i) * g2t_quad_load(b + 4u * q2[i]);
    s3 += g2t_quad_load(a3 + 4u * i) * g2t_quad_load(b + 4u * q3[i]);
  }
  s[0] = exchange_quads(a0, b, q0, least, count[0], s0);
  s[1] = exchange_quads(a1, b, q1, least, count[1], s1);
  s[2] = exchange_quads(a2, b, q2, least, count[2], s2);
  s[3] = exchange_quads(a3, b, q3, least, count[3], s3);
  for (uint32_t k = 0; k < 4u; k++) out[k] = (s[k][0] + s[k][1]) + (s[k][2] + s[k][3]);
}

/* g += c x where x has these quads alone */
static inline void exchange_add_sparse(float *g, float c, const float *x, const uint16_t *quads, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const g2t_quad q = g2t_quad_load(g + 4u * quads[i]) + c * g2t_quad_load(x + 4u * i);
    memcpy(g + 4u * quads[i], &q, sizeof q);
  }
}

/* g += c x */
static inline void exchange_add(float *g, float c, const float *x, uint32_t n) {
  const uint32_t whole = n & ~3u;
  for (uint32_t j = 0; j < whole; j += G2T_LANES) {
    const g2t_quad q = g2t_quad_load(g + j) + c * g2t_quad_load(x + j);
    memcpy(g + j, &q, sizeof q);
  }
  for (uint32_t j = whole; j < n; j++) g[j] += c * x[j];
}

/* g += c[0] x[0], then c[1] x[1], ... */
static inline void exchange_adds(float *g, const float c[4], const float *const x[4], uint32_t n) {
  const float *x0 = x[0], *x1 = x[1], *x2 = x[2], *x3 = x[3];
  const float c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3];
  const uint32_t whole = n & ~3u;
  for (uint32_t j = 0; j < whole; j += G2T_LANES) {
    g2t_quad q = g2t_quad_load(g + j) + c0 * g2t_quad_load(x0 + j);
    q += c1 * g2t_quad_load(x1 + j);
    q += c2 * g2t_quad_load(x2 + j);
    q += c3 * g2t_quad_load(x3 + j);
    memcpy(g + j, &q, sizeof q);
  }
  for (uint32_t j = whole; j < n; j++) g[j] = (((g[j] + c0 * x0[j]) + c1 * x1[j]) + c2 * x2[j]) + c3 * x3[j];
}

#else

static inline float exchange_dot(const float *a, const float *b, uint32_t n) {
  float s[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  const uint32_t whole = n & ~3u;
  for (uint32_t j = 0; j < whole; j += G2T_LANES) {
    s[0] += a[j] * b[j];
    s[1] += a[j + 1u] * b[j + 1u];
    s[2] += a[j + 2u] * b[j + 2u];
    s[3] += a[j + 3u] * b[j + 3u];
  }
  for (uint32_t j = whole; j < n; j++) s[j - whole] += a[j] * b[j];
  return (s[0] + s[1]) + (s[2] + s[3]);
}

static inline void exchange_dots(const float *const a[4], const float *b, uint32_t n, float out[4]) {
  for (uint32_t i = 0; i < 4u; i++) out[i] = exchange_dot(a[i], b, n);
}

static inline void exchange_dots_sparse(const float *const a[4], const uint16_t *const quads[4], const uint32_t count[4], const float *b,
                                        float out[4]) {
  for (uint32_t k = 0; k < 4u; k++) {
    float s[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (uint32_t i = 0; i < count[k]; i++) {
      for (uint32_t j = 0; j < G2T_LANES; j++) s[j] += a[k][4u * i + j] * b[4u * quads[k][i] + j];
    }
    out[k] = (s[0] + s[1]) + (s[2] + s[3]);
  }
}

static inline void exchange_add_sparse(float *g, float c, const float *x, const uint16_t *quads, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    for (uint32_t j = 0; j < G2T_LANES; j++) g[4u * quads[i] + j] += c * x[4u * i + j];
  }
}

static inline void exchange_add(float *g, float c, const float *x, uint32_t n) {
  for (uint32_t j = 0; j < n; j++) g[j] += c * x[j];
}

static inline void exchange_adds(float *g, const float c[4], const float *const x[4], uint32_t n) {
  for (uint32_t i = 0; i < 4u; i++) exchange_add(g, c[i], x[i], n);
}

#endif

#endif
