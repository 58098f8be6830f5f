#include "g2t_cobs.h"

#include "g2t_bytes.h"
#include "g2t_crc32.h"

enum { CRC_BYTES = 4, FULL = 255 };

/* What g2t_crc32 gives over anything followed by its own CRC. */
static const uint32_t RESIDUE = 0x2144df1cu;

void g2t_cobs_begin(g2t_cobs_sender *sender, g2t_put put, void *context) {
  sender->put = put;
  sender->context = context;
  sender->crc = 0;
  sender->count = 1;
}

static void end_block(g2t_cobs_sender *s) {
  s->block[0] = (uint8_t)s->count;
  s->put(s->context, s->block, s->count);
  s->count = 1;
}

static void stuff(g2t_cobs_sender *s, uint8_t byte) {
  if (s->count == FULL) end_block(s);
  if (byte == 0u) end_block(s);
  else s->block[s->count++] = byte;
}

void g2t_cobs_add(g2t_cobs_sender *sender, const uint8_t *bytes, uint32_t count) {
  sender->crc = g2t_crc32(sender->crc, bytes, count);
  for (uint32_t i = 0; i < count; i++) stuff(sender, bytes[i]);
}

void g2t_cobs_end(g2t_cobs_sender *sender) {
  static const uint8_t zero = 0;
  uint8_t crc[CRC_BYTES];
  g2t_store_u32(crc, sender->crc);
  for (uint32_t i = 0; i < CRC_BYTES; i++) stuff(sender, crc[i]);
  end_block(sender);
  sender->put(sender->context, &zero, 1);
}

static void keep(g2t_cobs_receiver *r, uint8_t byte) {
  if (r->count < r->first_bytes) r->first[r->count] = byte;
  else if (r->count - r->first_bytes < r->rest_bytes) r->rest[r->count - r->first_bytes] = byte;
  r->crc = g2t_crc32(r->crc, &byte, 1);
  if (r->count <= (uint32_t)INT32_MAX) r->count++;
}

static int32_t end_packet(g2t_cobs_receiver *r) {
  const int good = r->left == 0u && r->count >= CRC_BYTES && r->count <= (uint32_t)INT32_MAX && r->crc == RESIDUE;
  const int32_t length = good ? (int32_t)(r->count - CRC_BYTES) : G2T_COBS_MORE;
  if (!good && r->code != 0u) r->dropped++;
  r->code = 0;
  r->left = 0;
  r->count = 0;
  r->crc = 0;
  return length;
}

int32_t g2t_cobs_take(g2t_cobs_receiver *receiver, uint8_t byte) {
  g2t_cobs_receiver *r = receiver;
  if (byte == 0u) return end_packet(r);
  if (r->left > 0u) {
    r->left--;
    keep(r, byte);
    return G2T_COBS_MORE;
  }
  if (r->code != 0u && r->code != FULL) keep(r, 0);
  r->code = byte;
  r->left = (uint8_t)(byte - 1u);
  return G2T_COBS_MORE;
}
