#ifndef G2T_FRAME_H
#define G2T_FRAME_H

#include <stdint.h>

#include "g2t_status.h"
#include "g2t_work.h"

/*
 * A frame is a header of 20 bytes and a payload, all little-endian. The table of types and payloads is in firmware/README.md; the
 * TypeScript mirror is sim/protocol.
 *
 *   0 magic u16   2 version u8   3 type u8   4 device u32   8 round u32   12 payload length u32   16 crc32 u32
 *
 * The CRC runs over bytes 0 to 15 and the payload.
 */
enum { G2T_HEADER_BYTES = 20, G2T_CRC_OFFSET = 16, G2T_LENGTH_OFFSET = 12, G2T_MAGIC = 0x3247, G2T_VERSION = 1 };

typedef enum {
  G2T_HELLO = 1,
  G2T_CONFIG = 2,
  G2T_TASK = 3,
  G2T_DATA = 4,
  G2T_ORDER = 5,
  G2T_WEIGHTS = 6,
  G2T_ACK = 7,
  G2T_PING = 8,
  G2T_PONG = 9,
  G2T_REFUSE = 10,
  G2T_LINK = 11, /* never on the wire: the port's own report of an exchange */
  G2T_FLUSH = 12,
  G2T_SETUP = 13, /* 13 to 16: g2t_exchange.h */
  G2T_PARAMS = 14,
  G2T_UPDATE = 15,
  G2T_MIRROR = 16
} g2t_frame_type;

typedef struct {
  uint32_t device;
  uint32_t round;
  uint32_t length; /* of the payload, bytes */
  uint8_t type;
} g2t_header;

/*
 * Reads and checks a whole frame of `bytes` bytes: any bytes give a status, never a trap.
 * work: counts bytes checked. header: written when the status is G2T_OK.
 */
g2t_status g2t_frame_read(const uint8_t *frame, uint32_t bytes, g2t_work *work, g2t_header *header);

/* Writes the header of a frame whose payload is the `first_bytes` after it in place and then the `rest` elsewhere (may be null). */
void g2t_frame_write(uint8_t *frame, const g2t_header *header, uint32_t first_bytes, const uint8_t *rest, g2t_work *work);

#endif
