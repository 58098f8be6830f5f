#include <string.h>

#include "exchange_parts.h"
#include "g2t_bytes.h"
#include "g2t_order.h"
#include "rig.h"

/* The device's side of an exchange, frame by frame. */
enum { N = 5, ROWS = 12, D = 6 };

static const rig_config one_by_one = {0, 1, 1, 0, 0};

static float held[ROWS * N];
static uint16_t classes[ROWS];

#define STATUS(call, expected) EQUAL((uint32_t)(call), (uint32_t)(expected))

static void begin(rig *r, uint32_t ram) {
  uint8_t out[RIG_FRAME];
  for (uint32_t i = 0; i < ROWS; i++) {
    classes[i] = rig_label(i);
    for (uint32_t j = 0; j < N; j++) held[i * N + j] = rig_value(i, j);
  }
  rig_begin(r, ram);
  r->port.rows = held;
  r->port.classes = classes;
  r->port.row_count = ROWS;
  r->port.features = N;
  (void)rig_poll(r, out);
}

static g2t_setup setup_of(uint8_t model, uint8_t kind, uint8_t flags, uint32_t batch) {
  const g2t_setup s = {model, kind, flags, 0, model == G2T_MODEL_SOFTMAX ? 3 : 2, N, batch, 0.1f, 0.01f, 0.01f, 77};
  return s;
}

static g2t_status send_setup(rig *r, const g2t_setup *s) {
  g2t_setup_store(r->frame + G2T_HEADER_BYTES, s);
  return rig_send(r, G2T_SETUP, 31, G2T_SETUP_BYTES);
}

/* Parameters [from, to) of w; the fields are those of the kind where from is 0. */
static g2t_status send_part(rig *r, const g2t_setup *s, uint32_t round, uint32_t tau, uint8_t flags, const float *w, uint32_t from,
                            uint32_t to) {
  uint8_t *p = r->frame + 20;
  g2t_store_u32(p, 4u * from);
  p += 4;
  if (from == 0u && s->kind == G2T_KIND_GRADIENT && s->flags == G2T_EXCHANGE_VERSIONED) g2t_store_u32(p, tau), p += 4;
  if (from == 0u && s->kind != G2T_KIND_GRADIENT) g2t_store_u16(p, (uint16_t)tau), p += 2;
  if (from == 0u && s->kind == G2T_KIND_ADAPTIVE) *p++ = flags;
  for (uint32_t j = from; j < to; j++, p += 4) g2t_store_f32(p, w[j]);
  return rig_send(r, G2T_PARAMS, round, (uint32_t)(p - r->frame - 20));
}

static uint32_t dimension(const g2t_setup *s) { return (uint32_t)g2t_exchange_dimension(s->model, s->classes, s->features); }

static g2t_status send_model(rig *r, const g2t_setup *s, uint32_t round, uint32_t tau, uint8_t flags, const float *w) {
  return send_part(r, s, round, tau, flags, w, 0, dimension(s));
}

/* The next frame, which must be an UPDATE of this round: its payload's length. */
static uint32_t update(checks *c, rig *r, uint32_t round, uint8_t out[RIG_FRAME]) {
  const uint32_t length = rig_poll(r, out);
  CHECK(length > 20u);
  EQUAL(out[3], G2T_UPDATE);
  EQUAL(g2t_load_u32(out + 8), round);
  memmove(out, out + 20, length);
  return length < 20u ? 0 : length - 20u;
}

static void floats(const uint8_t *from, float *to, uint32_t count) { memcpy(to, from, count * sizeof *to); }

/* What the device should compute, by the kernels that test_exchange_model.c holds against double precision. */
static float expected_gradient(rig *r, const g2t_setup *s, const uint16_t *order, uint32_t count, const float *w, float *g) {
  static float window[N], scores[3];
  g2t_work unused = {0};
  g2t_port port = r->port.port;
  port.work = &unused;
  const exchange_rows rows = {&port, RIG_ID, s, order, count, window, scores};
  return exchange_gradient(&rows, w, g);
}

static const float START[18] = {0.5f, -0.25f, 0.125f, 1.0f, 0.0f, -0.5f, 0.25f, 0.75f, -1.0f,
                                0.1f, 0.2f,   0.3f,   0.4f, 0.5f, 0.6f,  0.7f,  0.8f,  0.9f};

static void gradients(checks *c) {
  for (uint8_t model = 0; model < 3u; model++) {
    const g2t_setup s = setup_of(model, G2T_KIND_GRADIENT, model == 1u ? G2T_EXCHANGE_VERSIONED : 0, 0);
    const uint32_t d = dimension(&s);
    uint8_t out[RIG_FRAME];
    float g[18], got[18];
    rig r;
    begin(&r, 65536);
    STATUS(send_setup(&r, &s), G2T_OK);
    EQUAL(rig_poll(&r, out), 0);
    STATUS(send_model(&r, &s, 9, 1234, 0, START), G2T_OK);
    EQUAL(update(c, &r, 9, out), 4 + 4 * d);
    EQUAL(g2t_load_u32(out), model == 1u ? 1234 : ROWS);
    (void)expected_gradient(&r, &s, 0, ROWS, START, g);
    floats(out + 4, got, d);
    CHECK(memcmp(g, got, 4u * d) == 0);
    EQUAL(rig_poll(&r, out), 0);
    rig_end(&r);
  }
}

/* Algorithms, section A7: a step a row, in order. */
static void logistic_steps(checks *c) {
  static const float x[3][3] = {{1, 2, -1}, {0.5f, -1, 3}, {-2, 1, 0.5f}};
  static const uint16_t y[3] = {1, 0, 1};
  static const double expected[4] = {0.0543093, -0.0727090, 0.1955816, -0.1619357};
  g2t_setup s = setup_of(G2T_MODEL_LOGISTIC, G2T_KIND_WEIGHTS, 0, 0);
  uint8_t out[RIG_FRAME];
  float w[4] = {0, 0, 0, 0};
  rig r;
  begin(&r, 65536);
  s.features = 3;
  s.lambda = 0.0f;
  r.port.features = 3;
  r.port.row_count = 1;
  STATUS(send_setup(&r, &s), G2T_OK);
  for (uint32_t k = 0; k < 3u; k++) {
    r.port.rows = x[k];
    r.port.classes = y + k;
    STATUS(send_model(&r, &s, k, 1, 0, w), G2T_OK);
    EQUAL(update(c, &r, k, out), 20);
    EQUAL(g2t_load_u32(out), 1);
    floats(out + 4, w, 4);
  }
  for (uint32_t j = 0; j < 4u; j++) CLOSE(w[j], expected[j], 1e-6);
  rig_end(&r);
}

/* tau local steps over mini-batches in the seed's order; however the model is cut into chunks. */
static void local_steps(checks *c, uint32_t chunk) {
  const g2t_setup s = setup_of(G2T_MODEL_LOGISTIC, G2T_KIND_WEIGHTS, 0, 5);
  uint16_t order[ROWS];
  uint8_t out[RIG_FRAME];
  float w[D], g[D], got[D];
  uint32_t pass = 0, place = 0;
  rig r;
  begin(&r, 65536);
  memcpy(w, START, sizeof w);
  for (uint16_t i = 0; i < ROWS; i++) order[i] = i;
  g2t_order_shuffle(order, ROWS, 77, 0);
  STATUS(send_setup(&r, &s), G2T_OK);
  for (uint32_t round = 0; round < 4u; round++) {
    for (uint32_t from = 0; from < D; from += chunk) {
      const uint32_t to = from + chunk < D ? from + chunk : D;
      STATUS(send_part(&r, &s, round, 3, 0, w, from, to), G2T_OK);
    }
    for (uint32_t i = 0; i < 3u; i++, place += 5) {
      if (place + 5u > ROWS) {
        g2t_order_shuffle(order, ROWS, 77, ++pass);
        place = 0;
      }
      (void)expected_gradient(&r, &s, order + place, 5, w, g);
      exchange_step(w, s.eta, g, D);
    }
    EQUAL(update(c, &r, round, out), 4 + 4 * D);
    floats(out + 4, got, D);
    CHECK(memcmp(w, got, sizeof w) == 0);
  }
  EQUAL(pass, 5);
  rig_end(&r);
}

static void bad_chunks(checks *c) {
  const g2t_setup s = setup_of(G2T_MODEL_LOGISTIC, G2T_KIND_ADAPTIVE, 0, 0);
  uint8_t out[RIG_FRAME];
  rig r;
  begin(&r, 65536);
  STATUS(send_model(&r, &s, 1, 1, 0, START), G2T_WRONG_STATE);
  STATUS(send_setup(&r, &s), G2T_OK);
  STATUS(send_part(&r, &s, 1, 1, 0, START, 2, D), G2T_WRONG_STATE);
  STATUS(send_model(&r, &s, 1, 0, 0, START), G2T_BAD_VALUE);
  STATUS(send_model(&r, &s, 1, 1, 4, START), G2T_BAD_VALUE);
  STATUS(send_part(&r, &s, 1, 1, 0, START, 0, D + 1), G2T_BAD_LENGTH);
  STATUS(rig_send(&r, G2T_PARAMS, 1, 3), G2T_BAD_LENGTH);
  STATUS(rig_send(&r, G2T_PARAMS, 1, 7), G2T_BAD_LENGTH);
  STATUS(rig_send(&r, G2T_PARAMS, 1, 10), G2T_BAD_LENGTH);
  STATUS(send_part(&r, &s, 1, 1, 0, START, 0, 2), G2T_OK);
  STATUS(send_part(&r, &s, 1, 1, 0, START, 3, D), G2T_WRONG_STATE);
  STATUS(send_part(&r, &s, 2, 1, 0, START, 2, D), G2T_WRONG_STATE);
  STATUS(send_part(&r, &s, 1, 1, 0, START, 2, D + 1), G2T_BAD_LENGTH);
  g2t_store_u32(r.frame + 20, 9);
  STATUS(rig_send(&r, G2T_PARAMS, 1, 8), G2T_BAD_VALUE);
  STATUS(rig_send(&r, G2T_MIRROR, 1, 8), G2T_WRONG_STATE);
  EQUAL(rig_poll(&r, out), 0);
  /* It may start afresh at any time, and goes on where it was after any of these. */
  STATUS(send_part(&r, &s, 1, 1, 0, START, 0, 2), G2T_OK);
  STATUS(send_part(&r, &s, 1, 1, 0, START, 2, D), G2T_OK);
  STATUS(send_part(&r, &s, 1, 1, 0, START, 2, D), G2T_WRONG_STATE);
  EQUAL(update(c, &r, 1, out), 19 + 4 * D);
  rig_end(&r);
}

/* Two rounds over all rows, then what they should give; the times are those that the device saw. */
static void adaptive_rounds(checks *c) {
  const g2t_setup s = setup_of(G2T_MODEL_LOGISTIC, G2T_KIND_ADAPTIVE, G2T_EXCHANGE_REUSE, 0);
  uint8_t out[RIG_FRAME];
  float w[D], g[D], first[D], beta, rho;
  rig r;
  begin(&r, 65536);
  STATUS(send_setup(&r, &s), G2T_OK);
  STATUS(send_model(&r, &s, 6, 3, 0, START), G2T_OK);
  r.now_us += 4321;
  EQUAL(update(c, &r, 6, out), 18 + 1 + 4 * D);
  EQUAL(g2t_load_u32(out), ROWS);
  EQUAL(g2t_load_u32(out + 4), 4321);
  EQUAL(g2t_load_u16(out + 8), 3);
  EQUAL(out[18], 0);
  memcpy(w, START, sizeof w);
  EQUAL(g2t_load_u32(out + 10), g2t_float_bits(expected_gradient(&r, &s, 0, ROWS, w, g)));
  EQUAL(g2t_load_u32(out + 14), 0x7fc00000);
  for (uint32_t i = 0; i < 3u; i++) {
    (void)expected_gradient(&r, &s, 0, ROWS, w, g);
    exchange_step(w, s.eta, g, D);
  }
  CHECK(memcmp(w, out + 19, sizeof w) == 0);
  const float loss_last = expected_gradient(&r, &s, 0, ROWS, w, g);
  const uint64_t before = r.port.work.rows;
  STATUS(send_model(&r, &s, 7, 2, G2T_PARAMS_ADAPTIVE_LAST, START + 3), G2T_OK);
  /* Two steps; with `last` no gradient after them. */
  EQUAL(r.port.work.rows - before, 2 * ROWS);
  EQUAL(update(c, &r, 7, out), 27 + 8 * D);
  const float loss = expected_gradient(&r, &s, 0, ROWS, START + 3, first);
  exchange_control(exchange_distance(w, START + 3, D), exchange_distance(g, first, D), loss_last, loss, &beta, &rho);
  CHECK(beta > 0.001f && rho > 0.0f);
  EQUAL(out[18], 1);
  EQUAL(g2t_load_u32(out + 10), g2t_float_bits(loss));
  EQUAL(g2t_load_u32(out + 19), g2t_float_bits(beta));
  EQUAL(g2t_load_u32(out + 23), g2t_float_bits(rho));
  CHECK(memcmp(first, out + 27 + 4 * D, sizeof first) == 0);
  STATUS(send_model(&r, &s, 8, 1, 0, START), G2T_OK);
  EQUAL(update(c, &r, 8, out), 19 + 4 * D);
  rig_end(&r);
}

/* With one row a mini-batch its loss tells which row it was. Rounds of tau 1 share it three times, others begin with the last. */
static void shared_batches(checks *c, uint8_t flags) {
  static const uint16_t taus[8] = {1, 1, 1, 1, 2, 1, 1, 3};
  /* Places in the order of each round's first step. */
  static const uint32_t reused[8] = {0, 0, 0, 1, 1, 2, 2, 2}, fresh[8] = {0, 1, 2, 3, 4, 6, 7, 8};
  const g2t_setup s = setup_of(G2T_MODEL_LOGISTIC, G2T_KIND_ADAPTIVE, flags, 1);
  uint16_t order[ROWS];
  uint8_t out[RIG_FRAME];
  float g[D];
  rig r;
  begin(&r, 65536);
  for (uint16_t i = 0; i < ROWS; i++) order[i] = i;
  g2t_order_shuffle(order, ROWS, 77, 0);
  STATUS(send_setup(&r, &s), G2T_OK);
  for (uint32_t round = 0; round < 8u; round++) {
    const uint32_t place = flags != 0u ? reused[round] : fresh[round];
    STATUS(send_model(&r, &s, round, taus[round], 0, START + round), G2T_OK);
    CHECK(update(c, &r, round, out) > 0u);
    EQUAL(g2t_load_u32(out + 10), g2t_float_bits(expected_gradient(&r, &s, order + place, 1, START + round, g)));
  }
  rig_end(&r);
}

/* F_i(incumbent): only while the device has the model that the server means, and again if the model comes twice. */
static void incumbents(checks *c) {
  const uint8_t least = G2T_PARAMS_ADAPTIVE_PREVIOUS_IS_MIN;
  const g2t_setup s = setup_of(G2T_MODEL_LOGISTIC, G2T_KIND_ADAPTIVE, 0, 4);
  uint16_t order[ROWS];
  uint8_t out[RIG_FRAME];
  float g[D];
  rig r;
  begin(&r, 65536);
  for (uint16_t i = 0; i < ROWS; i++) order[i] = i;
  g2t_order_shuffle(order, ROWS, 77, 0);
  STATUS(send_setup(&r, &s), G2T_OK);
  STATUS(send_model(&r, &s, 1, 1, 0, START), G2T_OK);
  CHECK(update(c, &r, 1, out) > 0u);
  EQUAL(g2t_load_u32(out + 14), 0x7fc00000);
  /* Broken off and sent again: the incumbent is still that of round 1. */
  STATUS(send_part(&r, &s, 2, 1, least, START + 6, 0, 3), G2T_OK);
  STATUS(send_model(&r, &s, 2, 1, least, START + 6), G2T_OK);
  CHECK(update(c, &r, 2, out) > 0u);
  EQUAL(g2t_load_u32(out + 14), g2t_float_bits(expected_gradient(&r, &s, order + 4, 4, START, g)));
  EQUAL(g2t_load_u32(out + 10), g2t_float_bits(expected_gradient(&r, &s, order + 4, 4, START + 6, g)));
  STATUS(send_model(&r, &s, 3, 1, 0, START + 7), G2T_OK);
  CHECK(update(c, &r, 3, out) > 0u);
  EQUAL(g2t_load_u32(out + 14), g2t_float_bits(expected_gradient(&r, &s, order + 8, 4, START, g)));
  /* Round 4 passed by: the incumbent of round 5 is not known here. */
  STATUS(send_model(&r, &s, 5, 1, least, START + 7), G2T_OK);
  CHECK(update(c, &r, 5, out) > 0u);
  EQUAL(g2t_load_u32(out + 14), 0x7fc00000);
  rig_end(&r);
}

/* A mini-batch of all the rows that the device has: the incumbent's loss is remembered, not computed. */
static void remembered_incumbent(checks *c) {
  const g2t_setup s = setup_of(G2T_MODEL_LOGISTIC, G2T_KIND_ADAPTIVE, 0, ROWS);
  uint8_t out[RIG_FRAME];
  float g[D];
  rig r;
  begin(&r, 65536);
  STATUS(send_setup(&r, &s), G2T_OK);
  for (uint32_t round = 1; round < 5u; round++) {
    STATUS(send_model(&r, &s, round, 1, round == 2u ? G2T_PARAMS_ADAPTIVE_PREVIOUS_IS_MIN : 0, START + round), G2T_OK);
    CHECK(update(c, &r, round, out) > 0u);
    const uint32_t loss = g2t_float_bits(expected_gradient(&r, &s, 0, ROWS, START + 1, g));
    EQUAL(g2t_load_u32(out + 14), round == 1u ? 0x7fc00000u : loss);
  }
  EQUAL(r.port.work.rows, 4 * 2 * ROWS);
  rig_end(&r);
}

static void send_changes(checks *c, rig *r, uint32_t round, uint16_t steps, uint32_t index, float change, g2t_status expected) {
  uint8_t *p = r->frame + 20;
  memset(p, 0, 8);
  g2t_store_u16(p + 4, steps);
  g2t_store_u32(p + 8, 0);
  g2t_store_f32(p + 12, 0.5f);
  g2t_store_u32(p + 16, index);
  g2t_store_f32(p + 20, change);
  STATUS(rig_send(r, G2T_MIRROR, round, 24), expected);
}

static void gaia_exchange(checks *c) {
  g2t_setup s = setup_of(G2T_MODEL_LOGISTIC, G2T_KIND_GAIA, 0, 0);
  uint8_t out[RIG_FRAME], bytes[4 * D];
  float w[D], g[D], a[D];
  rig r;
  begin(&r, 65536);
  s.significance = 0.2f;
  memcpy(w, START, sizeof w);
  memset(a, 0, sizeof a);
  STATUS(send_setup(&r, &s), G2T_OK);
  send_changes(c, &r, 1, 1, 1, 1.0f, G2T_WRONG_STATE);
  STATUS(send_model(&r, &s, 1, 0, 0, START), G2T_OK);
  EQUAL(rig_poll(&r, out), 0);
  send_changes(c, &r, 2, 1, D, 1.0f, G2T_BAD_VALUE);
  uint32_t sparse = 0;
  for (uint32_t t = 1; t < 5u; t++) {
    send_changes(c, &r, 1 + t, 2, 3, -0.125f, G2T_OK);
    w[0] += 0.5f;
    w[3] -= 0.125f;
    for (uint32_t i = 0; i < 2u; i++) {
      (void)expected_gradient(&r, &s, 0, ROWS, w, g);
      exchange_step(w, s.eta, g, D);
      exchange_step(a, s.eta, g, D);
    }
    const float roots[4] = {1.0f, 1.41421354f, 1.73205078f, 2.0f};
    const uint32_t length = exchange_significant(w, a, D, 0.2f / roots[t - 1u], bytes);
    EQUAL(update(c, &r, 1 + t, out), 4 + length);
    EQUAL(g2t_load_u32(out), t);
    CHECK(memcmp(out + 4, bytes, length) == 0);
    sparse += length < 4u * D;
  }
  CHECK(sparse > 0u);
  rig_end(&r);
}

static uint32_t refusal(rig *r, uint32_t *needs) {
  uint8_t out[RIG_FRAME];
  if (rig_poll(r, out) != 36u || out[3] != G2T_REFUSE || g2t_load_u32(out + 20) != 31u) return 0;
  *needs = g2t_load_u32(out + 28);
  return g2t_load_u32(out + 24);
}

static void refusals(checks *c) {
  g2t_setup s = setup_of(G2T_MODEL_SOFTMAX, G2T_KIND_ADAPTIVE, 0, 4);
  const uint32_t bytes = (uint32_t)g2t_exchange_bytes(&s, ROWS, RIG_FRAME);
  uint32_t needs = 0;
  rig r;
  begin(&r, bytes - 1u);
  STATUS(send_setup(&r, &s), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_RAM);
  EQUAL(needs, bytes);
  STATUS(send_model(&r, &s, 1, 1, 0, START), G2T_WRONG_STATE);
  r.device.spec.ram_bytes = bytes;
  STATUS(send_setup(&r, &s), G2T_OK);
  EQUAL(refusal(&r, &needs), 0);
  EQUAL(r.port.most + G2T_FIXED_BYTES + RIG_FRAME, bytes);
  s.features = N + 1;
  r.device.spec.ram_bytes = 65536;
  STATUS(send_setup(&r, &s), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_ROWS);
  EQUAL(r.port.bytes, 0);
  s.features = N;
  classes[3] = 3;
  STATUS(send_setup(&r, &s), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_ROWS);
  r.port.row_count = 0;
  s = setup_of(G2T_MODEL_SVM, G2T_KIND_GRADIENT, 0, 0);
  STATUS(send_setup(&r, &s), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_ROWS);
  r.port.row_count = ROWS;
  r.device.spec.flash_bytes = ROWS * (4 * N + 1) - 1;
  STATUS(send_setup(&r, &s), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_ROWS);
  r.device.spec.flash_bytes++;
  s.kind = 4;
  STATUS(send_setup(&r, &s), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_UNSUPPORTED);
  s = setup_of(G2T_MODEL_SVM, G2T_KIND_GRADIENT, 4, 0);
  STATUS(send_setup(&r, &s), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_UNSUPPORTED);
  r.port.empty = 1;
  s.flags = 0;
  STATUS(send_setup(&r, &s), G2T_NO_MEMORY);
  rig_end(&r);
}

static void bad_setups(checks *c) {
  const g2t_setup good = setup_of(G2T_MODEL_SVM, G2T_KIND_GRADIENT, 0, 0);
  const float nothing = 0.0f;
  g2t_setup bad[7];
  rig r;
  begin(&r, 65536);
  for (uint32_t i = 0; i < 7u; i++) bad[i] = good;
  bad[0].eta = 0.0f;
  bad[1].eta = 1.0f / nothing;
  bad[2].lambda = -1.0f;
  bad[3].significance = nothing / nothing;
  bad[4].classes = 3;
  bad[5].features = 0;
  bad[6].model = G2T_MODEL_SOFTMAX;
  bad[6].classes = 1;
  for (uint32_t i = 0; i < 7u; i++) STATUS(send_setup(&r, bad + i), G2T_BAD_VALUE);
  EQUAL(r.port.bytes, 0);
  rig_end(&r);
}

/* Tasks and exchanges end each other; finished classifiers are not lost. */
static void modes(checks *c) {
  const g2t_setup s = setup_of(G2T_MODEL_SVM, G2T_KIND_GRADIENT, 0, 0);
  uint8_t out[RIG_FRAME];
  uint32_t needs = 0, id = 0, count = 0;
  float w[64];
  rig r;
  begin(&r, 65536);
  STATUS(send_setup(&r, &s), G2T_OK);
  STATUS(rig_task(&r, 1, N, 4, 1, 0), G2T_WRONG_STATE);
  STATUS(rig_link(&r, 1000, 0, 1, 0), G2T_OK);
  STATUS(rig_configure(&r, &one_by_one), G2T_OK);
  STATUS(rig_ack(&r, 7), G2T_OK);
  STATUS(send_model(&r, &s, 3, 1, 0, START), G2T_OK);
  CHECK(update(c, &r, 3, out) > 0u);
  /* Not delivered: due again. Of another round: not. */
  STATUS(rig_link(&r, 1000, 0, 2, 2), G2T_OK);
  EQUAL(rig_poll(&r, out), 0);
  STATUS(rig_link(&r, 1000, 0, 2, 3), G2T_OK);
  CHECK(update(c, &r, 3, out) > 0u);
  STATUS(rig_task(&r, 1, N, 4, 1, 0), G2T_OK);
  STATUS(send_model(&r, &s, 4, 1, 0, START), G2T_WRONG_STATE);
  STATUS(rig_rows(&r, 1, N, 0, 4), G2T_OK);
  STATUS(send_setup(&r, &s), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_FULL);
  CHECK(rig_weights(&r, &id, &count, w) == 0u);
  STATUS(rig_ack(&r, 0), G2T_OK);
  STATUS(rig_task(&r, 2, N, 4, 1, 0), G2T_OK);
  STATUS(send_setup(&r, &s), G2T_OK);
  STATUS(rig_rows(&r, 2, N, 0, 4), G2T_UNKNOWN_TASK);
  STATUS(send_model(&r, &s, 5, 1, 0, START), G2T_OK);
  /* A new model drops what was not taken. */
  STATUS(send_part(&r, &s, 6, 1, 0, START, 0, 1), G2T_OK);
  EQUAL(rig_poll(&r, out), 0);
  rig_end(&r);
}

static void not_numbers(checks *c) {
  const g2t_setup s = setup_of(G2T_MODEL_SOFTMAX, G2T_KIND_ADAPTIVE, 0, 0);
  const float nothing = 0.0f;
  float w[18];
  uint8_t out[RIG_FRAME];
  rig r;
  begin(&r, 65536);
  memcpy(w, START, sizeof w);
  w[4] = -(nothing / nothing);
  STATUS(send_setup(&r, &s), G2T_OK);
  STATUS(send_model(&r, &s, 1, 1, 0, w), G2T_OK);
  EQUAL(update(c, &r, 1, out), 19 + 4 * 18);
  EQUAL(g2t_load_u32(out + 10), 0x7fc00000);
  for (uint32_t j = 0; j < 18u; j++) EQUAL(g2t_load_u32(out + 19 + 4 * j), 0x7fc00000);
  STATUS(send_model(&r, &s, 2, 1, 0, START), G2T_OK);
  EQUAL(update(c, &r, 2, out), 27 + 8 * 18);
  EQUAL(g2t_load_u32(out + 19), g2t_float_bits(1e-5f));
  for (uint32_t j = 0; j < 18u; j++) CHECK(g2t_is_finite(g2t_load_f32(out + 27 + 4 * j)));
  rig_end(&r);
}

/* current: the last SETUP sent, so that models often suit. */
static g2t_status random_frame(checks *c, rig *r, g2t_setup *current) {
  static const float w[64];
  g2t_setup s = setup_of((uint8_t)(random_u32(c) % 3u), (uint8_t)(random_u32(c) % 4u), (uint8_t)(random_u32(c) % 4u), random_u32(c) % 14u);
  const uint32_t length = random_u32(c) % 100u;
  uint8_t *p = r->frame + 20;
  switch (random_u32(c) % 10u) {
    case 0: return rig_configure(r, &one_by_one);
    case 1: return rig_task(r, 1, N, 3, 1, 0);
    case 2: return rig_rows(r, 1, N, 0, 3);
    case 3: return rig_ack(r, r->device.next_upload - 1u);
    case 4:
      s.features = (uint16_t)(random_u32(c) % 7u);
      *current = s;
      return send_setup(r, &s);
    default:
      for (uint32_t i = 0; i < length; i++) p[i] = (uint8_t)random_u32(c);
      if (random_u32(c) % 4u != 0u) g2t_store_u32(p, 4u * (random_u32(c) % 7u) * (random_u32(c) & 1u));
      if (random_u32(c) % 2u != 0u) p[5] = 0, p[6] = 0;
      if (random_u32(c) % 2u != 0u) return send_model(r, current, 1, 1u + random_u32(c) % 3u, 0, w);
      return rig_send(r, random_u32(c) % 3u == 0u ? G2T_MIRROR : G2T_PARAMS, random_u32(c) % 3u, length);
  }
}

static void random_frames(checks *c) {
  uint8_t out[RIG_FRAME];
  uint32_t updates = 0;
  for (uint32_t life = 0; life < 80u; life++) {
    rig r;
    g2t_setup current = setup_of(G2T_MODEL_SVM, G2T_KIND_GRADIENT, 0, 0);
    begin(&r, 8900 + 20u * life);
    for (uint32_t k = 0; k < 1000u; k++) {
      const g2t_status status = random_frame(c, &r, &current);
      CHECK(status <= 0 && status >= G2T_BAD_ENCODING && status != G2T_NO_MEMORY);
      while (random_u32(c) % 3u != 0u && rig_poll(&r, out) > 0u) updates += out[3] == G2T_UPDATE;
      CHECK((uint64_t)r.port.bytes + G2T_FIXED_BYTES + RIG_FRAME <= r.device.spec.ram_bytes);
    }
    rig_end(&r);
  }
  CHECK(updates > 300u);
}

void test_exchange(checks *c) {
  gradients(c);
  logistic_steps(c);
  for (uint32_t chunk = 1; chunk <= D; chunk++) local_steps(c, chunk);
  bad_chunks(c);
  adaptive_rounds(c);
  shared_batches(c, 0);
  shared_batches(c, G2T_EXCHANGE_REUSE);
  incumbents(c);
  remembered_incumbent(c);
  gaia_exchange(c);
  refusals(c);
  bad_setups(c);
  modes(c);
  not_numbers(c);
  random_frames(c);
}
