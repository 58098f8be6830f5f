#ifndef G2T_COBS_H
#define G2T_COBS_H

#include <stdint.h>

/*
 * Packets on a wire of bytes: COBS (Cheshire and Baker, Consistent Overhead Byte Stuffing, IEEE/ACM Transactions on Networking 7(2), 1999) of a
 * body and its CRC-32 (u32, little-endian), then one zero byte. A lost or changed byte costs one packet.
 */

/* Where encoded bytes go. */
typedef void (*g2t_put)(void *context, const uint8_t *bytes, uint32_t count);

/* A packet being sent. Its fields are its own. */
typedef struct {
  g2t_put put;
  void *context;
  uint32_t crc;
  uint32_t count;
  uint8_t block[255];
} g2t_cobs_sender;

void g2t_cobs_begin(g2t_cobs_sender *sender, g2t_put put, void *context);
/* Adds bytes to the body, in any number of parts. */
void g2t_cobs_add(g2t_cobs_sender *sender, const uint8_t *bytes, uint32_t count);
/* Adds the CRC and ends the packet. */
void g2t_cobs_end(g2t_cobs_sender *sender);

/*
 * Packets being received. What is decoded goes to first[0, first_bytes), then to rest[0, rest_bytes); what is beyond is checked, but kept nowhere.
 * The caller sets these four, and may change them between packets; all else starts as zero and is its own.
 */
typedef struct {
  uint8_t *first;
  uint32_t first_bytes;
  uint8_t *rest;
  uint32_t rest_bytes;
  uint32_t crc;
  uint32_t count;   /* decoded so far, the CRC included */
  uint32_t dropped; /* packets that did not decode or check; a zero between packets is none */
  uint8_t code;     /* of the current block; 0 before the first */
  uint8_t left;     /* bytes still to come of it */
} g2t_cobs_receiver;

enum { G2T_COBS_MORE = -1 };

/*
 * Takes one byte from the wire. Answers the length of the body (without its CRC) when the byte ended a good packet, else G2T_COBS_MORE; the
 * next byte starts a new packet then. A packet longer than 2^31 - 1 bytes is dropped.
 */
int32_t g2t_cobs_take(g2t_cobs_receiver *receiver, uint8_t byte);

#endif
