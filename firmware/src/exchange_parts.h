#ifndef G2T_EXCHANGE_PARTS_H
#define G2T_EXCHANGE_PARTS_H

#include "g2t_device.h"
#include "g2t_exchange.h"

/* Shared by exchange.c, exchange_model.c and exchange_rules.c, and by their tests; not part of the interface. */

/* Rows of one gradient or loss: held rows order[0], ... order[count - 1], or 0, ... count - 1 where order is null. */
typedef struct {
  const g2t_port *port;
  uint32_t device;
  const g2t_setup *setup;
  const uint16_t *order;
  uint32_t count; /* at least 1 */
  float *x;       /* window of one row: features floats, for ports that copy */
  float *scores;  /* classes floats (softmax) */
} exchange_rows;

/*
 * The loss at w over the rows, and its gradient into g[d] unless that is null. Counts its work as g2t_exchange.h says.
 */
float exchange_gradient(const exchange_rows *rows, const float *w, float *g);

/* svm or logistic: the derivative of a row's loss by its score z, and the loss itself. */
float exchange_binary_loss(uint8_t model, float z, int positive, float *loss);

/* softmax: scores[c] = w_c.x + bias_c. */
void exchange_score_classes(const float *w, const float *x, uint32_t n, uint32_t classes, float *scores);

/* softmax: turns scores into probabilities; answers the row's cross-entropy. */
float exchange_soften(float *scores, uint32_t classes, uint32_t label);

/* w -= eta g */
void exchange_step(float *w, float eta, const float *g, uint32_t d);

/* |a - b| */
float exchange_distance(const float *a, const float *b, uint32_t d);

/* beta_i and rho_i (algorithms, section D6) from distance = |w_last - w_global| and change = |g_last - g_global|. */
void exchange_control(float distance, float change, float loss_last, float loss_global, float *beta, float *rho);

/*
 * Gaia's filter with threshold v = v_0 / sqrt(t). Moves what is significant out of a[d], into out[4 d bytes]: pairs where they are
 * shorter, else d floats. Returns the bytes written.
 */
uint32_t exchange_significant(const float *w, float *a, uint32_t d, float v, uint8_t *out);

/* Bits of the not-a-number that all targets send alike. */
extern const uint32_t exchange_none;

/* Makes every not-a-number that one. */
void exchange_canonical(float *v, uint32_t d);

#endif
