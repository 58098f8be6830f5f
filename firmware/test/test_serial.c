#include <string.h>

#include "g2t_bytes.h"
#include "g2t_crc32.h"
#include "g2t_learner.h"
#include "g2t_session.h"
#include "rig.h"

/* What comes from the rig's device. */
static uint8_t out[RIG_FRAME];

/* The wire: COBS both ways, then a session with a host of its own at the other end. */
enum { WIRE = 4096, PACKET = 1024, MEMORY = 2048, N = 6, ROWS = 12 };

typedef struct {
  uint8_t to_board[WIRE];
  uint8_t from_board[WIRE];
  uint8_t answer[WIRE]; /* the last one, decoded */
  uint8_t last[512];    /* the host's last packet, as long as it is no longer than this */
  uint32_t to_count;
  uint32_t to_at;
  uint32_t from_count;
  int32_t answer_bytes; /* -1: none */
  uint32_t answers;
  uint32_t rows_asked;
  uint32_t spoil;   /* so many of the next requests for rows, or answers to them, are lost on the way */
  uint32_t last_count;
  uint64_t ticks;
  g2t_cobs_receiver receiver;
  checks *c;
  int mute;         /* ROW is not answered */
  uint16_t sequence; /* of the host's last packet */
} wire;

static void to_board(void *context, const uint8_t *bytes, uint32_t count) {
  wire *w = context;
  checks *c = w->c;
  CHECK(w->to_count + count <= WIRE);
  memcpy(w->to_board + w->to_count, bytes, count);
  w->to_count += count;
}

static void host_sends(wire *w, uint8_t kind, const uint8_t *fields, uint32_t bytes) {
  g2t_cobs_sender s;
  uint8_t head[3];
  const uint32_t from = w->to_count;
  head[0] = kind;
  g2t_store_u16(head + 1, w->sequence);
  g2t_cobs_begin(&s, to_board, w);
  g2t_cobs_add(&s, head, 3);
  g2t_cobs_add(&s, fields, bytes);
  g2t_cobs_end(&s);
  w->last_count = w->to_count - from <= sizeof w->last ? w->to_count - from : 0;
  memcpy(w->last, w->to_board + from, w->last_count);
}

static void from_board(void *context, const uint8_t *bytes, uint32_t count) {
  wire *w = context;
  w->receiver.first = w->answer;
  w->receiver.first_bytes = WIRE;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t length = g2t_cobs_take(&w->receiver, bytes[i]);
    if (length == G2T_COBS_MORE) continue;
    w->answer_bytes = length;
    w->answers++;
  }
}

/* A packet on the way there or back was lost: the host repeats its last one, or a bad one comes before the good one. */
static void lose(wire *w) {
  if (w->spoil-- % 2u == 0u) {
    to_board(w, w->last, w->last_count);
    return;
  }
  w->sequence++;
  host_sends(w, 0x06, w->answer, 9);
  w->to_board[2] ^= 0x40u;
  w->sequence--;
}

/* The host's answer to a ROW request: row `index` of the rig's data, with as many features as are asked for, none beyond N. */
static int answer_row(wire *w) {
  checks *c = w->c;
  uint8_t fields[2 + 4 * N];
  if (w->answer_bytes != 9 || w->answer[0] != 0x86 || w->mute) return 0;
  const uint32_t index = g2t_load_u32(w->answer + 3), features = g2t_load_u16(w->answer + 7);
  const int repeats = w->spoil > 0u && w->spoil % 2u == 0u;
  EQUAL(g2t_load_u16(w->answer + 1), w->sequence);
  w->to_count = 0;
  w->to_at = 0;
  w->answer_bytes = -1;
  if (w->spoil > 0u) lose(w);
  if (repeats) return 1;
  w->rows_asked++;
  w->sequence++;
  g2t_store_u16(fields, rig_label(index));
  for (uint32_t j = 0; j < N; j++) g2t_store_f32(fields + 2u + 4u * j, rig_value(index, j));
  host_sends(w, 0x06, fields, 2u + (features <= N ? 4u * features : 0u));
  return 1;
}

static int get(void *context) {
  wire *w = context;
  if (w->to_at == w->to_count && !answer_row(w)) return -1;
  return w->to_board[w->to_at++];
}

static uint64_t counter(void *context) { return ((wire *)context)->ticks += 7u; }

typedef struct {
  wire w;
  g2t_session session;
  g2t_link link;
  union {
    uint8_t bytes[MEMORY];
    double aligned[MEMORY / 8];
  } memory;
  uint8_t packet[PACKET];
} bench;

static const uint8_t hash[32] = {1, 2, 3, 0, 255};

static void start(bench *b, checks *c) {
  memset(b, 0, sizeof *b);
  b->w.c = c;
  b->w.answer_bytes = -1;
  b->w.sequence = 65530;
  b->link.context = &b->w;
  b->link.get = get;
  b->link.put = from_board;
  b->link.counter = counter;
  b->link.packet = b->packet;
  b->link.packet_bytes = PACKET;
  b->link.memory = b->memory.bytes;
  b->link.memory_bytes = MEMORY;
  b->link.firmware = hash;
  b->link.name = "bench";
  b->link.clock_hz = 64000000u;
  b->link.counter_kind = G2T_COUNTER_CYCLES;
  g2t_session_begin(&b->session, &b->link);
}

/* Hands the session what lies on the wire until it wants more. */
static void run(bench *b) {
  while (g2t_session_step(&b->session)) continue;
  b->w.to_count = 0;
  b->w.to_at = 0;
}

/* One packet with a fresh number; answers the kind of what came back, 0 for nothing. */
static uint8_t ask(bench *b, uint8_t kind, const uint8_t *fields, uint32_t bytes) {
  b->w.sequence++;
  b->w.answer_bytes = -1;
  host_sends(&b->w, kind, fields, bytes);
  run(b);
  if (b->w.answer_bytes < 3) return 0;
  checks *c = b->w.c;
  EQUAL(g2t_load_u16(b->w.answer + 1), b->w.sequence);
  return b->w.answer[0];
}

static uint8_t ask_begin(bench *b, uint32_t receive, uint32_t rows) {
  uint8_t p[28];
  g2t_store_u32(p, RIG_ID);
  g2t_store_u32(p + 4, 65536);
  g2t_store_u32(p + 8, 100000);
  g2t_store_u32(p + 12, receive);
  g2t_store_f32(p + 16, 40.5f);
  g2t_store_u16(p + 20, 64);
  g2t_store_u16(p + 22, 1);
  g2t_store_u32(p + 24, rows);
  return ask(b, 0x02, p, sizeof p);
}

static uint8_t ask_time(bench *b, uint8_t kind) {
  uint8_t p[8];
  g2t_store_u32(p, 1000);
  g2t_store_u32(p + 4, 0);
  return ask(b, kind, p, sizeof p);
}

/* The frame that the rig sent last, to the board too: its status. */
static int32_t ask_frame(bench *b, const rig *r) {
  uint8_t p[8 + 256];
  g2t_header_message header;
  g2t_header_load(r->frame, &header);
  const uint32_t bytes = G2T_HEADER_BYTES + header.length;
  g2t_store_u32(p, (uint32_t)r->now_us);
  g2t_store_u32(p + 4, 0);
  memcpy(p + 8, r->frame, bytes);
  return ask(b, 0x03, p, 8u + bytes) == 0x83 ? (int32_t)g2t_load_u32(b->w.answer + 3) : INT32_MAX;
}

static void cobs_vectors(checks *c) {
  /* A body without zeros, and one of zeros alone, by hand; CRC-32 of "123456789" is 0xcbf43926. */
  static const uint8_t digits[15] = {14, '1', '2', '3', '4', '5', '6', '7', '8', '9', 0x26, 0x39, 0xf4, 0xcb, 0};
  static const uint8_t zeros[2] = {0, 0};
  bench b;
  g2t_cobs_sender s;
  start(&b, c);
  g2t_cobs_begin(&s, to_board, &b.w);
  g2t_cobs_add(&s, (const uint8_t *)"1234", 4);
  g2t_cobs_add(&s, (const uint8_t *)"56789", 5);
  g2t_cobs_end(&s);
  EQUAL(b.w.to_count, 15);
  CHECK(memcmp(b.w.to_board, digits, 15) == 0);
  b.w.to_count = 0;
  g2t_cobs_begin(&s, to_board, &b.w);
  g2t_cobs_add(&s, zeros, 2);
  g2t_cobs_end(&s);
  EQUAL(b.w.to_count, 8);
  EQUAL(g2t_load_u32(b.w.to_board), 0xff050101u);
  EQUAL(g2t_crc32(0, zeros, 2), 0x41d912ffu);
}

/* Any length and any bytes come back; the encoding has no zero before its end and at most one byte in 254 more. */
static void cobs_round_trips(checks *c, bench *b) {
  static uint8_t body[WIRE / 3];
  for (uint32_t length = 0; length < sizeof body; length += length < 520u ? 1u : 97u) {
    g2t_cobs_sender s;
    for (uint32_t i = 0; i < length; i++) body[i] = length % 3u == 0u ? (uint8_t)(1u + i % 255u) : (uint8_t)(random_u32(c) & 3u);
    b->w.to_count = 0;
    g2t_cobs_begin(&s, to_board, &b->w);
    g2t_cobs_add(&s, body, length);
    g2t_cobs_end(&s);
    CHECK(b->w.to_count <= length + 4u + (length + 4u) / 254u + 2u);
    CHECK(memchr(b->w.to_board, 0, b->w.to_count) == b->w.to_board + b->w.to_count - 1);
    b->w.answer_bytes = -1;
    from_board(&b->w, b->w.to_board, b->w.to_count);
    EQUAL(b->w.answer_bytes, length);
    CHECK(memcmp(b->w.answer, body, length) == 0);
  }
  EQUAL(b->w.receiver.dropped, 0);
}

/* One changed, lost or doubled byte costs one packet: the next is whole. */
static void cobs_noise(checks *c, bench *b) {
  static const uint8_t good[4] = {9, 0, 8, 7};
  const uint32_t dropped = b->w.receiver.dropped;
  for (uint32_t round = 0; round < 400u; round++) {
    g2t_cobs_sender s;
    uint8_t body[40];
    for (uint32_t i = 0; i < sizeof body; i++) body[i] = (uint8_t)random_u32(c);
    b->w.to_count = 0;
    g2t_cobs_begin(&s, to_board, &b->w);
    g2t_cobs_add(&s, body, sizeof body);
    g2t_cobs_end(&s);
    const uint32_t at = random_u32(c) % (b->w.to_count - 1u), before = b->w.answers;
    if (round % 2u == 0u) b->w.to_board[at] ^= (uint8_t)(1u << random_u32(c) % 8u);
    else memmove(b->w.to_board + at, b->w.to_board + at + 1, b->w.to_count-- - at - 1u);
    g2t_cobs_begin(&s, to_board, &b->w);
    g2t_cobs_add(&s, good, 4);
    g2t_cobs_end(&s);
    from_board(&b->w, b->w.to_board, b->w.to_count);
    EQUAL(b->w.answers, before + 1u);
    EQUAL(b->w.answer_bytes, 4);
    CHECK(memcmp(b->w.answer, good, 4) == 0);
  }
  CHECK(b->w.receiver.dropped >= dropped + 400u);
}

static void info_and_errors(checks *c, bench *b) {
  uint8_t p[2000] = {0};
  start(b, c);
  EQUAL(ask(b, 0x01, p, 0), 0x81);
  EQUAL(b->w.answer_bytes, 3 + 14 + 32 + 1 + 5);
  EQUAL(b->w.answer[3], 1);
  EQUAL(b->w.answer[4], 1);
  EQUAL(g2t_load_u32(b->w.answer + 5), 64000000u);
  EQUAL(g2t_load_u32(b->w.answer + 9), PACKET);
  EQUAL(g2t_load_u32(b->w.answer + 13), MEMORY);
  CHECK(memcmp(b->w.answer + 17, hash, 32) == 0);
  CHECK(memcmp(b->w.answer + 49, "\5bench", 6) == 0);
  static const struct {
    uint8_t kind, bytes, code;
  } bad[8] = {{1, 1, 3}, {2, 27, 3}, {3, 8, 1}, {4, 8, 1}, {5, 8, 1}, {6, 2, 4}, {7, 2, 2}, {0x81, 0, 2}};
  for (int i = 0; i < 8; i++) {
    EQUAL(ask(b, bad[i].kind, p, bad[i].bytes), 0xff);
    EQUAL(b->w.answer_bytes, 4);
    EQUAL(b->w.answer[3], bad[i].code);
  }
  EQUAL(ask_begin(b, 1000, 0), 0x82);
  EQUAL(g2t_load_u32(b->w.answer + 3), (uint32_t)G2T_BAD_VALUE);
  EQUAL(ask_begin(b, 1024, 65536), 0x82);
  EQUAL(g2t_load_u32(b->w.answer + 3), (uint32_t)G2T_BAD_VALUE);
  EQUAL(ask_time(b, 0x05), 0xff);
  EQUAL(ask_begin(b, 1024, 0), 0x82);
  EQUAL(g2t_load_u32(b->w.answer + 3), 0);
  EQUAL(ask(b, 0x05, p, 7), 0xff);
  EQUAL(b->w.answer[3], 3);
  /* A body that is longer than the buffer is dropped, as is one without a head. */
  const uint32_t dropped = b->session.receiver.dropped;
  EQUAL(ask(b, 0x03, p, PACKET - 3 + 1), 0);
  EQUAL(b->session.receiver.dropped, dropped + 1u);
  EQUAL(ask(b, 0x03, p, PACKET - 3), 0x83);
  EQUAL(g2t_load_u32(b->w.answer + 3), (uint32_t)G2T_BAD_MAGIC);
}

static void hello_twice(checks *c, bench *b) {
  uint8_t first[300];
  start(b, c);
  EQUAL(ask_begin(b, 1024, 0), 0x82);
  EQUAL(ask_time(b, 0x05), 0x85);
  const int32_t length = b->w.answer_bytes;
  EQUAL(length, 3 + 21 + 120 + 36);
  EQUAL(g2t_load_u32(b->w.answer + 7), 7);
  EQUAL(g2t_load_u32(b->w.answer + 15), UINT32_MAX);
  EQUAL(b->w.answer[23], 15);
  EQUAL(b->w.answer[3 + 21 + 120 + 3], G2T_HELLO);
  memcpy(first, b->w.answer, (uint32_t)length);
  /* The same number again: the same answer; a fresh one: nothing left to send. */
  b->w.sequence--;
  EQUAL(ask_time(b, 0x05), 0x85);
  EQUAL(b->w.answer_bytes, length);
  CHECK(memcmp(first, b->w.answer, (uint32_t)length) == 0);
  EQUAL(ask_time(b, 0x05), 0x85);
  EQUAL(b->w.answer_bytes, 3 + 21 + 120);
}

/* The rig's device, and one behind the wire, both configured; rows come from the host, or from these arrays. */
static void start_pair(checks *c, bench *b, rig *r, uint8_t learner) {
  static float rows[ROWS * N];
  static uint16_t classes[ROWS];
  const rig_config config = {0, 1, 8, 0, 0};
  rig_begin(r, 65536);
  for (uint32_t i = 0; i < ROWS * N; i++) rows[i] = rig_value(i / N, i % N);
  for (uint32_t i = 0; i < ROWS; i++) classes[i] = rig_label(i);
  r->port.rows = rows;
  r->port.classes = classes;
  r->port.row_count = ROWS;
  r->port.features = N;
  r->learner = learner;
  start(b, c);
  EQUAL(ask_begin(b, 8192, ROWS), 0x82);
  EQUAL(rig_configure(r, &config), 0);
  EQUAL(ask_frame(b, r), 0);
}

/* The same frames to a device in this program and to one behind the wire, which asks for its rows: the same bytes, the same counts. */
static void same_bits(checks *c, bench *b, uint8_t learner, uint32_t spoil) {
  static rig r;
  const uint8_t passes = learner == G2T_SEFR || learner == G2T_LDA ? 1 : 3;
  start_pair(c, b, &r, learner);
  const uint64_t before = r.port.work.multiply_adds;
  EQUAL(rig_task(&r, 3, N, 0, passes, G2T_MODE_HELD | G2T_MODE_SEEDED), 0);
  b->w.spoil = spoil;
  EQUAL(ask_frame(b, &r), 0);
  EQUAL(b->w.spoil, 0);
  EQUAL(b->w.rows_asked, (2u + passes) * ROWS);
  EQUAL(g2t_load_u32(b->w.answer + 24), r.port.work.multiply_adds - before);
  /* The waiting is left out, but for one of a row's two looks at the counter. */
  EQUAL(g2t_load_u32(b->w.answer + 7), 7u * (b->w.rows_asked + 1u));
  for (uint32_t frames = 0; frames < 2u; frames++) {
    const uint32_t bytes = rig_poll(&r, out);
    CHECK(bytes > 20u);
    EQUAL(ask_time(b, 0x05), 0x85);
    EQUAL(b->w.answer_bytes, 144u + bytes);
    CHECK(memcmp(out, b->w.answer + 144, bytes) == 0);
  }
  rig_end(&r);
}

/* A task with more features than the host's rows have is refused; a wire that ends in the middle loses the device. */
static void rows_missing(checks *c, bench *b) {
  static rig r;
  start_pair(c, b, &r, G2T_OPT_SGD);
  EQUAL(rig_task(&r, 3, N + 1, 0, 1, G2T_MODE_HELD | G2T_MODE_SEEDED), 0);
  EQUAL(ask_frame(b, &r), 0);
  EQUAL(ask_time(b, 0x05), 0x85);
  EQUAL(ask_time(b, 0x05), 0x85);
  EQUAL(b->w.answer[147], G2T_REFUSE);
  EQUAL(rig_task(&r, 3, N, 0, 1, G2T_MODE_HELD | G2T_MODE_SEEDED), 0);
  b->w.mute = 1;
  EQUAL(ask_frame(b, &r), INT32_MAX);
  EQUAL(b->w.answer[0], 0x86);
  EQUAL(ask_time(b, 0x05), 0xff);
  EQUAL(b->w.answer[3], G2T_ERROR_NO_BEGIN);
  EQUAL(ask_begin(b, 8192, ROWS), 0x82);
  b->w.mute = 0;
  rig_end(&r);
}

/* In the middle of a task the host begins afresh: that packet is lost, its repetition answered. */
static void new_host(checks *c, bench *b) {
  static rig r;
  static const uint8_t none[1] = {0};
  start_pair(c, b, &r, G2T_OPT_SGD);
  EQUAL(rig_task(&r, 3, N, 0, 1, G2T_MODE_HELD | G2T_MODE_SEEDED), 0);
  b->w.mute = 1;
  b->w.sequence++;
  uint8_t p[8 + 64] = {0};
  memcpy(p + 8, r.frame, 40);
  host_sends(&b->w, 0x03, p, 48);
  b->w.sequence = 0;
  host_sends(&b->w, 0x01, none, 0);
  host_sends(&b->w, 0x01, none, 0);
  run(b);
  EQUAL(b->w.answer[0], 0x81);
  EQUAL(ask_time(b, 0x04), 0xff);
  rig_end(&r);
}

/* Anything on the wire: every whole packet is answered once or dropped, and the session lives. */
static void any_bytes(checks *c, bench *b) {
  static const uint8_t none[1] = {0};
  start(b, c);
  for (uint32_t round = 0; round < 3000u / SHORTER; round++) {
    uint8_t p[300] = {0};
    const uint32_t bytes = random_u32(c) % sizeof p;
    for (uint32_t i = 0; i < bytes; i++) p[i] = (uint8_t)random_u32(c);
    b->w.sequence++;
    b->w.answer_bytes = -1;
    b->w.mute = round % 3u == 0u;
    if (round % 16u == 0u) (void)ask_begin(b, 1024, random_u32(c) % 40u);
    else if (round % 2u == 0u) to_board(&b->w, p, bytes);
    else host_sends(&b->w, (uint8_t)(random_u32(c) % 9u), p, random_u32(c) % 3u == 0u ? 8u : bytes);
    if (round % 5u == 0u && b->w.to_count > 0u) b->w.to_board[random_u32(c) % b->w.to_count] ^= 1u;
    run(b);
    CHECK(b->w.answer_bytes == -1 || b->w.answer_bytes >= 4);
  }
  to_board(&b->w, none, 1);
  run(b);
  EQUAL(ask(b, 0x01, none, 0), 0x81);
}

void test_serial(checks *c) {
  static bench b;
  cobs_vectors(c);
  start(&b, c);
  cobs_round_trips(c, &b);
  cobs_noise(c, &b);
  info_and_errors(c, &b);
  hello_twice(c, &b);
  for (uint8_t learner = 0; learner < 6u; learner++) same_bits(c, &b, learner, learner);
  rows_missing(c, &b);
  new_host(c, &b);
  any_bytes(c, &b);
}
