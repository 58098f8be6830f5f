#include <stdlib.h>
#include <string.h>

#include "g2t_bytes.h"
#include "rig.h"

/* Sealed frames of every type with random payloads that are often nearly right: the device answers each with a status, keeps within
 * its memory (a sanitizer sees the byte beyond), and still trains afterwards. */

static void payload(checks *c, rig *r, uint32_t length) {
  for (uint32_t i = 0; i < length; i++) r->frame[20 + i] = (uint8_t)random_u32(c);
}

static void plausible_task(checks *c, rig *r) {
  payload(c, r, 20);
  uint8_t *p = r->frame + 20;
  g2t_store_u32(p, random_u32(c) % 4u);
  g2t_store_u16(p + 8, (uint16_t)(random_u32(c) % 40u));
  g2t_store_u32(p + 10, random_u32(c) % 50u);
  p[14] = (uint8_t)(random_u32(c) % 4u);
  p[15] = (uint8_t)(random_u32(c) % 64u);
}

static g2t_status random_frame(checks *c, rig *r) {
  const rig_config config = {(uint8_t)(random_u32(c) % 5u), (uint16_t)(1u + random_u32(c) % 4u), 8, 50, 30};
  const uint32_t id = random_u32(c) % 4u;
  uint32_t length = random_u32(c) % 600u;
  switch (random_u32(c) % 12u) {
    case 0: r->learner = (uint8_t)(random_u32(c) % 7u); return rig_configure(r, &config);
    case 1: plausible_task(c, r); return rig_send(r, G2T_TASK, 0, (r->frame[35] & G2T_MODE_SEEDED) != 0 ? 20 : 16);
    case 2: return rig_ack(r, r->device.next_upload - random_u32(c) % 4u);
    case 3: payload(c, r, 16); return rig_send(r, G2T_LINK, random_u32(c) % 8u, 16);
    case 4: payload(c, r, length); return rig_send(r, G2T_ORDER, id, length);
    case 5:
      length = 2u * (random_u32(c) % 60u);
      for (uint32_t k = 0; k < length; k += 2u) g2t_store_u16(r->frame + 20 + k, (uint16_t)(random_u32(c) % 12u));
      return rig_send(r, G2T_ORDER, r->device.task.id, length);
    case 6: payload(c, r, length); return rig_send(r, (uint8_t)(random_u32(c) % 14u), id, length);
    case 7: return rig_send(r, G2T_FLUSH, 0, 0);
    default:
      return rig_rows(r, random_u32(c) % 8u == 0u ? id : r->device.task.id, r->device.task.features, random_u32(c) % 99u,
                      random_u32(c) % 30u);
  }
}

static void frames(checks *c) {
  static float held[40 * 30];
  static uint16_t classes[40];
  uint32_t good = 0, finished = 0;
  uint8_t out[RIG_FRAME];
  for (uint32_t life = 0; life < 64u / SHORTER; life++) {
    rig r;
    rig_begin(&r, 9000 + 200u * life * SHORTER);
    for (uint32_t i = 0; i < 40u; i++) classes[i] = (uint16_t)random_u32(c);
    r.port.rows = held;
    r.port.classes = classes;
    r.port.row_count = life * SHORTER % 41u;
    r.port.features = 30;
    for (uint32_t step = 0; step < 1500u; step++) {
      const g2t_status status = random_frame(c, &r);
      CHECK(status <= 0 && status >= G2T_BAD_ENCODING && status != G2T_NO_MEMORY);
      good += status == G2T_OK;
      r.now_us += random_u32(c) % 5000u;
      if (random_u32(c) % 4u == 0u) g2t_device_on_timer(&r.device, r.now_us);
      while (random_u32(c) % 3u != 0u && rig_poll(&r, out) > 0u) finished += out[3] == G2T_WEIGHTS;
      CHECK((uint64_t)r.port.bytes + G2T_FIXED_BYTES + RIG_FRAME <= r.device.spec.ram_bytes);
    }
    rig_end(&r);
  }
  CHECK(good > 10000u / SHORTER);
  CHECK(finished > 200u / SHORTER);
}

static void raw_bytes(checks *c) {
  rig r;
  rig_begin(&r, 65536);
  for (uint32_t step = 0; step < 20000u / SHORTER; step++) {
    const uint32_t length = random_u32(c) % 100u;
    uint8_t *bytes = malloc(length + 1u);
    for (uint32_t i = 0; i < length; i++) bytes[i] = (uint8_t)random_u32(c);
    if (length > 3u && step % 2u == 0u) memcpy(bytes, "G2\1", 3);
    CHECK(g2t_device_on_frame(&r.device, step, bytes, length) < 0);
    free(bytes);
  }
  EQUAL(r.port.bytes, 0);
  rig_end(&r);
}

void test_fuzz(checks *c) {
  frames(c);
  raw_bytes(c);
}
