#include <stdio.h>

#include "check.h"

void check_true(checks *c, int good, const char *what, const char *file, int line) {
  if (good) {
    c->passed++;
    return;
  }
  c->failed++;
  printf("%s:%d: expected %s\n", file, line, what);
}

void check_equal(checks *c, uint64_t got, uint64_t expected, const char *what, const char *file, int line) {
  if (got == expected) {
    c->passed++;
    return;
  }
  c->failed++;
  printf("%s:%d: expected %s to be 0x%llx, got 0x%llx\n", file, line, what, (unsigned long long)expected,
         (unsigned long long)got);
}

void check_close(checks *c, double got, double expected, double within, const char *what, const char *file, int line) {
  const double off = got > expected ? got - expected : expected - got;
  if (off <= within) {
    c->passed++;
    return;
  }
  c->failed++;
  printf("%s:%d: expected %s to be %.12g within %g, got %.12g\n", file, line, what, expected, within, got);
}

uint32_t random_u32(checks *c) {
  c->random ^= c->random << 13;
  c->random ^= c->random >> 17;
  c->random ^= c->random << 5;
  return c->random;
}

int main(void) {
  checks c = {0, 0, 2463534242u};
  test_float(&c);
  test_frame(&c);
  test_math(&c);
  test_opt_sgd(&c);
  test_quality(&c);
  test_codec(&c);
  test_order(&c);
  test_exchange_root(&c);
  /* More than 16 kB of RAM: matrices in double precision, a data set, frames of 8 KiB each way. */
#ifndef G2T_SMALL_SUITE
  test_learners(&c);
  test_exchange_model(&c);
  test_device(&c);
  test_learner_tasks(&c);
  test_outbox(&c);
  test_exchange(&c);
  test_serial(&c);
  test_fuzz(&c);
#endif
  printf("%u passed, %u failed\n", (unsigned)c.passed, (unsigned)c.failed);
  return c.failed == 0u ? 0 : 1;
}
