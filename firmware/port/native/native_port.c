#include "native_port.h"

#include <stdlib.h>
#include <string.h>

static uint8_t *memory(void *context, uint32_t device, uint32_t bytes) {
  native_port *p = context;
  (void)device;
  if (p->empty && bytes > p->bytes) return 0;
  uint8_t *fresh = bytes == 0u ? 0 : malloc(bytes);
  if (fresh != 0) {
    memset(fresh, 0xa5, bytes);
    if (p->bytes > 0u) memcpy(fresh, p->memory, p->bytes < bytes ? p->bytes : bytes);
  }
  free(p->memory);
  p->memory = fresh;
  p->bytes = bytes;
  if (bytes > p->most) p->most = bytes;
  return fresh;
}

static uint32_t held_rows(void *context, uint32_t device) {
  (void)device;
  return ((native_port *)context)->row_count;
}

static uint16_t held_class(void *context, uint32_t device, uint32_t index) {
  (void)device;
  return ((native_port *)context)->classes[index];
}

static int held_row(void *context, uint32_t device, uint32_t index, uint16_t features, float *x) {
  const native_port *p = context;
  (void)device;
  if (features > p->features) return 0;
  memcpy(x, p->rows + index * p->features, features * sizeof *x);
  return 1;
}

static const float *held_view(void *context, uint32_t device, uint32_t index, uint16_t features) {
  const native_port *p = context;
  (void)device;
  return p->shown && features <= p->features ? p->rows + index * p->features : 0;
}

void native_port_begin(native_port *p) {
  memset(p, 0, sizeof *p);
  p->port.context = p;
  p->port.memory = memory;
  p->port.held_rows = held_rows;
  p->port.held_class = held_class;
  p->port.held_row = held_row;
  p->port.work = &p->work;
  p->port.held_view = held_view;
}

void native_port_end(native_port *p) {
  free(p->memory);
  p->memory = 0;
  p->bytes = 0;
}
