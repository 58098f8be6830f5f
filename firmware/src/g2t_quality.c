#include "g2t_quality.h"

static const double reference_goodput = 125000.0;

void g2t_quality_begin(g2t_quality *quality) {
  quality->srtt_us = 0.0;
  quality->rttvar_us = 0.0;
  quality->goodput = 0.0;
  quality->loss = 0.0;
  quality->have_rtt = 0;
  quality->have_goodput = 0;
}

static void add_rtt(g2t_quality *q, double rtt_us) {
  if (!q->have_rtt) {
    q->have_rtt = 1;
    q->srtt_us = rtt_us;
    q->rttvar_us = rtt_us / 2.0;
    return;
  }
  const double off = q->srtt_us > rtt_us ? q->srtt_us - rtt_us : rtt_us - q->srtt_us;
  q->rttvar_us = 0.75 * q->rttvar_us + 0.25 * off;
  q->srtt_us = 0.875 * q->srtt_us + 0.125 * rtt_us;
}

static void add_goodput(g2t_quality *q, double bytes, double transfer_us) {
  const double sample = bytes * 1e6 / transfer_us;
  q->goodput = q->have_goodput ? 0.875 * q->goodput + 0.125 * sample : sample;
  q->have_goodput = 1;
}

void g2t_quality_add(g2t_quality *quality, const g2t_exchange *exchange) {
  for (uint32_t i = 0; i < exchange->failed; i++) quality->loss += (1.0 - quality->loss) / 8.0;
  if (!exchange->delivered) return;
  quality->loss -= quality->loss / 8.0;
  if (exchange->rtt_us > 0u && exchange->failed == 0u) add_rtt(quality, (double)exchange->rtt_us);
  if (exchange->bytes >= 256u && exchange->transfer_us > 0u) {
    add_goodput(quality, (double)exchange->bytes, (double)exchange->transfer_us);
  }
}

double g2t_quality_transfer_us(const g2t_quality *quality, uint32_t bytes) {
  const double goodput = quality->have_goodput ? quality->goodput : reference_goodput;
  const double loss = quality->loss > 0.9 ? 0.9 : quality->loss;
  return (quality->srtt_us + (double)bytes * 1e6 / goodput) / (1.0 - loss);
}

double g2t_quality_q(const g2t_quality *quality, const g2t_quality_config *config) {
  if (!quality->have_rtt) return 1.0;
  const double q = (double)config->reference_us / g2t_quality_transfer_us(quality, config->reference_bytes);
  if (q > 1.0) return 1.0;
  return q < (double)config->floor ? (double)config->floor : q;
}

uint16_t g2t_quality_threshold(const g2t_quality *quality, const g2t_quality_config *config) {
  const double wanted = (double)config->base / g2t_quality_q(quality, config) - 1e-9;
  if (wanted >= (double)config->limit) return config->limit;
  const uint16_t whole = (uint16_t)wanted;
  const uint16_t up = (double)whole < wanted ? (uint16_t)(whole + 1u) : whole;
  return up < 1u ? 1u : up;
}
