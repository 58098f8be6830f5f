#include "host.h"

#include <string.h>

#include "g2t_bytes.h"
#include "g2t_crc32.h"

/*
 * What the simulator calls. One instance holds any number of devices; sim/device/host.ts is the other side. Times are whole ns
 * in doubles (exact to 2^53), so that no call needs a BigInt.
 */
host_state host;

static slot *slot_of(uint32_t device) { return &host.chunk[device / CHUNK][device % CHUNK]; }
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

static const float *port_held_quads(void *context, uint32_t device, uint32_t index, const uint16_t **quads, uint32_t *count) {
  (void)device;
  const slot *s = current_slot(context);
  return quads_of(&host.set[s->held_set].quads, s->held[index], quads, count);
}

static int open_lane(lane *l, uint32_t inbox_bytes) {
  l->inbox = arena_take(inbox_bytes);
  l->port = (g2t_port){&l->current, port_memory, port_held_rows, port_held_class, port_held_row, &l->work, port_held_view,
                       port_held_quads};
  return l->inbox != 0;
}

int32_t EXPORT(g2t_host_begin)(uint32_t inbox_bytes);
int32_t g2t_host_begin(uint32_t inbox_bytes) {
  if (!open_lane(&host.lane[0], inbox_bytes)) return G2T_NO_MEMORY;
  host.at.inbox = address(host.lane[0].inbox);
  host.at.inbox_bytes = inbox_bytes;
  host.at.work = address(host.lane[0].counts);
  host.at.end = address(arena_end());
  return G2T_OK;
}

/* Opens a lane from 1 on, with a receive buffer and, for an instance of another thread, a stack of its own. Once; 0: no memory. */
int32_t EXPORT(g2t_host_lane)(uint32_t number);
int32_t g2t_host_lane(uint32_t number) {
  if (number == 0u || number >= (uint32_t)LANES) return 0;
  lane *l = &host.lane[number];
  l->stack = arena_take(STACK_BYTES);
  return l->stack != 0 && open_lane(l, host.at.inbox_bytes);
}

uint32_t EXPORT(g2t_host_lane_inbox)(uint32_t number);
uint32_t g2t_host_lane_inbox(uint32_t number) { return address(host.lane[number].inbox); }

uint32_t EXPORT(g2t_host_lane_work)(uint32_t number);
uint32_t g2t_host_lane_work(uint32_t number) { return address(host.lane[number].counts); }

/* The stack grows down from here. */
uint32_t EXPORT(g2t_host_lane_stack)(uint32_t number);
uint32_t g2t_host_lane_stack(uint32_t number) { return address(host.lane[number].stack) + STACK_BYTES; }

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
  g2t_device_begin(&s->device, id, &spec, &host.lane[0].port);
  host.devices++;
  return (int32_t)place;
}

/* The device's port becomes the lane's. */
static g2t_device *enter(lane *l, uint32_t device) {
  memset(&l->work, 0, sizeof l->work);
  l->current = slot_of(device);
  l->current->device.port = &l->port;
  return &l->current->device;
}

static void leave(lane *l) {
  const g2t_work *w = &l->work;
  double *c = l->counts;
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
  g2t_header_message h;
  g2t_header_load(frame, &h);
  h.length = length - G2T_HEADER_BYTES;
  g2t_header_store(frame, &h);
  const uint32_t head = g2t_crc32(0, frame, G2T_CRC_OFFSET);
  g2t_store_u32(frame + G2T_CRC_OFFSET, g2t_crc32(head, frame + G2T_HEADER_BYTES, h.length));
}

/* Gives what lies in the lane's receive buffer to the device. */
int32_t EXPORT(g2t_host_deliver)(uint32_t number, uint32_t device, uint32_t length, double at_ns);
int32_t g2t_host_deliver(uint32_t number, uint32_t device, uint32_t length, double at_ns) {
  lane *l = &host.lane[number];
  const g2t_status status = g2t_device_on_frame(enter(l, device), to_us(at_ns), l->inbox, length);
  leave(l);
  return status;
}

void EXPORT(g2t_host_timer)(uint32_t device, double at_ns);
void g2t_host_timer(uint32_t device, double at_ns) {
  g2t_device_on_timer(enter(&host.lane[0], device), to_us(at_ns));
  leave(&host.lane[0]);
}

/* The length of the frame now in the outbox; 0 none; negative when there is no memory for it. */
int32_t EXPORT(g2t_host_poll)(uint32_t device, double at_ns);
int32_t g2t_host_poll(uint32_t device, double at_ns) {
  g2t_outgoing out;
  const uint32_t length = g2t_device_poll(enter(&host.lane[0], device), to_us(at_ns), &out);
  leave(&host.lane[0]);
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

uint32_t EXPORT(g2t_host_held_rows)(uint32_t device);
uint32_t g2t_host_held_rows(uint32_t device) { return slot_of(device)->held_count; }

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

/* The rows of a data set are there. */
void EXPORT(g2t_host_data_set_ready)(uint32_t number);
void g2t_host_data_set_ready(uint32_t number) {
  data_set *set = &host.set[number];
  set->quads = list_quads(set->x, set->count, set->features);
}

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
  const g2t_header_message h = {G2T_MAGIC, G2T_VERSION, G2T_DATA, device, task, 0, 0};
  g2t_header_store(frame, &h);
  g2t_host_seal((uint32_t)(out - frame));
  return (uint32_t)(out - frame);
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
