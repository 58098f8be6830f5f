#include "kernel.h"

/*
 * Runs the kernel under QEMU, once a case, each between two calls that a trace shows. The cases come from count.js:
 * FEATURES and SCORES are lists, e.g. {22, 64} and {0.0f, 0.2f}. Every case is a prediction with that score; the last of each
 * number of features is followed by an update.
 */
static const int FEATURES_OF[] = FEATURES;
static const float SCORE_OF[] = SCORES;

extern uint32_t stack_top;
void start(void);
void between_begin(void);
void between_end(void);

static const void *const VECTORS[] __attribute__((section(".vectors"), used)) = {&stack_top, (const void *)start};

__attribute__((noinline, used)) void between_begin(void) { __asm volatile(""); }
__attribute__((noinline, used)) void between_end(void) { __asm volatile(""); }

/* Semihosting: SYS_EXIT with ADP_Stopped_ApplicationExit. */
static void leave(void) {
  register uint32_t operation __asm("r0") = 0x18u;
  register uint32_t reason __asm("r1") = 0x20026u;
  __asm volatile("bkpt 0xab" ::"r"(operation), "r"(reason));
}

static float dot(const published_sgd *model, const float *row, int terms) {
  float z = 0.0f;
  for (int i = 0; i < terms; i++) z += row[i] * model->weights[i];
  return z;
}

/* Values of the size of Auslan's, none of them a round number; the last weight brings the score. A score of 0: no weights yet. */
static void prepare(published_sgd *model, float *row, int features, float score) {
  model->alpha = 1.0f;
  model->momentum = 0.7f;
  model->features = features;
  for (int i = 0; i <= features; i++) {
    row[i] = (i % 3 == 0 ? -0.1f : 0.3f) + 0.013f * (float)i;
    model->velocity[i] = (i % 2 == 0 ? 0.11f : -0.07f) * (float)(i % 7 + 1);
    model->weights[i] = (i % 2 == 0 ? -0.13f : 0.21f) * (float)(i % 5 + 1) * (score == 0.0f ? 0.0f : 1.0f);
  }
  model->weights[features] = (score - dot(model, row, features)) / row[features];
}

static void run(int features, float score, int update) {
  static published_sgd model;
  static float row[PUBLISHED_MOST_FEATURES + 1];
  prepare(&model, row, features, score);
  between_begin();
  (void)published_predict(&model, row);
  between_end();
  if (!update) return;
  between_begin();
  published_update(&model, row, 1);
  between_end();
}

__attribute__((noinline)) static void run_all(void) {
  const unsigned scores = sizeof SCORE_OF / sizeof SCORE_OF[0];
  for (unsigned f = 0; f < sizeof FEATURES_OF / sizeof FEATURES_OF[0]; f++) {
    for (unsigned s = 0; s < scores; s++) run(FEATURES_OF[f], SCORE_OF[s], s + 1u == scores);
  }
}

void start(void) {
#ifdef __ARM_FP
  *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20; /* CPACR: the FPU on */
  __asm volatile("dsb\n isb");
#endif
  run_all();
  leave();
}
