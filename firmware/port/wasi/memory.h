#ifndef G2T_WASI_MEMORY_H
#define G2T_WASI_MEMORY_H

#include <stdint.h>

/*
 * Linear memory of one instance: an arena that grows, and slabs in size classes (four a doubling, so at most a quarter is wasted)
 * with a free list each. What is given back is used again, never returned to the system. Threads that share the memory may call all of it.
 */

/* Aligned to 16; null when memory cannot grow. Never given back. */
void *arena_take(uint64_t bytes);

/* Where the end of the memory stands: it moves when the arena grows, in whichever thread. */
const uint32_t *arena_end(void);

typedef struct {
  uint8_t *start;
  uint32_t class_; /* 0: none */
} slab;

/* Makes the slab hold `bytes` (0 frees it), keeping the first min(used, bytes). Returns 0 when there is no memory. */
int slab_resize(slab *s, uint32_t bytes);

#endif
