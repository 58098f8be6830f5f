#include "exchange_record.h"
#include "exchange_parts.h"
#include "g2t_bytes.h"
#include "g2t_learner.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "vectors are sent from where they lie: little-endian targets only"
#endif

/* ---- SETUP ---- */

static int setup_good(const g2t_setup *s) {
  if (s->reserved != 0u || s->features == 0u) return 0;
  if (!g2t_is_finite(s->eta) || !(s->eta > 0.0f)) return 0;
  if (!g2t_is_finite(s->lambda) || !(s->lambda >= 0.0f)) return 0;
  if (!g2t_is_finite(s->significance) || !(s->significance >= 0.0f)) return 0;
  return s->model == G2T_MODEL_SOFTMAX ? s->classes >= 2u : s->classes == 2u;
}

/* Whether the device's rows suit: the first features can be read (into nothing but a check), and classes are the model's. */
static int rows_suit(const g2t_device *d, const g2t_setup *s, uint32_t rows) {
  const g2t_port *port = d->port;
  if (rows == 0u || (uint64_t)rows * (4u * s->features + 1u) > d->spec.flash_bytes) return 0;
  if (s->model != G2T_MODEL_SOFTMAX) return 1;
  port->work->scans += rows;
  for (uint32_t r = 0; r < rows; r++) {
    if (port->held_class(port->context, d->id, r) >= s->classes) return 0;
  }
  return 1;
}

static uint8_t impossible(const g2t_device *d, const g2t_setup *s, uint32_t rows, uint64_t needs) {
  if (s->model > G2T_MODEL_SOFTMAX || s->kind > G2T_KIND_GAIA || s->features > G2T_MAX_FEATURES) return G2T_REFUSE_UNSUPPORTED;
  if ((s->flags & ~(G2T_EXCHANGE_REUSE | G2T_EXCHANGE_VERSIONED)) != 0) return G2T_REFUSE_UNSUPPORTED;
  if (!rows_suit(d, s, rows)) return G2T_REFUSE_ROWS;
  if (needs > d->spec.ram_bytes) return G2T_REFUSE_RAM;
  return d->held > 0u ? G2T_REFUSE_FULL : 0;
}

static void refuse(g2t_device *d, uint32_t round, uint8_t reason, uint64_t needs) {
  d->refused_task = round;
  d->refused_reason = reason;
  d->refused_needs = reason != G2T_REFUSE_RAM && reason != G2T_REFUSE_FULL ? 0u : needs > UINT32_MAX ? UINT32_MAX : (uint32_t)needs;
  d->due |= DUE_REFUSE;
}

g2t_status exchange_setup(g2t_device *d, uint32_t round, const uint8_t *p) {
  g2t_setup s;
  g2t_setup_load(p, &s);
  if (!setup_good(&s)) return G2T_BAD_VALUE;
  training_abandon(d);
  const uint32_t rows = d->port->held_rows(d->port->context, d->id);
  const uint64_t needs = g2t_exchange_bytes(&s, rows, d->spec.receive_bytes);
  const uint8_t reason = impossible(d, &s, rows, needs);
  if (reason != 0u) {
    refuse(d, round, reason, needs);
    if (reason == G2T_REFUSE_FULL) outbox_close(d);
    return G2T_OK;
  }
  const layout l = exchange_layout(&s, rows);
  uint8_t *memory = d->port->memory(d->port->context, d->id, (uint32_t)l.bytes);
  if (memory == 0) return G2T_NO_MEMORY;
  memset(memory, 0, (uint32_t)l.bytes);
  d->memory = memory;
  d->state = STATE_EXCHANGE;
  exchange *x = exchange_of(d);
  x->setup = s;
  x->d = (uint32_t)g2t_exchange_dimension(s.model, s.classes, s.features);
  x->rows = rows;
  x->batch = exchange_batch(&s, rows);
  if (d->port->held_row(d->port->context, d->id, 0, s.features, (float *)(void *)(memory + l.x)) == 0) {
    training_abandon(d);
    refuse(d, round, G2T_REFUSE_ROWS, 0);
  }
  return G2T_OK;
}

/* ---- PARAMS ---- */

static uint32_t field_bytes(const g2t_setup *s) {
  switch (s->kind) {
    case G2T_KIND_GRADIENT: return (s->flags & G2T_EXCHANGE_VERSIONED) != 0 ? G2T_PARAMS_VERSIONED_BYTES : 0;
    case G2T_KIND_ADAPTIVE: return G2T_PARAMS_ADAPTIVE_BYTES;
    default: return G2T_PARAMS_STEPS_BYTES;
  }
}

/* The fields of PARAMS as the device was set up; those that its form has not got are 0. */
typedef struct {
  uint32_t version;
  uint16_t tau;
  uint8_t flags;
} params_fields;

static params_fields fields_of(const g2t_setup *s, const uint8_t *p) {
  params_fields f = {0, 0, 0};
  g2t_params_versioned_message versioned;
  g2t_params_adaptive_message adaptive;
  g2t_params_steps_message steps;
  switch (s->kind) {
    case G2T_KIND_GRADIENT:
      if (field_bytes(s) == 0u) break;
      g2t_params_versioned_load(p, &versioned);
      f.version = versioned.version;
      break;
    case G2T_KIND_ADAPTIVE:
      g2t_params_adaptive_load(p, &adaptive);
      f.tau = adaptive.tau;
      f.flags = adaptive.flags;
      break;
    default:
      g2t_params_steps_load(p, &steps);
      f.tau = steps.tau;
      break;
  }
  return f;
}

static int fields_good(const g2t_setup *s, const params_fields *f) {
  if (s->kind == G2T_KIND_GRADIENT || s->kind == G2T_KIND_GAIA) return 1;
  return f->tau != 0u && (f->flags & ~(G2T_PARAMS_ADAPTIVE_LAST | G2T_PARAMS_ADAPTIVE_PREVIOUS_IS_MIN)) == 0;
}

/*
 * Before the global weights are written over: they may be the incumbent. A device that has no more rows than a mini-batch keeps just
 * their loss, which is the same at any time. A model that comes again from its start changes nothing.
 */
static void keep_least(exchange *x, uint32_t round, int previous_is_min) {
  if (x->setup.batch == 0u || (x->filling && round == x->round)) return;
  if (!previous_is_min) return;
  x->has_min = x->has_global && x->global_round == round - 1u;
  if (x->has_min && x->batch == 0u) x->loss_min = x->loss_global;
  else if (x->has_min) memcpy(exchange_vector(x, LEAST_WEIGHTS), exchange_vector(x, GLOBAL_WEIGHTS), x->d * sizeof(float));
}

static void begin_model(exchange *x, uint32_t round, const params_fields *f) {
  x->due = 0;
  x->received = 0;
  x->tau = x->setup.kind == G2T_KIND_GRADIENT ? 1u : f->tau;
  x->last = 0;
  x->version = f->version;
  if (x->setup.kind == G2T_KIND_ADAPTIVE) {
    x->last = (f->flags & G2T_PARAMS_ADAPTIVE_LAST) != 0;
    keep_least(x, round, (f->flags & G2T_PARAMS_ADAPTIVE_PREVIOUS_IS_MIN) != 0);
    x->has_global = 0;
  }
  x->round = round;
  x->filling = 1;
  x->whole = 0;
}

g2t_status exchange_params(g2t_device *d, uint64_t now_us, uint32_t round, const uint8_t *p, uint32_t bytes) {
  if (d->state != STATE_EXCHANGE) return G2T_WRONG_STATE;
  exchange *x = exchange_of(d);
  if (bytes < G2T_PARAMS_BYTES) return G2T_BAD_LENGTH;
  g2t_params_message m;
  g2t_params_load(p, &m);
  const uint32_t offset = m.offset;
  const uint32_t fields = offset == 0u ? field_bytes(&x->setup) : 0u;
  if (bytes <= G2T_PARAMS_BYTES + fields || (bytes - G2T_PARAMS_BYTES - fields) % 4u != 0u) return G2T_BAD_LENGTH;
  const uint32_t count = (bytes - G2T_PARAMS_BYTES - fields) / 4u, from = offset / 4u;
  if (offset % 4u != 0u) return G2T_BAD_VALUE;
  if (offset > 0u && (!x->filling || x->whole || round != x->round || from != x->received)) return G2T_WRONG_STATE;
  if (count > x->d - from) return G2T_BAD_LENGTH;
  p += G2T_PARAMS_BYTES;
  if (offset == 0u) {
    const params_fields f = fields_of(&x->setup, p);
    if (!fields_good(&x->setup, &f)) return G2T_BAD_VALUE;
    begin_model(x, round, &f);
  }
  float *target = exchange_vector(x, x->setup.kind == G2T_KIND_ADAPTIVE ? GLOBAL_WEIGHTS : WEIGHTS) + from;
  memcpy(target, p + fields, count * sizeof *target);
  d->port->work->bytes_copied += 4u * count;
  x->received += count;
  if (x->received < x->d) return G2T_OK;
  x->whole = 1;
  if (x->setup.kind == G2T_KIND_GAIA) memset(exchange_vector(x, CHANGES), 0, x->d * sizeof(float));
  exchange_make_steps(d, x, now_us);
  return G2T_OK;
}

/* ---- MIRROR ---- */

g2t_status exchange_mirror(g2t_device *d, uint64_t now_us, uint32_t round, const uint8_t *p, uint32_t bytes) {
  if (d->state != STATE_EXCHANGE) return G2T_WRONG_STATE;
  exchange *x = exchange_of(d);
  if (x->setup.kind != G2T_KIND_GAIA || !x->whole) return G2T_WRONG_STATE;
  if (bytes < G2T_MIRROR_BYTES || (bytes - G2T_MIRROR_BYTES) % G2T_CHANGE_BYTES != 0u) return G2T_BAD_LENGTH;
  const uint32_t count = (bytes - G2T_MIRROR_BYTES) / G2T_CHANGE_BYTES;
  const uint8_t *changes = p + G2T_MIRROR_BYTES;
  g2t_mirror_message m;
  g2t_mirror_load(p, &m);
  if (m.reserved != 0u) return G2T_BAD_VALUE;
  for (uint32_t k = 0; k < count; k++) {
    if (g2t_load_u32(changes + k * G2T_CHANGE_BYTES) >= x->d) return G2T_BAD_VALUE;
  }
  float *w = exchange_vector(x, WEIGHTS);
  for (uint32_t k = 0; k < count; k++) {
    w[g2t_load_u32(changes + k * G2T_CHANGE_BYTES)] += g2t_load_f32(changes + k * G2T_CHANGE_BYTES + 4);
  }
  d->port->work->bytes_copied += (uint64_t)count * G2T_CHANGE_BYTES;
  if (m.steps == 0u) return G2T_OK;
  x->due = 0;
  x->tau = m.steps;
  x->round = round;
  exchange_make_steps(d, x, now_us);
  return G2T_OK;
}

/* ---- UPDATE ---- */

/* Writes the fields of UPDATE; answers their bytes. Numbers that are none are sent alike by all targets. */
static uint32_t adaptive_fields(const exchange *x, uint64_t now_us, uint8_t *p) {
  const uint64_t us = now_us - x->arrived_us;
  g2t_update_adaptive_message m = {x->rows, us > UINT32_MAX ? UINT32_MAX : (uint32_t)us, x->tau, x->loss_global,
                                   x->loss_min, x->controlled, x->beta, x->rho};
  exchange_canonical(&m.loss_global, 1);
  exchange_canonical(&m.loss_min, 1);
  exchange_canonical(&m.beta, 1);
  exchange_canonical(&m.rho, 1);
  if (!x->has_min) memcpy(&m.loss_min, &exchange_none, sizeof m.loss_min);
  g2t_update_adaptive_store(p, &m);
  return g2t_update_adaptive_length(p);
}

static uint32_t update_fields(const exchange *x, uint64_t now_us, uint8_t *p) {
  const g2t_update_plain_message plain = {x->rows};
  const g2t_update_versioned_message versioned = {x->version};
  const g2t_update_clock_message clock = {x->clock};
  switch (x->setup.kind) {
    case G2T_KIND_ADAPTIVE: return adaptive_fields(x, now_us, p);
    case G2T_KIND_GAIA: g2t_update_clock_store(p, &clock); return G2T_UPDATE_CLOCK_BYTES;
    case G2T_KIND_GRADIENT:
      if (field_bytes(&x->setup) == 0u) break;
      g2t_update_versioned_store(p, &versioned);
      return G2T_UPDATE_VERSIONED_BYTES;
    default: break;
  }
  g2t_update_plain_store(p, &plain);
  return G2T_UPDATE_PLAIN_BYTES;
}

uint32_t exchange_take(g2t_device *d, uint64_t now_us, g2t_outgoing *out) {
  exchange *x = exchange_of(d);
  if (!x->due) return 0;
  const uint32_t fields = update_fields(x, now_us, out->head + G2T_HEADER_BYTES);
  const int first = x->setup.kind == G2T_KIND_WEIGHTS || x->setup.kind == G2T_KIND_ADAPTIVE;
  const g2t_header header = {d->id, x->round, fields + x->update_bytes, G2T_UPDATE};
  out->head_bytes = G2T_HEADER_BYTES + fields;
  out->body = (const uint8_t *)exchange_vector(x, first ? WEIGHTS : GRADIENT);
  out->body_bytes = x->update_bytes;
  g2t_frame_write(out->head, &header, fields, out->body, d->port->work);
  x->due = 0;
  return G2T_HEADER_BYTES + header.length;
}

/* The vectors still lie where they were until the next model comes. */
void exchange_resend(g2t_device *d, uint32_t round) {
  exchange *x = exchange_of(d);
  if (x->whole && round == x->round && x->tau > 0u) x->due = 1;
}
