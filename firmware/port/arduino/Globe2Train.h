#ifndef GLOBE2TRAIN_H
#define GLOBE2TRAIN_H

#include <Arduino.h>

extern "C" {
#include "g2t_session.h"
}

/*
 * A device of Globe2Train on any Stream: a hardware serial port, or USB's. The sketch owns the two buffers; see the examples.
 * The host's side is the simulator: g2t validate RESULT --target serial:PORT.
 */
class Globe2Train {
 public:
  /*
   * wire: begun by the sketch. name: what the host is told, at most 64 characters, kept by reference. packet: the longest packet, a frame and 11 bytes;
   * 64 bytes at least. memory: the device's working memory, aligned to 16 bytes.
   */
  void begin(Stream &wire, const char *name, uint8_t *packet, uint32_t packetBytes, uint8_t *memory, uint32_t memoryBytes);

  /* Waits for one packet and answers it: call it from loop(). Nothing else runs meanwhile but yield() and interrupts. */
  void step();

 private:
  static int get(void *self);
  static void put(void *self, const uint8_t *bytes, uint32_t count);
  static uint64_t nanoseconds(void *self);

  Stream *wire_;
  uint32_t lastMicros_;
  uint32_t microsWraps_;
  g2t_link link_;
  g2t_session session_;
};

#endif
