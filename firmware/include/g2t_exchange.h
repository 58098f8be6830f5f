#ifndef G2T_EXCHANGE_H
#define G2T_EXCHANGE_H

#include <stdint.h>

#include "g2t_messages.h"
#include "g2t_status.h"
#include "g2t_work.h"

/*
 * Training by exchange of gradients or parameters (algorithms, sections A4, A7, D): the server sends the model, the device makes
 * steps on the rows that it holds, and sends what came of them. A device is in this mode or has tasks, never both: SETUP
 * ends a task, TASK ends an exchange.
 *
 * SETUP  The device takes memory, or answers REFUSE with SETUP's round for the task's id: 1 RAM; 2 it holds no rows, or too few features, or
 *        classes beyond the model's, or more than its flash; 3 finished classifiers still wait for their ACK; 4 not in this firmware.
 * PARAMS Chunks of the model in order. With the model's last byte the device makes all its steps, within that call, and UPDATE is
 *        due; `round` is repeated in it. A new PARAMS drops an UPDATE not yet taken.
 * UPDATE gradient: g.  weights: w.  adaptive: w, and with control g_i(w_global).  gaia: what is significant, or all d floats where that is
 *        not longer.
 * MIRROR Changes are added to the weights; then `steps` steps and an UPDATE, if any.
 *
 * Models, labels y of held rows by class: svm y = +1 where the class is odd, else -1, no bias, loss lambda/2 |w|^2 + mean max(0, 1 - y w.x)^2 / 2.
 * logistic: the same labels, bias first, log-loss. softmax: classes in turn, each bias first, cross-entropy. Both: + lambda/2 |w|^2 without the
 * biases. Gradients are means over the batch: rows summed in order in float32 from 0, divided by their number, + lambda w.
 *
 * Mini-batches: the rows shuffled by g2t_order with the seed, pass after pass; batch b is places b B to b B + B - 1; a rest
 * smaller than B is left out of the pass. Every step takes the next one, but for the reuse rule of adaptive.
 *
 * adaptive (Wang et al., JSAC 37(6), 2019, and its published code): the first step gives F_i and g_i at the global weights; after the last, g and F
 * at the final local weights on the same mini-batch are kept for the next round, where with D = |w_last - w_global|
 * beta_i = max(|g_last - g_i| / D, 1e-5) and rho_i = |F_last - F_i| / D; D <= 1e-10 gives 1e-5 and 0, and so do not-a-numbers. Reuse: a
 * round's first step takes the mini-batch of the last step before, with tau = 1 three steps at most.
 *
 * Work (g2t_work.h), m rows a batch of which a add to the gradient (svm: those with a loss, else all): multiply-adds m n and, for the norm, d; rewritten
 * a n, d for mean and penalty, d a step; operations 2 a n + 2 d, 2 d a step, a few a row; divisions d, one a row (logistic) or a class (softmax);
 * functions 2 a row (logistic), k + 1 (softmax), and a root counts as one. A loss alone leaves out what is the gradient's. Bytes copied 4 n a row, whether
 * the port shows rows in place or not. FLOP = 2 multiply-adds + operations + divisions + 21 functions.
 *
 * gaia (Hsieh et al., NSDI 2017): w += -eta g, a += -eta g; at UPDATE number t change i is significant where a_i is not 0 and w_i is 0 or
 * |a_i / w_i| > v_0 / sqrt(t); a_i is then 0. For a mean over N devices the server sets eta / N.
 */
typedef g2t_setup_message g2t_setup;

/* An index u32 and a change f32, in UPDATE and MIRROR. */
enum { G2T_CHANGE_BYTES = 8 };

/* d: parameters of a model. */
uint64_t g2t_exchange_dimension(uint8_t model, uint16_t classes, uint16_t features);

/*
 * RAM of an exchange, all included, bytes: fixed part, receive buffer, 4 d for each vector (gradient, weights 2, gaia 3,
 * adaptive 4, with mini-batches 5), a row, scores, 2 B a held row with mini-batches. A device that has less refuses.
 */
uint64_t g2t_exchange_bytes(const g2t_setup *setup, uint32_t rows, uint32_t receive_bytes);

#endif
