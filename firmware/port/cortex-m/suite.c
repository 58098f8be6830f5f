/* The firmware's suite (firmware/test) on an emulated core: what newlib asks for, over ARM's semihosting; its exit code is the emulator's. */
#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>

#include "board.h"

enum { SYS_WRITE0 = 0x04, SYS_EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026, CHUNK = 64 };

extern uint8_t memory_start[], memory_end[];

/* test/check.h: the suite's own main, renamed by the build. */
int suite_main(void);
int main(void);

int _close(int file);
int _fstat(int file, struct stat *status);
int _isatty(int file);
int _lseek(int file, int offset, int whence);
int _read(int file, char *bytes, int count);
int _write(int file, const char *bytes, int count);
int _kill(int process, int signal);
int _getpid(void);
void *_sbrk(intptr_t bytes);
void _exit(int status) __attribute__((noreturn));

static void ask_emulator(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void _exit(int status) {
  const uint32_t block[2] = {APPLICATION_EXIT, (uint32_t)status};
  ask_emulator(SYS_EXIT_EXTENDED, block);
  for (;;) continue;
}

/* A fault ends the suite as a failure. */
void board_restart(void) { _exit(3); }

void counter_wrapped(void) {}

int main(void) { _exit(suite_main()); }

int _write(int file, const char *bytes, int count) {
  char text[CHUNK + 1];
  (void)file;
  for (int from = 0; from < count; from += CHUNK) {
    int length = count - from < CHUNK ? count - from : CHUNK;
    for (int i = 0; i < length; i++) text[i] = bytes[from + i];
    text[length] = 0;
    ask_emulator(SYS_WRITE0, text);
  }
  return count;
}

void *_sbrk(intptr_t bytes) {
  static uint8_t *next = memory_start;
  uint8_t *given = next;
  if (bytes > memory_end - next) {
    errno = ENOMEM;
    return (void *)-1;
  }
  next += bytes;
  return given;
}

int _close(int file) { return file < 0 ? 0 : -1; }

int _fstat(int file, struct stat *status) {
  (void)file;
  status->st_mode = S_IFCHR;
  return 0;
}

int _isatty(int file) { return file >= 0; }

int _lseek(int file, int offset, int whence) {
  (void)file;
  (void)offset;
  (void)whence;
  return 0;
}

int _read(int file, char *bytes, int count) {
  (void)file;
  (void)bytes;
  (void)count;
  return 0;
}

int _kill(int process, int signal) {
  (void)process;
  (void)signal;
  return -1;
}

int _getpid(void) { return 1; }
