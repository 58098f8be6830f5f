#ifndef G2T_LEARNER_H
#define G2T_LEARNER_H

#include <stdint.h>

#include "g2t_lanes.h"
#include "g2t_messages.h"
#include "g2t_work.h"

/*
 * Learners of a task of two classes: label 1 is class i, label 0 class j, and z = x.w (+ bias) > 0 stands for class i. Rows are padded
 * with zeros to whole lanes (g2t_lanes.h). Weights leave as n + 1 floats, bias first, or as n where a learner has no bias.
 */
enum { G2T_MAX_FEATURES = 65534 };

typedef struct {
  float first;      /* the learner's parameters, as accepted: see each learner */
  float second;
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
  uint8_t bias;     /* 1: n + 1 weights; 0: n */
  uint8_t one_pass; /* a second pass over the rows would teach nothing: more than one is refused */
  /* Whether CONFIG's parameters are in range. */
  int (*accepts)(float first, float second);
  /* Bytes of the learner's state. The state is aligned to 16 bytes. UINT64 so that no number of features wraps. */
  uint64_t (*state_bytes)(uint32_t features);
  void (*begin)(void *state, const g2t_learner_config *config);
  /* Whether a row cannot be trained before the row after it in memory is known; null: never. */
  int (*needs_next)(uint8_t variant);
  /* Trains on rows order[0], ... order[steps - 1], or on rows from, ... from + steps - 1 where order is null. */
  void (*fit)(void *state, const g2t_rows *rows, const uint16_t *order, uint32_t from, uint32_t steps, g2t_work *work);
  /* Makes the weights of what was gathered, once, after the last row; null: they are there already. */
  void (*finish)(void *state, g2t_work *work);
  /* The weights, bias first where there is one; they lie in the state. */
  const float *(*weights)(const void *state);
} g2t_learner;

static inline uint32_t g2t_weight_count(const g2t_learner *learner, uint32_t features) { return features + learner->bias; }

/* The learner of a CONFIG's number; null where there is none. */
const g2t_learner *g2t_learner_of(uint8_t number);

/*
 * Opt-SGD (Sudharsan et al., ML-MCU, IEEE IoT-J 2021): a perceptron with momentum. first: alpha, above 0; second: momentum m, at least 0.
 * correct: z = w0 + x.w, predicts z > 0, e = prediction - label; where e is not 0: u0 = m u0 - a e, u = m u - (a x) e, w += u.
 * normalised: the same with a = alpha / (1 + alpha |x|^2).
 * as-published, fault for fault: the published code dots the raw row with all n + 1 weights, so the bias meets x[0], every
 * weight is one feature off, and x[n] is read beyond the row: the next row's first feature, 0 after the last. Sums in index
 * order. Its sigmoid is not computed (z > 0 decides alike but for 0 < z < 1e-16) but counted in `exps`.
 */
extern const g2t_learner g2t_learner_opt_sgd;

/*
 * Linear SVM with a smooth (squared) hinge and no bias (Wang et al., JSAC 37(6) 2019, the SVM of the authors' code): one row at a time
 * the gradient of g2t_svm.h with a batch of one, w -= eta g. first: eta, above 0; second: lambda, at least 0.
 * FLOP a row: 7n + 3 with a loss, 5n + 2 without.
 */
extern const g2t_learner g2t_learner_svm;

/*
 * Logistic regression, one row at a time: p = 1 / (1 + e^-z), g = eta (p - y), w0 -= g, w -= g x. first: eta, above 0.
 * FLOP a row: 4n + 5 and an exponential (G2T_FUNCTION_FLOP).
 */
extern const g2t_learner g2t_learner_logistic;

/*
 * Linear discriminant analysis of two classes with one pooled covariance. A row: delta = x - mu_c, mu_c += delta / N_c, M += delta (x -
 * mu_c)^T (Welford 1962; M's lower triangle). At the end S = M / (N - 2), S = (1 - lambda) S + lambda (tr S / n) I, w = S^-1 (mu_1 - mu_0)
 * by the square-root-free Cholesky factors L D L^T, bias = -(mu_0 + mu_1).w / 2 + ln(N_1 / N_0). 1 / N_c and 1 / (N - 2) are
 * taken once and multiplied by. first: lambda, above 0, at most 1. Rows that do not vary at all: S = I. Rows of one class
 * alone: weights 0, bias +1 or -1. State: 16 + 4 (4 + 4n + n (n + 1) / 2) B, n padded in 4n.
 * FLOP a row: n (n + 1) + 4n + 1; at the end n^3 / 3 + O(n^2).
 */
extern const g2t_learner g2t_learner_lda;

/*
 * SEFR (Keshavarz et al., arXiv 2006.04620), for features that are not negative: w = (mu_1 - mu_0) / (mu_1 + mu_0 + 1e-7), 0 where that sum is
 * not above 0; bias = -(N_0 mu_1.w + N_1 mu_0.w) / N. No parameter. Rows of one class alone: weights 0, bias +1 or -1.
 * FLOP a row: n; at the end 10n + 6.
 */
extern const g2t_learner g2t_learner_sefr;

/*
 * Train++ (Sudharsan et al., UIC 2021): passive-aggressive PA-II (Crammer et al., JMLR 2006) without a bias: loss = max(0, 1 - y x.w), y +1 or
 * -1; where it is not 0: w += (y loss / (|x|^2 + 1 / (2 C))) x. first: C, above 0. FLOP a row: 2n + 2, with a loss
 * 6n + 5.
 */
extern const g2t_learner g2t_learner_train_pp;

#endif
