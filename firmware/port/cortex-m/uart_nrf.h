#ifndef G2T_UART_NRF_H
#define G2T_UART_NRF_H

#include "board.h"

/* UART0 of Nordic's nRF51 and nRF52: nRF51 Series Reference Manual, chapter 29; nRF52840 Product Specification, chapter UART. */
#define UART_NRF 0x40002000u
enum {
  NRF_STARTRX = 0x000,
  NRF_STARTTX = 0x008,
  NRF_RXDRDY = 0x108,
  NRF_TXDRDY = 0x11c,
  NRF_ENABLE = 0x500,
  NRF_PSELTXD = 0x50c,
  NRF_PSELRXD = 0x514,
  NRF_RXD = 0x518,
  NRF_TXD = 0x51c,
  NRF_BAUDRATE = 0x524
};
#define NRF_BAUD_115200 0x01d7e000u

static inline void uart_start(uint32_t tx_pin, uint32_t rx_pin) {
  REGISTER(UART_NRF + NRF_PSELTXD) = tx_pin;
  REGISTER(UART_NRF + NRF_PSELRXD) = rx_pin;
  REGISTER(UART_NRF + NRF_BAUDRATE) = NRF_BAUD_115200;
  REGISTER(UART_NRF + NRF_ENABLE) = 4;
  REGISTER(UART_NRF + NRF_STARTTX) = 1;
  REGISTER(UART_NRF + NRF_STARTRX) = 1;
}

/* The event is cleared before the byte is read: one that comes in between sets it again. */
int board_get(void *context) {
  (void)context;
  while (REGISTER(UART_NRF + NRF_RXDRDY) == 0u) continue;
  REGISTER(UART_NRF + NRF_RXDRDY) = 0;
  return (int)(REGISTER(UART_NRF + NRF_RXD) & 0xffu);
}

void board_put(void *context, const uint8_t *bytes, uint32_t count) {
  (void)context;
  for (uint32_t i = 0; i < count; i++) {
    REGISTER(UART_NRF + NRF_TXDRDY) = 0;
    REGISTER(UART_NRF + NRF_TXD) = bytes[i];
    while (REGISTER(UART_NRF + NRF_TXDRDY) == 0u) continue;
  }
}

#endif
