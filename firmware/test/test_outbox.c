#include <string.h>

#include "g2t_bytes.h"
#include "rig.h"

enum { N = 4, LAST = G2T_MODE_LAST, DELIVERED = 1, UPLOAD = 2 };
#define STATUS(call, expected) EQUAL((uint32_t)(call), (uint32_t)(expected))

/* Trains one small task to its end. */
static void finish_task(checks *c, rig *r, uint32_t id, uint8_t mode) {
  STATUS(rig_task(r, id, N, 3, 1, mode), G2T_OK);
  STATUS(rig_rows(r, id, N, id, 3), G2T_OK);
}

static void begin(checks *c, rig *r, rig_config config) {
  uint8_t out[RIG_FRAME];
  rig_begin(r, 65536);
  STATUS(rig_configure(r, &config), G2T_OK);
  EQUAL(rig_poll(r, out), 36);
}

/* How many classifiers the next upload holds, 0 when there is none. */
static uint32_t upload(rig *r, uint32_t *number) {
  float w[64];
  uint32_t id, count = 0;
  *number = rig_weights(r, &id, &count, w);
  return *number == UINT32_MAX ? 0u : count;
}

static void gathers(checks *c) {
  rig r;
  uint32_t number;
  begin(c, &r, (rig_config){0, 3, 64, 0, 0});
  EQUAL(r.device.threshold, 3);
  for (uint32_t id = 0; id < 7u; id++) {
    finish_task(c, &r, id, 0);
    EQUAL(upload(&r, &number), id % 3u == 2u ? 3u : 0u);
  }
  EQUAL(r.device.held, 7);
  finish_task(c, &r, 7, LAST);
  EQUAL(upload(&r, &number), 2);
  EQUAL(number, 2);
  EQUAL(r.device.sent, 3);
  STATUS(rig_ack(&r, 1), G2T_OK);
  STATUS(rig_ack(&r, 1), G2T_OK);
  EQUAL(r.device.held, 5);
  STATUS(rig_ack(&r, 2), G2T_OK);
  STATUS(rig_ack(&r, 0), G2T_OK);
  EQUAL(r.device.held, 0);
  EQUAL(r.device.sent, 0);
  EQUAL(r.port.bytes, 0);
  finish_task(c, &r, 8, 0);
  EQUAL(upload(&r, &number), 0);
  STATUS(rig_send(&r, G2T_FLUSH, 0, 0), G2T_OK);
  EQUAL(upload(&r, &number), 1);
  EQUAL(number, 3);
  rig_end(&r);
}

static void holds_no_longer_than_it_may(checks *c) {
  rig r;
  uint32_t number;
  begin(c, &r, (rig_config){0, 10, 64, 60000, 0});
  EQUAL(g2t_device_deadline_us(&r.device), UINT64_MAX);
  r.now_us = 5000;
  finish_task(c, &r, 0, 0);
  r.now_us = 9000;
  finish_task(c, &r, 1, 0);
  EQUAL(g2t_device_deadline_us(&r.device), 60005000u);
  g2t_device_on_timer(&r.device, 60004999u);
  EQUAL(upload(&r, &number), 0);
  g2t_device_on_timer(&r.device, 60005000u);
  EQUAL(upload(&r, &number), 2);
  EQUAL(g2t_device_deadline_us(&r.device), UINT64_MAX);
  rig_end(&r);
}

static void resends(checks *c) {
  rig r;
  uint32_t number;
  begin(c, &r, (rig_config){0, 1, 64, 0, 2000});
  finish_task(c, &r, 0, 0);
  finish_task(c, &r, 1, 0);
  r.now_us = 7000;
  EQUAL(upload(&r, &number), 1);
  EQUAL(number, 0);
  EQUAL(upload(&r, &number), 1);
  EQUAL(number, 1);
  EQUAL(upload(&r, &number), 0);
  STATUS(rig_link(&r, 0, 3, UPLOAD, 1), G2T_OK);
  EQUAL(upload(&r, &number), 1);
  EQUAL(number, 1);
  STATUS(rig_link(&r, 0, 3, 0, 0), G2T_OK);
  EQUAL(upload(&r, &number), 0);
  EQUAL(g2t_device_deadline_us(&r.device), 2007000u);
  g2t_device_on_timer(&r.device, 2006999u);
  EQUAL(upload(&r, &number), 0);
  STATUS(rig_ack(&r, 0), G2T_OK);
  g2t_device_on_timer(&r.device, 2007000u);
  EQUAL(upload(&r, &number), 1);
  EQUAL(number, 1);
  rig_end(&r);
}

/* A worse network raises W_t; a better one lowers it and sends at once what then suffices. */
static void follows_the_network(checks *c) {
  rig r;
  uint32_t number;
  begin(c, &r, (rig_config){0, 1, 64, 0, 0});
  STATUS(rig_link(&r, 300000, 0, DELIVERED, 0), G2T_OK);
  EQUAL(r.device.threshold, 13);
  for (uint32_t id = 0; id < 8u; id++) finish_task(c, &r, id, 0);
  EQUAL(upload(&r, &number), 0);
  for (int i = 0; i < 4; i++) STATUS(rig_link(&r, 10000, 0, DELIVERED, 0), G2T_OK);
  EQUAL(r.device.threshold, 8);
  EQUAL(upload(&r, &number), 8);
  rig_end(&r);
}

/* An ACK during a task moves the held ones, not the task. */
static void acknowledged_while_training(checks *c) {
  rig r, plain;
  uint32_t number, id, count;
  float w[64] = {0}, expected[64] = {0};
  begin(c, &plain, (rig_config){0, 1, 64, 0, 0});
  finish_task(c, &plain, 9, 0);
  CHECK(rig_weights(&plain, &id, &count, expected) != UINT32_MAX);
  begin(c, &r, (rig_config){0, 1, 64, 0, 0});
  finish_task(c, &r, 0, 0);
  finish_task(c, &r, 1, 0);
  EQUAL(upload(&r, &number), 1);
  EQUAL(upload(&r, &number), 1);
  STATUS(rig_task(&r, 9, N, 3, 1, 0), G2T_OK);
  STATUS(rig_rows(&r, 9, N, 9, 1), G2T_OK);
  STATUS(rig_ack(&r, 0), G2T_OK);
  STATUS(rig_rows(&r, 9, N, 10, 2), G2T_OK);
  EQUAL(rig_weights(&r, &id, &count, w), 2);
  EQUAL(id, 9);
  CHECK(memcmp(w, expected, sizeof w) == 0);
  rig_end(&r);
  rig_end(&plain);
}

/* W_max 64 but room for a few: what has gathered goes before a next task would not fit. */
static void full_memory(checks *c) {
  rig r;
  uint32_t number;
  uint8_t out[RIG_FRAME];
  const rig_config config = {1, 64, 64, 0, 0};
  const uint32_t each = 9 + 4 * (N + 1);
  rig_begin(&r, (uint32_t)g2t_device_task_bytes(0, N, 3, 0, 1, RIG_FRAME) + 3u * each);
  STATUS(rig_configure(&r, &config), G2T_OK);
  EQUAL(rig_poll(&r, out), 36);
  uint32_t finished = 0;
  for (; finished < 20u && r.device.ready == 0u; finished++) finish_task(c, &r, finished, 0);
  CHECK(finished >= 3u && finished <= 5u);
  EQUAL(upload(&r, &number), finished);
  STATUS(rig_ack(&r, number), G2T_OK);
  finish_task(c, &r, 50, 0);
  EQUAL(r.device.held, 1);
  rig_end(&r);
}

/* What waits for a batch's last task goes even when that task is refused. */
static void refused_last(checks *c) {
  rig r;
  uint32_t number;
  begin(c, &r, (rig_config){0, 9, 64, 0, 0});
  finish_task(c, &r, 0, 0);
  STATUS(rig_task(&r, 1, N, 60000, 1, G2T_MODE_CACHE), G2T_OK);
  EQUAL(upload(&r, &number), 0);
  STATUS(rig_task(&r, 1, N, 60000, 1, G2T_MODE_CACHE | LAST), G2T_OK);
  EQUAL(upload(&r, &number), 1);
  rig_end(&r);
}

static void encodings(checks *c) {
  static const uint8_t bytes[5] = {20 + 29, 20 + 29, 20 + 30, 20 + 35, 20 + 41};
  for (uint8_t codec = 0; codec < 5u; codec++) {
    rig r;
    uint8_t out[RIG_FRAME];
    begin(c, &r, (rig_config){codec, 1, 64, 0, 0});
    STATUS(rig_task(&r, 0, N, 8, 1, 0), G2T_OK);
    STATUS(rig_rows(&r, 0, N, 0, 8), G2T_OK);
    EQUAL(rig_poll(&r, out), bytes[codec]);
    EQUAL(r.port.work.bytes_encoded, bytes[codec] - 20);
    rig_end(&r);
  }
}

void test_outbox(checks *c) {
  gathers(c);
  holds_no_longer_than_it_may(c);
  resends(c);
  follows_the_network(c);
  acknowledged_while_training(c);
  full_memory(c);
  refused_last(c);
  encodings(c);
}
