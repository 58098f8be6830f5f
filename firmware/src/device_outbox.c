#include "device_parts.h"
#include "g2t_bytes.h"
#include "g2t_codec.h"

/* Finished classifiers, in memory[0, held_bytes): uploads one behind the other, the open one (still gathering) last. */

static uint32_t upload_number(const uint8_t *u) { return g2t_load_u32(u); }
static uint32_t upload_bytes(const uint8_t *u) { return g2t_load_u32(u + 4); }
static uint16_t upload_count(const uint8_t *u) { return g2t_load_u16(u + 8); }

static void set_state(g2t_device *d, uint8_t *u, uint8_t state) {
  if (u[10] == UPLOAD_READY) d->ready--;
  if (u[10] == UPLOAD_SENT) d->sent--;
  if (state == UPLOAD_READY) d->ready++;
  if (state == UPLOAD_SENT) d->sent++;
  u[10] = state;
}

uint32_t outbox_room(const g2t_device *d, uint32_t weights) {
  return aligned16(d->held_bytes + UPLOAD_HEAD + g2t_encoded_limit(d->config.codec, weights));
}

static void open_group(g2t_device *d, uint64_t now_us) {
  uint8_t *u = d->memory + d->open_at;
  memset(u, 0, UPLOAD_HEAD);
  d->held_bytes += UPLOAD_HEAD;
  d->oldest_us = now_us;
}

void outbox_add(g2t_device *d, uint64_t now_us, const float *weights, uint32_t count) {
  if (d->waiting == 0u) open_group(d, now_us);
  const uint32_t bytes =
      g2t_encode(d->config.codec, d->task.id, weights, count, d->memory + d->held_bytes, d->port->work);
  uint8_t *u = d->memory + d->open_at;
  d->held_bytes += bytes;
  d->waiting++;
  d->held++;
  g2t_store_u32(u + 4, upload_bytes(u) + bytes);
  g2t_store_u16(u + 8, d->waiting);
}

void outbox_close(g2t_device *d) {
  if (d->waiting == 0u) return;
  uint8_t *u = d->memory + d->open_at;
  g2t_store_u32(u, d->next_upload++);
  set_state(d, u, UPLOAD_READY);
  d->open_at = d->held_bytes;
  d->waiting = 0;
}

void outbox_flush_if_due(g2t_device *d) {
  if (d->waiting >= d->threshold) outbox_close(d);
}

/* The first upload in a state, or with a number where number is not null; held_bytes when there is none. */
static uint32_t find(const g2t_device *d, uint8_t state, const uint32_t *number) {
  uint32_t at = 0;
  while (at < d->open_at) {
    const uint8_t *u = d->memory + at;
    if (number != 0 ? upload_number(u) == *number : u[10] == state) return at;
    at += UPLOAD_HEAD + upload_bytes(u);
  }
  return d->held_bytes;
}

uint32_t outbox_take(g2t_device *d, uint64_t now_us, g2t_outgoing *out) {
  if (d->ready == 0u) return 0;
  uint8_t *u = d->memory + find(d, UPLOAD_READY, 0);
  const g2t_header header = {d->id, upload_number(u), upload_bytes(u), G2T_WEIGHTS};
  out->head_bytes = G2T_HEADER_BYTES;
  out->body = u + UPLOAD_HEAD;
  out->body_bytes = header.length;
  g2t_frame_write(out->head, &header, 0, out->body, d->port->work);
  set_state(d, u, UPLOAD_SENT);
  d->sent_us = now_us;
  return G2T_HEADER_BYTES + header.length;
}

void outbox_acknowledge(g2t_device *d, uint32_t number) {
  const uint32_t at = find(d, 0, &number);
  if (at >= d->open_at) return;
  uint8_t *u = d->memory + at;
  const uint32_t gone = UPLOAD_HEAD + upload_bytes(u);
  d->held = (uint16_t)(d->held - upload_count(u));
  set_state(d, u, UPLOAD_OPEN);
  memmove(u, u + gone, d->held_bytes - at - gone);
  d->held_bytes -= gone;
  d->open_at -= gone;
}

void outbox_resend(g2t_device *d, uint32_t number) {
  const uint32_t at = find(d, 0, &number);
  if (at < d->open_at) set_state(d, d->memory + at, UPLOAD_READY);
}

void outbox_resend_all(g2t_device *d) {
  while (d->sent > 0u) set_state(d, d->memory + find(d, UPLOAD_SENT, 0), UPLOAD_READY);
}

void memory_shrink(g2t_device *d) {
  uint8_t *memory = d->port->memory(d->port->context, d->id, d->held_bytes);
  if (d->held_bytes == 0u) d->memory = 0;
  else if (memory != 0) d->memory = memory;
}
