#include <string.h>

#include "g2t_bytes.h"
#include "g2t_learner.h"
#include "g2t_order.h"
#include "rig.h"

static const rig_config one_by_one = {0, 1, 64, 60000, 0};
enum { N = 22, ROWS = 38 };

#define STATUS(call, expected) EQUAL((uint32_t)(call), (uint32_t)(expected))

static void hello(checks *c) {
  static const uint8_t payload[16] = {0x00, 0x00, 0x01, 0x00, 0xa0, 0x86, 0x01, 0x00, 64, 0, 1, 13, 0x00, 0x00, 0x22, 0x42};
  rig r;
  uint8_t out[RIG_FRAME];
  rig_begin(&r, 65536);
  EQUAL(rig_poll(&r, out), 36);
  EQUAL(out[3], G2T_HELLO);
  CHECK(memcmp(out + 20, payload, sizeof payload) == 0);
  EQUAL(rig_poll(&r, out), 0);
  STATUS(rig_task(&r, 1, N, ROWS, 1, 0), G2T_WRONG_STATE);
  STATUS(rig_rows(&r, 1, N, 0, 1), G2T_UNKNOWN_TASK);
  rig_end(&r);
}

static void bad_configs(checks *c) {
  static const struct {
    uint8_t at, value;
  } bad[9] = {{0, 6}, {1, 3}, {2, 5}, {3, 1}, {7, 0xff}, {11, 0xff}, {12, 0}, {14, 0}, {19, 0xbf}};
  rig r;
  rig_begin(&r, 65536);
  for (int i = 0; i < 9; i++) {
    STATUS(rig_configure(&r, &one_by_one), G2T_OK);
    r.frame[20 + bad[i].at] = bad[i].value;
    if (bad[i].at == 12 || bad[i].at == 14) r.frame[21 + bad[i].at] = 0;
    STATUS(rig_send(&r, G2T_CONFIG, 0, 36), G2T_BAD_VALUE);
  }
  STATUS(rig_send(&r, G2T_CONFIG, 0, 35), G2T_BAD_LENGTH);
  rig_end(&r);
}

/* What the same rows give when handed to the learner directly. */
static void expected_weights(uint8_t variant, uint8_t passes, const uint16_t *orders, float w[N + 1]) {
  static const uint32_t stride = 24;
  float x[ROWS * 24];
  uint8_t label[ROWS];
  union {
    uint8_t bytes[1024];
    float aligned[256];
    uint64_t wide[128];
  } state;
  g2t_work work = {0};
  const g2t_learner_config config = {0.1f, 0.5f, N, variant};
  const g2t_rows rows = {x, label, ROWS, 0.0f};
  memset(x, 0, sizeof x);
  for (uint32_t r = 0; r < ROWS; r++) {
    for (uint32_t j = 0; j < N; j++) x[r * stride + j] = rig_value(r, j);
    label[r] = rig_label(r);
  }
  g2t_learner_opt_sgd.begin(&state, &config);
  for (uint8_t p = 0; p < passes; p++) {
    g2t_learner_opt_sgd.fit(&state, &rows, orders != 0 && p > 0u ? orders + (p - 1u) * ROWS : 0, 0, ROWS, &work);
  }
  memcpy(w, g2t_learner_opt_sgd.weights(&state), (N + 1) * sizeof *w);
}

static void expect_upload(checks *c, rig *r, uint32_t task, const float expected[N + 1]) {
  float w[64];
  uint32_t id = 0, count = 0;
  const uint32_t upload = rig_weights(r, &id, &count, w);
  CHECK(upload != UINT32_MAX);
  EQUAL(id, task);
  EQUAL(count, 1);
  CHECK(memcmp(w, expected, (N + 1) * sizeof *w) == 0);
  EQUAL(r->device.held, 1);
  STATUS(rig_ack(r, upload), G2T_OK);
  EQUAL(r->device.held, 0);
  EQUAL(r->port.bytes, 0);
}

static uint8_t variant_mode(uint8_t variant) { return (uint8_t)((variant + 1u) << G2T_MODE_VARIANT_SHIFT); }

/* Any chunking in whole rows gives the same weights, streamed or cached, in every variant. */
static void chunks(checks *c, uint8_t source, uint8_t variant, uint32_t chunk) {
  float expected[N + 1];
  rig r;
  rig_begin(&r, 65536);
  STATUS(rig_configure(&r, &one_by_one), G2T_OK);
  const uint8_t passes = source == G2T_MODE_STREAM ? 3 : 1;
  expected_weights(variant, passes, 0, expected);
  STATUS(rig_task(&r, 17, N, ROWS, passes, (uint8_t)(source | variant_mode(variant))), G2T_OK);
  for (uint32_t row = 0; row < (uint32_t)passes * ROWS; row += chunk) {
    const uint32_t first = row % ROWS;
    uint32_t count = chunk;
    if (first + count > ROWS) count = ROWS - first;
    CHECK(g2t_device_is_training(&r.device));
    STATUS(rig_rows(&r, 17, N, first, count), G2T_OK);
    if (count < chunk) row -= chunk - count;
  }
  CHECK(!g2t_device_is_training(&r.device));
  EQUAL(r.port.work.rows, (uint32_t)passes * ROWS);
  EQUAL(r.port.work.bytes_copied, (uint32_t)passes * ROWS * (4u * N + 1u));
  expect_upload(c, &r, 17, expected);
  rig_end(&r);
}

static void ordered_cache(checks *c, uint8_t variant) {
  uint16_t orders[2 * ROWS];
  float expected[N + 1];
  rig r;
  for (uint32_t k = 0; k < 2u * ROWS; k++) orders[k] = (uint16_t)(random_u32(c) % ROWS);
  expected_weights(variant, 3, orders, expected);
  rig_begin(&r, 65536);
  STATUS(rig_configure(&r, &one_by_one), G2T_OK);
  STATUS(rig_task(&r, 3, N, ROWS, 3, (uint8_t)(G2T_MODE_CACHE | variant_mode(variant))), G2T_OK);
  STATUS(rig_send(&r, G2T_ORDER, 3, 2), G2T_WRONG_STATE);
  STATUS(rig_rows(&r, 3, N, 0, 20), G2T_OK);
  STATUS(rig_rows(&r, 3, N, 0, 19), G2T_BAD_LENGTH);
  STATUS(rig_rows(&r, 3, N, 20, 18), G2T_OK);
  STATUS(rig_rows(&r, 3, N, 0, 1), G2T_WRONG_STATE);
  STATUS(rig_send(&r, G2T_ORDER, 3, 3), G2T_BAD_LENGTH);
  STATUS(rig_send(&r, G2T_ORDER, 3, 2u * (2u * ROWS + 1u)), G2T_BAD_LENGTH);
  g2t_store_u16(r.frame + 20, ROWS);
  STATUS(rig_send(&r, G2T_ORDER, 3, 2), G2T_BAD_VALUE);
  for (uint32_t from = 0; from < 2u * ROWS; from += 19u) {
    for (uint32_t k = 0; k < 19u; k++) g2t_store_u16(r.frame + 20 + 2u * k, orders[from + k]);
    STATUS(rig_send(&r, G2T_ORDER, 3, 38), G2T_OK);
  }
  expect_upload(c, &r, 3, expected);
  rig_end(&r);
}

static void seeded_cache(checks *c) {
  uint16_t orders[2 * ROWS];
  float expected[N + 1];
  rig r;
  for (uint16_t k = 0; k < ROWS; k++) orders[k] = k;
  g2t_order_shuffle(orders, ROWS, 99, 1);
  memcpy(orders + ROWS, orders, ROWS * sizeof *orders);
  g2t_order_shuffle(orders + ROWS, ROWS, 99, 2);
  expected_weights(G2T_CORRECT, 3, orders, expected);
  rig_begin(&r, 65536);
  STATUS(rig_configure(&r, &one_by_one), G2T_OK);
  STATUS(rig_task(&r, 8, N, ROWS, 3, G2T_MODE_CACHE | G2T_MODE_SEEDED), G2T_OK);
  STATUS(rig_rows(&r, 8, N, 0, ROWS), G2T_OK);
  EQUAL(r.port.work.rows, 3 * ROWS);
  expect_upload(c, &r, 8, expected);
  rig_end(&r);
}

/* Held rows of classes 0, 1 and 2 among which the task's (1 against 0) are chosen; order as a cache's from the first pass. */
static void held_rows(checks *c) {
  static float x[57 * N];
  static uint16_t classes[57];
  uint16_t order[ROWS];
  float w[64] = {0}, direct[64] = {0};
  uint32_t id = 0, count = 0, row = 0;
  rig r;
  for (uint32_t i = 0; i < 57u; i++) {
    const int other = i % 3u == 1u;
    classes[i] = other ? 2 : rig_label(row);
    for (uint32_t j = 0; j < N; j++) x[i * N + j] = other ? 9.0f : rig_value(row, j);
    if (!other && row < ROWS) order[row] = (uint16_t)row;
    row += other ? 0u : 1u;
  }
  EQUAL(row, ROWS);
  rig_begin(&r, 65536);
  STATUS(rig_configure(&r, &one_by_one), G2T_OK);
  r.port.rows = x;
  r.port.classes = classes;
  r.port.row_count = 57;
  r.port.features = N;
  STATUS(rig_task(&r, 4, N, 0, 1, G2T_MODE_HELD), G2T_BAD_VALUE);
  STATUS(rig_task(&r, 4, N, 0, 1, G2T_MODE_HELD | G2T_MODE_SEEDED), G2T_OK);
  EQUAL(r.port.work.rows, ROWS);
  CHECK(rig_weights(&r, &id, &count, w) != UINT32_MAX);
  EQUAL(id, 4);
  /* The same through a cache of one pass in the seed's order. The seed shuffles places, so places stand for rows. */
  g2t_order_shuffle(order, ROWS, 99, 0);
  STATUS(rig_task(&r, 5, N, ROWS, 1, G2T_MODE_STREAM), G2T_OK);
  for (uint32_t k = 0; k < ROWS; k++) STATUS(rig_rows(&r, 5, N, order[k], 1), G2T_OK);
  CHECK(rig_weights(&r, &id, &count, direct) != UINT32_MAX);
  CHECK(memcmp(w, direct, sizeof direct) == 0);
  rig_end(&r);
}

static uint32_t refusal(rig *r) {
  uint8_t out[RIG_FRAME];
  return rig_poll(r, out) == 36u && out[3] == G2T_REFUSE ? g2t_load_u32(out + 24) : 0u;
}

static void refusals(checks *c) {
  rig r;
  uint8_t out[RIG_FRAME];
  const uint64_t needs = g2t_device_task_bytes(G2T_OPT_SGD, N, ROWS, G2T_MODE_CACHE, 0, RIG_FRAME);
  rig_begin(&r, (uint32_t)needs);
  STATUS(rig_configure(&r, &one_by_one), G2T_OK);
  EQUAL(rig_poll(&r, out), 36);
  STATUS(rig_task(&r, 1, N, ROWS + 1, 1, G2T_MODE_CACHE), G2T_OK);
  EQUAL(refusal(&r), G2T_REFUSE_RAM);
  STATUS(rig_rows(&r, 1, N, 0, 1), G2T_UNKNOWN_TASK);
  STATUS(rig_task(&r, 1, N, 1000000, 1, G2T_MODE_STREAM), G2T_OK);
  EQUAL(refusal(&r), 0);
  STATUS(rig_task(&r, 1, N, 65536, 1, G2T_MODE_CACHE), G2T_OK);
  EQUAL(refusal(&r), G2T_REFUSE_UNSUPPORTED);
  STATUS(rig_task(&r, 1, N, ROWS, 1, variant_mode(3)), G2T_OK);
  EQUAL(refusal(&r), G2T_REFUSE_UNSUPPORTED);
  STATUS(rig_task(&r, 1, N, 0, 1, G2T_MODE_HELD | G2T_MODE_SEEDED), G2T_OK);
  EQUAL(refusal(&r), G2T_REFUSE_ROWS);
  STATUS(rig_task(&r, 1, N, ROWS, 1, 3), G2T_BAD_VALUE);
  STATUS(rig_task(&r, 1, 0, ROWS, 1, 0), G2T_BAD_VALUE);
  STATUS(rig_task(&r, 1, N, 0, 1, 0), G2T_BAD_VALUE);
  STATUS(rig_task(&r, 1, N, ROWS, 0, 0), G2T_BAD_VALUE);
  STATUS(rig_task(&r, 1, N, ROWS, 1, G2T_MODE_CACHE), G2T_OK);
  EQUAL(r.port.most + G2T_FIXED_BYTES + RIG_FRAME, needs);
  STATUS(rig_rows(&r, 1, N, 0, ROWS), G2T_OK);
  STATUS(rig_task(&r, 2, N, ROWS, 1, G2T_MODE_CACHE), G2T_OK);
  EQUAL(refusal(&r), G2T_REFUSE_FULL);
  EQUAL(rig_poll(&r, out), 20u + 101u);
  STATUS(rig_ack(&r, 0), G2T_OK);
  STATUS(rig_task(&r, 2, N, ROWS, 1, G2T_MODE_CACHE), G2T_OK);
  EQUAL(refusal(&r), 0);
  r.port.empty = 1;
  STATUS(rig_task(&r, 3, N, 2 * ROWS, 1, G2T_MODE_STREAM), G2T_NO_MEMORY);
  rig_end(&r);
}

static void restart_and_late_rows(checks *c) {
  float expected[N + 1];
  rig r;
  expected_weights(G2T_CORRECT, 1, 0, expected);
  rig_begin(&r, 65536);
  STATUS(rig_configure(&r, &one_by_one), G2T_OK);
  STATUS(rig_task(&r, 6, N, ROWS, 1, 0), G2T_OK);
  STATUS(rig_rows(&r, 6, N, 5, 10), G2T_OK);
  STATUS(rig_rows(&r, 7, N, 5, 10), G2T_UNKNOWN_TASK);
  STATUS(rig_task(&r, 6, N, ROWS, 1, 0), G2T_OK);
  STATUS(rig_rows(&r, 6, N, 0, ROWS), G2T_OK);
  STATUS(rig_rows(&r, 6, N, 0, 1), G2T_UNKNOWN_TASK);
  expect_upload(c, &r, 6, expected);
  STATUS(rig_task(&r, 6, N, ROWS, 1, 0), G2T_OK);
  r.frame[20] = 0;
  STATUS(rig_rows(&r, 6, N, 0, 2), G2T_OK);
  r.frame[20 + 4 * N] = 2;
  STATUS(rig_send(&r, G2T_DATA, 6, 2u * (4u * N + 1u)), G2T_BAD_VALUE);
  STATUS(rig_send(&r, G2T_DATA, 6, 4u * N), G2T_BAD_LENGTH);
  STATUS(rig_send(&r, G2T_DATA, 6, 0), G2T_BAD_LENGTH);
  EQUAL(r.device.row, 2);
  rig_end(&r);
}

static void addresses_and_pings(checks *c) {
  rig r;
  uint8_t out[RIG_FRAME];
  rig_begin(&r, 65536);
  EQUAL(rig_poll(&r, out), 36);
  STATUS(rig_send(&r, G2T_PING, 321, 0), G2T_OK);
  EQUAL(rig_poll(&r, out), 20);
  EQUAL(out[3], G2T_PONG);
  EQUAL(g2t_load_u32(out + 8), 321);
  STATUS(rig_send(&r, G2T_PING, 321, 1), G2T_BAD_LENGTH);
  STATUS(rig_send(&r, 99, 0, 0), G2T_BAD_TYPE);
  STATUS(rig_send(&r, G2T_WEIGHTS, 0, 0), G2T_BAD_TYPE);
  r.device.id = 6;
  STATUS(rig_send(&r, G2T_PING, 1, 0), G2T_WRONG_DEVICE);
  r.device.spec.receive_bytes = 128;
  STATUS(rig_send(&r, G2T_PING, 1, 109), G2T_TOO_LONG);
  rig_end(&r);
}

void test_device(checks *c) {
  static const uint32_t chunk[4] = {1, 7, 19, 38};
  hello(c);
  bad_configs(c);
  for (uint8_t variant = 0; variant < 3u; variant++) {
    for (int i = 0; i < 4; i++) {
      chunks(c, G2T_MODE_STREAM, variant, chunk[i]);
      chunks(c, G2T_MODE_CACHE, variant, chunk[i]);
    }
    ordered_cache(c, variant);
  }
  seeded_cache(c);
  held_rows(c);
  refusals(c);
  restart_and_late_rows(c);
  addresses_and_pings(c);
}
