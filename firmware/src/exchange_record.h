#ifndef G2T_EXCHANGE_RECORD_H
#define G2T_EXCHANGE_RECORD_H

#include "device_parts.h"
#include "g2t_exchange.h"

/* Shared by exchange.c (frames) and exchange_steps.c (what a device computes between them); not part of the interface. */

/* The start of working memory during an exchange. Behind it: vectors, the row window, scores, the order of rows. */
typedef struct {
  g2t_setup setup;
  uint64_t arrived_us; /* the last byte of PARAMS */
  uint32_t d;
  uint32_t rows;
  uint32_t batch;      /* 0: all rows */
  uint32_t round;      /* of the model */
  uint32_t received;   /* parameters of it */
  uint32_t version;
  uint32_t clock;      /* gaia: UPDATEs */
  uint32_t pass;
  uint32_t next;       /* place in the order where the next mini-batch starts */
  uint32_t at;         /* where the present one does */
  uint32_t uses;       /* steps that it served */
  uint32_t global_round;
  uint32_t update_bytes; /* of the vectors in UPDATE */
  float loss_last;
  float loss_global;
  float loss_min;
  float beta;
  float rho;
  uint16_t tau;
  uint8_t last;
  uint8_t filling;     /* a model has begun to come in */
  uint8_t whole;       /* and is there */
  uint8_t drawn;
  uint8_t has_last;    /* adaptive: w and g are those at the end of the round before */
  uint8_t has_global;  /* w_global is that of global_round */
  uint8_t has_min;
  uint8_t controlled;  /* beta and rho are of this round */
  uint8_t due;
} exchange;

/* What the record counts for in RAM, the same on every target. */
enum { RECORD_BYTES = 128 };
typedef char record_fits[sizeof(exchange) <= RECORD_BYTES ? 1 : -1];

/* Places of the vectors. What one UPDATE sends lies in one run. */
enum { WEIGHTS = 0, GRADIENT = 1, CHANGES = 2 };
enum { GLOBAL_GRADIENT = 1, LAST_GRADIENT = 2, GLOBAL_WEIGHTS = 3, LEAST_WEIGHTS = 4 };

/* Offsets from the start of memory. */
typedef struct {
  uint64_t x;
  uint64_t scores;
  uint64_t order;
  uint64_t bytes;
} layout;

/* Rows of a mini-batch; 0 for all. */
uint32_t exchange_batch(const g2t_setup *setup, uint32_t rows);

layout exchange_layout(const g2t_setup *setup, uint32_t rows);

/* The record in a device's memory, and one of its vectors by place. */
exchange *exchange_of(const g2t_device *d);
float *exchange_vector(exchange *x, uint32_t place);

/* Makes the steps that the model asks for and leaves their UPDATE due. */
void exchange_make_steps(g2t_device *d, exchange *x, uint64_t now_us);

#endif
