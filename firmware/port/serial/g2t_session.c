#include "g2t_session.h"

#include <string.h>

#include "g2t_bytes.h"

enum { BEGIN_BYTES = 28, TIME_BYTES = 8, ROW_HEAD = G2T_SESSION_HEAD + 2, NAME_LIMIT = 64, HELD_LIMIT = 65535 };

typedef char counts_are_all[sizeof(g2t_work) == 8u * G2T_WORK_COUNT ? 1 : -1];
/* The longest answer: that of POLL, with the part of the frame that the device does not keep. */
typedef char answer_fits[G2T_SESSION_HEAD + 21 + 8 * G2T_WORK_COUNT + sizeof(((g2t_outgoing *)0)->head) <= G2T_ANSWER_BYTES ? 1 : -1];

static uint64_t load_u64(const uint8_t *p) { return g2t_load_u32(p) | ((uint64_t)g2t_load_u32(p + 4) << 32); }

/* The answer, field by field. */
static void add_u8(g2t_session *s, uint8_t value) { s->answer[s->answer_bytes++] = value; }

static void add_u32(g2t_session *s, uint32_t value) {
  g2t_store_u32(s->answer + s->answer_bytes, value);
  s->answer_bytes += 4u;
}

static void add_u64(g2t_session *s, uint64_t value) {
  add_u32(s, (uint32_t)value);
  add_u32(s, (uint32_t)(value >> 32));
}

static void add_bytes(g2t_session *s, const void *bytes, uint32_t count) {
  memcpy(s->answer + s->answer_bytes, bytes, count);
  s->answer_bytes += count;
}

static void begin_answer(g2t_session *s, uint8_t kind) {
  s->answer[0] = kind;
  g2t_store_u16(s->answer + 1, s->sequence);
  s->answer_bytes = G2T_SESSION_HEAD;
  s->body = 0;
  s->body_bytes = 0;
}

static void answer_error(g2t_session *s, uint8_t code) {
  begin_answer(s, G2T_PACKET_ERROR);
  add_u8(s, code);
}

static void send_answer(const g2t_session *s) {
  g2t_cobs_sender sender;
  g2t_cobs_begin(&sender, s->link->put, s->link->context);
  g2t_cobs_add(&sender, s->answer, s->answer_bytes);
  if (s->body_bytes > 0u) g2t_cobs_add(&sender, s->body, s->body_bytes);
  g2t_cobs_end(&sender);
}

/* The next good packet's length; G2T_COBS_MORE when the wire has ended. */
static int32_t receive(g2t_session *s, uint8_t *first, uint32_t first_bytes, uint8_t *rest, uint32_t rest_bytes) {
  s->receiver.first = first;
  s->receiver.first_bytes = first_bytes;
  s->receiver.rest = rest;
  s->receiver.rest_bytes = rest_bytes;
  for (;;) {
    const int byte = s->link->get(s->link->context);
    if (byte < 0) {
      s->ended = 1;
      return G2T_COBS_MORE;
    }
    const int32_t length = g2t_cobs_take(&s->receiver, (uint8_t)byte);
    if (length >= G2T_SESSION_HEAD) return length;
    if (length != G2T_COBS_MORE) s->receiver.dropped++;
  }
}

static int is_repeated(const g2t_session *s, const uint8_t *head) {
  return s->kind != 0u && head[0] == s->kind && g2t_load_u16(head + 1) == s->sequence;
}

static void accept(g2t_session *s, const uint8_t *head) {
  s->kind = head[0];
  s->sequence = g2t_load_u16(head + 1);
}

/*
 * The answer to a ROW request: its features where they are wanted, its class. The frame that asked still lies in the packet buffer, so the row goes
 * straight to its place. 0 when the host has no such row, or does something else.
 */
static int await_row(g2t_session *s, uint8_t *x, uint32_t bytes) {
  uint8_t head[ROW_HEAD];
  for (;;) {
    const int32_t length = receive(s, head, sizeof head, x, bytes);
    if (length == G2T_COBS_MORE) break;
    if (is_repeated(s, head)) {
      send_answer(s);
      continue;
    }
    if (head[0] != G2T_PACKET_ROW) break;
    if (g2t_load_u16(head + 1) != (uint16_t)(s->sequence + 1u)) continue;
    accept(s, head);
    s->class_ = g2t_load_u16(head + G2T_SESSION_HEAD);
    return (uint32_t)length == ROW_HEAD + bytes;
  }
  s->lost = 1;
  return 0;
}

static int ask_row(g2t_session *s, uint32_t index, uint16_t features, uint8_t *x) {
  const uint64_t from = s->link->counter(s->link->context);
  if (s->lost) return 0;
  begin_answer(s, G2T_PACKET_ANSWER | G2T_PACKET_ROW);
  add_u32(s, index);
  g2t_store_u16(s->answer + s->answer_bytes, features);
  s->answer_bytes += 2u;
  send_answer(s);
  const int there = await_row(s, x, 4u * features);
  s->class_row = there ? index : UINT32_MAX;
  s->waited += s->link->counter(s->link->context) - from;
  return there;
}

static uint8_t *memory(void *context, uint32_t device, uint32_t bytes) {
  const g2t_session *s = context;
  (void)device;
  return bytes > s->link->memory_bytes ? 0 : s->link->memory;
}

static uint32_t held_rows(void *context, uint32_t device) {
  (void)device;
  return ((const g2t_session *)context)->held_rows;
}

static uint16_t held_class(void *context, uint32_t device, uint32_t index) {
  g2t_session *s = context;
  (void)device;
  if (s->class_row != index) (void)ask_row(s, index, 0, 0);
  return s->class_;
}

static int held_row(void *context, uint32_t device, uint32_t index, uint16_t features, float *x) {
  uint8_t *bytes = (uint8_t *)x;
  (void)device;
  if (!ask_row(context, index, features, bytes)) return 0;
  for (uint32_t j = 0; j < features; j++) x[j] = g2t_load_f32(bytes + 4u * j);
  return 1;
}

void g2t_session_begin(g2t_session *session, const g2t_link *link) {
  memset(session, 0, sizeof *session);
  session->link = link;
  session->port.context = session;
  session->port.memory = memory;
  session->port.held_rows = held_rows;
  session->port.held_class = held_class;
  session->port.held_row = held_row;
  session->port.work = &session->work;
}

static void answer_info(g2t_session *s) {
  const g2t_link *link = s->link;
  uint32_t length = 0;
  while (length < NAME_LIMIT && link->name[length] != 0) length++;
  begin_answer(s, G2T_PACKET_ANSWER | G2T_PACKET_INFO);
  add_u8(s, G2T_SESSION_PROTOCOL);
  add_u8(s, link->counter_kind);
  add_u32(s, link->clock_hz);
  add_u32(s, link->packet_bytes);
  add_u32(s, link->memory_bytes);
  add_bytes(s, link->firmware, G2T_HASH_BYTES);
  add_u8(s, (uint8_t)length);
  add_bytes(s, link->name, length);
}

static void begin_device(g2t_session *s, const uint8_t *p) {
  g2t_spec spec;
  const uint32_t rows = g2t_load_u32(p + 24);
  spec.ram_bytes = g2t_load_u32(p + 4);
  spec.flash_bytes = g2t_load_u32(p + 8);
  spec.receive_bytes = g2t_load_u32(p + 12);
  spec.bench_us = g2t_load_f32(p + 16);
  spec.megahertz = g2t_load_u16(p + 20);
  spec.flags = g2t_load_u16(p + 22);
  const uint32_t receive_bytes = spec.receive_bytes;
  const int good = spec.ram_bytes <= 1u << 31 && receive_bytes != 0u && (receive_bytes & (receive_bytes - 1u)) == 0u && rows <= HELD_LIMIT;
  s->begun = good ? 1 : 0;
  s->lost = 0;
  s->held_rows = rows;
  if (good) g2t_device_begin(&s->device, g2t_load_u32(p), &spec, &s->port);
  begin_answer(s, G2T_PACKET_ANSWER | G2T_PACKET_BEGIN);
  add_u32(s, (uint32_t)(good ? G2T_OK : G2T_BAD_VALUE));
}

/* What the answers to FRAME, TIMER and POLL have in common. */
static void answer_call(g2t_session *s, uint8_t kind, g2t_status status, uint64_t counted) {
  uint64_t counts[G2T_WORK_COUNT];
  memcpy(counts, &s->work, sizeof counts);
  begin_answer(s, G2T_PACKET_ANSWER | kind);
  add_u32(s, (uint32_t)status);
  add_u64(s, counted);
  add_u64(s, g2t_device_deadline_us(&s->device));
  add_u8(s, G2T_WORK_COUNT);
  for (uint32_t i = 0; i < G2T_WORK_COUNT; i++) add_u64(s, counts[i]);
}

static void call_device(g2t_session *s, uint8_t kind, const uint8_t *fields, uint32_t bytes) {
  const uint64_t now_us = load_u64(fields);
  const g2t_link *link = s->link;
  g2t_outgoing out;
  g2t_status status = G2T_OK;
  uint32_t length = 0;
  memset(&s->work, 0, sizeof s->work);
  s->waited = 0;
  s->class_row = UINT32_MAX;
  const uint64_t from = link->counter(link->context);
  if (kind == G2T_PACKET_FRAME) status = g2t_device_on_frame(&s->device, now_us, fields + TIME_BYTES, bytes - TIME_BYTES);
  else if (kind == G2T_PACKET_TIMER) g2t_device_on_timer(&s->device, now_us);
  else length = g2t_device_poll(&s->device, now_us, &out);
  const uint64_t counted = link->counter(link->context) - from - s->waited;
  answer_call(s, kind, status, counted);
  if (length == 0u) return;
  add_bytes(s, out.head, out.head_bytes);
  s->body = out.body;
  s->body_bytes = out.body_bytes;
}

/* An error's code, 0 for a packet that can be acted on. */
static uint8_t fault_of(const g2t_session *s, uint8_t kind, uint32_t bytes) {
  switch (kind) {
    case G2T_PACKET_INFO: return bytes == 0u ? 0 : G2T_ERROR_LENGTH;
    case G2T_PACKET_BEGIN: return bytes == BEGIN_BYTES ? 0 : G2T_ERROR_LENGTH;
    case G2T_PACKET_ROW: return G2T_ERROR_ROW;
    case G2T_PACKET_FRAME:
    case G2T_PACKET_TIMER:
    case G2T_PACKET_POLL: break;
    default: return G2T_ERROR_KIND;
  }
  if (bytes < TIME_BYTES || (kind != G2T_PACKET_FRAME && bytes != TIME_BYTES)) return G2T_ERROR_LENGTH;
  return s->begun ? 0 : G2T_ERROR_NO_BEGIN;
}

static void act(g2t_session *s, uint8_t kind, const uint8_t *fields, uint32_t bytes) {
  const uint8_t fault = fault_of(s, kind, bytes);
  if (fault != 0u) {
    answer_error(s, fault);
    return;
  }
  switch (kind) {
    case G2T_PACKET_INFO: answer_info(s); break;
    case G2T_PACKET_BEGIN: begin_device(s, fields); break;
    default: call_device(s, kind, fields, bytes); break;
  }
}

int g2t_session_step(g2t_session *session) {
  g2t_session *s = session;
  const uint8_t *packet = s->link->packet;
  s->ended = 0;
  const int32_t length = receive(s, s->link->packet, s->link->packet_bytes, 0, 0);
  if (length == G2T_COBS_MORE) return 0;
  if ((uint32_t)length > s->link->packet_bytes) {
    s->receiver.dropped++;
    return 1;
  }
  if (!is_repeated(s, packet)) {
    accept(s, packet);
    act(s, packet[0], packet + G2T_SESSION_HEAD, (uint32_t)length - G2T_SESSION_HEAD);
  }
  if (s->lost) {
    s->begun = 0;
    s->kind = 0;
    s->lost = 0;
    return s->ended ? 0 : 1;
  }
  send_answer(s);
  return 1;
}
