/* From power-on to main, for every Cortex-M: the vector table, the FPU, .data and .bss. ARMv6-M and ARMv7-M Architecture Reference Manuals, B1.5. */
#include <string.h>

#include "board.h"

/* From sections.ld. */
extern uint32_t stack_start[], stack_end[], data_source[], data_start[], data_end[], bss_start[], bss_end[];

enum { STACK_PAINT = 0xa5 };

int main(void);
void reset(void);
void fault(void);

#define NVIC_ICER 0xe000e180u
#define CPACR 0xe000ed88u
#define VTOR 0xe000ed08u

/* A fault restarts the board: the host is told at its next packet that there was no BEGIN. */
void fault(void) { board_restart(); }

static void ignore(void) {}

/* Paints the stack below this frame, so that the most that was ever used can be read off (README.md, Sizes). */
static void paint_stack(void) {
  const volatile uint8_t *top;
  __asm__ volatile("mov %0, sp" : "=r"(top));
  for (volatile uint8_t *p = (uint8_t *)stack_start; p < top; p++) *p = STACK_PAINT;
}

typedef union {
  void (*handler)(void);
  const void *stack;
} vector;

/* The sixteen of the architecture; no board enables an interrupt of its own. */
__attribute__((section(".vectors"), used)) const vector vectors[16] = {
    {.stack = stack_end}, {.handler = reset},  {.handler = fault},  {.handler = fault},
    {.handler = fault},   {.handler = fault},  {.handler = fault},  {.handler = 0},
    {.handler = 0},       {.handler = 0},      {.handler = 0},      {.handler = ignore},
    {.handler = ignore},  {.handler = 0},      {.handler = ignore}, {.handler = counter_wrapped},
};

/* A bootloader may leave interrupts of its own behind, and the core not listening to ours. */
static void take_over(void) {
#ifdef G2T_RELOCATED
  REGISTER(NVIC_ICER) = UINT32_MAX;
#if __ARM_ARCH >= 7
  REGISTER(NVIC_ICER + 4u) = UINT32_MAX;
#endif
  REGISTER(VTOR) = (uint32_t)(uintptr_t)vectors;
  __asm__ volatile("cpsie i" ::: "memory");
#endif
}

void reset(void) {
  take_over();
#ifdef __ARM_FP
  REGISTER(CPACR) |= 0xf00000u;
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
  paint_stack();
  memcpy(data_start, data_source, (size_t)((uint8_t *)data_end - (uint8_t *)data_start));
  memset(bss_start, 0, (size_t)((uint8_t *)bss_end - (uint8_t *)bss_start));
  (void)main();
  board_restart();
}
