/*
 * STM32F103C8 (Cortex-M3, 72 MHz), as on the Blue Pill: an 8 MHz crystal, USART1 with TX on PA9 and RX on PA10. RM0008: sections on clock control (RCC_CR, RCC_CFGR,
 * RCC_APB2ENR), flash access control (FLASH_ACR), port configuration (GPIOx_CRH), USART. A board whose crystal does not start, does not start.
 */
#include "uart_stm32.h"

enum { CORE_HZ = 72000000, BAUD = 115200 };

#define RCC_CR 0x40021000u
#define RCC_CFGR 0x40021004u
#define RCC_APB2ENR 0x40021018u
#define FLASH_ACR 0x40022000u
#define GPIOA_CRH 0x40010804u
enum { CR_HSEON = 1 << 16, CR_HSERDY = 1 << 17, CR_PLLON = 1 << 24, CR_PLLRDY = 1 << 25 };
enum { CFGR_SW = 3, CFGR_SW_PLL = 2, CFGR_SWS = 3 << 2, CFGR_SWS_PLL = 2 << 2 };
enum { CFGR_APB1_HALF = 4 << 8, CFGR_PLL_OF_HSE = 1 << 16, CFGR_PLL_TIMES_9 = 7 << 18 };
enum { ACR_TWO_WAITS = 2, ACR_PREFETCH = 1 << 4, APB2_PORT_A = 1 << 2, APB2_USART1 = 1 << 14 };
/* PA9: alternate function, push-pull, 50 MHz; PA10: floating input. */
enum { CRH_PINS = 0xff0, CRH_TX_RX = 0x4b0 };

const board_description board = {"stm32f103c8", CORE_HZ, G2T_COUNTER_CYCLES};

static void start_clock(void) {
  REGISTER(RCC_CR) |= CR_HSEON;
  while ((REGISTER(RCC_CR) & CR_HSERDY) == 0u) continue;
  REGISTER(FLASH_ACR) = ACR_PREFETCH | ACR_TWO_WAITS;
  REGISTER(RCC_CFGR) = CFGR_PLL_TIMES_9 | CFGR_PLL_OF_HSE | CFGR_APB1_HALF;
  REGISTER(RCC_CR) |= CR_PLLON;
  while ((REGISTER(RCC_CR) & CR_PLLRDY) == 0u) continue;
  REGISTER(RCC_CFGR) = (REGISTER(RCC_CFGR) & ~(uint32_t)CFGR_SW) | CFGR_SW_PLL;
  while ((REGISTER(RCC_CFGR) & CFGR_SWS) != CFGR_SWS_PLL) continue;
}

void board_start(void) {
  start_clock();
  REGISTER(RCC_APB2ENR) |= APB2_PORT_A | APB2_USART1;
  REGISTER(GPIOA_CRH) = (REGISTER(GPIOA_CRH) & ~(uint32_t)CRH_PINS) | CRH_TX_RX;
  uart_start(CORE_HZ, BAUD);
  counter_start();
}
