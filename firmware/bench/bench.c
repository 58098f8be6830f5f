#include "g2t_learner.h"

/*
 * Opt-SGD steps on 64 rows of 22 features with labels that no line separates, so that a share of the rows keeps being
 * updated on. The same file runs natively (with main) and in WASM (with exports); the caller measures.
 */
enum { ROWS = 64, FEATURES = 22, STRIDE = 24 };

static struct {
  float x[ROWS * STRIDE];
  uint64_t state[64];
  uint8_t label[ROWS];
  g2t_work work;
} bench;

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name))) name
#else
#define EXPORT(name) name
#endif

void EXPORT(bench_begin)(void);
void bench_begin(void) {
  const g2t_learner_config config = {1.0f, 0.7f, FEATURES, G2T_CORRECT};
  uint32_t draw = 1;
  for (uint32_t r = 0; r < ROWS; r++) {
    for (uint32_t j = 0; j < FEATURES; j++) {
      draw = draw * 1664525u + 1013904223u;
      bench.x[r * STRIDE + j] = (float)(int32_t)draw / 2147483648.0f;
    }
    bench.label[r] = (uint8_t)((draw >> 13) & 1u);
  }
  g2t_learner_opt_sgd.begin(bench.state, &config);
}

/* Returns the steps made. */
double EXPORT(bench_run)(uint32_t passes);
double bench_run(uint32_t passes) {
  const g2t_rows rows = {bench.x, bench.label, ROWS, 0.0f};
  for (uint32_t p = 0; p < passes; p++) g2t_learner_opt_sgd.fit(bench.state, &rows, 0, 0, ROWS, &bench.work);
  return (double)(passes * ROWS);
}

/* Share of the rows so far that had an error. */
double EXPORT(bench_share)(void);
double bench_share(void) { return (double)bench.work.updates / (double)bench.work.rows; }

#ifndef __wasm__
#include <stdio.h>
#include <time.h>

/* The best of many short runs, as in bench.js: a busy machine lengthens runs, it never shortens one. */
int main(void) {
  double best = 1e30;
  bench_begin();
  for (int run = 0; run < 2000; run++) {
    struct timespec from, to;
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    const double steps = bench_run(200);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    const double ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    if (ns / steps < best) best = ns / steps;
  }
  printf("%.4f %.4f\n", best, bench_share());
  return 0;
}
#endif
