#include <string.h>

#include "g2t_bytes.h"
#include "g2t_learner.h"
#include "g2t_order.h"
#include "rig.h"

/* Every learner as a device's task: the same weights however the rows come, sizes, refusals. */

static const rig_config one_by_one = {0, 1, 64, 60000, 0};
enum { N = 22, ROWS = 38, LEARNERS = 6 };

#define STATUS(call, expected) EQUAL((uint32_t)(call), (uint32_t)(expected))

static uint8_t passes_of(const g2t_learner *learner) { return learner->one_pass ? 1 : 3; }

static void begin(checks *c, rig *r, uint8_t learner, uint32_t ram) {
  rig_begin(r, ram);
  r->learner = learner;
  STATUS(rig_configure(r, &one_by_one), G2T_OK);
}

static uint32_t result(checks *c, rig *r, float w[64]) {
  uint32_t id = 0, count = 0;
  CHECK(rig_weights(r, &id, &count, w) != UINT32_MAX);
  EQUAL(count, 1);
  return id;
}

/* Streamed row by row in the orders that the cache and the device's own rows take by the seed. */
static void streamed(checks *c, uint8_t learner, int held, float w[64]) {
  const uint8_t passes = passes_of(g2t_learner_of(learner));
  uint16_t order[ROWS];
  rig r;
  begin(c, &r, learner, 65536);
  STATUS(rig_task(&r, 1, N, ROWS, passes, G2T_MODE_STREAM), G2T_OK);
  for (uint16_t k = 0; k < ROWS; k++) order[k] = k;
  for (uint32_t pass = 0; pass < passes; pass++) {
    if (held || pass > 0u) g2t_order_shuffle(order, ROWS, 99, pass);
    for (uint32_t k = 0; k < ROWS; k++) STATUS(rig_rows(&r, 1, N, order[k], 1), G2T_OK);
  }
  EQUAL(result(c, &r, w), 1);
  rig_end(&r);
}

static void cached(checks *c, uint8_t learner, float w[64]) {
  rig r;
  begin(c, &r, learner, 65536);
  STATUS(rig_task(&r, 2, N, ROWS, passes_of(g2t_learner_of(learner)), G2T_MODE_CACHE | G2T_MODE_SEEDED), G2T_OK);
  STATUS(rig_rows(&r, 2, N, 0, 11), G2T_OK);
  STATUS(rig_rows(&r, 2, N, 11, ROWS - 11), G2T_OK);
  EQUAL(result(c, &r, w), 2);
  rig_end(&r);
}

static void own(checks *c, uint8_t learner, float w[64]) {
  static float x[ROWS * N];
  static uint16_t classes[ROWS];
  rig r;
  for (uint32_t i = 0; i < ROWS; i++) {
    classes[i] = rig_label(i);
    for (uint32_t j = 0; j < N; j++) x[i * N + j] = rig_value(i, j);
  }
  begin(c, &r, learner, 65536);
  r.port.rows = x;
  r.port.classes = classes;
  r.port.row_count = ROWS;
  r.port.features = N;
  STATUS(rig_task(&r, 3, N, 0, passes_of(g2t_learner_of(learner)), G2T_MODE_HELD | G2T_MODE_SEEDED), G2T_OK);
  EQUAL(result(c, &r, w), 3);
  rig_end(&r);
}

static void sources_agree(checks *c, uint8_t learner) {
  const uint32_t bytes = g2t_weight_count(g2t_learner_of(learner), N) * (uint32_t)sizeof(float);
  float w[64] = {0}, expected[64] = {0};
  uint32_t nonzero = 0;
  streamed(c, learner, 0, expected);
  cached(c, learner, w);
  CHECK(memcmp(w, expected, bytes) == 0);
  streamed(c, learner, 1, expected);
  own(c, learner, w);
  CHECK(memcmp(w, expected, bytes) == 0);
  for (uint32_t j = 0; j < N; j++) nonzero += w[j] != 0.0f;
  CHECK(nonzero > 10u);
}

static uint32_t refusal(rig *r, uint32_t *needs) {
  uint8_t out[RIG_FRAME];
  for (uint32_t length = rig_poll(r, out); length > 0u; length = rig_poll(r, out)) {
    if (out[3] != G2T_REFUSE) continue;
    *needs = g2t_load_u32(out + 28);
    return g2t_load_u32(out + 24);
  }
  return 0;
}

/* The smallest RAM takes the task, a byte less does not; the upload has n or n + 1 weights. */
static void memory(checks *c, uint8_t learner) {
  const g2t_learner *l = g2t_learner_of(learner);
  const uint32_t needs = (uint32_t)g2t_device_task_bytes(learner, N, ROWS, G2T_MODE_STREAM, 1, RIG_FRAME);
  const rig_config dense = {1, 1, 64, 60000, 0};
  uint32_t asked = 0;
  uint8_t out[RIG_FRAME];
  rig r;
  rig_begin(&r, needs - 1u);
  r.learner = learner;
  STATUS(rig_configure(&r, &dense), G2T_OK);
  STATUS(rig_task(&r, 1, N, ROWS, 1, G2T_MODE_STREAM), G2T_OK);
  EQUAL(refusal(&r, &asked), G2T_REFUSE_RAM);
  EQUAL(asked, needs);
  r.device.spec.ram_bytes = needs;
  STATUS(rig_task(&r, 2, N, ROWS, 1, G2T_MODE_STREAM), G2T_OK);
  EQUAL(refusal(&r, &asked), 0);
  EQUAL(r.port.bytes + G2T_FIXED_BYTES + RIG_FRAME, needs);
  STATUS(rig_rows(&r, 2, N, 0, ROWS), G2T_OK);
  EQUAL(rig_poll(&r, out), 20u + 9u + 4u * g2t_weight_count(l, N));
  rig_end(&r);
}

static void refused(checks *c) {
  uint32_t needs = 0;
  rig r;
  begin(c, &r, G2T_LDA, 152u * 1024u);
  STATUS(rig_task(&r, 1, 784, ROWS, 1, G2T_MODE_STREAM), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_RAM);
  CHECK(needs > 1200000u && needs < 1300000u);
  STATUS(rig_task(&r, 1, G2T_MAX_FEATURES, ROWS, 1, G2T_MODE_STREAM), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_RAM);
  EQUAL(needs, UINT32_MAX);
  STATUS(rig_task(&r, 1, N, ROWS, 2, G2T_MODE_CACHE | G2T_MODE_SEEDED), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_UNSUPPORTED);
  STATUS(rig_task(&r, 1, N, ROWS, 1, (uint8_t)(2u << G2T_MODE_VARIANT_SHIFT)), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_UNSUPPORTED);
  r.learner = G2T_SEFR;
  STATUS(rig_configure(&r, &one_by_one), G2T_OK);
  STATUS(rig_task(&r, 1, N, ROWS, 2, G2T_MODE_STREAM), G2T_OK);
  EQUAL(refusal(&r, &needs), G2T_REFUSE_UNSUPPORTED);
  r.learner = LEARNERS;
  STATUS(rig_configure(&r, &one_by_one), G2T_BAD_VALUE);
  rig_end(&r);
}

void test_learner_tasks(checks *c) {
  for (uint8_t learner = 0; learner < LEARNERS; learner++) {
    sources_agree(c, learner);
    memory(c, learner);
  }
  refused(c);
}
