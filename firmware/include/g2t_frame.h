#ifndef G2T_FRAME_H
#define G2T_FRAME_H

#include <stdint.h>

#include "g2t_messages.h"
#include "g2t_status.h"
#include "g2t_work.h"

/* A frame is a header and a payload. g2t_messages.h, generated from the table of messages, says how each is laid out. */

/* What a reader needs of the header. */
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
