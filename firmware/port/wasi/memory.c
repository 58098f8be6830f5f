#include "memory.h"

#include <string.h>

enum { PAGE = 65536, SMALLEST_LOG = 6, CLASSES = 4 * 26 };

typedef struct free_slab {
  struct free_slab *next;
} free_slab;

/* The port may keep state of its own (the core may not): one record a memory, which several threads may work in. */
static struct {
  uint32_t next;
  uint32_t end;
  int locked;
  free_slab *free[CLASSES + 1];
} memory;

extern uint8_t __heap_base;

/* Held for a few instructions, or one growth: a wait beyond this many looks means that its holder is no more. */
enum { LOOKS = 1 << 30 };

static void lock(void) {
  for (uint32_t look = 0; __atomic_exchange_n(&memory.locked, 1, __ATOMIC_ACQUIRE) != 0; look++) {
    if (look == LOOKS) __builtin_trap();
  }
}

static void unlock(void) { __atomic_store_n(&memory.locked, 0, __ATOMIC_RELEASE); }

static int grow_to(uint64_t end) {
  const uint64_t missing = end - memory.end;
  /* In steps of at least 1 MiB once memory is large: each growth costs the host its views. */
  uint64_t pages = (missing + PAGE - 1u) / PAGE;
  if (memory.end > (4u << 20) && pages < 16u) pages = 16u;
  if (pages > 65535u || __builtin_wasm_memory_grow(0, (uint32_t)pages) == (uint32_t)-1) return 0;
  memory.end += (uint32_t)(pages * PAGE);
  return 1;
}

static void *take(uint64_t bytes) {
  if (memory.next == 0u) {
    memory.next = ((uint32_t)(uintptr_t)&__heap_base + 15u) & ~15u;
    memory.end = (uint32_t)__builtin_wasm_memory_size(0) * PAGE;
  }
  const uint64_t end = memory.next + ((bytes + 15u) & ~(uint64_t)15u);
  /* The last page stays unused so that `end` cannot wrap. */
  if (end > UINT32_MAX - PAGE || (end > memory.end && !grow_to(end))) return 0;
  uint8_t *start = (uint8_t *)(uintptr_t)memory.next;
  memory.next = (uint32_t)end;
  return start;
}

void *arena_take(uint64_t bytes) {
  lock();
  void *start = take(bytes);
  unlock();
  return start;
}

const uint32_t *arena_end(void) { return &memory.end; }

/* Class c >= 1 holds (4 + (c - 1) % 4) << (4 + (c - 1) / 4) bytes: 64, 80, 96, 112, 128, 160, ... */
static uint32_t class_bytes(uint32_t c) { return (4u + (c - 1u) % 4u) << (4u + (c - 1u) / 4u); }

static uint32_t class_for(uint32_t bytes) {
  if (bytes <= 64u) return 1;
  const uint32_t log = 31u - (uint32_t)__builtin_clz(bytes - 1u);
  const uint32_t quarter = (bytes - 1u) >> (log - 2u);
  return (log - SMALLEST_LOG) * 4u + (quarter - 4u) + 2u;
}

static uint8_t *slab_take(uint32_t class_) {
  free_slab *first = memory.free[class_];
  if (first == 0) return take(class_bytes(class_));
  memory.free[class_] = first->next;
  return (uint8_t *)first;
}

static void slab_give(slab *s) {
  if (s->class_ == 0u) return;
  free_slab *given = (free_slab *)(void *)s->start;
  given->next = memory.free[s->class_];
  memory.free[s->class_] = given;
  s->class_ = 0;
  s->start = 0;
}

static int resize(slab *s, uint32_t bytes) {
  if (bytes == 0u) {
    slab_give(s);
    return 1;
  }
  if (bytes > (1u << 31)) return 0;
  const uint32_t class_ = class_for(bytes);
  if (class_ == s->class_) return 1;
  slab other = {slab_take(class_), class_};
  if (other.start == 0) return 0;
  if (s->class_ != 0u) {
    const uint32_t old = class_bytes(s->class_);
    memcpy(other.start, s->start, old < bytes ? old : bytes);
    slab_give(s);
  }
  *s = other;
  return 1;
}

int slab_resize(slab *s, uint32_t bytes) {
  lock();
  const int done = resize(s, bytes);
  unlock();
  return done;
}
