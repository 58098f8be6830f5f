#include "exchange_parts.h"
#include "g2t_learner.h"

/*
 * Opt-SGD steps on 64 rows of 22 features with labels that no line separates, so that a share of the rows keeps being
 * updated on. The same file runs natively (with main) and in WASM (with exports); the caller measures.
 * And the gradient of the SVM on 200 rows of 784 features, as exchanges of MNIST compute it.
 */
enum { MANY_ROWS = 200, MANY = 784 };
enum { ROWS = 64, FEATURES = 22, STRIDE = 24 };

static struct {
  float x[ROWS * STRIDE];
  uint64_t state[64];
  uint8_t label[ROWS];
  g2t_work work;
  float many[MANY_ROWS * MANY];
  float w[MANY];
  float g[MANY];
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

static uint16_t class_of(void *context, uint32_t device, uint32_t index) {
  (void)context;
  (void)device;
  return (uint16_t)(index & 1u);
}

static const float *row_at(void *context, uint32_t device, uint32_t index, uint16_t features) {
  (void)context;
  (void)device;
  return bench.many + index * features;
}

void EXPORT(bench_begin_gradient)(void);
void bench_begin_gradient(void) {
  uint32_t draw = 1;
  for (uint32_t j = 0; j < (uint32_t)(MANY_ROWS * MANY); j++) {
    draw = draw * 1664525u + 1013904223u;
    bench.many[j] = (float)(draw >> 8) / 16777216.0f;
  }
}

/* Row-features whose part of a gradient was taken. */
double EXPORT(bench_gradient)(uint32_t times);
double bench_gradient(uint32_t times) {
  g2t_port port = {0, 0, 0, class_of, 0, &bench.work, row_at, 0};
  const g2t_setup setup = {G2T_MODEL_SVM, G2T_KIND_WEIGHTS, 0, 0, 2, MANY, 0, 0.01f, 0.1f, 0.0f, 0};
  const exchange_rows rows = {&port, 0, &setup, 0, MANY_ROWS, 0, 0};
  for (uint32_t k = 0; k < times; k++) {
    (void)exchange_gradient(&rows, bench.w, bench.g);
    exchange_step(bench.w, 1e-6f, bench.g, MANY);
  }
  return (double)(times * MANY_ROWS * MANY);
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
static double best_of(double (*run_some)(uint32_t), uint32_t times) {
  double best = 1e30;
  for (int run = 0; run < 2000; run++) {
    struct timespec from, to;
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    const double steps = run_some(times);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    const double ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    if (ns / steps < best) best = ns / steps;
  }
  return best;
}

int main(void) {
  bench_begin();
  const double step = best_of(bench_run, 200);
  const double share = bench_share();
  bench_begin_gradient();
  printf("%.4f %.4f %.4f\n", step, share, best_of(bench_gradient, 1));
  return 0;
}
#endif
