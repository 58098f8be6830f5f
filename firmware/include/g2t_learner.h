#ifndef G2T_LEARNER_H
#define G2T_LEARNER_H

#include <stdint.h>

#include "g2t_lanes.h"
#include "g2t_work.h"

/* Learners. Rows are padded with zeros to whole lanes (g2t_lanes.h). Weights leave as n + 1 floats, bias first. */
enum { G2T_MAX_FEATURES = 65534 };

typedef struct {
  float alpha;      /* step, finite, above 0 */
  float momentum;   /* finite, at least 0 */
  uint16_t features;
  uint8_t variant;  /* of the learner */
} g2t_learner_config;

/* Rows as they lie in memory. */
typedef struct {
  const float *x;       /* rows[count][g2t_padded(features)] */
  const uint8_t *label; /* [count], 0 or 1 */
  uint32_t count;
  float beyond;         /* what lies after the last row in memory: as published only */
} g2t_rows;

typedef struct {
  uint8_t variants; /* how many there are, numbered from 0 */
  /* Bytes of the learner's state. The state is aligned to 16 bytes. */
  uint32_t (*state_bytes)(uint32_t features);
  void (*begin)(void *state, const g2t_learner_config *config);
  /* Whether a row cannot be trained before the row after it in memory is known. */
  int (*needs_next)(uint8_t variant);
  /* Trains on rows order[0], ... order[steps - 1], or on rows from, ... from + steps - 1 where order is null. */
  void (*fit)(void *state, const g2t_rows *rows, const uint16_t *order, uint32_t from, uint32_t steps, g2t_work *work);
  /* The n + 1 weights, bias first; they lie in the state. */
  const float *(*weights)(const void *state);
} g2t_learner;

/* The learner of a CONFIG's number; null where there is none. */
const g2t_learner *g2t_learner_of(uint8_t number);

enum { G2T_OPT_SGD = 0 };
enum { G2T_CORRECT = 0, G2T_NORMALISED = 1, G2T_AS_PUBLISHED = 2 };

/*
 * Opt-SGD (Sudharsan et al., ML-MCU, IEEE IoT-J 2021): a perceptron with momentum.
 * correct: z = w0 + x.w, predicts z > 0, e = prediction - label; where e is not 0: u0 = m u0 - a e, u = m u - (a x) e, w += u.
 * normalised: the same with a = alpha / (1 + alpha |x|^2).
 * as-published, fault for fault: the published code dots the raw row with all n + 1 weights, so the bias meets x[0], every
 * weight is one feature off, and x[n] is read beyond the row: the next row's first feature, 0 after the last. Sums in index
 * order. Its sigmoid is not computed (z > 0 decides alike but for 0 < z < 1e-16) but counted in `exps`.
 */
extern const g2t_learner g2t_learner_opt_sgd;

#endif
