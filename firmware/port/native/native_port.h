#ifndef G2T_NATIVE_PORT_H
#define G2T_NATIVE_PORT_H

#include "g2t_device.h"

/*
 * A port for tests and fuzzing: working memory comes from malloc in exactly the size asked for, so that a sanitizer sees
 * every byte beyond it; rows held by the device lie in arrays of the caller.
 */
typedef struct {
  g2t_port port; /* what the device gets; begin with native_port_begin */
  g2t_work work;
  uint8_t *memory;
  uint32_t bytes;
  uint32_t most; /* the most that was ever asked for */
  const float *rows; /* held rows, row-major; null: none */
  const uint16_t *classes;
  uint32_t row_count;
  uint16_t features;
  int empty; /* answer null to every request */
  int shown; /* held rows are shown where they lie, not only copied */
} native_port;

void native_port_begin(native_port *p);
void native_port_end(native_port *p);

#endif
