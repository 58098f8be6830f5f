/* ESP32 (some 300 kB of RAM for a sketch) over the USB-serial adapter of its board. */
#include <Globe2Train.h>

alignas(16) static uint8_t memory[96 * 1024];
static uint8_t packet[16384 + 64];
static Globe2Train board;

void setup() {
  Serial.begin(115200);
  board.begin(Serial, "esp32-arduino", packet, sizeof packet, memory, sizeof memory);
}

void loop() { board.step(); }
