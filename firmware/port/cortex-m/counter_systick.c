/* SysTick (ARMv6-M and ARMv7-M Architecture Reference Manuals, B3.3) counts down in 24 bits; its interrupt, once in 2^24 ticks, does the rest. */
#include "board.h"

#define SYST_CSR 0xe000e010u
#define SYST_RVR 0xe000e014u
#define SYST_CVR 0xe000e018u
#define ICSR 0xe000ed04u
enum { CSR_ENABLE = 1, CSR_INTERRUPT = 2, CSR_CORE_CLOCK = 4, PERIOD = 0x1000000 };
#define ICSR_SYSTICK_PENDING (1u << 26)

static volatile uint32_t wraps;

void counter_wrapped(void) { wraps++; }

void counter_start(void) {
  REGISTER(SYST_RVR) = PERIOD - 1;
  REGISTER(SYST_CVR) = 0;
  REGISTER(SYST_CSR) = CSR_ENABLE | CSR_INTERRUPT | CSR_CORE_CLOCK;
}

/* The interrupt comes as the value reaches 0, so 0 is the first tick of the next period. */
uint64_t board_counter(void *context) {
  uint32_t before, value, pending;
  (void)context;
  do {
    before = wraps;
    value = REGISTER(SYST_CVR);
    pending = REGISTER(ICSR) & ICSR_SYSTICK_PENDING;
  } while (before != wraps || pending != 0u);
  return board_count_of((uint64_t)before * PERIOD + (PERIOD - value) % PERIOD);
}
