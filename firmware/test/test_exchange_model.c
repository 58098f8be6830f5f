#include <math.h>
#include <string.h>

#include "check.h"
#include "exchange_parts.h"
#include "g2t_bytes.h"
#include "native_port.h"
#include "rig.h"

/* Losses and gradients against double precision, the rules of adaptive tau and Gaia against the worked oracles. */
enum { ROWS = SHORTER == 1 ? 1000 : 250, N = 784, MOST = 11 * 785 };

static float held[ROWS * N];
static uint16_t classes[ROWS];
static float window[N], scores[10], w[MOST], g[MOST], h[MOST];
static double reference[MOST];

static exchange_rows rows_of(native_port *p, const g2t_setup *setup, uint32_t count) {
  const exchange_rows rows = {&p->port, 0, setup, 0, count, window, scores};
  return rows;
}

static g2t_setup setup_of(uint8_t model, uint16_t count, uint16_t features, float lambda) {
  g2t_setup s;
  memset(&s, 0, sizeof s);
  s.model = model;
  s.classes = count;
  s.features = features;
  s.lambda = lambda;
  return s;
}

/* Algorithms, section A4. */
static void smooth_svm(checks *c) {
  static const float x[6] = {1, 2, -1, 0.5f, 3, -1};
  static const uint16_t y[3] = {1, 0, 0};
  float u[2] = {0.5f, -0.25f}, v[2];
  const g2t_setup s = setup_of(G2T_MODEL_SVM, 2, 2, 0.1f);
  native_port p;
  native_port_begin(&p);
  p.rows = x;
  p.classes = y;
  p.row_count = 3;
  p.features = 2;
  const exchange_rows rows = rows_of(&p, &s, 3);
  CLOSE(exchange_gradient(&rows, u, v), 1.46614587, 1e-7);
  EQUAL(g2t_float_bits(v[0]), 0x4015ddde);
  EQUAL(g2t_float_bits(v[1]), 0xbfc5ddde);
  exchange_step(u, 0.01f, v, 2);
  CLOSE(u[0], 0.476583332, 3e-8);
  CLOSE(u[1], -0.234541669, 3e-8);
  EQUAL(p.work.rows, 3);
  EQUAL(p.work.bytes_copied, 24);
  /* Three scores and the norm; all three rows have a loss, and the mean. */
  EQUAL(p.work.multiply_adds, 3 * 2 + 2);
  EQUAL(p.work.rewritten, 3 * 2 + 2);
  EQUAL(p.work.operations, 2 * 3 * 2 + 3 * 9 + 2 * 2 + 3);
  EQUAL(p.work.divisions, 2 + 1);
  EQUAL(p.work.functions, 0);
  native_port_end(&p);
}

static double svm_reference(const g2t_setup *s, uint32_t count) {
  double loss = 0;
  for (uint32_t r = 0; r < count; r++) {
    const double y = (classes[r] & 1u) != 0u ? 1 : -1;
    double z = 0;
    for (uint32_t j = 0; j < s->features; j++) z += (double)w[j] * (double)held[r * N + j];
    if (1 - y * z <= 0) continue;
    loss += (1 - y * z) * (1 - y * z) / 2;
    for (uint32_t j = 0; j < s->features; j++) reference[j] -= y * (1 - y * z) * (double)held[r * N + j];
  }
  return loss;
}

static double score_of(const g2t_setup *s, uint32_t class_, uint32_t r) {
  const float *u = w + class_ * (s->features + 1u);
  double z = (double)u[0];
  for (uint32_t j = 0; j < s->features; j++) z += (double)u[1u + j] * (double)held[r * N + j];
  return z;
}

static void add_row(const g2t_setup *s, uint32_t class_, uint32_t r, double part) {
  double *at = reference + class_ * (s->features + 1u);
  at[0] += part;
  for (uint32_t j = 0; j < s->features; j++) at[1u + j] += part * (double)held[r * N + j];
}

static double logistic_reference(const g2t_setup *s, uint32_t count) {
  double loss = 0;
  for (uint32_t r = 0; r < count; r++) {
    const double y = classes[r] & 1u, z = score_of(s, 0, r), p = 1 / (1 + exp(-z));
    loss -= log(y > 0 ? p : 1 - p);
    add_row(s, 0, r, p - y);
  }
  return loss;
}

static double softmax_reference(const g2t_setup *s, uint32_t count) {
  double loss = 0;
  for (uint32_t r = 0; r < count; r++) {
    double sum = 0, e[10] = {0};
    for (uint32_t k = 0; k < s->classes; k++) sum += e[k] = exp(score_of(s, k, r));
    loss += log(sum / e[classes[r]]);
    for (uint32_t k = 0; k < s->classes; k++) add_row(s, k, r, e[k] / sum - (k == classes[r] ? 1 : 0));
  }
  return loss;
}

static void against_double(checks *c, uint8_t model, uint16_t count, uint16_t features, uint32_t rows_count) {
  const g2t_setup s = setup_of(model, count, features, 0.1f);
  const uint32_t d = (uint32_t)g2t_exchange_dimension(model, count, features);
  const uint32_t run = model == G2T_MODEL_SVM ? features : features + 1u;
  native_port p;
  native_port_begin(&p);
  p.rows = held;
  p.classes = classes;
  p.row_count = ROWS;
  p.features = N;
  for (uint32_t j = 0; j < d; j++) w[j] = 0.05f * rig_value(j, 7);
  memset(reference, 0, sizeof reference);
  double loss = model == G2T_MODEL_SVM ? svm_reference(&s, rows_count)
                : model == G2T_MODEL_LOGISTIC ? logistic_reference(&s, rows_count) : softmax_reference(&s, rows_count);
  double norm = 0, size = 0, off = 0;
  loss /= rows_count;
  for (uint32_t j = 0; j < d; j++) {
    const double decayed = model != G2T_MODEL_SVM && j % run == 0u ? 0 : (double)w[j];
    norm += decayed * decayed;
    reference[j] = reference[j] / rows_count + (double)s.lambda * decayed;
  }
  loss += (double)s.lambda * norm / 2;
  const exchange_rows rows = rows_of(&p, &s, rows_count);
  const float copied = exchange_gradient(&rows, w, g);
  CLOSE(copied, loss, 3e-7 * (1 + loss));
  for (uint32_t j = 0; j < d; j++) {
    size += reference[j] * reference[j];
    off += ((double)g[j] - reference[j]) * ((double)g[j] - reference[j]);
  }
  CHECK(sqrt(off) < 3e-6 * sqrt(size));
  /* Rows shown in place, four at a time, give the same bits as rows copied one by one; so does the loss alone. */
  p.shown = 1;
  const float shown = exchange_gradient(&rows, w, h);
  CHECK(memcmp(g, h, d * sizeof *g) == 0);
  EQUAL(g2t_float_bits(shown), g2t_float_bits(copied));
  EQUAL(g2t_float_bits(exchange_gradient(&rows, w, 0)), g2t_float_bits(copied));
  native_port_end(&p);
}

/* Rows without their zeros, as a port may show them: the quads that are not all zero. */
static float packed[ROWS * N];
static uint16_t numbers[ROWS * N / 4];
static uint32_t starts[ROWS + 1];
static uint32_t times_asked;

static void pack(uint32_t count, uint16_t features) {
  uint32_t n = 0;
  for (uint32_t r = 0; r < count; r++) {
    starts[r] = n;
    for (uint32_t q = 0; q < features / 4u; q++) {
      const float *x = held + r * N + 4u * q;
      if (x[0] == 0.0f && x[1] == 0.0f && x[2] == 0.0f && x[3] == 0.0f) continue;
      memcpy(packed + 4u * n, x, 4 * sizeof *x);
      numbers[n++] = (uint16_t)q;
    }
  }
  starts[count] = n;
}

static const float *held_quads(void *context, uint32_t device, uint32_t index, const uint16_t **quads, uint32_t *count) {
  (void)context;
  (void)device;
  times_asked++;
  *quads = numbers + starts[index];
  *count = starts[index + 1u] - starts[index];
  return packed + 4u * starts[index];
}

/* Zeros passed over change no bit and no count of work; where a weight is not finite, none is passed over. */
static void without_zeros(checks *c, uint8_t model, uint16_t features, float odd_weight, int asked) {
  const g2t_setup s = setup_of(model, 2, features, 0.1f);
  const uint32_t d = (uint32_t)g2t_exchange_dimension(model, 2, features), rows_count = 103;
  static float kept[ROWS * N];
  memcpy(kept, held, sizeof held);
  for (uint32_t r = 0; r < rows_count; r++) {
    for (uint32_t j = 0; j < features; j++) held[r * N + j] = (j / 4u + r) % 5u < 3u + r % 2u ? (j % 2u == 0u ? 0.0f : -0.0f) : held[r * N + j];
  }
  pack(rows_count, features);
  for (uint32_t j = 0; j < d; j++) w[j] = 0.05f * rig_value(j, 7);
  w[d / 2u] = odd_weight;
  native_port p;
  native_port_begin(&p);
  p.rows = held;
  p.classes = classes;
  p.row_count = ROWS;
  p.features = N;
  p.shown = 1;
  const exchange_rows rows = rows_of(&p, &s, rows_count);
  const float whole = exchange_gradient(&rows, w, g);
  const g2t_work counted = p.work;
  memset(&p.work, 0, sizeof p.work);
  p.port.held_quads = held_quads;
  times_asked = 0;
  const float packed_loss = exchange_gradient(&rows, w, h);
  exchange_canonical(g, d);
  exchange_canonical(h, d);
  CHECK(memcmp(g, h, d * sizeof *g) == 0);
  CHECK(g2t_float_bits(whole) == g2t_float_bits(packed_loss) || (whole != whole && packed_loss != packed_loss));
  CHECK(memcmp(&counted, &p.work, sizeof counted) == 0);
  EQUAL(times_asked > 0u, asked);
  native_port_end(&p);
  memcpy(held, kept, sizeof held);
}

/* Algorithms, section D6. */
static void estimates(checks *c) {
  static const float last[2] = {0.2f, -0.1f}, global[2] = {0.15f, -0.05f}, g_last[2] = {0.3f, -0.2f}, g_global[2] = {0.25f, -0.1f};
  float beta, rho, nothing = 0.0f;
  exchange_control(exchange_distance(last, global, 2), exchange_distance(g_last, g_global, 2), 0.80f, 0.79f, &beta, &rho);
  CLOSE(beta, 1.58113883, 1e-6);
  CLOSE(rho, 0.141421356, 1e-6);
  exchange_control(1e-10f, 5.0f, 1.0f, 2.0f, &beta, &rho);
  EQUAL(g2t_float_bits(beta), g2t_float_bits(1e-5f));
  EQUAL(g2t_float_bits(rho), 0);
  exchange_control(1.01e-10f, 0.0f, 1.0f, 1.0f, &beta, &rho);
  EQUAL(g2t_float_bits(beta), g2t_float_bits(1e-5f));
  exchange_control(1.0f, nothing / nothing, nothing / nothing, 1.0f, &beta, &rho);
  EQUAL(g2t_float_bits(beta), g2t_float_bits(1e-5f));
  EQUAL(g2t_float_bits(rho), 0);
}

static void pair(checks *c, const uint8_t *p, uint32_t index, float value) {
  EQUAL(g2t_load_u32(p), index);
  EQUAL(g2t_load_u32(p + 4), g2t_float_bits(value));
}

/* Algorithms, section D7. */
static void significance(checks *c) {
  static const float first[4] = {0.004f, 0.02f, 1e-4f, -0.003f}, second[4] = {0.004f, 0.02f, 0.0f, -0.003f};
  float u[4] = {1, -2, 0, 0.5f}, a[4] = {0, 0, 0, 0};
  uint8_t out[16];
  for (uint32_t j = 0; j < 4u; j++) u[j] += first[j], a[j] += first[j];
  /* w_2 is 1e-4 after its update: significant by its share. Two of four are no shorter as pairs. */
  EQUAL(exchange_significant(u, a, 4, 0.01f, out), 16);
  EQUAL(g2t_load_u32(out), 0);
  EQUAL(g2t_load_u32(out + 4), g2t_float_bits(0.02f));
  EQUAL(g2t_load_u32(out + 8), g2t_float_bits(1e-4f));
  EQUAL(g2t_load_u32(out + 12), 0);
  for (uint32_t j = 0; j < 4u; j++) u[j] += second[j], a[j] += second[j];
  EQUAL(exchange_significant(u, a, 4, 0.00707106758f, out), 16);
  CLOSE(g2t_load_f32(out), 0.00800000038, 1e-10);
  CLOSE(g2t_load_f32(out + 4), 0.02, 1e-9);
  EQUAL(g2t_load_u32(out + 8), 0);
  CLOSE(g2t_load_f32(out + 12), -0.006, 1e-9);
  for (uint32_t j = 0; j < 4u; j++) EQUAL(g2t_float_bits(a[j]), 0);
}

static void significant_pairs(checks *c) {
  float u[5] = {1, 0, 0, 1, -1}, a[5] = {0.01f, -0.0f, 3.0f, 0.00999f, -0.02f};
  uint8_t out[20];
  EQUAL(exchange_significant(u, a, 5, 0.01f, out), 16);
  pair(c, out, 2, 3.0f);
  pair(c, out + 8, 4, -0.02f);
  EQUAL(g2t_float_bits(a[0]), g2t_float_bits(0.01f));
  EQUAL(g2t_float_bits(a[3]), g2t_float_bits(0.00999f));
  EQUAL(exchange_significant(u, a, 5, 0.01f, out), 0);
}

void test_exchange_model(checks *c) {
  for (uint32_t r = 0; r < ROWS; r++) {
    classes[r] = (uint16_t)((r * 7u + r / 11u) % 10u);
    for (uint32_t j = 0; j < N; j++) held[r * N + j] = rig_value(r, j) < 0.0f ? 0.0f : rig_value(r, j);
  }
  smooth_svm(c);
  against_double(c, G2T_MODEL_SVM, 2, N, ROWS);
  against_double(c, G2T_MODEL_LOGISTIC, 2, N, ROWS);
  against_double(c, G2T_MODEL_SOFTMAX, 10, 61, 203);
  for (uint16_t n = 1; n < 10u; n++) {
    against_double(c, G2T_MODEL_SVM, 2, n, 9u + n);
    against_double(c, G2T_MODEL_LOGISTIC, 2, n, n);
    against_double(c, G2T_MODEL_SOFTMAX, 10, n, 9u + n);
  }
  for (uint8_t model = G2T_MODEL_SVM; model <= G2T_MODEL_LOGISTIC; model++) {
    without_zeros(c, model, N, 0.25f, 1);
    without_zeros(c, model, 8, 0.25f, 1);
    without_zeros(c, model, N, 3e38f, 1);
    without_zeros(c, model, N, (float)INFINITY, 0);
    without_zeros(c, model, N, (float)NAN, 0);
    without_zeros(c, model, 10, 0.25f, 0);
  }
  estimates(c);
  significance(c);
  significant_pairs(c);
}
