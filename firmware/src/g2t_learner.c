#include "g2t_learner.h"

const g2t_learner *g2t_learner_of(uint8_t number) {
  switch (number) {
    case G2T_OPT_SGD: return &g2t_learner_opt_sgd;
    case G2T_SVM: return &g2t_learner_svm;
    case G2T_LOGISTIC: return &g2t_learner_logistic;
    case G2T_LDA: return &g2t_learner_lda;
    case G2T_SEFR: return &g2t_learner_sefr;
    case G2T_TRAIN_PP: return &g2t_learner_train_pp;
    default: return 0;
  }
}
