#ifndef G2T_DEVICE_H
#define G2T_DEVICE_H

#include <stdint.h>

#include "g2t_frame.h"
#include "g2t_quality.h"
#include "g2t_status.h"
#include "g2t_work.h"

/*
 * A Globe2Train device: takes frames, trains, keeps finished classifiers until they are acknowledged. It owns nothing: the
 * caller keeps the record, the port lends memory and rows and counts the work. It never asks for the time: it is told.
 *
 * Use: g2t_device_begin; then for whatever happens one of on_frame, on_timer; after each, poll until it answers 0; call on_timer
 * at g2t_device_deadline_us. Not reentrant for one device; devices are independent of each other.
 */

/* What a device needs beside its own record. All calls come from within the g2t_device calls. */
typedef struct {
  void *context;
  /*
   * Working memory of a device: at least `bytes` bytes aligned to 16, whose first min(old, new) bytes are kept; 0 gives
   * everything back (the answer is then ignored). Null when there is none. A board may always answer with one fixed array.
   */
  uint8_t *(*memory)(void *context, uint32_t device, uint32_t bytes);
  /* How many rows the device holds itself, at most 65535. */
  uint32_t (*held_rows)(void *context, uint32_t device);
  /* The class of held row `index`. */
  uint16_t (*held_class)(void *context, uint32_t device, uint32_t index);
  /* Copies the first `features` features of held row `index` to x; 0 if the row has not that many, else 1. */
  int (*held_row)(void *context, uint32_t device, uint32_t index, uint16_t features, float *x);
  /* Where the work is counted. */
  g2t_work *work;
  /* Where held row `index` lies, its first `features` features; null where it must be copied. A port may have no such call (null). */
  const float *(*held_view)(void *context, uint32_t device, uint32_t index, uint16_t features);
  /*
   * Held row `index` without its quads (features 4q to 4q + 3) that are all zero: the others one behind the other, four floats each, with their numbers q,
   * ascending, and how many; null where the row is not kept so. Only for rows of a multiple of 4 features, which held_view shows too. Zeros
   * change no bit of the sums of finite numbers, so they may be passed over; they count as work all the same. A port may have no such call (null).
   */
  const float *(*held_quads)(void *context, uint32_t device, uint32_t index, const uint16_t **quads, uint32_t *count);
} g2t_port;

typedef struct {
  uint32_t ram_bytes;     /* for everything: G2T_FIXED_BYTES, receive buffer, working memory; at most 2^31 */
  uint32_t flash_bytes;   /* for rows that the device holds */
  uint32_t receive_bytes; /* receive buffer: a power of two; longer frames are answered with G2T_TOO_LONG */
  float bench_us;         /* one training step, as the device measured it */
  uint16_t megahertz;
  uint16_t flags; /* G2T_HELLO_FPU, or 0 */
} g2t_spec;

/* From CONFIG. */
typedef struct {
  g2t_quality_config quality;
  float first; /* the learner's parameters */
  float second;
  uint32_t hold_ms; /* T_hold: the oldest waiting classifier is sent after this; 0 never */
  uint32_t ack_ms;  /* uploads are sent again when no ACK came for this long; 0 never */
  uint8_t learner;
  uint8_t variant;
  uint8_t codec;
} g2t_config;

typedef struct {
  uint32_t id;
  uint32_t rows; /* a pass */
  uint32_t seed;
  uint16_t positive; /* class i: label 1 */
  uint16_t negative; /* class j: label 0 */
  uint16_t features;
  uint8_t passes;
  uint8_t source;   /* G2T_MODE_STREAM, G2T_MODE_CACHE or G2T_MODE_HELD */
  uint8_t last;
  uint8_t seeded;
  uint8_t variant;
} g2t_task;

/* What a device's own record counts for in its RAM, the same on every target (a check keeps sizeof below it). */
enum { G2T_FIXED_BYTES = 256 };

/* The record. Its fields are the firmware's own. */
typedef struct {
  const g2t_port *port;
  uint8_t *memory;
  g2t_quality quality;
  uint64_t oldest_us; /* when the oldest waiting classifier was finished */
  uint64_t sent_us;   /* the last upload */
  g2t_spec spec;
  g2t_config config;
  g2t_task task;
  uint32_t id;
  uint32_t task_at; /* where the task's block starts in memory; before it lie the held classifiers */
  uint32_t row;     /* rows done of this pass (cache, first pass: rows received) */
  uint32_t fitted;  /* cache, first pass: rows trained on */
  uint32_t held_bytes;
  uint32_t open_at; /* the group of waiting classifiers; held_bytes when none waits */
  uint32_t next_upload;
  uint32_t pong_round;
  uint32_t refused_task;
  uint32_t refused_needs;
  uint16_t threshold; /* W_t */
  uint16_t waiting;   /* classifiers in the open group */
  uint16_t held;      /* classifiers in memory */
  uint16_t ready;     /* uploads to be sent */
  uint16_t sent;      /* uploads without their ACK */
  uint8_t pass;
  uint8_t stashed; /* stream: the window holds a row that waits for the next */
  uint8_t state;
  uint8_t due;
  uint8_t refused_reason;
} g2t_device;

/* Puts the device into its state after power-on: HELLO is due. id: in every frame's header. Keeps `port` by reference. */
void g2t_device_begin(g2t_device *device, uint32_t id, const g2t_spec *spec, const g2t_port *port);

/*
 * Takes one whole frame. Any bytes give a status; with a negative one nothing changed but the counts (G2T_NO_MEMORY also
 * ends the task before). A task that does not fit is a good frame (G2T_OK): the device answers REFUSE. A TASK during another
 * abandons that one; the same id starts afresh. One refusal and one PONG wait to be polled: a second takes its place.
 * now_us: never before that of an earlier call.
 */
g2t_status g2t_device_on_frame(g2t_device *device, uint64_t now_us, const uint8_t *frame, uint32_t bytes);

/* Acts on time; harmless at any time. */
void g2t_device_on_timer(g2t_device *device, uint64_t now_us);

/* An outgoing frame in two parts: head[0, head_bytes) and then body[0, body_bytes), which stays valid until the next call. */
typedef struct {
  uint8_t head[G2T_HEADER_BYTES + 32];
  uint32_t head_bytes;
  const uint8_t *body;
  uint32_t body_bytes;
} g2t_outgoing;

/* Takes the next outgoing frame: HELLO, PONG, REFUSE, then UPDATE or WEIGHTS, oldest upload first. Answers its length, 0 when none. */
uint32_t g2t_device_poll(g2t_device *device, uint64_t now_us, g2t_outgoing *out);

/* When on_timer is wanted; UINT64_MAX when never. */
uint64_t g2t_device_deadline_us(const g2t_device *device);

int g2t_device_is_training(const g2t_device *device);

/*
 * RAM that a task takes with nothing held: fixed part, receive buffer, learner, cache, row order, room for the result.
 * mode: as in TASK. UINT64 so that it cannot wrap.
 */
uint64_t g2t_device_task_bytes(uint8_t learner, uint16_t features, uint32_t rows, uint8_t mode, uint8_t codec,
                               uint32_t receive_bytes);

#endif
