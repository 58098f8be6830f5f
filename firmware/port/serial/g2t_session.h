#ifndef G2T_SESSION_H
#define G2T_SESSION_H

#include <stdint.h>

#include "g2t_cobs.h"
#include "g2t_device.h"

/*
 * One device behind a wire of bytes: a UART, a pseudo-terminal, a pipe. The host sends a packet (g2t_cobs.h) and waits; the board answers each with
 * exactly one, which repeats its sequence number. Bodies, little-endian; the table with every field is in README.md beside this file.
 */
enum {
  G2T_PACKET_INFO = 0x01,
  G2T_PACKET_BEGIN = 0x02,
  G2T_PACKET_FRAME = 0x03,
  G2T_PACKET_TIMER = 0x04,
  G2T_PACKET_POLL = 0x05,
  G2T_PACKET_ROW = 0x06,
  G2T_PACKET_ANSWER = 0x80, /* added to the kind in an answer */
  G2T_PACKET_ERROR = 0xff
};
enum { G2T_ERROR_NO_BEGIN = 1, G2T_ERROR_KIND = 2, G2T_ERROR_LENGTH = 3, G2T_ERROR_ROW = 4 };
enum { G2T_COUNTER_NONE = 0, G2T_COUNTER_CYCLES = 1, G2T_COUNTER_INSTRUCTIONS = 2, G2T_COUNTER_NANOSECONDS = 3 };
enum { G2T_SESSION_PROTOCOL = 1, G2T_SESSION_HEAD = 3, G2T_FRAME_HEAD = G2T_SESSION_HEAD + 8, G2T_HASH_BYTES = 32, G2T_ANSWER_BYTES = 256 };

/* What the session needs of its board. Kept by reference. */
typedef struct {
  void *context; /* of all calls */
  /* The next byte, 0 to 255; waits for it as long as it takes. Negative: none will ever come. */
  int (*get)(void *context);
  /* Sends bytes, all of them. */
  g2t_put put;
  /* A count that only grows, of what counter_kind says, clock_hz to the second (of instructions: at the emulator's one a nanosecond). */
  uint64_t (*counter)(void *context);
  uint8_t *packet;         /* a received body: packet[packet_bytes]; 30 bytes at least (BEGIN) */
  uint8_t *memory;         /* the device's working memory, aligned to 16: memory[memory_bytes] */
  const uint8_t *firmware; /* SHA-256 of the sources of the core: firmware[32] */
  const char *name;        /* at most 64 characters */
  uint32_t packet_bytes;
  uint32_t memory_bytes;
  uint32_t clock_hz;
  uint8_t counter_kind;
} g2t_link;

/* Its fields are the session's own. */
typedef struct {
  const g2t_link *link;
  g2t_device device;
  g2t_port port;
  g2t_work work; /* of the last call */
  g2t_cobs_receiver receiver;
  uint64_t waited;     /* counted while this call waited for rows */
  const uint8_t *body; /* of the last answer, behind answer[0, answer_bytes) */
  uint32_t body_bytes;
  uint32_t answer_bytes;
  uint32_t held_rows;
  uint32_t class_row; /* the row whose class is known; UINT32_MAX: none */
  uint16_t class_;
  uint16_t sequence; /* of the last packet that was answered, and its kind; kind 0: none yet */
  uint8_t kind;
  uint8_t begun;
  uint8_t lost; /* the host began something else while a row was asked for, or the wire ended */
  uint8_t ended;
  uint8_t answer[G2T_ANSWER_BYTES];
} g2t_session;

void g2t_session_begin(g2t_session *session, const g2t_link *link);

/*
 * Takes the next packet and answers it. Returns 0 when the wire has ended, else 1. A packet that repeats number and kind of the last one gets
 * the last answer again, and nothing is done twice. A packet that does not decode, check or fit is dropped: the host repeats it.
 * Where the host, asked for a row, begins something else, the device is lost and answers G2T_ERROR_NO_BEGIN until its next BEGIN.
 */
int g2t_session_step(g2t_session *session);

#endif
