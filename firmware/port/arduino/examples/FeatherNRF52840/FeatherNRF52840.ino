/* Adafruit Feather nRF52840 (256 kB of RAM) over USB; Serial1 for its TX and RX pins. */
#include <Globe2Train.h>

alignas(16) static uint8_t memory[128 * 1024];
static uint8_t packet[65536 + 64];
static Globe2Train board;

void setup() {
  Serial.begin(115200);
  board.begin(Serial, "nrf52840-arduino", packet, sizeof packet, memory, sizeof memory);
}

void loop() { board.step(); }
