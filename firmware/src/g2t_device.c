#include "g2t_device.h"

#include "device_parts.h"
#include "g2t_bytes.h"
#include "g2t_codec.h"
#include "g2t_learner.h"

/* The record must not outgrow what it counts for in RAM. */
typedef char record_fits[sizeof(g2t_device) <= G2T_FIXED_BYTES ? 1 : -1];

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

static g2t_config config_of(const g2t_config_message *m) {
  g2t_config c;
  memset(&c, 0, sizeof c);
  c.learner = m->learner;
  c.variant = m->variant;
  c.codec = m->codec;
  c.first = m->first;
  c.second = m->second;
  c.quality.base = m->threshold_base;
  c.quality.limit = m->threshold_limit;
  c.quality.floor = m->quality_floor;
  c.quality.reference_us = m->reference_microseconds;
  c.quality.reference_bytes = m->reference_bytes;
  c.hold_ms = m->hold_milliseconds;
  c.ack_ms = m->ack_milliseconds;
  return c;
}

/* During a task the learner and the codec stay: the task's memory was laid out for them. */
static g2t_status on_config(g2t_device *d, const uint8_t *p) {
  g2t_config_message m;
  g2t_config_load(p, &m);
  const g2t_config c = config_of(&m);
  if (m.reserved != 0u || !config_good(&c)) return G2T_BAD_VALUE;
  if (d->state == STATE_TRAINING && (c.learner != d->config.learner || c.codec != d->config.codec)) return G2T_WRONG_STATE;
  d->config = c;
  if (d->state == STATE_NEW) d->state = STATE_READY;
  d->threshold = g2t_quality_threshold(&d->quality, &d->config.quality);
  outbox_flush_if_due(d);
  return G2T_OK;
}

static g2t_status on_task(g2t_device *d, uint64_t now_us, const uint8_t *p, uint32_t bytes) {
  if (bytes < G2T_TASK_BYTES) return G2T_BAD_LENGTH;
  if (!is_configured(d)) return G2T_WRONG_STATE;
  if (bytes != g2t_task_length(p)) return G2T_BAD_LENGTH;
  g2t_task_message m;
  g2t_task_load(p, &m);
  g2t_task t;
  memset(&t, 0, sizeof t);
  t.id = m.id;
  t.positive = m.positive;
  t.negative = m.negative;
  t.features = m.features;
  t.rows = m.rows;
  t.passes = m.passes;
  t.source = m.mode & G2T_MODE_SOURCE_MASK;
  t.last = (m.mode & G2T_MODE_LAST) != 0;
  t.seeded = (m.mode & G2T_MODE_SEEDED) != 0;
  t.seed = m.seed;
  const uint8_t variant = m.mode >> G2T_MODE_VARIANT_SHIFT;
  t.variant = variant == 0u ? d->config.variant : (uint8_t)(variant - 1u);
  const int held = t.source == G2T_MODE_HELD;
  if (t.source > G2T_MODE_HELD || t.features == 0u || t.passes == 0u) return G2T_BAD_VALUE;
  if ((held && !t.seeded) || (!held && t.rows == 0u)) return G2T_BAD_VALUE;
  return training_start(d, now_us, &t);
}

static g2t_status on_ack(g2t_device *d, const uint8_t *p) {
  g2t_ack_message m;
  g2t_ack_load(p, &m);
  outbox_acknowledge(d, m.upload);
  if (d->state != STATE_TRAINING && d->state != STATE_EXCHANGE) memory_shrink(d);
  return G2T_OK;
}

static g2t_status on_link(g2t_device *d, const g2t_header *header, const uint8_t *p) {
  g2t_exchange e;
  g2t_link_message m;
  g2t_link_load(p, &m);
  e.rtt_us = m.rtt_microseconds;
  e.transfer_us = m.transfer_microseconds;
  e.bytes = m.bytes;
  e.failed = m.failed;
  e.delivered = (m.flags & G2T_LINK_DELIVERED) != 0;
  g2t_quality_add(&d->quality, &e);
  if ((m.flags & G2T_LINK_IS_UPLOAD) != 0 && !e.delivered) {
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
    case G2T_CONFIG: return G2T_CONFIG_BYTES;
    case G2T_ACK: return G2T_ACK_BYTES;
    case G2T_SETUP: return G2T_SETUP_BYTES;
    case G2T_LINK: return G2T_LINK_BYTES;
    case G2T_PING:
    case G2T_FLUSH: return 0;
    default: return UINT32_MAX;
  }
}

static g2t_status dispatch(g2t_device *d, uint64_t now_us, const g2t_header *h, const uint8_t *p) {
  switch (h->type) {
    case G2T_CONFIG: return on_config(d, p);
    case G2T_TASK: return on_task(d, now_us, p, h->length);
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

/* A frame whose payload of `length` bytes lies in the head, behind the header. */
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
  const uint32_t receive = log2_of(d->spec.receive_bytes) << G2T_HELLO_RECEIVE_BYTES_SHIFT;
  const g2t_hello_message m = {d->spec.ram_bytes, d->spec.flash_bytes, d->spec.megahertz,
                               (uint16_t)((d->spec.flags & 0xffu) | receive), d->spec.bench_us};
  g2t_hello_store(out->head + G2T_HEADER_BYTES, &m);
  return send_small(d, G2T_HELLO, 0, G2T_HELLO_BYTES, out);
}

static uint32_t send_refusal(g2t_device *d, g2t_outgoing *out) {
  const g2t_refuse_message m = {d->refused_task, d->refused_reason, d->refused_needs, d->spec.ram_bytes};
  g2t_refuse_store(out->head + G2T_HEADER_BYTES, &m);
  return send_small(d, G2T_REFUSE, 0, G2T_REFUSE_BYTES, out);
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
