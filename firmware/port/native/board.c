/* A board that is a process: speaks the serial protocol (port/serial) on its standard input and output. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "g2t_session.h"

/* Any frame that the simulator sends fits: its longest receive buffer is 64 KiB, an exchange's model may be longer. */
enum { PACKET_BYTES = 1 << 20, MEMORY_BYTES = 1 << 26, INPUT_BYTES = 1 << 16 };

static const uint8_t firmware[G2T_HASH_BYTES] = {G2T_FIRMWARE_SHA256};
static uint8_t packet[PACKET_BYTES];
static union {
  uint8_t bytes[MEMORY_BYTES];
  long double aligned;
} memory;
static struct {
  uint8_t bytes[INPUT_BYTES];
  size_t at;
  size_t count;
} input;

static int get(void *context) {
  (void)context;
  if (input.at == input.count) {
    ssize_t count;
    do count = read(STDIN_FILENO, input.bytes, sizeof input.bytes);
    while (count < 0 && errno == EINTR);
    if (count <= 0) return -1;
    input.at = 0;
    input.count = (size_t)count;
  }
  return input.bytes[input.at++];
}

/* A host that has gone away is met by the next get. */
static void put(void *context, const uint8_t *bytes, uint32_t count) {
  (void)context;
  while (count > 0u) {
    const ssize_t written = write(STDOUT_FILENO, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    count -= (uint32_t)written;
  }
}

static uint64_t counter(void *context) {
  struct timespec now;
  (void)context;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int main(void) {
  static g2t_session session;
  const g2t_link link = {
      .get = get,
      .put = put,
      .counter = counter,
      .packet = packet,
      .memory = memory.bytes,
      .firmware = firmware,
      .name = G2T_BOARD_NAME,
      .packet_bytes = PACKET_BYTES,
      .memory_bytes = MEMORY_BYTES,
      .clock_hz = 1000000000u,
      .counter_kind = G2T_COUNTER_NANOSECONDS,
  };
  g2t_session_begin(&session, &link);
  while (g2t_session_step(&session)) continue;
  return 0;
}
