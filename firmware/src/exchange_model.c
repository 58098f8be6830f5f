#include "exchange_lanes.h"
#include "exchange_parts.h"
#include "g2t_bytes.h"
#include "g2t_math.h"

enum { TOGETHER = 4 };

/* A sum with the error of each addition carried to the next (Kahan). */
typedef struct {
  float sum;
  float missing;
} careful;

static void add_carefully(careful *s, float term) {
  const float t = term - s->missing;
  const float sum = s->sum + t;
  s->missing = (sum - s->sum) - t;
  s->sum = sum;
}

/* Rows whose part of the gradient is still to be added, in order: up to four, added at once. */
typedef struct {
  const float *x[TOGETHER];
  float c[TOGETHER];
  uint32_t count;
} pending;

static void add_pending(pending *p, float *g, uint32_t n) {
  if (p->count == (uint32_t)TOGETHER) exchange_adds(g, p->c, p->x, n);
  else {
    for (uint32_t i = 0; i < p->count; i++) exchange_add(g, p->c[i], p->x[i], n);
  }
  p->count = 0;
}

static uint32_t row_number(const exchange_rows *rows, uint32_t k) { return rows->order != 0 ? rows->order[k] : k; }

/* The row where it lies, or a copy in the window, which holds one. */
static const float *row_of(const exchange_rows *rows, uint32_t k, int *copied) {
  const g2t_port *port = rows->port;
  const uint32_t index = row_number(rows, k);
  const float *x = port->held_view != 0 ? port->held_view(port->context, rows->device, index, rows->setup->features) : 0;
  *copied = x == 0;
  if (x == 0) (void)port->held_row(port->context, rows->device, index, rows->setup->features, rows->x);
  return x != 0 ? x : rows->x;
}

static uint16_t class_of(const exchange_rows *rows, uint32_t k) {
  return rows->port->held_class(rows->port->context, rows->device, row_number(rows, k));
}

float exchange_binary_loss(uint8_t model, float z, int positive, float *loss) {
  if (model == G2T_MODEL_SVM) {
    const float short_of = positive ? 1.0f - z : 1.0f + z;
    *loss = 0.0f;
    if (short_of <= 0.0f) return 0.0f;
    *loss = 0.5f * (short_of * short_of);
    return positive ? -short_of : short_of;
  }
  const float t = g2t_exp(z < 0.0f ? z : -z);
  *loss = ((z > 0.0f ? z : 0.0f) - (positive ? z : 0.0f)) + g2t_log(1.0f + t);
  const float p = z < 0.0f ? t / (1.0f + t) : 1.0f / (1.0f + t);
  return positive ? p - 1.0f : p;
}

/* Scores, and the rows added to the gradient. Beside them a row takes 9 operations (svm) or 10, 5 of them the careful sum. */
static void count_binary(const exchange_rows *rows, uint64_t added) {
  g2t_work *work = rows->port->work;
  const uint32_t n = rows->setup->features, bias = rows->setup->model == G2T_MODEL_LOGISTIC;
  work->multiply_adds += (uint64_t)rows->count * n;
  work->rewritten += added * (n + bias);
  work->operations += added * (2u * n + bias) + (uint64_t)rows->count * (bias ? 10u : 9u);
  work->divisions += bias ? rows->count : 0u;
  work->functions += bias ? 2u * rows->count : 0u;
}

/* Up to four rows, shown in place or one of them copied; where sparse, four of them by their quads that are not zero. */
typedef struct {
  const float *x[TOGETHER];
  const uint16_t *quads[TOGETHER];
  uint32_t quad_count[TOGETHER];
  uint32_t count;
  int copied;
  int sparse;
} group;

static int gather_quads(const exchange_rows *rows, uint32_t k, group *s) {
  const g2t_port *port = rows->port;
  if (k + (uint32_t)TOGETHER > rows->count) return 0;
  for (uint32_t i = 0; i < (uint32_t)TOGETHER; i++) {
    s->x[i] = port->held_quads(port->context, rows->device, row_number(rows, k + i), &s->quads[i], &s->quad_count[i]);
    if (s->x[i] == 0) return 0;
  }
  s->count = TOGETHER;
  return 1;
}

static group gather(const exchange_rows *rows, uint32_t k, int sparse) {
  group s = {{0}, {0}, {0}, 0, 0, 0};
  s.sparse = sparse && gather_quads(rows, k, &s);
  while (s.count < (uint32_t)TOGETHER && k + s.count < rows->count && !s.copied) {
    s.x[s.count] = row_of(rows, k + s.count, &s.copied);
    s.count++;
  }
  return s;
}

static void score(const group *s, const float *w, uint32_t n, float z[TOGETHER]) {
  if (s->sparse) exchange_dots_sparse(s->x, s->quads, s->quad_count, w, z);
  else if (s->count == (uint32_t)TOGETHER) exchange_dots(s->x, w, n, z);
  else {
    for (uint32_t i = 0; i < s->count; i++) z[i] = exchange_dot(s->x[i], w, n);
  }
}

static int all_finite(const float *v, uint32_t count) {
  for (uint32_t j = 0; j < count; j++) {
    if (!g2t_is_finite(v[j])) return 0;
  }
  return 1;
}

/* The part of row i in the gradient: at once where zeros are passed over, else it waits for others. */
static void add_row(const group *s, uint32_t i, float c, pending *p, float *g, uint32_t n) {
  if (s->sparse) {
    add_pending(p, g, n);
    exchange_add_sparse(g, c, s->x[i], s->quads[i], s->quad_count[i]);
    return;
  }
  p->x[p->count] = s->x[i];
  p->c[p->count++] = c;
  if (s->copied || p->count == (uint32_t)TOGETHER) add_pending(p, g, n);
}

/* Up to four rows at once where the port shows them in place; the bits are those of one after another. */
static float binary(const exchange_rows *rows, const float *w, float *g) {
  const uint8_t model = rows->setup->model;
  const uint32_t n = rows->setup->features, bias = model == G2T_MODEL_LOGISTIC;
  /* Zeros may be passed over where every factor that they meet is finite. */
  const int sparse = rows->port->held_quads != 0 && n % 4u == 0u && all_finite(w + bias, n);
  careful total = {0.0f, 0.0f};
  pending p = {{0}, {0}, 0};
  uint64_t added = 0;
  for (uint32_t k = 0; k < rows->count;) {
    group s = gather(rows, k, sparse);
    float z[TOGETHER];
    score(&s, w + bias, n, z);
    if (s.sparse && !all_finite(z, s.count)) s = gather(rows, k, 0);
    for (uint32_t i = 0; i < s.count; i++) {
      float loss;
      const float c = exchange_binary_loss(model, bias ? z[i] + w[0] : z[i], class_of(rows, k + i) & 1, &loss);
      add_carefully(&total, loss);
      if (g == 0 || c == 0.0f) continue;
      if (bias) g[0] += c;
      add_row(&s, i, c, &p, g + bias, n);
      added++;
    }
    k += s.count;
  }
  if (g != 0) add_pending(&p, g + bias, n);
  count_binary(rows, g != 0 ? added : 0u);
  return total.sum;
}

void exchange_score_classes(const float *w, const float *x, uint32_t n, uint32_t classes, float *scores) {
  uint32_t c = 0;
  for (; c + TOGETHER <= classes; c += TOGETHER) {
    const float *const at = w + c * (n + 1u);
    const float *const four[TOGETHER] = {at + 1, at + n + 2, at + 2u * n + 3, at + 3u * n + 4};
    exchange_dots(four, x, n, scores + c);
  }
  for (; c < classes; c++) scores[c] = exchange_dot(w + c * (n + 1u) + 1, x, n);
  for (c = 0; c < classes; c++) scores[c] += w[c * (n + 1u)];
}

float exchange_soften(float *scores, uint32_t classes, uint32_t label) {
  float most = scores[0], sum = 0.0f;
  for (uint32_t c = 1; c < classes; c++) most = scores[c] > most ? scores[c] : most;
  const float off = most - scores[label];
  for (uint32_t c = 0; c < classes; c++) {
    scores[c] = g2t_exp(scores[c] - most);
    sum += scores[c];
  }
  for (uint32_t c = 0; c < classes; c++) scores[c] = scores[c] / sum;
  return g2t_log(sum) + off;
}

/* A class of a row: its score with bias, largest, exponential, sum and share; and its row of the gradient. */
static void count_softmax(const exchange_rows *rows, int differentiated) {
  g2t_work *work = rows->port->work;
  const uint64_t each = (uint64_t)rows->count * rows->setup->classes, n = rows->setup->features;
  work->multiply_adds += each * n;
  work->rewritten += differentiated ? each * (n + 1u) : 0u;
  work->operations += 3u * each + 7u * rows->count + (differentiated ? each * (2u * n + 1u) + rows->count : 0u);
  work->divisions += each;
  work->functions += each + rows->count;
}

static float softmax(const exchange_rows *rows, const float *w, float *g) {
  const uint32_t n = rows->setup->features, classes = rows->setup->classes;
  careful total = {0.0f, 0.0f};
  for (uint32_t k = 0; k < rows->count; k++) {
    int copied;
    const float *x = row_of(rows, k, &copied);
    const uint32_t label = class_of(rows, k);
    exchange_score_classes(w, x, n, classes, rows->scores);
    add_carefully(&total, exchange_soften(rows->scores, classes, label));
    for (uint32_t c = 0; c < classes && g != 0; c++) {
      const float off = c == label ? rows->scores[c] - 1.0f : rows->scores[c];
      g[c * (n + 1u)] += off;
      exchange_add(g + c * (n + 1u) + 1, off, x, n);
    }
  }
  count_softmax(rows, g != 0);
  return total.sum;
}

/* The weights that the penalty is on are runs of `run` behind a bias each (svm: one run, no bias). */
static float penalty(const g2t_setup *setup, const float *w, float *g, uint32_t rows) {
  const uint32_t n = setup->features, bias = setup->model == G2T_MODEL_SVM ? 0u : 1u;
  const uint32_t runs = setup->model == G2T_MODEL_SOFTMAX ? setup->classes : 1u;
  const float m = (float)rows, lambda = setup->lambda;
  float norm = 0.0f;
  for (uint32_t r = 0; r < runs; r++) {
    const float *u = w + r * (n + bias) + bias;
    norm += exchange_dot(u, u, n);
    if (g == 0) continue;
    float *h = g + r * (n + bias) + bias;
    if (bias) h[-1] = h[-1] / m;
    for (uint32_t j = 0; j < n; j++) h[j] = h[j] / m + lambda * u[j];
  }
  return 0.5f * (lambda * norm);
}

float exchange_gradient(const exchange_rows *rows, const float *w, float *g) {
  const g2t_setup *setup = rows->setup;
  const uint32_t d = (uint32_t)g2t_exchange_dimension(setup->model, setup->classes, setup->features);
  g2t_work *work = rows->port->work;
  if (g != 0) memset(g, 0, d * sizeof *g);
  const float sum = setup->model == G2T_MODEL_SOFTMAX ? softmax(rows, w, g) : binary(rows, w, g);
  const float loss = sum / (float)rows->count + penalty(setup, w, g, rows->count);
  work->rows += rows->count;
  work->bytes_copied += (uint64_t)rows->count * setup->features * 4u;
  work->multiply_adds += d;
  work->divisions += g != 0 ? d + 1u : 1u;
  work->rewritten += g != 0 ? d : 0u;
  work->operations += g != 0 ? 2u * (uint64_t)d + 3u : 3u;
  return loss;
}
