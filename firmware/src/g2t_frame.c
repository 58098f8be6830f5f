#include "g2t_frame.h"

#include "g2t_bytes.h"
#include "g2t_crc32.h"

g2t_status g2t_frame_read(const uint8_t *frame, uint32_t bytes, g2t_work *work, g2t_header *header) {
  if (bytes < G2T_HEADER_BYTES) return G2T_TOO_SHORT;
  if (g2t_load_u16(frame) != G2T_MAGIC) return G2T_BAD_MAGIC;
  if (frame[2] != G2T_VERSION) return G2T_BAD_VERSION;
  const uint32_t length = g2t_load_u32(frame + G2T_LENGTH_OFFSET);
  if (length > bytes - G2T_HEADER_BYTES) return G2T_TOO_SHORT;
  if (length < bytes - G2T_HEADER_BYTES) return G2T_BAD_LENGTH;
  work->bytes_checked += G2T_CRC_OFFSET + length;
  const uint32_t head = g2t_crc32(0, frame, G2T_CRC_OFFSET);
  if (g2t_crc32(head, frame + G2T_HEADER_BYTES, length) != g2t_load_u32(frame + G2T_CRC_OFFSET)) return G2T_BAD_CRC;
  header->type = frame[3];
  header->device = g2t_load_u32(frame + 4);
  header->round = g2t_load_u32(frame + 8);
  header->length = length;
  return G2T_OK;
}

void g2t_frame_write(uint8_t *frame, const g2t_header *header, uint32_t first_bytes, const uint8_t *rest, g2t_work *work) {
  g2t_store_u16(frame, G2T_MAGIC);
  frame[2] = G2T_VERSION;
  frame[3] = header->type;
  g2t_store_u32(frame + 4, header->device);
  g2t_store_u32(frame + 8, header->round);
  g2t_store_u32(frame + G2T_LENGTH_OFFSET, header->length);
  uint32_t crc = g2t_crc32(0, frame, G2T_CRC_OFFSET);
  crc = g2t_crc32(crc, frame + G2T_HEADER_BYTES, first_bytes);
  if (rest != 0) crc = g2t_crc32(crc, rest, header->length - first_bytes);
  g2t_store_u32(frame + G2T_CRC_OFFSET, crc);
  work->bytes_checked += G2T_CRC_OFFSET + header->length;
}
