#include <string.h>

#include "g2t_bytes.h"
#include "g2t_crc32.h"
#include "g2t_device.h"
#include "g2t_learner.h"
#include "evaluate.h"
#include "g2t_exchange.h"
#include "memory.h"

/*
 * What the simulator calls. One instance holds any number of devices; sim/device/host.ts is the other side. Times are whole ns
 * in doubles (exact to 2^53), so that no call needs a BigInt.
 */
#define EXPORT(name) __attribute__((export_name(#name))) name

enum { CHUNK = 256, CHUNKS = 4096, DATA_SETS = 4096, ROW_NUMBERS = 65536 };

typedef struct {
  float *x; /* rows[count][padded(features)] */
  uint16_t *class_;
  uint32_t count;
  uint16_t features;
} data_set;

typedef struct {
  g2t_device device;
  slab memory;
  const uint32_t *held;
  uint32_t held_count;
  uint32_t held_set;
} slot;

/* Addresses the host looks at after each call: they move when a buffer grows. */
typedef struct {
  uint32_t inbox;
  uint32_t inbox_bytes;
  uint32_t outbox;
  uint32_t work;
  uint32_t row_numbers;
  uint32_t scores;
  uint32_t bits;
  uint32_t evaluation;
  uint32_t predicted;
} addresses;

static struct {
  slot *chunk[CHUNKS];
  uint32_t devices;
  data_set set[DATA_SETS];
  uint32_t sets;
  g2t_port port;
  g2t_work work;
  double counts[G2T_WORK_COUNT];
  slab outbox;
  slab weights;
  slab scores;
  slab bits;
  slab class_scores;
  double evaluation[2];
  addresses at;
} host;

static slot *slot_of(uint32_t device) { return &host.chunk[device / CHUNK][device % CHUNK]; }
static uint32_t address(const void *p) { return (uint32_t)(uintptr_t)p; }
static uint64_t to_us(double ns) { return (uint64_t)ns / 1000u; }

/* Devices are known to the port by their place here; their wire id may differ (isolated instances). */
static uint8_t *port_memory(void *context, uint32_t device, uint32_t bytes) {
  (void)device;
  slot **current = context;
  slab *s = &(*current)->memory;
  return slab_resize(s, bytes) ? s->start : 0;
}

static const slot *current_slot(void *context) { return *(slot **)context; }

static uint32_t port_held_rows(void *context, uint32_t device) {
  (void)device;
  return current_slot(context)->held_count;
}

static uint16_t port_held_class(void *context, uint32_t device, uint32_t index) {
  (void)device;
  const slot *s = current_slot(context);
  return host.set[s->held_set].class_[s->held[index]];
}

static int port_held_row(void *context, uint32_t device, uint32_t index, uint16_t features, float *x) {
  (void)device;
  const slot *s = current_slot(context);
  const data_set *set = &host.set[s->held_set];
  if (features > set->features) return 0;
  const float *row = set->x + s->held[index] * g2t_padded(set->features);
  for (uint32_t j = 0; j < features; j++) x[j] = row[j];
  return 1;
}

static const float *port_held_view(void *context, uint32_t device, uint32_t index, uint16_t features) {
  (void)device;
  const slot *s = current_slot(context);
  const data_set *set = &host.set[s->held_set];
  return features > set->features ? 0 : set->x + s->held[index] * g2t_padded(set->features);
}

static slot *current;

int32_t EXPORT(g2t_host_begin)(uint32_t inbox_bytes);
int32_t g2t_host_begin(uint32_t inbox_bytes) {
  uint8_t *inbox = arena_take(inbox_bytes);
  if (inbox == 0) return G2T_NO_MEMORY;
  host.port = (g2t_port){&current, port_memory, port_held_rows, port_held_class, port_held_row, &host.work, port_held_view};
  host.at.inbox = address(inbox);
  host.at.inbox_bytes = inbox_bytes;
  host.at.work = address(host.counts);
  return G2T_OK;
}

uint32_t EXPORT(g2t_host_addresses)(void);
uint32_t g2t_host_addresses(void) { return address(&host.at); }

/* Returns the device's place (0, 1, ...), or a negative status. */
int32_t EXPORT(g2t_host_add)(uint32_t id, uint32_t ram, uint32_t flash, uint32_t receive, uint32_t megahertz, uint32_t flags,
                             float bench_us);
int32_t g2t_host_add(uint32_t id, uint32_t ram, uint32_t flash, uint32_t receive, uint32_t megahertz, uint32_t flags,
                     float bench_us) {
  const uint32_t place = host.devices;
  if (place >= CHUNK * CHUNKS) return G2T_NO_MEMORY;
  if (place % CHUNK == 0u) host.chunk[place / CHUNK] = arena_take(CHUNK * sizeof(slot));
  if (host.chunk[place / CHUNK] == 0) return G2T_NO_MEMORY;
  slot *s = slot_of(place);
  const g2t_spec spec = {ram, flash, receive, bench_us, (uint16_t)megahertz, (uint16_t)flags};
  memset(s, 0, sizeof *s);
  g2t_device_begin(&s->device, id, &spec, &host.port);
  host.devices++;
  return (int32_t)place;
}

static slot *enter(uint32_t device) {
  memset(&host.work, 0, sizeof host.work);
  current = slot_of(device);
  return current;
}

static void leave(void) {
  const g2t_work *w = &host.work;
  double *c = host.counts;
  c[0] = (double)w->multiply_adds;
  c[1] = (double)w->updated_weights;
  c[2] = (double)w->updates;
  c[3] = (double)w->rows;
  c[4] = (double)w->bytes_received;
  c[5] = (double)w->bytes_copied;
  c[6] = (double)w->bytes_checked;
  c[7] = (double)w->bytes_encoded;
  c[8] = (double)w->exps;
  c[9] = (double)w->frames;
  c[10] = (double)w->scans;
  c[11] = (double)w->rewritten;
  c[12] = (double)w->operations;
  c[13] = (double)w->divisions;
  c[14] = (double)w->functions;
}

void EXPORT(g2t_host_seal)(uint32_t length);
void g2t_host_seal(uint32_t length) {
  uint8_t *frame = (uint8_t *)(uintptr_t)host.at.inbox;
  g2t_store_u32(frame + G2T_LENGTH_OFFSET, length - G2T_HEADER_BYTES);
  uint32_t crc = g2t_crc32(0, frame, G2T_CRC_OFFSET);
  crc = g2t_crc32(crc, frame + G2T_HEADER_BYTES, length - G2T_HEADER_BYTES);
  g2t_store_u32(frame + G2T_CRC_OFFSET, crc);
}

int32_t EXPORT(g2t_host_deliver)(uint32_t device, uint32_t length, double at_ns);
int32_t g2t_host_deliver(uint32_t device, uint32_t length, double at_ns) {
  const uint8_t *inbox = (const uint8_t *)(uintptr_t)host.at.inbox;
  const g2t_status status = g2t_device_on_frame(&enter(device)->device, to_us(at_ns), inbox, length);
  leave();
  return status;
}

void EXPORT(g2t_host_timer)(uint32_t device, double at_ns);
void g2t_host_timer(uint32_t device, double at_ns) {
  g2t_device_on_timer(&enter(device)->device, to_us(at_ns));
  leave();
}

/* The length of the frame now in the outbox; 0 none; negative when there is no memory for it. */
int32_t EXPORT(g2t_host_poll)(uint32_t device, double at_ns);
int32_t g2t_host_poll(uint32_t device, double at_ns) {
  g2t_outgoing out;
  const uint32_t length = g2t_device_poll(&enter(device)->device, to_us(at_ns), &out);
  leave();
  if (length == 0u) return 0;
  if (!slab_resize(&host.outbox, length < 4096u ? 4096u : length)) return G2T_NO_MEMORY;
  host.at.outbox = address(host.outbox.start);
  for (uint32_t i = 0; i < out.head_bytes; i++) host.outbox.start[i] = out.head[i];
  for (uint32_t i = 0; i < out.body_bytes; i++) host.outbox.start[out.head_bytes + i] = out.body[i];
  return (int32_t)length;
}

/* In ns; infinity when never. */
double EXPORT(g2t_host_deadline)(uint32_t device);
double g2t_host_deadline(uint32_t device) {
  const uint64_t us = g2t_device_deadline_us(&slot_of(device)->device);
  return us == UINT64_MAX ? __builtin_inf() : (double)us * 1000.0;
}

uint32_t EXPORT(g2t_host_threshold)(uint32_t device);
uint32_t g2t_host_threshold(uint32_t device) { return slot_of(device)->device.threshold; }

uint32_t EXPORT(g2t_host_held)(uint32_t device);
uint32_t g2t_host_held(uint32_t device) { return slot_of(device)->device.held; }

int32_t EXPORT(g2t_host_busy)(uint32_t device);
int32_t g2t_host_busy(uint32_t device) { return g2t_device_is_training(&slot_of(device)->device); }

double EXPORT(g2t_host_task_bytes)(uint32_t learner, uint32_t features, uint32_t rows, uint32_t mode, uint32_t codec,
                                   uint32_t receive);
double g2t_host_task_bytes(uint32_t learner, uint32_t features, uint32_t rows, uint32_t mode, uint32_t codec,
                           uint32_t receive) {
  return (double)g2t_device_task_bytes((uint8_t)learner, (uint16_t)features, rows, (uint8_t)mode, (uint8_t)codec, receive);
}

/* Room for a data set, zeroed (memory is never used twice for it): its number, or a negative status. */
int32_t EXPORT(g2t_host_data_set)(uint32_t rows, uint32_t features);
int32_t g2t_host_data_set(uint32_t rows, uint32_t features) {
  if (host.sets == DATA_SETS) return G2T_NO_MEMORY;
  data_set *set = &host.set[host.sets];
  set->x = arena_take((uint64_t)rows * g2t_padded(features) * 4u);
  set->class_ = arena_take((uint64_t)rows * 2u);
  if (set->x == 0 || set->class_ == 0) return G2T_NO_MEMORY;
  set->count = rows;
  set->features = (uint16_t)features;
  return (int32_t)host.sets++;
}

uint32_t EXPORT(g2t_host_data_set_rows)(uint32_t number);
uint32_t g2t_host_data_set_rows(uint32_t number) { return address(host.set[number].x); }

uint32_t EXPORT(g2t_host_data_set_classes)(uint32_t number);
uint32_t g2t_host_data_set_classes(uint32_t number) { return address(host.set[number].class_); }

/* Room for the device's list of row numbers; 0 when there is no memory. */
uint32_t EXPORT(g2t_host_hold)(uint32_t device, uint32_t number, uint32_t count);
uint32_t g2t_host_hold(uint32_t device, uint32_t number, uint32_t count) {
  slot *s = slot_of(device);
  uint32_t *rows = arena_take((uint64_t)count * 4u);
  if (rows == 0) return 0;
  s->held = rows;
  s->held_count = count;
  s->held_set = number;
  return address(rows);
}

uint32_t EXPORT(g2t_host_row_numbers)(void);
uint32_t g2t_host_row_numbers(void) {
  if (host.at.row_numbers == 0u) host.at.row_numbers = address(arena_take(ROW_NUMBERS * 4u));
  return host.at.row_numbers;
}

static uint8_t *put_row(uint8_t *out, const data_set *set, uint32_t row, uint32_t positive) {
  const float *x = set->x + row * g2t_padded(set->features);
  for (uint32_t j = 0; j < set->features; j++) g2t_store_f32(out + 4u * j, x[j]);
  out += 4u * set->features;
  *out = set->class_[row] == positive;
  return out + 1;
}

/* A sealed DATA frame in the inbox: rows row_numbers[from, from + count). Returns its length. */
uint32_t EXPORT(g2t_host_compose)(uint32_t number, uint32_t device, uint32_t task, uint32_t from, uint32_t count,
                                  uint32_t positive);
uint32_t g2t_host_compose(uint32_t number, uint32_t device, uint32_t task, uint32_t from, uint32_t count, uint32_t positive) {
  const data_set *set = &host.set[number];
  const uint32_t *rows = (const uint32_t *)(uintptr_t)host.at.row_numbers + from;
  uint8_t *frame = (uint8_t *)(uintptr_t)host.at.inbox;
  uint8_t *out = frame + G2T_HEADER_BYTES;
  for (uint32_t r = 0; r < count; r++) out = put_row(out, set, rows[r], positive);
  g2t_store_u16(frame, G2T_MAGIC);
  frame[2] = G2T_VERSION;
  frame[3] = G2T_DATA;
  g2t_store_u32(frame + 4, device);
  g2t_store_u32(frame + 8, task);
  g2t_host_seal((uint32_t)(out - frame));
  return (uint32_t)(out - frame);
}

/* Room for n + 1 weights, bias first at float 3 of an aligned block, and for the results of `count` rows; 0: no memory. */
uint32_t EXPORT(g2t_host_predict_room)(uint32_t features, uint32_t count);
uint32_t g2t_host_predict_room(uint32_t features, uint32_t count) {
  const uint32_t floats = 4u + g2t_padded(features);
  if (!slab_resize(&host.weights, floats * 4u)) return 0;
  if (!slab_resize(&host.scores, (count + 4u) * 4u) || !slab_resize(&host.bits, (count / 32u + 1u) * 4u)) return 0;
  memset(host.weights.start, 0, floats * 4u);
  host.at.scores = address(host.scores.start);
  host.at.bits = address(host.bits.start);
  return address(host.weights.start) + 12u;
}

void EXPORT(g2t_host_predict)(uint32_t number, uint32_t first, uint32_t count);
void g2t_host_predict(uint32_t number, uint32_t first, uint32_t count) {
  const data_set *set = &host.set[number];
  const uint32_t n = g2t_padded(set->features);
  const float *w = (const float *)(void *)host.weights.start + 4;
  const float *x = set->x + first * n;
  float *scores = (float *)(void *)host.scores.start;
  uint32_t *bits = (uint32_t *)(void *)host.bits.start;
  const float bias = w[-1];
  uint32_t word = 0;
  for (uint32_t r = 0; r < count; r++) {
    const float z = g2t_dot(x + r * n, w, n) + bias;
    scores[r] = z;
    word |= (uint32_t)(z > 0.0f) << (r & 31u);
    if ((r & 31u) != 31u) continue;
    bits[r / 32u] = word;
    word = 0;
  }
  bits[count / 32u] = word;
}

/* RAM of an exchange, from the payload of its SETUP in the inbox. */
double EXPORT(g2t_host_exchange_bytes)(uint32_t model, uint32_t kind, uint32_t classes, uint32_t features, uint32_t batch,
                                       uint32_t rows, uint32_t receive);
double g2t_host_exchange_bytes(uint32_t model, uint32_t kind, uint32_t classes, uint32_t features, uint32_t batch,
                               uint32_t rows, uint32_t receive) {
  g2t_setup s;
  memset(&s, 0, sizeof s);
  s.model = (uint8_t)model;
  s.kind = (uint8_t)kind;
  s.classes = (uint16_t)classes;
  s.features = (uint16_t)features;
  s.batch = batch;
  return (double)g2t_exchange_bytes(&s, rows, receive);
}

/* Room for the d parameters of a model, and for the classes predicted for `count` rows; 0: no memory. */
uint32_t EXPORT(g2t_host_evaluate_room)(uint32_t d, uint32_t classes, uint32_t count);
uint32_t g2t_host_evaluate_room(uint32_t d, uint32_t classes, uint32_t count) {
  if (!slab_resize(&host.weights, d * 4u) || !slab_resize(&host.class_scores, classes * 4u)) return 0;
  if (!slab_resize(&host.scores, (count + 4u) * 4u)) return 0;
  host.at.predicted = address(host.scores.start);
  host.at.evaluation = address(host.evaluation);
  return address(host.weights.start);
}

/*
 * A model of an exchange on rows first, ... of a data set, or on row_numbers[first], ... where listed is not 0. Leaves the sum of the rows'
 * losses (no penalty) and the number of right predictions, and each row's predicted class (binary: 1 where z > 0, right where the class is odd).
 */
void EXPORT(g2t_host_evaluate)(uint32_t number, uint32_t model, uint32_t classes, uint32_t first, uint32_t count, uint32_t listed);
void g2t_host_evaluate(uint32_t number, uint32_t model, uint32_t classes, uint32_t first, uint32_t count, uint32_t listed) {
  const data_set *set = &host.set[number];
  const uint32_t *numbers = (const uint32_t *)(uintptr_t)host.at.row_numbers;
  const evaluated e = {set->x, set->class_, set->features, listed != 0u ? numbers + first : 0, first, count};
  const float *w = (const float *)(void *)host.weights.start;
  float *scores = (float *)(void *)host.class_scores.start;
  uint16_t *predicted = (uint16_t *)(void *)host.scores.start;
  if (model == G2T_MODEL_SOFTMAX) evaluate_softmax(&e, classes, w, scores, predicted, host.evaluation);
  else evaluate_binary(&e, (uint8_t)model, w, predicted, host.evaluation);
}
