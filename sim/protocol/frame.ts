// Generated from sim/protocol/table.ts by `npm run messages`: change the table, not this file.

/** Bytes of the header. All numbers are little-endian. */
export const HEADER_BYTES = 20;
export const MAGIC = 0x3247;
export const VERSION = 1;

/** Where each field of the header starts. The CRC-32 of IEEE 802.3 runs over the bytes before it and the payload. */
export const HEADER = {
  magic: 0,
  version: 2,
  type: 3,
  device: 4,
  round: 8,
  length: 12,
  crc: 16,
} as const;

/** The type byte of each message. */
export const FRAME = {
  hello: 1,
  config: 2,
  task: 3,
  data: 4,
  order: 5,
  weights: 6,
  ack: 7,
  ping: 8,
  pong: 9,
  refuse: 10,
  link: 11,
  flush: 12,
  setup: 13,
  params: 14,
  update: 15,
  mirror: 16,
} as const;

/**
 * Payload bytes of each message, without optional fields, forms and tails; a form is `<message><Form>`, with
 * all optional fields `...Most`.
 */
export const PAYLOAD_BYTES = {
  hello: 16,
  config: 36,
  task: 16,
  taskMost: 20,
  data: 0,
  order: 0,
  weights: 0,
  ack: 4,
  ping: 0,
  pong: 0,
  refuse: 16,
  link: 16,
  flush: 0,
  setup: 28,
  params: 4,
  paramsVersioned: 4,
  paramsSteps: 2,
  paramsAdaptive: 3,
  update: 0,
  updatePlain: 4,
  updateVersioned: 4,
  updateAdaptive: 19,
  updateAdaptiveMost: 27,
  updateClock: 4,
  mirror: 8,
} as const;

/** Learners of pairwise tasks: g2t_learner.h has their equations and parameters. */
export const LEARNER = {
  'opt-sgd': 0,
  svm: 1,
  logistic: 2,
  lda: 3,
  sefr: 4,
  'train-pp': 5,
} as const;

/** Variants of opt-sgd; the other learners have 0 alone. */
export const VARIANT = {
  correct: 0,
  normalised: 1,
  'as-published': 2,
} as const;

/**
 * How classifiers are encoded. `smallest` takes the smallest of dense, bitmap and sparse, a tie going to the
 * first.
 */
export const CODEC = {
  smallest: 0,
  dense: 1,
  bitmap: 2,
  sparse: 3,
  dgc: 4,
} as const;

/**
 * TASK: bits 0 and 1 are where rows come from (stream: the server sends those of every pass; cache: it sends
 * them once and the device keeps them; held: the device has them), then flags; the learner variant + 1 is
 * shifted by variantShift (0: that of CONFIG).
 */
export const MODE = {
  stream: 0,
  cache: 1,
  held: 2,
  sourceMask: 3,
  last: 4,
  seeded: 8,
  variantShift: 4,
} as const;

/**
 * Why a device refuses: ram, it does not fit; rows, none such are held or they do not fit the flash; full, it
 * would fit but for classifiers without their ACK; unsupported, this firmware has not got it.
 */
export const REFUSAL = {
  ram: 1,
  rows: 2,
  full: 3,
  unsupported: 4,
} as const;

/** Models of SETUP. Binary models take the classes of odd number for +1, the others for -1. */
export const EXCHANGE_MODEL = {
  svm: 0,
  logistic: 1,
  softmax: 2,
} as const;

/** Kinds of SETUP: what UPDATE brings. */
export const EXCHANGE_KIND = {
  gradient: 0,
  weights: 1,
  adaptive: 2,
  gaia: 3,
} as const;

/**
 * Flags of SETUP: reuse, adaptive: the first step of a round uses the mini-batch of the last step before
 * (with tau 1 at most three times); versioned, gradient: PARAMS brings a version that UPDATE repeats.
 */
export const EXCHANGE_FLAG = {
  reuse: 1,
  versioned: 2,
} as const;

export type LearnerName = keyof typeof LEARNER;
