#include <string.h>

#include "check.h"
#include "g2t_bytes.h"
#include "g2t_crc32.h"
#include "g2t_frame.h"

static uint32_t bitwise_crc(const uint8_t *bytes, uint32_t length) {
  uint32_t crc = 0xffffffffu;
  for (uint32_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    for (int k = 0; k < 8; k++) crc = (crc & 1u) != 0u ? (crc >> 1) ^ 0xedb88320u : crc >> 1;
  }
  return ~crc;
}

static void crc(checks *c) {
  uint8_t bytes[300];
  EQUAL(g2t_crc32(0, (const uint8_t *)"123456789", 9), 0xcbf43926u);
  EQUAL(g2t_crc32(0, bytes, 0), 0);
  for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)random_u32(c);
  for (uint32_t n = 1; n <= sizeof bytes; n += 7u) {
    EQUAL(g2t_crc32(0, bytes, n), bitwise_crc(bytes, n));
    EQUAL(g2t_crc32(g2t_crc32(0, bytes, n / 3u), bytes + n / 3u, n - n / 3u), bitwise_crc(bytes, n));
  }
}

static void good_and_bad(checks *c) {
  uint8_t frame[24] = {0};
  g2t_work work = {0};
  const g2t_header sent = {0x01020304u, 0xa0b0c0d0u, 4, G2T_ACK};
  g2t_header got = {0};
  g2t_store_u32(frame + 20, 77);
  g2t_frame_write(frame, &sent, 4, 0, &work);
  EQUAL(g2t_frame_read(frame, 24, &work, &got), G2T_OK);
  EQUAL(got.device, 0x01020304u);
  EQUAL(got.round, 0xa0b0c0d0u);
  EQUAL(got.length, 4);
  EQUAL(got.type, G2T_ACK);
  EQUAL(work.bytes_checked, 40);
  EQUAL(g2t_load_u32(frame), 0x07013247u);
  EQUAL((uint32_t)g2t_frame_read(frame, 19, &work, &got), (uint32_t)G2T_TOO_SHORT);
  EQUAL((uint32_t)g2t_frame_read(frame, 23, &work, &got), (uint32_t)G2T_TOO_SHORT);
  for (uint32_t bit = 0; bit < 24u * 8u; bit++) {
    frame[bit / 8u] ^= (uint8_t)(1u << (bit % 8u));
    CHECK(g2t_frame_read(frame, 24, &work, &got) < 0);
    frame[bit / 8u] ^= (uint8_t)(1u << (bit % 8u));
  }
  g2t_store_u32(frame + 12, 3);
  EQUAL((uint32_t)g2t_frame_read(frame, 24, &work, &got), (uint32_t)G2T_BAD_LENGTH);
  frame[2] = 2;
  EQUAL((uint32_t)g2t_frame_read(frame, 24, &work, &got), (uint32_t)G2T_BAD_VERSION);
  frame[0] = 0;
  EQUAL((uint32_t)g2t_frame_read(frame, 24, &work, &got), (uint32_t)G2T_BAD_MAGIC);
}

static void any_bytes(checks *c) {
  uint8_t bytes[64];
  g2t_work work = {0};
  g2t_header header;
  uint32_t good = 0;
  for (uint32_t round = 0; round < 20000u; round++) {
    const uint32_t length = random_u32(c) % (sizeof bytes + 1u);
    for (uint32_t i = 0; i < length; i++) bytes[i] = (uint8_t)random_u32(c);
    if (round % 2u == 0u && length >= 20u) memcpy(bytes, "G2\1", 3);
    good += g2t_frame_read(bytes, length, &work, &header) == G2T_OK;
  }
  EQUAL(good, 0);
}

static void names(checks *c) {
  CHECK(strcmp(g2t_status_name(G2T_OK), "ok") == 0);
  for (int status = G2T_BAD_ENCODING; status <= 0; status++) CHECK(strcmp(g2t_status_name(status), "unknown") != 0);
  CHECK(strcmp(g2t_status_name(-99), "unknown") == 0);
}

void test_frame(checks *c) {
  crc(c);
  good_and_bad(c);
  any_bytes(c);
  names(c);
}
