#ifndef G2T_DEVICE_PARTS_H
#define G2T_DEVICE_PARTS_H

#include "g2t_device.h"

/* Shared by g2t_device.c, device_training.c and device_outbox.c; not part of the interface. */

enum { STATE_NEW = 0, STATE_READY = 1, STATE_TRAINING = 2, STATE_EXCHANGE = 3 };
enum { DUE_HELLO = 1, DUE_PONG = 2, DUE_REFUSE = 4 };

/* An upload in memory: number u32, bytes u32, classifiers u16, state u8, 0 u8, then its encodings. */
enum { UPLOAD_HEAD = 12 };
enum { UPLOAD_OPEN = 0, UPLOAD_READY = 1, UPLOAD_SENT = 2 };

/* device_training.c */
g2t_status training_start(g2t_device *d, uint64_t now_us, const g2t_task *task);
g2t_status training_rows(g2t_device *d, uint64_t now_us, uint32_t task, const uint8_t *rows, uint32_t bytes);
g2t_status training_order(g2t_device *d, uint64_t now_us, uint32_t task, const uint8_t *order, uint32_t bytes);
/* Ends a task or an exchange, whichever there is. */
void training_abandon(g2t_device *d);

/* Whether a CONFIG has come. */
static inline int is_configured(const g2t_device *d) { return d->config.quality.base != 0u; }

/* exchange.c: the three frames of g2t_exchange.h that a device takes; UPDATE, 0 when none is due; UPDATE due again. */
g2t_status exchange_setup(g2t_device *d, uint32_t round, const uint8_t *p);
g2t_status exchange_params(g2t_device *d, uint64_t now_us, uint32_t round, const uint8_t *p, uint32_t bytes);
g2t_status exchange_mirror(g2t_device *d, uint64_t now_us, uint32_t round, const uint8_t *p, uint32_t bytes);
uint32_t exchange_take(g2t_device *d, uint64_t now_us, g2t_outgoing *out);
void exchange_resend(g2t_device *d, uint32_t round);

/* device_outbox.c */
uint32_t outbox_room(const g2t_device *d, uint32_t weights);
void outbox_add(g2t_device *d, uint64_t now_us, const float *weights, uint32_t count);
void outbox_close(g2t_device *d);
void outbox_flush_if_due(g2t_device *d);
uint32_t outbox_take(g2t_device *d, uint64_t now_us, g2t_outgoing *out);
void outbox_acknowledge(g2t_device *d, uint32_t number);
void outbox_resend(g2t_device *d, uint32_t number);
void outbox_resend_all(g2t_device *d);

/* Gives memory beyond the held classifiers back; there must be no task. */
void memory_shrink(g2t_device *d);
static inline uint32_t aligned16(uint32_t bytes) { return (bytes + 15u) & ~15u; }

#endif
