#ifndef G2T_LANES_H
#define G2T_LANES_H

#include <stdint.h>
#include <string.h>

/*
 * The sums and updates of the training loop, four elements at a time: element j in lane j mod 4. Where the target has 128-bit
 * vectors they are named outright (compilers otherwise shuffle a sum's lanes about); elsewhere, or with G2T_PLAIN_LANES, plain C. Rows are padded
 * with zeros to whole lanes, which changes no bit of a sum: a lane starts at +0 and so never becomes -0.
 */
enum { G2T_LANES = 4 };

/* n rounded up to whole lanes. */
static inline uint32_t g2t_padded(uint32_t n) { return (n + 3u) & ~3u; }

#if defined(__GNUC__) && !defined(G2T_PLAIN_LANES) && (defined(__wasm_simd128__) || defined(__SSE2__) || defined(__ARM_NEON))

typedef float g2t_quad __attribute__((vector_size(16)));

static inline g2t_quad g2t_quad_load(const float *p) {
  g2t_quad q;
  memcpy(&q, p, sizeof q);
  return q;
}

/* a.b over n elements, n a multiple of 4: (s0 + s1) + (s2 + s3). */
static inline float g2t_dot(const float *a, const float *b, uint32_t n) {
  g2t_quad s = {0.0f, 0.0f, 0.0f, 0.0f};
  for (uint32_t j = 0; j < n; j += G2T_LANES) s += g2t_quad_load(a + j) * g2t_quad_load(b + j);
  return (s[0] + s[1]) + (s[2] + s[3]);
}

/* a.b over any number of elements, with nothing read beyond them: the bits of g2t_dot over rows padded with zeros. */
static inline float g2t_dot_any(const float *a, const float *b, uint32_t n) {
  g2t_quad s = {0.0f, 0.0f, 0.0f, 0.0f};
  float lane[G2T_LANES];
  uint32_t j = 0;
  for (; j + G2T_LANES <= n; j += G2T_LANES) s += g2t_quad_load(a + j) * g2t_quad_load(b + j);
  memcpy(lane, &s, sizeof lane);
  for (; j < n; j++) lane[j % G2T_LANES] += a[j] * b[j];
  return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

/* u = m u - (a x) e; w += u, over n elements, n a multiple of 4. */
static inline void g2t_momentum_step(float *w, float *u, const float *x, uint32_t n, float a, float m, float e) {
  for (uint32_t j = 0; j < n; j += G2T_LANES) {
    const g2t_quad velocity = m * g2t_quad_load(u + j) - (a * g2t_quad_load(x + j)) * e;
    const g2t_quad weight = g2t_quad_load(w + j) + velocity;
    memcpy(u + j, &velocity, sizeof velocity);
    memcpy(w + j, &weight, sizeof weight);
  }
}

#else

static inline float g2t_dot(const float *a, const float *b, uint32_t n) {
  float s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;
  for (uint32_t j = 0; j < n; j += G2T_LANES) {
    s0 += a[j] * b[j];
    s1 += a[j + 1u] * b[j + 1u];
    s2 += a[j + 2u] * b[j + 2u];
    s3 += a[j + 3u] * b[j + 3u];
  }
  return (s0 + s1) + (s2 + s3);
}

static inline float g2t_dot_any(const float *a, const float *b, uint32_t n) {
  float lane[G2T_LANES] = {0.0f, 0.0f, 0.0f, 0.0f};
  for (uint32_t j = 0; j < n; j++) lane[j % G2T_LANES] += a[j] * b[j];
  return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

static inline void g2t_momentum_step(float *w, float *u, const float *x, uint32_t n, float a, float m, float e) {
  for (uint32_t j = 0; j < n; j++) {
    u[j] = m * u[j] - (a * x[j]) * e;
    w[j] += u[j];
  }
}

#endif

/* y += a x over n elements. No sum crosses elements, so compilers may vectorise it as they like. */
static inline void g2t_add_scaled(float *restrict y, float a, const float *restrict x, uint32_t n) {
  for (uint32_t j = 0; j < n; j++) y[j] += a * x[j];
}

#endif
