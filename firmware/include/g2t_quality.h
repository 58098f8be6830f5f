#ifndef G2T_QUALITY_H
#define G2T_QUALITY_H

#include <stdint.h>

/*
 * Network quality and the send threshold W_t of Globe2Train-Device (algorithms, section C.2). Doubles: it runs once an exchange,
 * never in the training loop.
 */
typedef struct {
  double srtt_us;     /* smoothed round-trip time (RFC 6298, alpha 1/8) */
  double rttvar_us;   /* its variation (beta 1/4) */
  double goodput;     /* bytes/s, moving average 1/8 over messages of 256 bytes and more */
  double loss;        /* 0 to 1, moving average 1/8 over attempts */
  uint8_t have_rtt;
  uint8_t have_goodput;
} g2t_quality;

typedef struct {
  uint32_t reference_us;    /* t_ref: transfer time of the reference network, which has q = 1; above 0 */
  uint32_t reference_bytes; /* S_ref */
  float floor;              /* q_min, above 0, at most 1 */
  uint16_t base;            /* W_0, classifiers, at least 1 */
  uint16_t limit;           /* W_max, classifiers, at least 1 */
} g2t_quality_config;

/* One exchange, as the port saw it. */
typedef struct {
  uint32_t rtt_us;      /* 0: none measured. Ignored after a failed attempt: whose answer was it? (Karn) */
  uint32_t transfer_us; /* time of `bytes` on the wire, without the round trip */
  uint32_t bytes;
  uint16_t failed;      /* attempts that failed */
  uint8_t delivered;    /* whether one then succeeded */
} g2t_exchange;

/* Knows nothing yet: W_t is W_0. */
void g2t_quality_begin(g2t_quality *quality);

void g2t_quality_add(g2t_quality *quality, const g2t_exchange *exchange);

/*
 * Expected transfer time of `bytes` in us: (SRTT + bytes / goodput) / (1 - loss), loss at most 0.9. Until a goodput is measured
 * it is taken as the paper's reference, 125,000 bytes/s.
 */
double g2t_quality_transfer_us(const g2t_quality *quality, uint32_t bytes);

/* q = clamp(t_ref / expected time, q_min, 1); 1 until a round trip is measured. */
double g2t_quality_q(const g2t_quality *quality, const g2t_quality_config *config);

/* W_t = clamp(ceil(W_0 / q), 1, W_max), in classifiers; the ceiling forgives 1e-9 of rounding. */
uint16_t g2t_quality_threshold(const g2t_quality *quality, const g2t_quality_config *config);

#endif
