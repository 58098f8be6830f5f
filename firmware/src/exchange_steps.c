#include "exchange_record.h"

#include <string.h>

#include "exchange_root.h"
#include "exchange_parts.h"
#include "g2t_order.h"

enum { USES_OF_A_BATCH = 3 };

static uint32_t vectors_of(const g2t_setup *s, uint32_t batch) {
  if (s->kind == G2T_KIND_ADAPTIVE) return batch == 0u ? 4u : 5u;
  return s->kind == G2T_KIND_GAIA ? 3u : 2u;
}

uint32_t exchange_batch(const g2t_setup *s, uint32_t rows) { return s->batch < rows ? s->batch : 0u; }

static uint64_t rounded16(uint64_t bytes) { return (bytes + 15u) & ~(uint64_t)15u; }

layout exchange_layout(const g2t_setup *s, uint32_t rows) {
  const uint32_t batch = exchange_batch(s, rows);
  const uint64_t d = g2t_exchange_dimension(s->model, s->classes, s->features);
  layout l;
  l.x = rounded16(RECORD_BYTES + vectors_of(s, batch) * d * 4u);
  l.scores = l.x + rounded16(s->features * 4u);
  l.order = l.scores + (s->model == G2T_MODEL_SOFTMAX ? s->classes * 4u : 0u);
  l.bytes = rounded16(l.order + (batch == 0u ? 0u : rows * 2u));
  return l;
}

uint64_t g2t_exchange_dimension(uint8_t model, uint16_t classes, uint16_t features) {
  if (model == G2T_MODEL_SVM) return features;
  return (features + 1u) * (uint64_t)(model == G2T_MODEL_LOGISTIC ? 1u : classes);
}

uint64_t g2t_exchange_bytes(const g2t_setup *setup, uint32_t rows, uint32_t receive_bytes) {
  return (uint64_t)G2T_FIXED_BYTES + receive_bytes + exchange_layout(setup, rows).bytes;
}

exchange *exchange_of(const g2t_device *d) { return (exchange *)(void *)d->memory; }

float *exchange_vector(exchange *x, uint32_t place) {
  return (float *)(void *)((uint8_t *)x + RECORD_BYTES) + (uint64_t)place * x->d;
}

static uint16_t *order_of(exchange *x) {
  return (uint16_t *)(void *)((uint8_t *)x + exchange_layout(&x->setup, x->rows).order);
}

/* The first pass over the rows is shuffled by the seed, each later one from the one before. */
static void draw_batch(g2t_device *d, exchange *x) {
  if (x->batch == 0u) return;
  uint16_t *order = order_of(x);
  const int first = !x->drawn;
  if (first || x->next + x->batch > x->rows) {
    for (uint32_t r = 0; first && r < x->rows; r++) order[r] = (uint16_t)r;
    if (!first) x->pass++;
    g2t_order_shuffle(order, x->rows, x->setup.seed, x->pass);
    d->port->work->scans += x->rows;
    x->next = 0;
  }
  x->at = x->next;
  x->next += x->batch;
  x->uses = 0;
  x->drawn = 1;
}

static float gradient(const g2t_device *d, exchange *x, const float *w, float *g) {
  const layout l = exchange_layout(&x->setup, x->rows);
  uint8_t *start = (uint8_t *)x;
  const exchange_rows rows = {d->port, d->id, &x->setup, x->batch == 0u ? 0 : order_of(x) + x->at,
                              x->batch == 0u ? x->rows : x->batch, (float *)(void *)(start + l.x),
                              (float *)(void *)(start + l.scores)};
  return exchange_gradient(&rows, w, g);
}

static void step(const g2t_device *d, const exchange *x, float *w, const float *g) {
  exchange_step(w, x->setup.eta, g, x->d);
  d->port->work->rewritten += x->d;
  d->port->work->operations += 2u * (uint64_t)x->d;
}

static void make_gradient(g2t_device *d, exchange *x) {
  draw_batch(d, x);
  (void)gradient(d, x, exchange_vector(x, WEIGHTS), exchange_vector(x, GRADIENT));
  exchange_canonical(exchange_vector(x, GRADIENT), x->d);
  x->update_bytes = 4u * x->d;
}

static void make_weights(g2t_device *d, exchange *x) {
  float *w = exchange_vector(x, WEIGHTS), *g = exchange_vector(x, GRADIENT);
  for (uint32_t i = 0; i < x->tau; i++) {
    draw_batch(d, x);
    (void)gradient(d, x, w, g);
    step(d, x, w, g);
  }
  exchange_canonical(w, x->d);
  x->update_bytes = 4u * x->d;
}

/* A round's first mini-batch: by the reuse rule that of the last step before, unless tau is 1 and it served often enough. */
static void draw_first_batch(g2t_device *d, exchange *x) {
  const int reuse = (x->setup.flags & G2T_EXCHANGE_REUSE) != 0 && x->drawn;
  if (!reuse || (x->tau == 1u && x->uses >= (uint32_t)USES_OF_A_BATCH)) draw_batch(d, x);
}

static void make_adaptive(g2t_device *d, exchange *x) {
  float *w = exchange_vector(x, WEIGHTS), *g = exchange_vector(x, LAST_GRADIENT), *first = exchange_vector(x, GLOBAL_GRADIENT);
  const float *global = exchange_vector(x, GLOBAL_WEIGHTS);
  const float distance = x->has_last ? exchange_distance(w, global, x->d) : 0.0f;
  memcpy(w, global, x->d * sizeof *w);
  x->has_global = 1;
  x->global_round = x->round;
  draw_first_batch(d, x);
  x->loss_global = gradient(d, x, w, first);
  if (x->has_min && x->batch != 0u) x->loss_min = gradient(d, x, exchange_vector(x, LEAST_WEIGHTS), 0);
  x->controlled = x->has_last;
  if (x->has_last) {
    exchange_control(distance, exchange_distance(g, first, x->d), x->loss_last, x->loss_global, &x->beta, &x->rho);
    d->port->work->multiply_adds += 2u * (uint64_t)x->d;
    d->port->work->operations += 2u * (uint64_t)x->d;
    d->port->work->divisions += 2u;
    d->port->work->functions += 2u;
  }
  step(d, x, w, first);
  x->uses++;
  for (uint32_t i = 1; i < x->tau; i++) {
    draw_batch(d, x);
    (void)gradient(d, x, w, g);
    step(d, x, w, g);
    x->uses++;
  }
  if (!x->last) x->loss_last = gradient(d, x, w, g);
  x->has_last = !x->last;
  exchange_canonical(w, x->d);
  exchange_canonical(first, x->d);
  x->update_bytes = (x->controlled ? 8u : 4u) * x->d;
}

/* The gradient's vector then carries what is significant. */
static void make_changes(g2t_device *d, exchange *x) {
  float *w = exchange_vector(x, WEIGHTS), *g = exchange_vector(x, GRADIENT), *a = exchange_vector(x, CHANGES);
  for (uint32_t i = 0; i < x->tau; i++) {
    draw_batch(d, x);
    (void)gradient(d, x, w, g);
    step(d, x, w, g);
    step(d, x, a, g);
  }
  x->clock++;
  exchange_canonical(a, x->d);
  const float v = x->setup.significance / exchange_sqrt((float)x->clock);
  x->update_bytes = exchange_significant(w, a, x->d, v, (uint8_t *)g);
  d->port->work->bytes_encoded += x->update_bytes;
  d->port->work->divisions += x->d;
}

void exchange_make_steps(g2t_device *d, exchange *x, uint64_t now_us) {
  x->arrived_us = now_us;
  switch (x->setup.kind) {
    case G2T_KIND_GRADIENT: make_gradient(d, x); break;
    case G2T_KIND_WEIGHTS: make_weights(d, x); break;
    case G2T_KIND_ADAPTIVE: make_adaptive(d, x); break;
    default:
      if (x->tau == 0u) return;
      make_changes(d, x);
      break;
  }
  x->due = 1;
}
