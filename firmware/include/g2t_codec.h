#ifndef G2T_CODEC_H
#define G2T_CODEC_H

#include <stdint.h>

#include "g2t_messages.h"
#include "g2t_status.h"
#include "g2t_work.h"

/*
 * encode() of Globe2Train-Device (algorithms, section C.3): a finished classifier as
 *   mode u8, id u32, N u32, body
 * Lossless but for -0, which comes back as +0 (dense keeps it). A weight counts as zero where bits & 0x7fffffff is 0.
 */
enum { G2T_ENCODING_HEAD = 9, G2T_MAX_WEIGHTS = 65535 };

typedef struct {
  uint8_t mode;
  /* Bytes of the body for these N weights. */
  uint32_t (*body_bytes)(const float *w, uint32_t n);
  /* Writes the body; room for body_bytes is the caller's. */
  void (*encode)(const float *w, uint32_t n, uint8_t *out);
  /* Reads a body of at most `bytes` bytes into w[n]; leaves how many it took. Any bytes give a status. */
  g2t_status (*decode)(const uint8_t *body, uint32_t bytes, uint32_t n, float *w, uint32_t *taken);
} g2t_codec;

extern const g2t_codec g2t_codec_dense;  /* E0: 4N */
extern const g2t_codec g2t_codec_bitmap; /* E1: ceil(N / 8), lowest bit first, + 4z */
extern const g2t_codec g2t_codec_sparse; /* E2: varint z, z LEB128 gaps, + 4z */
extern const g2t_codec g2t_codec_dgc;    /* E3, a baseline: z u16, z times (zero run u16, f32): Deep Gradient Compression's */

/* The codec of a mode byte, 0 to 3; null where there is none. */
const g2t_codec *g2t_codec_of(uint8_t mode);

/* What CONFIG chooses: 0 the smallest of E0, E1, E2 (a tie: the lower mode), else mode + 1. */
enum { G2T_CODEC_COUNT = G2T_CODEC_DGC + 1 };

/* The most bytes that one classifier of N weights can take under a choice, heading included. */
uint32_t g2t_encoded_limit(uint8_t choice, uint32_t n);

/*
 * Encodes one classifier. w: N weights, bias first. out: room for g2t_encoded_limit.
 * Returns the bytes written, heading included.
 */
uint32_t g2t_encode(uint8_t choice, uint32_t id, const float *w, uint32_t n, uint8_t *out, g2t_work *work);

/*
 * Decodes one classifier from the front of `in`. capacity: floats that w holds. Writes id, N, and how many bytes it took.
 */
g2t_status g2t_decode(const uint8_t *in, uint32_t bytes, uint32_t capacity, uint32_t *id, uint32_t *n, float *w,
                      uint32_t *taken);

/* Weights that are sent: neither +0 nor -0 (a NaN is sent). */
uint32_t g2t_count_nonzero(const float *w, uint32_t n);

#endif
