/* STM32VLDISCOVERY (STM32F100RB, Cortex-M3) as QEMU has it: no clock control, a core of 24 MHz: 125 / 3 instructions a tick. */
#include "uart_stm32.h"

enum { CORE_HZ = 24000000 };

const board_description board = {"qemu:stm32vldiscovery", 1000000000u, G2T_COUNTER_INSTRUCTIONS};

uint64_t board_count_of(uint64_t ticks) { return ticks * 125u / 3u; }

void board_start(void) {
  uart_start(CORE_HZ, 115200);
  counter_start();
}
