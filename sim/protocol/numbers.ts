/** Numbers that fields of messages carry. The C header has them with the prefix `c`, the TypeScript as the constant `ts`. */
export const NUMBERS = {
  learner: {
    ...{
      c: 'G2T_',
      ts: 'LEARNER',
      about: 'Learners of pairwise tasks: g2t_learner.h has their equations and parameters.',
    },
    values: { 'opt-sgd': 0, svm: 1, logistic: 2, lda: 3, sefr: 4, 'train-pp': 5 },
  },
  variant: {
    ...{ c: 'G2T_', ts: 'VARIANT', about: 'Variants of opt-sgd; the other learners have 0 alone.' },
    values: { correct: 0, normalised: 1, 'as-published': 2 },
  },
  codec: {
    ...{ c: 'G2T_CODEC_', ts: 'CODEC' },
    about:
      'How classifiers are encoded. `smallest` takes the smallest of dense, bitmap and sparse, a tie going to the first.',
    values: { smallest: 0, dense: 1, bitmap: 2, sparse: 3, dgc: 4 },
  },
  mode: {
    ...{ c: 'G2T_MODE_', ts: 'MODE' },
    about:
      'TASK: bits 0 and 1 are where rows come from (stream: the server sends those of every pass; cache: it sends them once and the device keeps them; held: the device has them), then flags; the learner variant + 1 is shifted by variantShift (0: that of CONFIG).',
    values: { stream: 0, cache: 1, held: 2, sourceMask: 3, last: 4, seeded: 8, variantShift: 4 },
  },
  refusal: {
    ...{ c: 'G2T_REFUSE_', ts: 'REFUSAL' },
    about:
      'Why a device refuses: ram, it does not fit; rows, none such are held or they do not fit the flash; full, it would fit but for classifiers without their ACK; unsupported, this firmware has not got it.',
    values: { ram: 1, rows: 2, full: 3, unsupported: 4 },
  },
  model: {
    ...{ c: 'G2T_MODEL_', ts: 'EXCHANGE_MODEL' },
    about: 'Models of SETUP. Binary models take the classes of odd number for +1, the others for -1.',
    values: { svm: 0, logistic: 1, softmax: 2 },
  },
  kind: {
    ...{ c: 'G2T_KIND_', ts: 'EXCHANGE_KIND', about: 'Kinds of SETUP: what UPDATE brings.' },
    values: { gradient: 0, weights: 1, adaptive: 2, gaia: 3 },
  },
  setupFlag: {
    ...{ c: 'G2T_EXCHANGE_', ts: 'EXCHANGE_FLAG' },
    about:
      'Flags of SETUP: reuse, adaptive: the first step of a round uses the mini-batch of the last step before (with tau 1 at most three times); versioned, gradient: PARAMS brings a version that UPDATE repeats.',
    values: { reuse: 1, versioned: 2 },
  },
} as const satisfies Record<
  string,
  { readonly c: string; readonly ts: string; readonly about: string; readonly values: Readonly<Record<string, number>> }
>;
export type NumbersName = keyof typeof NUMBERS;
