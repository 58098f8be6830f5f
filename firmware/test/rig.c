#include "rig.h"

#include <string.h>

#include "g2t_bytes.h"
#include "g2t_codec.h"
#include "g2t_learner.h"

void rig_begin(rig *r, uint32_t ram_bytes) {
  const g2t_spec spec = {ram_bytes, 100000, RIG_FRAME, 40.5f, 64, 1};
  native_port_begin(&r->port);
  r->now_us = 1000;
  r->learner = G2T_OPT_SGD;
  g2t_device_begin(&r->device, RIG_ID, &spec, &r->port.port);
}

void rig_end(rig *r) { native_port_end(&r->port); }

g2t_status rig_send(rig *r, uint8_t type, uint32_t round, uint32_t length) {
  g2t_work unused = {0};
  const g2t_header header = {RIG_ID, round, length, type};
  g2t_frame_write(r->frame, &header, length, 0, &unused);
  return g2t_device_on_frame(&r->device, r->now_us, r->frame, G2T_HEADER_BYTES + length);
}

g2t_status rig_configure(rig *r, const rig_config *config) {
  uint8_t *p = r->frame + G2T_HEADER_BYTES;
  const g2t_config_message m = {r->learner, 0, config->codec, 0, 0.1f, 0.5f, config->base, config->limit, 1.0f / 64.0f,
                                24096, 512, config->hold_ms, config->ack_ms};
  g2t_config_store(p, &m);
  return rig_send(r, G2T_CONFIG, 0, G2T_CONFIG_BYTES);
}

g2t_status rig_task(rig *r, uint32_t id, uint16_t features, uint32_t rows, uint8_t passes, uint8_t mode) {
  uint8_t *p = r->frame + G2T_HEADER_BYTES;
  const g2t_task_message m = {id, 1, 0, features, rows, passes, mode, 99};
  g2t_task_store(p, &m);
  return rig_send(r, G2T_TASK, 0, g2t_task_length(p));
}

/* Any fixed numbers in (-1, 1). */
float rig_value(uint32_t row, uint32_t feature) {
  const uint32_t h = (row * 2654435761u) ^ (feature * 40503u + 12345u) * 2246822519u;
  return (float)(int32_t)(h ^ (h >> 15)) / 2147483648.0f;
}

uint8_t rig_label(uint32_t row) { return (uint8_t)((row * 7u + row / 3u) & 1u); }

g2t_status rig_rows(rig *r, uint32_t task, uint16_t features, uint32_t from, uint32_t count) {
  uint8_t *p = r->frame + G2T_HEADER_BYTES;
  for (uint32_t row = from; row < from + count; row++) {
    for (uint32_t j = 0; j < features; j++, p += 4) g2t_store_f32(p, rig_value(row, j));
    *p++ = rig_label(row);
  }
  return rig_send(r, G2T_DATA, task, count * (4u * features + 1u));
}

g2t_status rig_ack(rig *r, uint32_t upload) {
  g2t_store_u32(r->frame + G2T_HEADER_BYTES, upload);
  return rig_send(r, G2T_ACK, 0, 4);
}

g2t_status rig_link(rig *r, uint32_t rtt_us, uint16_t failed, uint16_t flags, uint32_t round) {
  uint8_t *p = r->frame + G2T_HEADER_BYTES;
  const g2t_link_message m = {rtt_us, 0, 0, failed, flags};
  g2t_link_store(p, &m);
  return rig_send(r, G2T_LINK, round, G2T_LINK_BYTES);
}

uint32_t rig_poll(rig *r, uint8_t out[RIG_FRAME]) {
  g2t_outgoing part;
  const uint32_t length = g2t_device_poll(&r->device, r->now_us, &part);
  if (length == 0u) return 0;
  memcpy(out, part.head, part.head_bytes);
  if (part.body_bytes > 0u) memcpy(out + part.head_bytes, part.body, part.body_bytes);
  return length;
}

uint32_t rig_weights(rig *r, uint32_t *id, uint32_t *classifiers, float w[64]) {
  uint8_t out[RIG_FRAME];
  g2t_header header;
  g2t_work unused = {0};
  for (uint32_t length = rig_poll(r, out); length > 0u; length = rig_poll(r, out)) {
    if (g2t_frame_read(out, length, &unused, &header) != G2T_OK || header.type != G2T_WEIGHTS) continue;
    uint32_t n = 0, taken = 0, at = G2T_HEADER_BYTES;
    *classifiers = 0;
    for (; at < length; at += taken, (*classifiers)++) {
      uint32_t any;
      if (g2t_decode(out + at, length - at, 64, *classifiers == 0u ? id : &any, &n, w, &taken) != G2T_OK) return UINT32_MAX;
    }
    return header.round;
  }
  return UINT32_MAX;
}
