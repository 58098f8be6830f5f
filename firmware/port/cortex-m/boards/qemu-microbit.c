/* BBC micro:bit (nRF51822, Cortex-M0) as QEMU has it: a SysTick of 16 MHz, so which -icount shift=0 makes 125 / 2 instructions a tick. */
#include "uart_nrf.h"

enum { TX_PIN = 24, RX_PIN = 25 };

const board_description board = {"qemu:microbit", 1000000000u, G2T_COUNTER_INSTRUCTIONS};

uint64_t board_count_of(uint64_t ticks) { return ticks * 125u / 2u; }

void board_start(void) {
  uart_start(TX_PIN, RX_PIN);
  counter_start();
}
