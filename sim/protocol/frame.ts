/** The frame header: 20 bytes, little-endian. The mirror of firmware/include/g2t_frame.h. */
export const HEADER_BYTES = 20;
export const MAGIC = 0x3247;
export const VERSION = 1;

/** Where each header field starts. CRC-32 (IEEE 802.3) runs over bytes 0 to 15 and the payload. */
export const HEADER = { magic: 0, version: 2, type: 3, device: 4, round: 8, length: 12, crc: 16 } as const;

/**
 * `round` in the header: TASK, CONFIG, PING, PONG and HELLO carry whatever round the server counts (a PONG repeats its PING's);
 * DATA and ORDER carry the task's id; WEIGHTS carries the device's upload number, which ACK repeats in its payload.
 */
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
  /** Never on the wire: the port's own report of an exchange. */
  link: 11,
  /** The server asks for whatever is held and finished: no payload. */
  flush: 12,
  /** What is trained by exchanging gradients or parameters, and how (exchange.ts). */
  setup: 13,
  /** The model for the device's next steps, in chunks. */
  params: 14,
  /** What the device's steps gave; `round` is that of its PARAMS (gaia: or of the MIRROR that asked for the steps). */
  update: 15,
  /** Gaia: changes that other devices made. */
  mirror: 16,
} as const;

/** Payload bytes of the types whose payload has one size (TASK: 20 with a seed). */
export const PAYLOAD_BYTES = {
  hello: 16,
  config: 36,
  task: 16,
  taskSeeded: 20,
  ack: 4,
  ping: 0,
  pong: 0,
  refuse: 16,
  link: 16,
  flush: 0,
} as const;

/** TASK mode byte: source of the rows (bits 0-1), last of its batch (bit 2), seeded order (bit 3), learner variant (bits 4-7). */
export const MODE = {
  /** The server sends the rows of every pass. */
  stream: 0,
  /** The server sends the rows once; the device keeps them; later passes by ORDER, or by the seed. */
  cache: 1,
  /** The device holds the rows itself (needs a seed). */
  held: 2,
  sourceMask: 3,
  /** The last task of the batch or round: whatever is held is sent once it is done. */
  last: 4,
  /** The payload ends in a seed, u32, from which the device draws the row order of each pass (cache: from the second). */
  seeded: 8,
  /** Variant v of the learner instead of CONFIG's: (v + 1) << 4. */
  variantShift: 4,
} as const;

/** The learners of firmware/include/g2t_learner.h, which gives their equations and parameters. */
export const LEARNER = { 'opt-sgd': 0, svm: 1, logistic: 2, lda: 3, sefr: 4, 'train-pp': 5 } as const;
export type LearnerName = keyof typeof LEARNER;
/** 1 where a classifier has a bias: its upload has n + 1 weights, bias first, else n. */
export const BIAS = { 'opt-sgd': 1, svm: 0, logistic: 1, lda: 1, sefr: 1, 'train-pp': 0 } as const satisfies Record<
  LearnerName,
  0 | 1
>;
/** Of opt-sgd; the others have variant 0 alone. */
export const VARIANT = { correct: 0, normalised: 1, 'as-published': 2 } as const;
/** CONFIG's codec byte. `smallest` takes the smallest of dense, bitmap and sparse, a tie going to the first. */
export const CODEC = { smallest: 0, dense: 1, bitmap: 2, sparse: 3, dgc: 4 } as const;

/** Why a device refuses a task. */
export const REFUSAL = {
  /** Does not fit its RAM. */
  ram: 1,
  /** Held rows do not fit its flash, or it holds no row of the two classes. */
  rows: 2,
  /** Would fit, but classifiers not yet acknowledged fill the RAM: try again after the next ACK. */
  full: 3,
  /** Asks for something this firmware has not got (variant, source, size). */
  unsupported: 4,
} as const;

/** LINK flags. */
export const LINK = {
  /** The exchange succeeded in the end (else the port gave up: what was sent is sent again). */
  delivered: 1,
  /** It was an upload of the device's: the header's round is the upload's number. */
  upload: 2,
} as const;

/** SETUP's model. Binary models: the label is +1 where a row's class is odd (of classes 0 and 1: class 1), else -1. */
export const EXCHANGE_MODEL = { svm: 0, logistic: 1, softmax: 2 } as const;
/** SETUP's kind of exchange: what UPDATE brings. */
export const EXCHANGE_KIND = { gradient: 0, weights: 1, adaptive: 2, gaia: 3 } as const;
/** SETUP's flags. */
export const EXCHANGE_FLAG = {
  /** adaptive: a round's first step uses the mini-batch of the last step before (with tau 1: at most three times). */
  reuse: 1,
  /** gradient: PARAMS brings a version, which UPDATE repeats in the place of the number of rows. */
  versioned: 2,
} as const;
/** Payload bytes of SETUP, and of MIRROR before its changes. */
export const EXCHANGE_BYTES = { setup: 28, mirror: 8 } as const;
