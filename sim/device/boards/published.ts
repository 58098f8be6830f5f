import type { PublishedCosts } from '../board.ts';

/**
 * The as-published Opt-SGD by core. Instructions at 22 features of a Cortex-M build as Arduino makes it, counted under QEMU
 * (prediction / update): M4F 2938 / 267, M3 4891 / 4669, M0 10,736 / 11,566. The exp and the division take about 2731 of
 * them on M4F and M3 alike (both do them in software), 5860 on M0: the multiply-adds are 9, 93.9 and 212 instructions.
 *
 * `passes` is the one free whole number of a board; `cyclesPerInstruction` was chosen, within what the core's timings and
 * its wait for flash allow, by the published training times (algorithms G2); what they do not explain stands in README.md.
 */

/**
 * 0.945 cycles an instruction is below what a core that starts one instruction a cycle can do, so the authors' build
 * executed fewer instructions than the one counted: the Adafruit core builds with -Ofast (compiler.optimization_flag in its
 * platform.txt), which may drop the unused augmented copy and the division.
 */
export const publishedM4F: PublishedCosts = {
  predict22: 2938,
  update22: 267,
  multiplyAdd: 9,
  cyclesPerInstruction: 0.945,
  passes: 1,
  fitted: true,
};

/** Cortex-M3 TRM: most instructions 1 cycle, loads 2, taken branches 2 to 4: about 1.3; two wait states at 72 MHz on branchy library code do the rest. */
export const publishedM3: PublishedCosts = {
  predict22: 4891,
  update22: 4669,
  multiplyAdd: 2160 / 23,
  cyclesPerInstruction: 1.93,
  passes: 3,
  fitted: true,
};

/** Cortex-M0+ TRM: most instructions 1 cycle, loads and taken branches 2, BL 3: about 1.3; one wait state at 48 MHz does the rest. */
export const publishedM0plus: PublishedCosts = {
  predict22: 10_736,
  update22: 11_566,
  multiplyAdd: 212,
  cyclesPerInstruction: 1.565,
  passes: 3,
  fitted: true,
};

/**
 * In cycles, not instructions: 6.2 ms for the 1225 classifiers of 50 classes (AAAI-22 abstract of Opt-OVO) are 1215 cycles a
 * prediction at 240 MHz. Multiply-add and update are estimates for a single-precision unit.
 */
export const publishedLx6: PublishedCosts = {
  predict22: 1215,
  update22: 322,
  multiplyAdd: 8,
  cyclesPerInstruction: 1,
  passes: 13,
  fitted: true,
};

/** With a double-precision unit: some 60 instructions for exp and division. Estimate; nothing is published for these boards. */
export const publishedApplication: PublishedCosts = {
  predict22: 267,
  update22: 253,
  multiplyAdd: 9,
  cyclesPerInstruction: 0.9,
  passes: 1,
  fitted: false,
};

export const PUBLISHED_FIT = 'QEMU instruction counts, cycles an instruction and passes held against algorithms G2';
export const PUBLISHED_ESTIMATE = 'Estimate: nothing is published for this board';
