#ifndef G2T_CORTEX_M_BOARD_H
#define G2T_CORTEX_M_BOARD_H

#include <stdint.h>

#include "g2t_session.h"

/* What a board (boards/X.c) gives to main.c. All of it is the port's: the core knows none of this. */
typedef struct {
  const char *name;
  uint32_t clock_hz;    /* of the counter */
  uint8_t counter_kind; /* G2T_COUNTER_... */
} board_description;

extern const board_description board;

/* Clocks, pins and the UART; begins the counter. */
void board_start(void);
/* The next byte from the UART; waits for it. */
int board_get(void *context);
void board_put(void *context, const uint8_t *bytes, uint32_t count);
/* counter_*.c: core cycles, or what the emulator's SysTick makes of instructions. */
uint64_t board_counter(void *context);

/* A register at its address. */
#define REGISTER(address) (*(volatile uint32_t *)(address))
#define REGISTER16(address) (*(volatile uint16_t *)(address))
#define REGISTER8(address) (*(volatile uint8_t *)(address))

/* Called by start.c at each SysTick interrupt. */
void counter_wrapped(void);
/* Begins the counter at 0. */
void counter_start(void);
/* What so many ticks of the counter's clock count for: themselves, or the instructions of an emulator. */
uint64_t board_count_of(uint64_t ticks);

/* Restarts the board, as at power-on. */
void board_restart(void);

#endif
