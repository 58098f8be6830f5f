/* A device of Globe2Train on a UART: the session of port/serial, for every Cortex-M board. */
#include "board.h"

#ifndef G2T_PACKET_BYTES
#define G2T_PACKET_BYTES 2304 /* a frame of 2048 bytes and what FRAME adds to it, rounded up */
#endif

/* From sections.ld: what RAM is left. */
extern uint8_t memory_start[], memory_end[];

static const uint8_t firmware[G2T_HASH_BYTES] = {G2T_FIRMWARE_SHA256};
static uint8_t packet[G2T_PACKET_BYTES];
static g2t_session session;

int main(void) {
  const g2t_link link = {
      .get = board_get,
      .put = board_put,
      .counter = board_counter,
      .packet = packet,
      .memory = memory_start,
      .firmware = firmware,
      .name = board.name,
      .packet_bytes = sizeof packet,
      .memory_bytes = (uint32_t)(memory_end - memory_start),
      .clock_hz = board.clock_hz,
      .counter_kind = board.counter_kind,
  };
  board_start();
  g2t_session_begin(&session, &link);
  while (g2t_session_step(&session)) continue;
  return 0;
}
