#ifndef G2T_WASI_HOST_H
#define G2T_WASI_HOST_H

#include "g2t_device.h"
#include "g2t_exchange.h"
#include "g2t_learner.h"
#include "memory.h"
#include "quads.h"

/* Shared by host.c and scores.c: what one memory holds. */
#define EXPORT(name) __attribute__((export_name(#name))) name

enum { CHUNK = 256, CHUNKS = 4096, DATA_SETS = 4096, ROW_NUMBERS = 65536 };
/* Lane 0 is the front's: the thread that all other calls come from. */
enum { LANES = 66, STACK_BYTES = 65536 };

typedef struct {
  float *x; /* rows[count][padded(features)] */
  uint16_t *class_;
  quad_lists quads; /* of the rows, where enough of them is zero */
  uint32_t count;
  uint16_t features;
} data_set;

typedef struct {
  g2t_device device;
  slab memory;
  const uint32_t *held;
  uint32_t held_count;
  uint32_t held_set;
} slot;

/* Addresses the host looks at after each call: they move when a buffer grows. */
typedef struct {
  uint32_t inbox;
  uint32_t inbox_bytes;
  uint32_t outbox;
  uint32_t work;
  uint32_t row_numbers;
  uint32_t scores;
  uint32_t bits;
  uint32_t evaluation;
  uint32_t predicted;
  uint32_t end;
} addresses;

/* Where one thread at a time works on a device; different devices may be worked on in different lanes at once. */
typedef struct {
  g2t_port port;
  g2t_work work;
  double counts[G2T_WORK_COUNT];
  slot *current;
  uint8_t *inbox;
  uint8_t *stack;
} lane;

typedef struct {
  slot *chunk[CHUNKS];
  uint32_t devices;
  data_set set[DATA_SETS];
  uint32_t sets;
  lane lane[LANES];
  slab outbox;
  slab weights;
  slab scores;
  slab bits;
  slab class_scores;
  double evaluation[2];
  addresses at;
} host_state;

extern host_state host;

static inline uint32_t address(const void *p) { return (uint32_t)(uintptr_t)p; }

#endif
