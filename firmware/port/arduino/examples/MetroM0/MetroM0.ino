/* Adafruit METRO M0 Express (ATSAMD21G18, 32 kB of RAM), a USB-serial adapter at D1 (TX) and D0 (RX). */
#include <Globe2Train.h>

alignas(16) static uint8_t memory[16 * 1024];
static uint8_t packet[4096 + 64];
static Globe2Train board;

void setup() {
  Serial1.begin(115200);
  board.begin(Serial1, "samd21g18-arduino", packet, sizeof packet, memory, sizeof memory);
}

void loop() { board.step(); }
