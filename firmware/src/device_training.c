#include "device_parts.h"
#include "g2t_bytes.h"
#include "g2t_codec.h"
#include "g2t_learner.h"
#include "g2t_order.h"

/* A task's block of memory: learner state, rows (one, or the cache), row order, labels. Offsets from its start. */
typedef struct {
  uint64_t rows;
  uint64_t order;
  uint64_t labels;
  uint64_t bytes;
} layout;

static layout layout_of(const g2t_learner *learner, uint16_t features, uint32_t rows, uint8_t source, uint8_t seeded) {
  const uint64_t kept = source == G2T_MODE_CACHE ? rows : 1u;
  const uint64_t ordered = source == G2T_MODE_HELD || (source == G2T_MODE_CACHE && seeded) ? rows : 0u;
  layout l;
  l.rows = (learner->state_bytes(features) + 15u) & ~(uint64_t)15u;
  l.order = l.rows + kept * g2t_padded(features) * 4u;
  l.labels = l.order + ordered * 2u;
  l.bytes = (l.labels + kept + 15u) & ~(uint64_t)15u;
  return l;
}

uint64_t g2t_device_task_bytes(uint8_t learner, uint16_t features, uint32_t rows, uint8_t mode, uint8_t codec,
                               uint32_t receive_bytes) {
  const g2t_learner *l = g2t_learner_of(learner);
  if (l == 0) return UINT64_MAX;
  const uint32_t result = aligned16(UPLOAD_HEAD + g2t_encoded_limit(codec, g2t_weight_count(l, features)));
  const layout block = layout_of(l, features, rows, mode & G2T_MODE_SOURCE_MASK, (mode & G2T_MODE_SEEDED) != 0);
  return (uint64_t)G2T_FIXED_BYTES + receive_bytes + result + block.bytes;
}

/* The parts of the current task, as pointers. */
typedef struct {
  const g2t_learner *learner;
  void *state;
  float *x;
  uint16_t *order;
  uint8_t *label;
  uint32_t stride;
} parts;

static parts parts_of(const g2t_device *d) {
  const g2t_task *t = &d->task;
  const g2t_learner *learner = g2t_learner_of(d->config.learner);
  const layout l = layout_of(learner, t->features, t->rows, t->source, t->seeded);
  uint8_t *start = d->memory + d->task_at;
  parts p;
  p.learner = learner;
  p.state = start;
  p.x = (float *)(void *)(start + l.rows);
  p.order = (uint16_t *)(void *)(start + l.order);
  p.label = start + l.labels;
  p.stride = g2t_padded(t->features);
  return p;
}

static void refuse(g2t_device *d, const g2t_task *task, uint8_t reason, uint64_t needs) {
  d->refused_task = task->id;
  d->refused_reason = reason;
  d->refused_needs = needs > UINT32_MAX ? UINT32_MAX : (uint32_t)needs;
  d->due |= DUE_REFUSE;
  /* A refused last task must not leave finished ones waiting for a next; neither must full memory. */
  if (task->last || reason == G2T_REFUSE_FULL) outbox_close(d);
}

/* Memory for the current task, behind what is held; 0 when the budget forbids it. Leaves all that would be needed. */
static int claim(g2t_device *d, const g2t_task *task, uint64_t *needs) {
  const g2t_learner *learner = g2t_learner_of(d->config.learner);
  const layout l = layout_of(learner, task->features, task->rows, task->source, task->seeded);
  const uint32_t at = outbox_room(d, g2t_weight_count(learner, task->features));
  *needs = (uint64_t)G2T_FIXED_BYTES + d->spec.receive_bytes + at + l.bytes;
  if (*needs > d->spec.ram_bytes || d->held == UINT16_MAX) return 0;
  uint8_t *memory = d->port->memory(d->port->context, d->id, (uint32_t)(at + l.bytes));
  if (memory == 0) return -1;
  d->memory = memory;
  d->task_at = at;
  return 1;
}

static void finish(g2t_device *d, uint64_t now_us) {
  const parts p = parts_of(d);
  const uint32_t count = g2t_weight_count(p.learner, d->task.features);
  if (p.learner->finish != 0) p.learner->finish(p.state, d->port->work);
  outbox_add(d, now_us, p.learner->weights(p.state), count);
  const layout l = layout_of(p.learner, d->task.features, d->task.rows, d->task.source, d->task.seeded);
  const uint64_t next = (uint64_t)G2T_FIXED_BYTES + d->spec.receive_bytes + outbox_room(d, count) + l.bytes;
  d->state = STATE_READY;
  memory_shrink(d);
  if (d->task.last || next > d->spec.ram_bytes) outbox_close(d);
  outbox_flush_if_due(d);
}

void training_abandon(g2t_device *d) {
  if (d->state != STATE_TRAINING && d->state != STATE_EXCHANGE) return;
  d->state = is_configured(d) ? STATE_READY : STATE_NEW;
  memory_shrink(d);
}

/* Zeroes the padding once: features are written over, the rest stays. */
static void begin_learner(g2t_device *d) {
  const parts p = parts_of(d);
  const g2t_learner_config config = {d->config.first, d->config.second, d->task.features, d->task.variant};
  const uint32_t kept = d->task.source == G2T_MODE_CACHE ? d->task.rows : 1u;
  p.learner->begin(p.state, &config);
  for (uint32_t r = 0; r < kept; r++) {
    for (uint32_t j = d->task.features; j < p.stride; j++) p.x[r * p.stride + j] = 0.0f;
  }
}

/* How many held rows are of the task's two classes; where order is not null they are listed in it, at most `limit`. */
static uint32_t choose_held(const g2t_device *d, const g2t_task *t, uint16_t *order, uint32_t limit) {
  const uint32_t count = d->port->held_rows(d->port->context, d->id);
  uint32_t chosen = 0;
  for (uint32_t r = 0; r < count && chosen < limit; r++) {
    const uint16_t class_ = d->port->held_class(d->port->context, d->id, r);
    if (class_ != t->positive && class_ != t->negative) continue;
    if (order != 0) order[chosen] = (uint16_t)r;
    chosen++;
  }
  d->port->work->scans += count;
  return chosen;
}

static void fit_held_row(g2t_device *d, const parts *p, uint32_t row) {
  const g2t_rows one = {p->x, p->label, 1, 0.0f};
  (void)d->port->held_row(d->port->context, d->id, row, d->task.features, p->x);
  p->label[0] = d->port->held_class(d->port->context, d->id, row) == d->task.positive;
  d->port->work->bytes_copied += 4u * d->task.features + 1u;
  p->learner->fit(p->state, &one, 0, 0, 1, d->port->work);
}

static void train_held(g2t_device *d, uint64_t now_us) {
  const parts p = parts_of(d);
  (void)choose_held(d, &d->task, p.order, d->task.rows);
  for (uint32_t pass = 0; pass < d->task.passes; pass++) {
    g2t_order_shuffle(p.order, d->task.rows, d->task.seed, pass);
    d->port->work->scans += d->task.rows;
    for (uint32_t k = 0; k < d->task.rows; k++) fit_held_row(d, &p, p.order[k]);
  }
  finish(d, now_us);
}

static int needs_next(const g2t_learner *learner, uint8_t variant) {
  return learner->needs_next != 0 && learner->needs_next(variant);
}

/* What a task asks for that this device can never do; 0 when it can. */
static uint8_t impossible(const g2t_device *d, const g2t_learner *learner, const g2t_task *t) {
  if (t->features > G2T_MAX_FEATURES || t->variant >= learner->variants) return G2T_REFUSE_UNSUPPORTED;
  if (learner->one_pass && t->passes > 1u) return G2T_REFUSE_UNSUPPORTED;
  if (t->source == G2T_MODE_CACHE && t->rows > 65535u) return G2T_REFUSE_UNSUPPORTED;
  if (t->source != G2T_MODE_HELD) return 0;
  if (needs_next(learner, t->variant)) return G2T_REFUSE_UNSUPPORTED;
  const uint64_t flash = (uint64_t)d->port->held_rows(d->port->context, d->id) * (4u * t->features + 1u);
  if (t->rows == 0u || flash > d->spec.flash_bytes) return G2T_REFUSE_ROWS;
  return 0;
}

static int held_rows_suit(const g2t_device *d, const g2t_task *t, float *x) {
  return t->source != G2T_MODE_HELD || d->port->held_row(d->port->context, d->id, 0, t->features, x) != 0;
}

g2t_status training_start(g2t_device *d, uint64_t now_us, const g2t_task *task) {
  g2t_task t = *task;
  const g2t_learner *learner = g2t_learner_of(d->config.learner);
  training_abandon(d);
  if (t.source == G2T_MODE_HELD) t.rows = choose_held(d, &t, 0, t.rows == 0u ? 65535u : t.rows);
  const uint8_t reason = impossible(d, learner, &t);
  uint64_t needs = 0;
  if (reason != 0u) {
    refuse(d, &t, reason, 0);
    return G2T_OK;
  }
  const int claimed = claim(d, &t, &needs);
  if (claimed < 0) return G2T_NO_MEMORY;
  if (claimed == 0) {
    const int alone = g2t_device_task_bytes(d->config.learner, t.features, t.rows,
                                            (uint8_t)(t.source | (t.seeded ? G2T_MODE_SEEDED : 0)), d->config.codec,
                                            d->spec.receive_bytes) <= d->spec.ram_bytes;
    refuse(d, &t, alone ? G2T_REFUSE_FULL : G2T_REFUSE_RAM, needs);
    return G2T_OK;
  }
  d->task = t;
  d->state = STATE_TRAINING;
  d->pass = 0;
  d->row = 0;
  d->fitted = 0;
  d->stashed = 0;
  begin_learner(d);
  if (!held_rows_suit(d, &t, parts_of(d).x)) {
    training_abandon(d);
    refuse(d, &t, G2T_REFUSE_ROWS, 0);
    return G2T_OK;
  }
  if (t.source == G2T_MODE_HELD) train_held(d, now_us);
  return G2T_OK;
}

static void decode_row(const g2t_device *d, const uint8_t *in, float *restrict x, uint8_t *label) {
  const uint32_t n = d->task.features;
  for (uint32_t j = 0; j < n; j++) x[j] = g2t_load_f32(in + 4u * j);
  *label = in[4u * n];
}

/* One row of a stream: trained on at once, or when its successor is known, where the learner asks for that. */
static void stream_row(g2t_device *d, const parts *p, const uint8_t *in) {
  g2t_rows one = {p->x, p->label, 1, 0.0f};
  if (d->stashed) {
    one.beyond = g2t_load_f32(in);
    p->learner->fit(p->state, &one, 0, 0, 1, d->port->work);
  }
  decode_row(d, in, p->x, p->label);
  d->row++;
  d->stashed = needs_next(p->learner, d->task.variant) && d->row < d->task.rows;
  if (d->stashed) return;
  one.beyond = 0.0f;
  p->learner->fit(p->state, &one, 0, 0, 1, d->port->work);
}

static void stream_rows(g2t_device *d, const uint8_t *in, uint32_t count, uint32_t row_bytes) {
  const parts p = parts_of(d);
  for (uint32_t r = 0; r < count; r++) {
    stream_row(d, &p, in + r * row_bytes);
    if (d->row < d->task.rows) continue;
    d->row = 0;
    d->pass++;
  }
}

/* The passes after the first over a cache, where a seed gives their order. */
static void fit_seeded(g2t_device *d, const parts *p) {
  const uint32_t rows = d->task.rows;
  const g2t_rows all = {p->x, p->label, rows, 0.0f};
  for (uint32_t r = 0; r < rows; r++) p->order[r] = (uint16_t)r;
  for (; d->pass < d->task.passes; d->pass++) {
    g2t_order_shuffle(p->order, rows, d->task.seed, d->pass);
    d->port->work->scans += rows;
    p->learner->fit(p->state, &all, p->order, 0, rows, d->port->work);
  }
}

static void cache_rows(g2t_device *d, const uint8_t *in, uint32_t count, uint32_t row_bytes) {
  const parts p = parts_of(d);
  for (uint32_t r = 0; r < count; r++) {
    const uint32_t slot = d->row + r;
    decode_row(d, in + r * row_bytes, p.x + slot * p.stride, p.label + slot);
  }
  d->row += count;
  const int whole = d->row == d->task.rows;
  const g2t_rows all = {p.x, p.label, d->row, 0.0f};
  const uint32_t until = whole || !needs_next(p.learner, d->task.variant) ? d->row : d->row - 1u;
  p.learner->fit(p.state, &all, 0, d->fitted, until - d->fitted, d->port->work);
  d->fitted = until;
  if (!whole) return;
  d->row = 0;
  d->pass = 1;
  if (d->task.seeded) fit_seeded(d, &p);
}

/* Rows still to come by DATA; a stream repeats them every pass. */
static uint64_t rows_expected(const g2t_device *d) {
  const g2t_task *t = &d->task;
  if (t->source == G2T_MODE_HELD || (t->source == G2T_MODE_CACHE && d->pass > 0u)) return 0;
  const uint64_t passes = t->source == G2T_MODE_CACHE ? 1u : (uint64_t)(t->passes - d->pass);
  return passes * t->rows - d->row;
}

static int labels_good(const uint8_t *in, uint32_t count, uint32_t row_bytes) {
  uint32_t bad = 0;
  for (uint32_t r = 0; r < count; r++) bad |= in[r * row_bytes + row_bytes - 1u] & 0xfeu;
  return bad == 0u;
}

g2t_status training_rows(g2t_device *d, uint64_t now_us, uint32_t task, const uint8_t *rows, uint32_t bytes) {
  if (d->state != STATE_TRAINING || task != d->task.id) return G2T_UNKNOWN_TASK;
  const uint32_t row_bytes = 4u * d->task.features + 1u;
  const uint32_t count = bytes / row_bytes;
  const uint64_t expected = rows_expected(d);
  if (expected == 0u) return G2T_WRONG_STATE;
  if (count == 0u || count * row_bytes != bytes || count > expected) return G2T_BAD_LENGTH;
  if (!labels_good(rows, count, row_bytes)) return G2T_BAD_VALUE;
  d->port->work->bytes_copied += bytes;
  if (d->task.source == G2T_MODE_STREAM) stream_rows(d, rows, count, row_bytes);
  else cache_rows(d, rows, count, row_bytes);
  if (d->pass == d->task.passes) finish(d, now_us);
  return G2T_OK;
}

enum { ORDER_BATCH = 64 };

static int order_good(const uint8_t *order, uint32_t count, uint32_t rows) {
  for (uint32_t k = 0; k < count; k++) {
    if (g2t_load_u16(order + 2u * k) >= rows) return 0;
  }
  return 1;
}

static void fit_ordered(g2t_device *d, const uint8_t *order, uint32_t count) {
  const parts p = parts_of(d);
  const g2t_rows all = {p.x, p.label, d->task.rows, 0.0f};
  uint16_t batch[ORDER_BATCH];
  for (uint32_t from = 0; from < count; from += ORDER_BATCH) {
    const uint32_t steps = count - from < ORDER_BATCH ? count - from : ORDER_BATCH;
    for (uint32_t k = 0; k < steps; k++) batch[k] = g2t_load_u16(order + 2u * (from + k));
    p.learner->fit(p.state, &all, batch, 0, steps, d->port->work);
  }
}

g2t_status training_order(g2t_device *d, uint64_t now_us, uint32_t task, const uint8_t *order, uint32_t bytes) {
  if (d->state != STATE_TRAINING || task != d->task.id) return G2T_UNKNOWN_TASK;
  if (d->task.source != G2T_MODE_CACHE || d->task.seeded || d->pass == 0u) return G2T_WRONG_STATE;
  const uint32_t count = bytes / 2u;
  const uint64_t expected = (uint64_t)(d->task.passes - d->pass) * d->task.rows - d->row;
  if (bytes == 0u || bytes % 2u != 0u || count > expected) return G2T_BAD_LENGTH;
  if (!order_good(order, count, d->task.rows)) return G2T_BAD_VALUE;
  fit_ordered(d, order, count);
  const uint64_t done = (uint64_t)d->row + count;
  d->pass = (uint8_t)(d->pass + done / d->task.rows);
  d->row = (uint32_t)(done % d->task.rows);
  if (d->pass == d->task.passes) finish(d, now_us);
  return G2T_OK;
}
