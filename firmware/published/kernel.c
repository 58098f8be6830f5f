#include <math.h>

#include "kernel.h"

/* exp and the division are those of double: an Arduino sketch writes them without a suffix. */
int published_predict(const published_sgd *model, const float *row) {
  float z = 0.0f;
  for (int i = 0; i < model->features + 1; i++) z += row[i] * model->weights[i];
  return 1.0 / (1.0 + exp(-(double)z)) > 0.5 ? 1 : 0;
}

void published_update(published_sgd *model, const float *row, int error) {
  const float e = (float)error;
  model->velocity[0] = model->momentum * model->velocity[0] - model->alpha * e;
  model->weights[0] += model->velocity[0];
  for (int i = 0; i < model->features; i++) {
    model->velocity[i + 1] = model->momentum * model->velocity[i + 1] - model->alpha * row[i] * e;
    model->weights[i + 1] += model->velocity[i + 1];
  }
}
