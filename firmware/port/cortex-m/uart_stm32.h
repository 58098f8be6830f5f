#ifndef G2T_UART_STM32_H
#define G2T_UART_STM32_H

#include "board.h"

/* USART1 of the STM32F1: RM0008 (STM32F101 to F107) and RM0041 (STM32F100), chapter USART, section on its registers. */
#define USART1 0x40013800u
enum { USART_SR = 0x00, USART_DR = 0x04, USART_BRR = 0x08, USART_CR1 = 0x0c };
enum { SR_RXNE = 1 << 5, SR_TC = 1 << 6, CR1_RE = 1 << 2, CR1_TE = 1 << 3, CR1_UE = 1 << 13 };

static inline void uart_start(uint32_t clock_hz, uint32_t baud) {
  REGISTER(USART1 + USART_BRR) = (clock_hz + baud / 2u) / baud;
  REGISTER(USART1 + USART_CR1) = CR1_UE | CR1_TE | CR1_RE;
}

/* Reading SR and then DR also clears an overrun. */
int board_get(void *context) {
  (void)context;
  while ((REGISTER(USART1 + USART_SR) & SR_RXNE) == 0u) continue;
  return (int)(REGISTER(USART1 + USART_DR) & 0xffu);
}

/* Waits for the end of each byte: TC, which reading SR and then writing DR clears. (QEMU's model never sets TXE before the first byte.) */
void board_put(void *context, const uint8_t *bytes, uint32_t count) {
  (void)context;
  for (uint32_t i = 0; i < count; i++) {
    (void)REGISTER(USART1 + USART_SR);
    REGISTER(USART1 + USART_DR) = bytes[i];
    while ((REGISTER(USART1 + USART_SR) & SR_TC) == 0u) continue;
  }
}

#endif
