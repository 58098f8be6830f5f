#ifndef ARDUINO_H
#define ARDUINO_H

/* As much of an Arduino core as the library and its sketches use, to compile and run them without one. */
#include <stddef.h>
#include <stdint.h>

class Stream {
 public:
  virtual int available() = 0;
  virtual int read() = 0;
  virtual size_t write(const uint8_t *bytes, size_t count) = 0;
};

class HardwareSerial : public Stream {
 public:
  void begin(unsigned long baud);
  int available();
  int read();
  size_t write(const uint8_t *bytes, size_t count);
};

extern HardwareSerial Serial;
extern HardwareSerial Serial1;

unsigned long micros();
void yield();
void setup();
void loop();

#endif
