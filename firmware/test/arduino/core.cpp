/* The stub core on a machine with files and a clock: every serial port is standard input and output. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "Arduino.h"

HardwareSerial Serial;
HardwareSerial Serial1;

static int waiting = -1;

void HardwareSerial::begin(unsigned long baud) {
  if (baud != 115200u) abort();
}

int HardwareSerial::available() {
  uint8_t byte;
  if (waiting >= 0) return 1;
  if (::read(STDIN_FILENO, &byte, 1) != 1) exit(0);
  waiting = byte;
  return 1;
}

int HardwareSerial::read() {
  const int byte = waiting;
  waiting = -1;
  return byte;
}

size_t HardwareSerial::write(const uint8_t *bytes, size_t count) {
  size_t sent = 0;
  while (sent < count) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes + sent, count - sent);
    if (written <= 0) exit(1);
    sent += static_cast<size_t>(written);
  }
  return sent;
}

/* As on a board: 32 bits. */
unsigned long micros() {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint32_t>(now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void yield() {}

int main() {
  setup();
  for (;;) loop();
}
