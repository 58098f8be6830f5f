/* ARM MPS2 with the Cortex-M4F image AN386 as QEMU has it: 25 MHz, 40 instructions a tick. */
#include "board.h"

/* Cortex-M System Design Kit Technical Reference Manual, section 4.3 (APB UART). */
#define UART0 0x40004000u
enum { UART_DATA = 0x00, UART_STATE = 0x04, UART_CTRL = 0x08, UART_BAUDDIV = 0x10 };
enum { STATE_TX_FULL = 1, STATE_RX_FULL = 2, CTRL_TX_RX = 3, DIVIDER = 217 };

const board_description board = {"qemu:mps2-an386", 1000000000u, G2T_COUNTER_INSTRUCTIONS};

uint64_t board_count_of(uint64_t ticks) { return ticks * 40u; }

void board_start(void) {
  REGISTER(UART0 + UART_BAUDDIV) = DIVIDER;
  REGISTER(UART0 + UART_CTRL) = CTRL_TX_RX;
  counter_start();
}

int board_get(void *context) {
  (void)context;
  while ((REGISTER(UART0 + UART_STATE) & STATE_RX_FULL) == 0u) continue;
  return (int)(REGISTER(UART0 + UART_DATA) & 0xffu);
}

void board_put(void *context, const uint8_t *bytes, uint32_t count) {
  (void)context;
  for (uint32_t i = 0; i < count; i++) {
    while ((REGISTER(UART0 + UART_STATE) & STATE_TX_FULL) != 0u) continue;
    REGISTER(UART0 + UART_DATA) = bytes[i];
  }
}
