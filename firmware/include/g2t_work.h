#ifndef G2T_WORK_H
#define G2T_WORK_H

#include <stdint.h>

/*
 * What the firmware has done, counted as it goes, the same on every target; a board's cycle model multiplies the counts. The
 * port owns the record and clears it when it likes. The counts are those of the algorithm: padding of a row to whole lanes
 * is not counted.
 */
typedef struct {
  uint64_t multiply_adds;   /* n a prediction (n + 1 as published), and n a squared norm (normalised, rows with an error) */
  uint64_t updated_weights; /* n + 1 a row with an error: weight and velocity rewritten */
  uint64_t updates;         /* rows with an error (Opt-SGD alone, as updated_weights) */
  uint64_t rows;            /* rows trained on; a row counts once a pass */
  uint64_t bytes_received;  /* frames taken in, header included, good or bad */
  uint64_t bytes_copied;    /* 4n + 1 a row moved from the receive buffer, or from held rows, into the window or cache */
  uint64_t bytes_checked;   /* bytes through CRC-32, in and out */
  uint64_t bytes_encoded;   /* bytes an encoder wrote, its 9-byte heading included */
  uint64_t exps;            /* exponentials of the published code, one a prediction as published (not computed: see the learner) */
  uint64_t frames;          /* frames in and out */
  uint64_t scans;           /* held rows whose class was asked, and places of a seeded order drawn */
  /* All learners but Opt-SGD; their dot products count as multiply_adds. */
  uint64_t rewritten;       /* elements of a vector or matrix loaded, changed and stored */
  uint64_t operations;      /* sums and products that are not part of a dot product, on such elements or on single numbers */
  uint64_t divisions;
  uint64_t functions;       /* exponentials and logarithms (g2t_math.h) */
} g2t_work;

enum { G2T_WORK_COUNT = 15 };

#endif
