/* Stellaris LM3S6965 evaluation board (Cortex-M3) as QEMU has it: a core of 12.5 MHz out of reset, 80 instructions a tick. */
#include "board.h"

/* PrimeCell UART (PL011) Technical Reference Manual, section 3.2. */
#define UART0 0x4000c000u
enum { UART_DR = 0x00, UART_FR = 0x18, UART_LCRH = 0x2c, UART_CTL = 0x30 };
enum { FR_RXFE = 1 << 4, FR_TXFF = 1 << 5, LCRH_8_BITS = 3 << 5, LCRH_FIFO = 1 << 4, CTL_ON = 0x301 };

const board_description board = {"qemu:lm3s6965evb", 1000000000u, G2T_COUNTER_INSTRUCTIONS};

uint64_t board_count_of(uint64_t ticks) { return ticks * 80u; }

void board_start(void) {
  REGISTER(UART0 + UART_LCRH) = LCRH_8_BITS | LCRH_FIFO;
  REGISTER(UART0 + UART_CTL) = CTL_ON;
  counter_start();
}

int board_get(void *context) {
  (void)context;
  while ((REGISTER(UART0 + UART_FR) & FR_RXFE) != 0u) continue;
  return (int)(REGISTER(UART0 + UART_DR) & 0xffu);
}

void board_put(void *context, const uint8_t *bytes, uint32_t count) {
  (void)context;
  for (uint32_t i = 0; i < count; i++) {
    while ((REGISTER(UART0 + UART_FR) & FR_TXFF) != 0u) continue;
    REGISTER(UART0 + UART_DR) = bytes[i];
  }
}
