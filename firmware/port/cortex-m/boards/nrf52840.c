/*
 * nRF52840 (Cortex-M4F, 64 MHz), pins of Adafruit's Feather nRF52840: TX P0.25, RX P0.24. nRF52840 Product Specification v1.7, chapters CLOCK (HFCLK),
 * NVMC (instruction cache), UART. The core runs at 64 MHz from power-on; the crystal makes those 64 MHz exact.
 */
#include "uart_nrf.h"

enum { TX_PIN = 25, RX_PIN = 24, CORE_HZ = 64000000 };

#define CLOCK_HFCLKSTART 0x40000000u
#define CLOCK_HFCLKSTARTED 0x40000100u
#define NVMC_ICACHECNF 0x4001e540u

const board_description board = {"nrf52840", CORE_HZ, G2T_COUNTER_CYCLES};

void board_start(void) {
  REGISTER(CLOCK_HFCLKSTARTED) = 0;
  REGISTER(CLOCK_HFCLKSTART) = 1;
  while (REGISTER(CLOCK_HFCLKSTARTED) == 0u) continue;
  REGISTER(NVMC_ICACHECNF) = 1;
  uart_start(TX_PIN, RX_PIN);
  counter_start();
}
