#include "g2t_learner.h"

const g2t_learner *g2t_learner_of(uint8_t number) { return number == G2T_OPT_SGD ? &g2t_learner_opt_sgd : 0; }
