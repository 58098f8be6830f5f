#ifndef G2T_CHECK_H
#define G2T_CHECK_H

#include <stdint.h>

/* By how much the long tests are cut short on emulated boards: software floating point there, and double precision to hold it against. */
#ifdef G2T_BOARD_SUITE
enum { SHORTER = 16 };
#else
enum { SHORTER = 1 };
#endif

/* The checks of one run, handed from test to test. */
typedef struct {
  uint32_t passed;
  uint32_t failed;
  uint32_t random; /* xorshift state of the random tests: fixed, so a failure repeats */
} checks;

void check_true(checks *c, int good, const char *what, const char *file, int line);
void check_equal(checks *c, uint64_t got, uint64_t expected, const char *what, const char *file, int line);
void check_close(checks *c, double got, double expected, double within, const char *what, const char *file, int line);
uint32_t random_u32(checks *c);

#define CHECK(condition) check_true(c, (condition) != 0, #condition, __FILE__, __LINE__)
#define EQUAL(got, expected) check_equal(c, (uint64_t)(got), (uint64_t)(expected), #got, __FILE__, __LINE__)
#define CLOSE(got, expected, within) check_close(c, (got), (expected), (within), #got, __FILE__, __LINE__)

/* What main is called where the board has one of its own (port/cortex-m/suite.c). */
int suite_main(void);

void test_float(checks *c);
void test_frame(checks *c);
void test_math(checks *c);
void test_opt_sgd(checks *c);
void test_learners(checks *c);
void test_learner_tasks(checks *c);
void test_quality(checks *c);
void test_codec(checks *c);
void test_order(checks *c);
void test_device(checks *c);
void test_outbox(checks *c);
void test_math(checks *c);
void test_exchange_root(checks *c);
void test_exchange_model(checks *c);
void test_exchange(checks *c);
void test_serial(checks *c);
void test_fuzz(checks *c);

#endif
