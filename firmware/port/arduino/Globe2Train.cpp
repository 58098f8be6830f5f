#include "Globe2Train.h"

#include <string.h>

#include "g2t_firmware_hash.h"

#ifdef __FAST_MATH__
#error "Globe2Train gives the same bits on every board; with -ffast-math it cannot"
#endif

static const uint8_t firmwareHash[G2T_HASH_BYTES] = {G2T_FIRMWARE_SHA256};

void Globe2Train::begin(Stream &wire, const char *name, uint8_t *packet, uint32_t packetBytes, uint8_t *memory, uint32_t memoryBytes) {
  wire_ = &wire;
  lastMicros_ = 0;
  microsWraps_ = 0;
  memset(&link_, 0, sizeof link_);
  link_.context = this;
  link_.get = get;
  link_.put = put;
  link_.counter = nanoseconds;
  link_.packet = packet;
  link_.packet_bytes = packetBytes;
  link_.memory = memory;
  link_.memory_bytes = memoryBytes;
  link_.firmware = firmwareHash;
  link_.name = name;
  link_.clock_hz = 1000000000u;
  link_.counter_kind = G2T_COUNTER_NANOSECONDS;
  g2t_session_begin(&session_, &link_);
}

void Globe2Train::step() { (void)g2t_session_step(&session_); }

int Globe2Train::get(void *self) {
  Stream &wire = *static_cast<Globe2Train *>(self)->wire_;
  while (wire.available() <= 0) yield();
  return wire.read();
}

void Globe2Train::put(void *self, const uint8_t *bytes, uint32_t count) {
  static_cast<Globe2Train *>(self)->wire_->write(bytes, count);
}

/* micros() starts again after 71 minutes; a call that takes longer than that is counted short. */
uint64_t Globe2Train::nanoseconds(void *self) {
  Globe2Train &board = *static_cast<Globe2Train *>(self);
  const uint32_t now = micros();
  if (now < board.lastMicros_) board.microsWraps_++;
  board.lastMicros_ = now;
  return ((static_cast<uint64_t>(board.microsWraps_) << 32) | now) * 1000u;
}
