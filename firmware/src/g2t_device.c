#include "g2t_device.h"

#include "device_parts.h"
#include "g2t_bytes.h"
#include "g2t_codec.h"
#include "g2t_learner.h"

/* The record must not outgrow what it counts for in RAM. */
typedef char record_fits[sizeof(g2t_device) <= G2T_FIXED_BYTES ? 1 : -1];

enum { HELLO_BYTES = 16, CONFIG_BYTES = 36, TASK_BYTES = 16, SEEDED_BYTES = 20, SETUP_BYTES = 28, ACK_BYTES = 4, REFUSE_BYTES = 16, LINK_BYTES = 16 };
enum { LINK_DELIVERED = 1, LINK_UPLOAD = 2 };

void g2t_device_begin(g2t_device *device, uint32_t id, const g2t_spec *spec, const g2t_port *port) {
  memset(device, 0, sizeof *device);
  device->port = port;
  device->id = id;
  device->spec = *spec;
  device->threshold = 1;
  device->due = DUE_HELLO;
  g2t_quality_begin(&device->quality);
}

static int config_good(const g2t_config *c) {
  const g2t_learner *learner = g2t_learner_of(c->learner);
  if (learner == 0 || c->variant >= learner->variants || c->codec >= G2T_CODEC_COUNT) return 0;
  if (!learner->accepts(c->first, c->second)) return 0;
  if (c->quality.base == 0u || c->quality.limit == 0u || c->quality.reference_us == 0u) return 0;
  return c->quality.floor > 0.0f && c->quality.floor <= 1.0f;
}

static void read_config(const uint8_t *p, g2t_config *c) {
  c->learner = p[0];
  c->variant = p[1];
  c->codec = p[2];
  c->first = g2t_load_f32(p + 4);
  c->second = g2t_load_f32(p + 8);
  c->quality.base = g2t_load_u16(p + 12);
  c->quality.limit = g2t_load_u16(p + 14);
  c->quality.floor = g2t_load_f32(p + 16);
  c->quality.reference_us = g2t_load_u32(p + 20);
  c->quality.reference_bytes = g2t_load_u32(p + 24);
  c->hold_ms = g2t_load_u32(p + 28);
  c->ack_ms = g2t_load_u32(p + 32);
}

/* During a task the learner and the codec stay: the task's memory was laid out for them. */
static g2t_status on_config(g2t_device *d, const uint8_t *p) {
  g2t_config c;
  read_config(p, &c);
  if (p[3] != 0u || !config_good(&c)) return G2T_BAD_VALUE;
  if (d->state == STATE_TRAINING && (c.learner != d->config.learner || c.codec != d->config.codec)) return G2T_WRONG_STATE;
  d->config = c;
  if (d->state == STATE_NEW) d->state = STATE_READY;
  d->threshold = g2t_quality_threshold(&d->quality, &d->config.quality);
  outbox_flush_if_due(d);
  return G2T_OK;
}

static g2t_status on_task(g2t_device *d, uint64_t now_us, const uint8_t *p, uint32_t bytes) {
  if (!is_configured(d)) return G2T_WRONG_STATE;
  const uint8_t mode = p[15];
  g2t_task t;
  memset(&t, 0, sizeof t);
  t.id = g2t_load_u32(p);
  t.positive = g2t_load_u16(p + 4);
  t.negative = g2t_load_u16(p + 6);
  t.features = g2t_load_u16(p + 8);
  t.rows = g2t_load_u32(p + 10);
  t.passes = p[14];
  t.source = mode & G2T_MODE_SOURCE;
  t.last = (mode & G2T_MODE_LAST) != 0;
  t.seeded = (mode & G2T_MODE_SEEDED) != 0;
  const uint8_t variant = mode >> G2T_MODE_VARIANT_SHIFT;
  t.variant = variant == 0u ? d->config.variant : (uint8_t)(variant - 1u);
  if (bytes != (t.seeded ? SEEDED_BYTES : TASK_BYTES)) return G2T_BAD_LENGTH;
  t.seed = t.seeded ? g2t_load_u32(p + TASK_BYTES) : 0u;
  const int held = t.source == G2T_SOURCE_HELD;
  if (t.source > G2T_SOURCE_HELD || t.features == 0u || t.passes == 0u) return G2T_BAD_VALUE;
  if ((held && !t.seeded) || (!held && t.rows == 0u)) return G2T_BAD_VALUE;
  return training_start(d, now_us, &t);
}

static g2t_status on_ack(g2t_device *d, const uint8_t *p) {
  outbox_acknowledge(d, g2t_load_u32(p));
  if (d->state != STATE_TRAINING && d->state != STATE_EXCHANGE) memory_shrink(d);
  return G2T_OK;
}

static g2t_status on_link(g2t_device *d, const g2t_header *header, const uint8_t *p) {
  g2t_exchange e;
  const uint16_t flags = g2t_load_u16(p + 14);
  e.rtt_us = g2t_load_u32(p);
  e.transfer_us = g2t_load_u32(p + 4);
  e.bytes = g2t_load_u32(p + 8);
  e.failed = g2t_load_u16(p + 12);
  e.delivered = (flags & LINK_DELIVERED) != 0;
  g2t_quality_add(&d->quality, &e);
  if ((flags & LINK_UPLOAD) != 0 && !e.delivered) {
    if (d->state == STATE_EXCHANGE) exchange_resend(d, header->round);
    else outbox_resend(d, header->round);
  }
  if (!is_configured(d)) return G2T_OK;
  d->threshold = g2t_quality_threshold(&d->quality, &d->config.quality);
  outbox_flush_if_due(d);
  return G2T_OK;
}

static g2t_status on_ping(g2t_device *d, uint32_t round) {
  d->pong_round = round;
  d->due |= DUE_PONG;
  return G2T_OK;
}

/* The one payload length of a type; UINT32_MAX where it varies or the type is not one that a device receives. */
static uint32_t length_of(uint8_t type) {
  switch (type) {
    case G2T_CONFIG: return CONFIG_BYTES;
    case G2T_ACK: return ACK_BYTES;
    case G2T_SETUP: return SETUP_BYTES;
    case G2T_LINK: return LINK_BYTES;
    case G2T_PING:
    case G2T_FLUSH: return 0;
    default: return UINT32_MAX;
  }
}

static g2t_status dispatch(g2t_device *d, uint64_t now_us, const g2t_header *h, const uint8_t *p) {
  switch (h->type) {
    case G2T_CONFIG: return on_config(d, p);
    case G2T_TASK: return h->length < TASK_BYTES ? G2T_BAD_LENGTH : on_task(d, now_us, p, h->length);
    case G2T_DATA: return training_rows(d, now_us, h->round, p, h->length);
    case G2T_ORDER: return training_order(d, now_us, h->round, p, h->length);
    case G2T_ACK: return on_ack(d, p);
    case G2T_PING: return on_ping(d, h->round);
    case G2T_LINK: return on_link(d, h, p);
    case G2T_SETUP: return exchange_setup(d, h->round, p);
    case G2T_PARAMS: return exchange_params(d, now_us, h->round, p, h->length);
    case G2T_MIRROR: return exchange_mirror(d, now_us, h->round, p, h->length);
    case G2T_FLUSH: outbox_close(d); return G2T_OK;
    default: return G2T_BAD_TYPE;
  }
}

g2t_status g2t_device_on_frame(g2t_device *device, uint64_t now_us, const uint8_t *frame, uint32_t bytes) {
  g2t_header header;
  device->port->work->frames++;
  device->port->work->bytes_received += bytes;
  if (bytes > device->spec.receive_bytes) return G2T_TOO_LONG;
  const g2t_status status = g2t_frame_read(frame, bytes, device->port->work, &header);
  if (status != G2T_OK) return status;
  if (header.device != device->id) return G2T_WRONG_DEVICE;
  const uint32_t length = length_of(header.type);
  if (length != UINT32_MAX && length != header.length) return G2T_BAD_LENGTH;
  return dispatch(device, now_us, &header, frame + G2T_HEADER_BYTES);
}

void g2t_device_on_timer(g2t_device *device, uint64_t now_us) {
  const uint64_t hold_us = (uint64_t)device->config.hold_ms * 1000u;
  const uint64_t ack_us = (uint64_t)device->config.ack_ms * 1000u;
  if (hold_us > 0u && device->waiting > 0u && now_us >= device->oldest_us + hold_us) outbox_close(device);
  if (ack_us > 0u && device->sent > 0u && now_us >= device->sent_us + ack_us) outbox_resend_all(device);
}

uint64_t g2t_device_deadline_us(const g2t_device *device) {
  const uint64_t hold_us = (uint64_t)device->config.hold_ms * 1000u;
  const uint64_t ack_us = (uint64_t)device->config.ack_ms * 1000u;
  uint64_t deadline = UINT64_MAX;
  if (hold_us > 0u && device->waiting > 0u) deadline = device->oldest_us + hold_us;
  if (ack_us > 0u && device->sent > 0u && device->sent_us + ack_us < deadline) deadline = device->sent_us + ack_us;
  return deadline;
}

/* A frame whose payload is head[20, 20 + length). */
static uint32_t send_small(g2t_device *d, uint8_t type, uint32_t round, uint32_t length, g2t_outgoing *out) {
  const g2t_header header = {d->id, round, length, type};
  g2t_frame_write(out->head, &header, length, 0, d->port->work);
  out->head_bytes = G2T_HEADER_BYTES + length;
  out->body = 0;
  out->body_bytes = 0;
  return out->head_bytes;
}

static uint32_t log2_of(uint32_t value) {
  uint32_t log = 0;
  for (; value > 1u; value >>= 1) log++;
  return log;
}

static uint32_t send_hello(g2t_device *d, g2t_outgoing *out) {
  uint8_t *p = out->head + G2T_HEADER_BYTES;
  g2t_store_u32(p, d->spec.ram_bytes);
  g2t_store_u32(p + 4, d->spec.flash_bytes);
  g2t_store_u16(p + 8, d->spec.megahertz);
  g2t_store_u16(p + 10, (uint16_t)((d->spec.flags & 0xffu) | (log2_of(d->spec.receive_bytes) << 8)));
  g2t_store_f32(p + 12, d->spec.bench_us);
  return send_small(d, G2T_HELLO, 0, HELLO_BYTES, out);
}

static uint32_t send_refusal(g2t_device *d, g2t_outgoing *out) {
  uint8_t *p = out->head + G2T_HEADER_BYTES;
  g2t_store_u32(p, d->refused_task);
  g2t_store_u32(p + 4, d->refused_reason);
  g2t_store_u32(p + 8, d->refused_needs);
  g2t_store_u32(p + 12, d->spec.ram_bytes);
  return send_small(d, G2T_REFUSE, 0, REFUSE_BYTES, out);
}

/* Takes the lowest bit that is due. */
static uint8_t take_due(g2t_device *d) {
  const uint8_t bit = (uint8_t)(d->due & (uint8_t)-d->due);
  d->due = (uint8_t)(d->due & ~bit);
  return bit;
}

uint32_t g2t_device_poll(g2t_device *device, uint64_t now_us, g2t_outgoing *out) {
  uint32_t bytes = 0;
  switch (take_due(device)) {
    case DUE_HELLO: bytes = send_hello(device, out); break;
    case DUE_PONG: bytes = send_small(device, G2T_PONG, device->pong_round, 0, out); break;
    case DUE_REFUSE: bytes = send_refusal(device, out); break;
    default:
      bytes = device->state == STATE_EXCHANGE ? exchange_take(device, now_us, out) : outbox_take(device, now_us, out);
      break;
  }
  if (bytes > 0u) device->port->work->frames++;
  return bytes;
}

int g2t_device_is_training(const g2t_device *device) { return device->state == STATE_TRAINING; }
