/*
 * ATSAMD21G18 (Cortex-M0+, 48 MHz), as on the METRO M0: a 32.768 kHz crystal, SERCOM0 with TX on PA10 (pad 2) and RX on PA11 (pad 3). SAM D21 Family data
 * sheet (DS40001882), chapters SYSCTRL (DFLL48M in closed loop), GCLK, PM, NVMCTRL, PORT, SERCOM USART. 1465 periods of the crystal make 48.005 MHz.
 */
#include "board.h"

enum { CRYSTAL_HZ = 32768, MULTIPLIER = 1465, CORE_HZ = CRYSTAL_HZ * MULTIPLIER, BAUD = 115200 };

#define PM_APBCMASK REGISTER(0x40000420u)
#define SYSCTRL_PCLKSR REGISTER(0x4000080cu)
#define SYSCTRL_XOSC32K REGISTER16(0x40000814u)
#define SYSCTRL_DFLLCTRL REGISTER16(0x40000824u)
#define SYSCTRL_DFLLMUL REGISTER(0x4000082cu)
#define GCLK_CTRL REGISTER8(0x40000c00u)
#define GCLK_STATUS REGISTER8(0x40000c01u)
#define GCLK_CLKCTRL REGISTER16(0x40000c02u)
#define GCLK_GENCTRL REGISTER(0x40000c04u)
#define GCLK_GENDIV REGISTER(0x40000c08u)
#define NVMCTRL_CTRLB REGISTER(0x41004004u)
#define PORT_PMUX5 REGISTER8(0x41004435u)
#define PORT_PINCFG10 REGISTER8(0x4100444au)
#define PORT_PINCFG11 REGISTER8(0x4100444bu)
#define USART_CTRLA REGISTER(0x42000800u)
#define USART_CTRLB REGISTER(0x42000804u)
#define USART_BAUD REGISTER16(0x4200080cu)
#define USART_INTFLAG REGISTER8(0x42000818u)
#define USART_STATUS REGISTER16(0x4200081au)
#define USART_SYNCBUSY REGISTER(0x4200081cu)
#define USART_DATA REGISTER16(0x42000828u)

enum { XOSC32K_ENABLE = 1 << 1, XOSC32K_CRYSTAL = 1 << 2, XOSC32K_EN32K = 1 << 3, XOSC32K_STARTUP = 6 << 8 };
enum { PCLKSR_XOSC32K = 1 << 1, PCLKSR_DFLL = 1 << 4, PCLKSR_LOCKED = (1 << 6) | (1 << 7) };
enum { DFLL_ENABLE = 1 << 1, DFLL_CLOSED = 1 << 2, DFLL_NO_QUICK_LOCK = 1 << 9, DFLL_WAIT = 1 << 11 };
enum { GCLK_BUSY = 1 << 7, GCLK_RESET = 1, GCLK_ON = 1 << 14, GCLK_DFLL = 0, GCLK_SERCOM0 = 0x14 };
enum { GENERATOR_ON = 1 << 16, GENERATOR_EVEN = 1 << 17, SOURCE_XOSC32K = 5 << 8, SOURCE_DFLL = 7 << 8 };
enum { ONE_WAIT_STATE = 1 << 1, APBC_SERCOM0 = 1 << 2, PIN_MULTIPLEXED = 1, PINS_FUNCTION_C = 0x22 };
/* CTRLA: internal clock, TX on pad 2, RX on pad 3, lowest bit first. CTRLB: 8 bits, transmitter and receiver on. */
#define USART_MODE ((1u << 2) | (1u << 16) | (3u << 20) | (1u << 30))
enum { USART_RESET = 1, USART_ENABLE = 2, USART_TX_RX = 3 << 16, FLAG_EMPTY = 1, FLAG_RECEIVED = 4 };

const board_description board = {"samd21g18", CORE_HZ, G2T_COUNTER_CYCLES};

uint64_t board_count_of(uint64_t ticks) { return ticks; }

static void settle_gclk(void) {
  while ((GCLK_STATUS & GCLK_BUSY) != 0u) continue;
}

static void settle_dfll(void) {
  while ((SYSCTRL_PCLKSR & PCLKSR_DFLL) == 0u) continue;
}

/* The crystal on generator 1, as the DFLL's reference. */
static void start_reference(void) {
  SYSCTRL_XOSC32K = XOSC32K_STARTUP | XOSC32K_CRYSTAL | XOSC32K_EN32K;
  SYSCTRL_XOSC32K |= XOSC32K_ENABLE;
  while ((SYSCTRL_PCLKSR & PCLKSR_XOSC32K) == 0u) continue;
  GCLK_CTRL = GCLK_RESET;
  while ((GCLK_CTRL & GCLK_RESET) != 0u || (GCLK_STATUS & GCLK_BUSY) != 0u) continue;
  GCLK_GENDIV = 1;
  settle_gclk();
  GCLK_GENCTRL = 1u | SOURCE_XOSC32K | GENERATOR_ON;
  settle_gclk();
  GCLK_CLKCTRL = GCLK_DFLL | (1 << 8) | GCLK_ON;
  settle_gclk();
}

/* The first write takes the DFLL out of on-demand mode: before that its registers must not be written (errata of the SAM D21, 9905). */
static void start_dfll(void) {
  SYSCTRL_DFLLCTRL = DFLL_ENABLE;
  settle_dfll();
  SYSCTRL_DFLLMUL = (31u << 26) | (511u << 16) | MULTIPLIER;
  settle_dfll();
  SYSCTRL_DFLLCTRL = DFLL_ENABLE | DFLL_CLOSED | DFLL_NO_QUICK_LOCK | DFLL_WAIT;
  while ((SYSCTRL_PCLKSR & PCLKSR_LOCKED) != PCLKSR_LOCKED) continue;
  settle_dfll();
}

static void start_clock(void) {
  NVMCTRL_CTRLB |= ONE_WAIT_STATE;
  start_reference();
  start_dfll();
  GCLK_GENDIV = 0;
  settle_gclk();
  GCLK_GENCTRL = 0u | SOURCE_DFLL | GENERATOR_EVEN | GENERATOR_ON;
  settle_gclk();
}

/* Arithmetic baud rates: BAUD = 65536 (1 - 16 baud / clock). */
static void start_uart(void) {
  PM_APBCMASK |= APBC_SERCOM0;
  GCLK_CLKCTRL = GCLK_SERCOM0 | GCLK_ON;
  settle_gclk();
  PORT_PMUX5 = PINS_FUNCTION_C;
  PORT_PINCFG10 = PIN_MULTIPLEXED;
  PORT_PINCFG11 = PIN_MULTIPLEXED;
  USART_CTRLA = USART_RESET;
  while (USART_SYNCBUSY != 0u) continue;
  USART_CTRLA = USART_MODE;
  USART_CTRLB = USART_TX_RX;
  while (USART_SYNCBUSY != 0u) continue;
  USART_BAUD = (uint16_t)(65536u - (uint32_t)((65536ull * 16u * BAUD + CORE_HZ / 2) / CORE_HZ));
  USART_CTRLA = USART_MODE | USART_ENABLE;
  while (USART_SYNCBUSY != 0u) continue;
}

void board_start(void) {
  start_clock();
  start_uart();
  counter_start();
}

/* Errors are cleared by writing them back; a byte that was lost costs its packet. */
int board_get(void *context) {
  (void)context;
  while ((USART_INTFLAG & FLAG_RECEIVED) == 0u) continue;
  USART_STATUS = USART_STATUS;
  return (int)(USART_DATA & 0xffu);
}

void board_put(void *context, const uint8_t *bytes, uint32_t count) {
  (void)context;
  for (uint32_t i = 0; i < count; i++) {
    while ((USART_INTFLAG & FLAG_EMPTY) == 0u) continue;
    USART_DATA = bytes[i];
  }
}
