#include "board.h"

/* ARMv6-M and ARMv7-M Architecture Reference Manuals, B3.2: AIRCR.SYSRESETREQ with its key. */
#define AIRCR 0xe000ed0cu
#define AIRCR_RESET 0x05fa0004u

void board_restart(void) {
  REGISTER(AIRCR) = AIRCR_RESET;
  for (;;) continue;
}
