#include "g2t_frame.h"

#include "g2t_bytes.h"
#include "g2t_crc32.h"

static uint32_t crc_of(const uint8_t *frame, uint32_t first_bytes, const uint8_t *rest, uint32_t rest_bytes) {
  uint32_t crc = g2t_crc32(0, frame, G2T_CRC_OFFSET);
  crc = g2t_crc32(crc, frame + G2T_HEADER_BYTES, first_bytes);
  return rest == 0 ? crc : g2t_crc32(crc, rest, rest_bytes);
}

g2t_status g2t_frame_read(const uint8_t *frame, uint32_t bytes, g2t_work *work, g2t_header *header) {
  g2t_header_message h;
  if (bytes < G2T_HEADER_BYTES) return G2T_TOO_SHORT;
  g2t_header_load(frame, &h);
  if (h.magic != G2T_MAGIC) return G2T_BAD_MAGIC;
  if (h.version != G2T_VERSION) return G2T_BAD_VERSION;
  if (h.length > bytes - G2T_HEADER_BYTES) return G2T_TOO_SHORT;
  if (h.length < bytes - G2T_HEADER_BYTES) return G2T_BAD_LENGTH;
  work->bytes_checked += G2T_CRC_OFFSET + h.length;
  if (crc_of(frame, h.length, 0, 0) != h.crc) return G2T_BAD_CRC;
  header->type = h.type;
  header->device = h.device;
  header->round = h.round;
  header->length = h.length;
  return G2T_OK;
}

void g2t_frame_write(uint8_t *frame, const g2t_header *header, uint32_t first_bytes, const uint8_t *rest, g2t_work *work) {
  g2t_header_message h = {G2T_MAGIC, G2T_VERSION, header->type, header->device, header->round, header->length, 0};
  g2t_header_store(frame, &h);
  g2t_store_u32(frame + G2T_CRC_OFFSET, crc_of(frame, first_bytes, rest, header->length - first_bytes));
  work->bytes_checked += G2T_CRC_OFFSET + header->length;
}
