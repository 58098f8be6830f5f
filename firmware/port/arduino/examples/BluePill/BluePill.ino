/* Blue Pill (STM32F103C8, 20 kB of RAM), a USB-serial adapter at PA9 (TX) and PA10 (RX). */
#include <Globe2Train.h>

alignas(16) static uint8_t memory[8 * 1024];
static uint8_t packet[2048 + 64];
static Globe2Train board;

void setup() {
  Serial1.begin(115200);
  board.begin(Serial1, "stm32f103c8-arduino", packet, sizeof packet, memory, sizeof memory);
}

void loop() { board.step(); }
