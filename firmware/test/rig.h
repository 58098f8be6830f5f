#ifndef G2T_RIG_H
#define G2T_RIG_H

#include "check.h"
#include "g2t_device.h"
#include "native_port.h"

/* A device with its port, and short ways to hand it frames. */
enum { RIG_FRAME = 8192, RIG_ID = 5 };

typedef struct {
  native_port port;
  g2t_device device;
  uint64_t now_us;
  uint8_t learner;          /* of rig_configure; Opt-SGD by default */
  uint8_t frame[RIG_FRAME]; /* built here; the payload from frame + 20 */
} rig;

typedef struct {
  uint8_t codec;
  uint16_t base;
  uint16_t limit;
  uint32_t hold_ms;
  uint32_t ack_ms;
} rig_config;

void rig_begin(rig *r, uint32_t ram_bytes);
void rig_end(rig *r);

/* Seals and delivers a frame whose payload lies at r->frame + 20. */
g2t_status rig_send(rig *r, uint8_t type, uint32_t round, uint32_t length);
/* The learner's parameters .1 and .5, correct; t_ref and the rest as by default. */
g2t_status rig_configure(rig *r, const rig_config *config);
/* mode with G2T_MODE_SEEDED: seed 99. */
g2t_status rig_task(rig *r, uint32_t id, uint16_t features, uint32_t rows, uint8_t passes, uint8_t mode);
/* Rows from, ... of a fixed data set: row i, feature j, class by row. */
g2t_status rig_rows(rig *r, uint32_t task, uint16_t features, uint32_t from, uint32_t count);
float rig_value(uint32_t row, uint32_t feature);
uint8_t rig_label(uint32_t row);
g2t_status rig_ack(rig *r, uint32_t upload);
g2t_status rig_link(rig *r, uint32_t rtt_us, uint16_t failed, uint16_t flags, uint32_t round);

/* The next outgoing frame in one piece; 0 when none. */
uint32_t rig_poll(rig *r, uint8_t out[RIG_FRAME]);
/* Polls until WEIGHTS comes and decodes its first classifier; returns the upload's number, UINT32_MAX when none came. */
uint32_t rig_weights(rig *r, uint32_t *id, uint32_t *classifiers, float w[64]);

#endif
