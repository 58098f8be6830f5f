import type { PublishedCosts } from '../board.ts';

/**
 * The as-published Opt-SGD by board. `node firmware/published/count.js` makes COUNTED: the kernel written from its formulas
 * with its double-precision exp and division, built as the board's Arduino core builds it (Adafruit nRF52 -Ofast, STM32 and SAMD -Os),
 * traced under QEMU an instruction at a time, each instruction charged by ARM's published timings, and each fetch what the
 * board's flash makes it wait (firmware/published/timing.js has timings, flash and their sources). sim/test/published.test.ts
 * counts again. No figure in here was chosen by a published training time but `passes`.
 */

/** Cycles at 22 features; newlib's exp takes four ways by its argument. */
interface Counted {
  /** A prediction: before the first update (z = 0); |z| below ln 2 / 2; below 3 ln 2 / 2; beyond. */
  readonly predict: Readonly<Record<'zero' | 'near' | 'middle' | 'far', number>>;
  readonly update: number;
  /** What each of its 23 multiply-adds, and each of its 23 weights, takes of that. */
  readonly multiplyAdd: number;
  readonly weight: number;
}

export const COUNTED = {
  nrf52840: {
    predict: { zero: 640, near: 2880.5, middle: 3154, far: 3491.3 },
    update: 447,
    multiplyAdd: 10,
    weight: 19,
  },
  stm32f103c8: {
    predict: { zero: 2751, near: 6664.3, middle: 7173.5, far: 7667.1 },
    update: 7376,
    multiplyAdd: 137.2,
    weight: 316.9,
  },
  samd21g18: {
    predict: { zero: 6656, near: 15_084, middle: 15_905, far: 17_606.8 },
    update: 19_667,
    multiplyAdd: 316.1,
    weight: 854.4,
  },
} as const satisfies Record<string, Counted>;

/**
 * How often exp takes each way: counted over the groups of the published experiment (algorithms B.8) on Auslan, row = mean over
 * the recording, not scaled, rows in a seeded order, momentum 0.7. In a first pass the weights, and so the scores, are still small.
 */
export const EXP_WAYS = {
  onePass: { zero: 0.04, near: 0.29, middle: 0.45, far: 0.22 },
  severalPasses: { zero: 0.01, near: 0.18, middle: 0.36, far: 0.45 },
} as const;

function published(counted: Counted, passes: number): PublishedCosts {
  const shares = passes === 1 ? EXP_WAYS.onePass : EXP_WAYS.severalPasses;
  const { predict, update, multiplyAdd } = counted;
  const ways = ['zero', 'near', 'middle', 'far'] as const;
  const predict22 = ways.reduce((sum, way) => sum + shares[way] * predict[way], 0);
  return { predict22, update22: update, multiplyAdd, passes, basis: 'counted' };
}

export const publishedM4F = published(COUNTED.nrf52840, 1);
export const publishedM3 = published(COUNTED.stm32f103c8, 4);
export const publishedM0plus = published(COUNTED.samd21g18, 3);

/** The same core and cycles where nothing is published about passes. */
export const publishedM0plusOnce: PublishedCosts = { ...published(COUNTED.samd21g18, 1), basis: 'estimate' };

/**
 * No emulator of the LX6 is used here. One published time stands in for the count: 6.2 ms for the 1225 classifiers of 50 classes
 * (AAAI-22 abstract of Opt-OVO) are 1215 cycles a prediction at 240 MHz, so inference with 50 classes is no check of this board; its
 * four training times are. Multiply-add and update are estimates for a single-precision unit.
 */
export const publishedLx6: PublishedCosts = {
  predict22: 1215,
  update22: 322,
  multiplyAdd: 8,
  passes: 13,
  basis: 'one-time',
};

/** With a double-precision unit: some 60 instructions for exp and division. Estimate; nothing is published for these boards. */
export const publishedApplication: PublishedCosts = {
  predict22: 240,
  update22: 228,
  multiplyAdd: 8.1,
  passes: 1,
  basis: 'estimate',
};

export const PUBLISHED_COUNTED =
  'Instructions traced under QEMU, charged by the published timings of the core and the waits of the flash (boards/published.ts); the whole number of passes by algorithms G2';
export const PUBLISHED_ESTIMATE = 'Estimate: nothing is published for this board';
