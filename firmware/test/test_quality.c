#include "check.h"
#include "g2t_quality.h"

static const g2t_quality_config standard = {24096, 512, 1.0f / 64.0f, 1, 64};

static void rtt(checks *c) {
  static const uint32_t sample_us[3] = {100000, 140000, 60000};
  static const double srtt_us[3] = {100000.0, 105000.0, 99375.0};
  static const double rttvar_us[3] = {50000.0, 47500.0, 46875.0};
  g2t_quality q;
  g2t_quality_begin(&q);
  for (int i = 0; i < 3; i++) {
    const g2t_exchange e = {sample_us[i], 0, 0, 0, 1};
    g2t_quality_add(&q, &e);
    CLOSE(q.srtt_us, srtt_us[i], 0.0);
    CLOSE(q.rttvar_us, rttvar_us[i], 0.0);
  }
  /* Karn: no sample after a failed attempt. */
  const g2t_exchange ambiguous = {900000, 0, 0, 1, 1};
  g2t_quality_add(&q, &ambiguous);
  CLOSE(q.srtt_us, 99375.0, 0.0);
}

static g2t_quality known(double srtt_us, double goodput, double loss) {
  g2t_quality q;
  g2t_quality_begin(&q);
  q.srtt_us = srtt_us;
  q.goodput = goodput;
  q.loss = loss;
  q.have_rtt = 1;
  q.have_goodput = 1;
  return q;
}

static void thresholds(checks *c) {
  g2t_quality q = known(300000.0, 4000.0, 0.10);
  CLOSE(g2t_quality_transfer_us(&q, 512), 475555.5556, 1e-4);
  CLOSE(g2t_quality_q(&q, &standard), 0.0506691589, 5e-11);
  EQUAL(g2t_quality_threshold(&q, &standard), 20);
  q = known(50000.0, 50000.0, 0.02);
  CLOSE(g2t_quality_q(&q, &standard), 0.392, 5e-4);
  EQUAL(g2t_quality_threshold(&q, &standard), 3);
  q = known(20000.0, 125000.0, 0.0);
  CLOSE(g2t_quality_q(&q, &standard), 1.0, 0.0);
  EQUAL(g2t_quality_threshold(&q, &standard), 1);
  q = known(9e9, 1.0, 0.99);
  CLOSE(g2t_quality_q(&q, &standard), 1.0 / 64.0, 0.0);
  EQUAL(g2t_quality_threshold(&q, &standard), 64);
  const g2t_quality_config wide = {24096, 512, 1.0f / 64.0f, 3, 100};
  EQUAL(g2t_quality_threshold(&q, &wide), 100);
  g2t_quality_begin(&q);
  EQUAL(g2t_quality_threshold(&q, &standard), 1);
}

static void loss_and_goodput(checks *c) {
  g2t_quality q;
  g2t_quality_begin(&q);
  const g2t_exchange two_failed = {0, 0, 0, 2, 1};
  g2t_quality_add(&q, &two_failed);
  CLOSE(q.loss, (0.125 + 0.875 * 0.125) * 0.875, 1e-15);
  const g2t_exchange gave_up = {50000, 1000, 9000, 1, 0};
  g2t_quality_add(&q, &gave_up);
  EQUAL(q.have_rtt, 0);
  EQUAL(q.have_goodput, 0);
  const g2t_exchange small = {50000, 1000, 255, 0, 1};
  g2t_quality_add(&q, &small);
  EQUAL(q.have_goodput, 0);
  const g2t_exchange first = {50000, 4096, 512, 0, 1};
  g2t_quality_add(&q, &first);
  CLOSE(q.goodput, 125000.0, 0.0);
  const g2t_exchange second = {50000, 8192, 512, 0, 1};
  g2t_quality_add(&q, &second);
  CLOSE(q.goodput, 125000.0 * 0.875 + 62500.0 * 0.125, 1e-9);
}

void test_quality(checks *c) {
  rtt(c);
  thresholds(c);
  loss_and_goodput(c);
}
