/* Generated from sim/protocol/table.ts by `npm run messages`: change the table, not this file. */
#ifndef G2T_MESSAGES_H
#define G2T_MESSAGES_H

#include <stdint.h>

#include "g2t_bytes.h"

/* Messages between server and device. All numbers are little-endian. Every store and load moves exactly the bytes that it names. */

enum { G2T_MAGIC = 0x3247, G2T_VERSION = 1, G2T_CRC_OFFSET = 16 };

/* The type byte. */
typedef enum {
  G2T_HELLO = 1,
  G2T_CONFIG = 2,
  G2T_TASK = 3,
  G2T_DATA = 4,
  G2T_ORDER = 5,
  G2T_WEIGHTS = 6,
  G2T_ACK = 7,
  G2T_PING = 8,
  G2T_PONG = 9,
  G2T_REFUSE = 10,
  G2T_LINK = 11,
  G2T_FLUSH = 12,
  G2T_SETUP = 13,
  G2T_PARAMS = 14,
  G2T_UPDATE = 15,
  G2T_MIRROR = 16
} g2t_frame_type;

/* Learners of pairwise tasks: g2t_learner.h has their equations and parameters. */
enum { G2T_OPT_SGD = 0, G2T_SVM = 1, G2T_LOGISTIC = 2, G2T_LDA = 3, G2T_SEFR = 4, G2T_TRAIN_PP = 5 };

/* Variants of opt-sgd; the other learners have 0 alone. */
enum { G2T_CORRECT = 0, G2T_NORMALISED = 1, G2T_AS_PUBLISHED = 2 };

/*
 * How classifiers are encoded. `smallest` takes the smallest of dense, bitmap and sparse, a tie going to the
 * first.
 */
enum { G2T_CODEC_SMALLEST = 0, G2T_CODEC_DENSE = 1, G2T_CODEC_BITMAP = 2, G2T_CODEC_SPARSE = 3, G2T_CODEC_DGC = 4 };

/*
 * TASK: bits 0 and 1 are where rows come from (stream: the server sends those of every pass; cache: it sends
 * them once and the device keeps them; held: the device has them), then flags; the learner variant + 1 is
 * shifted by variantShift (0: that of CONFIG).
 */
enum {
  G2T_MODE_STREAM = 0,
  G2T_MODE_CACHE = 1,
  G2T_MODE_HELD = 2,
  G2T_MODE_SOURCE_MASK = 3,
  G2T_MODE_LAST = 4,
  G2T_MODE_SEEDED = 8,
  G2T_MODE_VARIANT_SHIFT = 4
};

/*
 * Why a device refuses: ram, it does not fit; rows, none such are held or they do not fit the flash; full, it
 * would fit but for classifiers without their ACK; unsupported, this firmware has not got it.
 */
enum { G2T_REFUSE_RAM = 1, G2T_REFUSE_ROWS = 2, G2T_REFUSE_FULL = 3, G2T_REFUSE_UNSUPPORTED = 4 };

/* Models of SETUP. Binary models take the classes of odd number for +1, the others for -1. */
enum { G2T_MODEL_SVM = 0, G2T_MODEL_LOGISTIC = 1, G2T_MODEL_SOFTMAX = 2 };

/* Kinds of SETUP: what UPDATE brings. */
enum { G2T_KIND_GRADIENT = 0, G2T_KIND_WEIGHTS = 1, G2T_KIND_ADAPTIVE = 2, G2T_KIND_GAIA = 3 };

/*
 * Flags of SETUP: reuse, adaptive: the first step of a round uses the mini-batch of the last step before
 * (with tau 1 at most three times); versioned, gradient: PARAMS brings a version that UPDATE repeats.
 */
enum { G2T_EXCHANGE_REUSE = 1, G2T_EXCHANGE_VERSIONED = 2 };

/* The header of every frame. The CRC-32 of IEEE 802.3 runs over the bytes before it and the payload. */
enum { G2T_HEADER_BYTES = 20 };
typedef struct {
  uint16_t magic; /* G2T_MAGIC */
  uint8_t version; /* of this format */
  uint8_t type; /* number of the message */
  uint32_t device; /* the device that the frame comes from or goes to */
  uint32_t round; /* what it means depends on the message */
  uint32_t length; /* of the payload; B */
  uint32_t crc; /* CRC-32 of all before it and of the payload */
} g2t_header_message;

static inline void g2t_header_store(uint8_t *p, const g2t_header_message *m) {
  g2t_store_u16(p, m->magic);
  p[2] = m->version;
  p[3] = m->type;
  g2t_store_u32(p + 4, m->device);
  g2t_store_u32(p + 8, m->round);
  g2t_store_u32(p + 12, m->length);
  g2t_store_u32(p + 16, m->crc);
}

static inline void g2t_header_load(const uint8_t *p, g2t_header_message *m) {
  m->magic = g2t_load_u16(p);
  m->version = p[2];
  m->type = p[3];
  m->device = g2t_load_u32(p + 4);
  m->round = g2t_load_u32(p + 8);
  m->length = g2t_load_u32(p + 12);
  m->crc = g2t_load_u32(p + 16);
}

/* HELLO, device to server. Sent once after power-on. */
enum { G2T_HELLO_BYTES = 16 };
enum { G2T_HELLO_FPU = 1, G2T_HELLO_RECEIVE_BYTES_SHIFT = 8 };
typedef struct {
  uint32_t ram_bytes; /* RAM for everything; B */
  uint32_t flash_bytes; /* flash for rows that the device holds; B */
  uint16_t megahertz; /* clock of the core; MHz */
  uint16_t flags; /* facts of the device */
  float bench_microseconds; /* a training step, as measured; us */
} g2t_hello_message;

static inline void g2t_hello_store(uint8_t *p, const g2t_hello_message *m) {
  g2t_store_u32(p, m->ram_bytes);
  g2t_store_u32(p + 4, m->flash_bytes);
  g2t_store_u16(p + 8, m->megahertz);
  g2t_store_u16(p + 10, m->flags);
  g2t_store_f32(p + 12, m->bench_microseconds);
}

static inline void g2t_hello_load(const uint8_t *p, g2t_hello_message *m) {
  m->ram_bytes = g2t_load_u32(p);
  m->flash_bytes = g2t_load_u32(p + 4);
  m->megahertz = g2t_load_u16(p + 8);
  m->flags = g2t_load_u16(p + 10);
  m->bench_microseconds = g2t_load_f32(p + 12);
}

/*
 * CONFIG, server to device. Sent after HELLO, and again whenever a setting changes (learner and codec not
 * during a task).
 */
enum { G2T_CONFIG_BYTES = 36 };
typedef struct {
  uint8_t learner; /* number of the learner */
  uint8_t variant; /* variant of the learner */
  uint8_t codec; /* how classifiers are encoded */
  uint8_t reserved; /* always 0 */
  float first; /* first parameter of the learner (g2t_learner.h) */
  float second; /* second parameter of the learner */
  uint16_t threshold_base; /* W_0, classifiers, 1 to 65,535 */
  uint16_t threshold_limit; /* W_max, classifiers, 1 to 65,535 */
  float quality_floor; /* q_min, above 0, at most 1 */
  uint32_t reference_microseconds; /* t_ref: transfer time of S_ref bytes on the reference network, at least 1; us */
  uint32_t reference_bytes; /* S_ref; B */
  uint32_t hold_milliseconds; /* T_hold; 0 never; ms */
  uint32_t ack_milliseconds; /* uploads without an ACK for this long are sent again; 0 never; ms */
} g2t_config_message;

static inline void g2t_config_store(uint8_t *p, const g2t_config_message *m) {
  p[0] = m->learner;
  p[1] = m->variant;
  p[2] = m->codec;
  p[3] = m->reserved;
  g2t_store_f32(p + 4, m->first);
  g2t_store_f32(p + 8, m->second);
  g2t_store_u16(p + 12, m->threshold_base);
  g2t_store_u16(p + 14, m->threshold_limit);
  g2t_store_f32(p + 16, m->quality_floor);
  g2t_store_u32(p + 20, m->reference_microseconds);
  g2t_store_u32(p + 24, m->reference_bytes);
  g2t_store_u32(p + 28, m->hold_milliseconds);
  g2t_store_u32(p + 32, m->ack_milliseconds);
}

static inline void g2t_config_load(const uint8_t *p, g2t_config_message *m) {
  m->learner = p[0];
  m->variant = p[1];
  m->codec = p[2];
  m->reserved = p[3];
  m->first = g2t_load_f32(p + 4);
  m->second = g2t_load_f32(p + 8);
  m->threshold_base = g2t_load_u16(p + 12);
  m->threshold_limit = g2t_load_u16(p + 14);
  m->quality_floor = g2t_load_f32(p + 16);
  m->reference_microseconds = g2t_load_u32(p + 20);
  m->reference_bytes = g2t_load_u32(p + 24);
  m->hold_milliseconds = g2t_load_u32(p + 28);
  m->ack_milliseconds = g2t_load_u32(p + 32);
}

/* TASK, server to device. A pairwise task: class i against class j. */
enum { G2T_TASK_BYTES = 16, G2T_TASK_MOST_BYTES = 20 };
typedef struct {
  uint32_t id; /* number of the task */
  uint16_t positive; /* class i, label 1 */
  uint16_t negative; /* class j, label 0 */
  uint16_t features; /* numbers a row */
  uint32_t rows; /* rows a pass; held: at most so many, 0 for all */
  uint8_t passes; /* passes over the rows, 1 to 255 */
  uint8_t mode; /* where rows come from, flags, variant */
  uint32_t seed; /* from which the device draws the row order of each pass (cache: from the second) */
} g2t_task_message;

/* Bytes of the message whose first 16 bytes are at p. */
static inline uint32_t g2t_task_length(const uint8_t *p) {
  return (p[15] & 8u) != 0u ? 20u : 16u;
}

static inline void g2t_task_store(uint8_t *p, const g2t_task_message *m) {
  g2t_store_u32(p, m->id);
  g2t_store_u16(p + 4, m->positive);
  g2t_store_u16(p + 6, m->negative);
  g2t_store_u16(p + 8, m->features);
  g2t_store_u32(p + 10, m->rows);
  p[14] = m->passes;
  p[15] = m->mode;
  if ((m->mode & 8u) != 0u) g2t_store_u32(p + 16, m->seed);
}

static inline void g2t_task_load(const uint8_t *p, g2t_task_message *m) {
  m->id = g2t_load_u32(p);
  m->positive = g2t_load_u16(p + 4);
  m->negative = g2t_load_u16(p + 6);
  m->features = g2t_load_u16(p + 8);
  m->rows = g2t_load_u32(p + 10);
  m->passes = p[14];
  m->mode = p[15];
  m->seed = (m->mode & 8u) != 0u ? g2t_load_u32(p + 16) : 0u;
}

/* ACK, server to device. An upload has arrived. */
enum { G2T_ACK_BYTES = 4 };
typedef struct {
  uint32_t upload; /* number of the upload */
} g2t_ack_message;

static inline void g2t_ack_store(uint8_t *p, const g2t_ack_message *m) {
  g2t_store_u32(p, m->upload);
}

static inline void g2t_ack_load(const uint8_t *p, g2t_ack_message *m) {
  m->upload = g2t_load_u32(p);
}

/* REFUSE, device to server. The device does not take a task or an exchange. */
enum { G2T_REFUSE_BYTES = 16 };
typedef struct {
  uint32_t task; /* number of the task; of an exchange the round of its SETUP */
  uint32_t reason; /* why */
  uint32_t needs_bytes; /* RAM that it would have taken; 0 where RAM is not the reason; B */
  uint32_t ram_bytes; /* RAM that there is; B */
} g2t_refuse_message;

static inline void g2t_refuse_store(uint8_t *p, const g2t_refuse_message *m) {
  g2t_store_u32(p, m->task);
  g2t_store_u32(p + 4, m->reason);
  g2t_store_u32(p + 8, m->needs_bytes);
  g2t_store_u32(p + 12, m->ram_bytes);
}

static inline void g2t_refuse_load(const uint8_t *p, g2t_refuse_message *m) {
  m->task = g2t_load_u32(p);
  m->reason = g2t_load_u32(p + 4);
  m->needs_bytes = g2t_load_u32(p + 8);
  m->ram_bytes = g2t_load_u32(p + 12);
}

/* LINK, port to device. The report of the port on a transfer. Never on the wire. */
enum { G2T_LINK_BYTES = 16 };
enum { G2T_LINK_DELIVERED = 1, G2T_LINK_IS_UPLOAD = 2 };
typedef struct {
  uint32_t rtt_microseconds; /* round trip; 0 where none was measured; us */
  uint32_t transfer_microseconds; /* time of the transfer; us */
  uint32_t bytes; /* bytes of the transfer; B */
  uint16_t failed; /* attempts that failed */
  uint16_t flags; /* what came of it */
} g2t_link_message;

static inline void g2t_link_store(uint8_t *p, const g2t_link_message *m) {
  g2t_store_u32(p, m->rtt_microseconds);
  g2t_store_u32(p + 4, m->transfer_microseconds);
  g2t_store_u32(p + 8, m->bytes);
  g2t_store_u16(p + 12, m->failed);
  g2t_store_u16(p + 14, m->flags);
}

static inline void g2t_link_load(const uint8_t *p, g2t_link_message *m) {
  m->rtt_microseconds = g2t_load_u32(p);
  m->transfer_microseconds = g2t_load_u32(p + 4);
  m->bytes = g2t_load_u32(p + 8);
  m->failed = g2t_load_u16(p + 12);
  m->flags = g2t_load_u16(p + 14);
}

/* SETUP, server to device. What is trained by exchange of gradients or parameters, and how. */
enum { G2T_SETUP_BYTES = 28 };
typedef struct {
  uint8_t model; /* number of the model */
  uint8_t kind; /* what UPDATE brings */
  uint8_t flags; /* reuse, versioned */
  uint8_t reserved; /* always 0 */
  uint16_t classes; /* 2 for binary models; softmax: 2 to 65,535 */
  uint16_t features; /* numbers a row */
  uint32_t batch; /* rows of a mini-batch; 0, or as many as the device holds or more: all */
  float eta; /* step, finite, above 0 */
  float lambda; /* weight of the squared norm (biases left out), finite, at least 0 */
  float significance; /* v_0 of Gaia, finite, at least 0 */
  uint32_t seed; /* of the order of mini-batches */
} g2t_setup_message;

static inline void g2t_setup_store(uint8_t *p, const g2t_setup_message *m) {
  p[0] = m->model;
  p[1] = m->kind;
  p[2] = m->flags;
  p[3] = m->reserved;
  g2t_store_u16(p + 4, m->classes);
  g2t_store_u16(p + 6, m->features);
  g2t_store_u32(p + 8, m->batch);
  g2t_store_f32(p + 12, m->eta);
  g2t_store_f32(p + 16, m->lambda);
  g2t_store_f32(p + 20, m->significance);
  g2t_store_u32(p + 24, m->seed);
}

static inline void g2t_setup_load(const uint8_t *p, g2t_setup_message *m) {
  m->model = p[0];
  m->kind = p[1];
  m->flags = p[2];
  m->reserved = p[3];
  m->classes = g2t_load_u16(p + 4);
  m->features = g2t_load_u16(p + 6);
  m->batch = g2t_load_u32(p + 8);
  m->eta = g2t_load_f32(p + 12);
  m->lambda = g2t_load_f32(p + 16);
  m->significance = g2t_load_f32(p + 20);
  m->seed = g2t_load_u32(p + 24);
}

/* PARAMS, server to device. The model for the next steps of the device, in chunks. */
enum { G2T_PARAMS_BYTES = 4 };
typedef struct {
  uint32_t offset; /* of the model before this chunk, whole floats; 0 starts afresh; B */
} g2t_params_message;

static inline void g2t_params_store(uint8_t *p, const g2t_params_message *m) {
  g2t_store_u32(p, m->offset);
}

static inline void g2t_params_load(const uint8_t *p, g2t_params_message *m) {
  m->offset = g2t_load_u32(p);
}

/* PARAMS, gradient, with the flag versioned. */
enum { G2T_PARAMS_VERSIONED_BYTES = 4 };
typedef struct {
  uint32_t version; /* repeated in UPDATE */
} g2t_params_versioned_message;

static inline void g2t_params_versioned_store(uint8_t *p, const g2t_params_versioned_message *m) {
  g2t_store_u32(p, m->version);
}

static inline void g2t_params_versioned_load(const uint8_t *p, g2t_params_versioned_message *m) {
  m->version = g2t_load_u32(p);
}

/* PARAMS, weights, gaia. */
enum { G2T_PARAMS_STEPS_BYTES = 2 };
typedef struct {
  uint16_t tau; /* local steps, weights: 1 to 65,535; gaia: 0 to 65,535 before an UPDATE */
} g2t_params_steps_message;

static inline void g2t_params_steps_store(uint8_t *p, const g2t_params_steps_message *m) {
  g2t_store_u16(p, m->tau);
}

static inline void g2t_params_steps_load(const uint8_t *p, g2t_params_steps_message *m) {
  m->tau = g2t_load_u16(p);
}

/* PARAMS, adaptive. */
enum { G2T_PARAMS_ADAPTIVE_BYTES = 3 };
enum { G2T_PARAMS_ADAPTIVE_LAST = 1, G2T_PARAMS_ADAPTIVE_PREVIOUS_IS_MIN = 2 };
typedef struct {
  uint16_t tau; /* local steps, 1 to 65,535 */
  uint8_t flags; /* last, previousIsMin */
} g2t_params_adaptive_message;

static inline void g2t_params_adaptive_store(uint8_t *p, const g2t_params_adaptive_message *m) {
  g2t_store_u16(p, m->tau);
  p[2] = m->flags;
}

static inline void g2t_params_adaptive_load(const uint8_t *p, g2t_params_adaptive_message *m) {
  m->tau = g2t_load_u16(p);
  m->flags = p[2];
}

/* UPDATE, gradient, weights. */
enum { G2T_UPDATE_PLAIN_BYTES = 4 };
typedef struct {
  uint32_t rows; /* D_i: rows that the device holds */
} g2t_update_plain_message;

static inline void g2t_update_plain_store(uint8_t *p, const g2t_update_plain_message *m) {
  g2t_store_u32(p, m->rows);
}

static inline void g2t_update_plain_load(const uint8_t *p, g2t_update_plain_message *m) {
  m->rows = g2t_load_u32(p);
}

/* UPDATE, gradient, with the flag versioned. */
enum { G2T_UPDATE_VERSIONED_BYTES = 4 };
typedef struct {
  uint32_t version; /* that of PARAMS */
} g2t_update_versioned_message;

static inline void g2t_update_versioned_store(uint8_t *p, const g2t_update_versioned_message *m) {
  g2t_store_u32(p, m->version);
}

static inline void g2t_update_versioned_load(const uint8_t *p, g2t_update_versioned_message *m) {
  m->version = g2t_load_u32(p);
}

/* UPDATE, adaptive; the gradient at the global weights follows the weights where `control` is 1. */
enum { G2T_UPDATE_ADAPTIVE_BYTES = 19, G2T_UPDATE_ADAPTIVE_MOST_BYTES = 27 };
typedef struct {
  uint32_t rows; /* D_i: rows that the device holds */
  uint32_t microseconds; /* from the last byte of PARAMS to now, as measured; us */
  uint16_t tau; /* steps made */
  float loss_global; /* F_i at the global weights */
  float loss_min; /* F_i at the incumbent on the same mini-batch; not a number where there is none */
  uint8_t control; /* 1 where beta and rho follow, from the second round in a row; else 0 */
  float beta; /* beta_i */
  float rho; /* rho_i */
} g2t_update_adaptive_message;

/* Bytes of the message whose first 19 bytes are at p. */
static inline uint32_t g2t_update_adaptive_length(const uint8_t *p) {
  return (p[18] & 1u) != 0u ? 27u : 19u;
}

static inline void g2t_update_adaptive_store(uint8_t *p, const g2t_update_adaptive_message *m) {
  g2t_store_u32(p, m->rows);
  g2t_store_u32(p + 4, m->microseconds);
  g2t_store_u16(p + 8, m->tau);
  g2t_store_f32(p + 10, m->loss_global);
  g2t_store_f32(p + 14, m->loss_min);
  p[18] = m->control;
  if ((m->control & 1u) != 0u) g2t_store_f32(p + 19, m->beta);
  if ((m->control & 1u) != 0u) g2t_store_f32(p + 23, m->rho);
}

static inline void g2t_update_adaptive_load(const uint8_t *p, g2t_update_adaptive_message *m) {
  m->rows = g2t_load_u32(p);
  m->microseconds = g2t_load_u32(p + 4);
  m->tau = g2t_load_u16(p + 8);
  m->loss_global = g2t_load_f32(p + 10);
  m->loss_min = g2t_load_f32(p + 14);
  m->control = p[18];
  m->beta = (m->control & 1u) != 0u ? g2t_load_f32(p + 19) : 0.0f;
  m->rho = (m->control & 1u) != 0u ? g2t_load_f32(p + 23) : 0.0f;
}

/* UPDATE, gaia; all parameters instead of changes where that is not longer. */
enum { G2T_UPDATE_CLOCK_BYTES = 4 };
typedef struct {
  uint32_t clock; /* UPDATEs of the device, 1 for its first */
} g2t_update_clock_message;

static inline void g2t_update_clock_store(uint8_t *p, const g2t_update_clock_message *m) {
  g2t_store_u32(p, m->clock);
}

static inline void g2t_update_clock_load(const uint8_t *p, g2t_update_clock_message *m) {
  m->clock = g2t_load_u32(p);
}

/* MIRROR, server to device. Gaia: changes that other devices made. */
enum { G2T_MIRROR_BYTES = 8 };
typedef struct {
  uint32_t clock; /* of the slowest device, told only */
  uint16_t steps; /* steps before the next UPDATE; 0: none, the changes are only added */
  uint16_t reserved; /* always 0 */
} g2t_mirror_message;

static inline void g2t_mirror_store(uint8_t *p, const g2t_mirror_message *m) {
  g2t_store_u32(p, m->clock);
  g2t_store_u16(p + 4, m->steps);
  g2t_store_u16(p + 6, m->reserved);
}

static inline void g2t_mirror_load(const uint8_t *p, g2t_mirror_message *m) {
  m->clock = g2t_load_u32(p);
  m->steps = g2t_load_u16(p + 4);
  m->reserved = g2t_load_u16(p + 6);
}

#endif
