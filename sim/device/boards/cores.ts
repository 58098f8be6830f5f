import type { OwnCosts } from '../board.ts';

/**
 * Cycles of our kernels by core. The Cortex-M cores are calibrated on emulated boards: `g2t calibrate --target qemu:...` counts the
 * instructions of whole calls of the firmware over a grid of tasks and fits them to the counted operations; instructions become
 * cycles by ratios that were traced (boards/instructions.ts: ARM's published timings, the waits of the board's flash). Where the fit cannot
 * see an operation beside the others (it holds it at 0) one cycle stands; `byteReceived` no call shows: an estimate of the port's
 * work. The other cores are estimates: instructions of the loop in firmware/src times what is published of the core.
 */

/**
 * Cortex-M4F at 64 MHz with the nRF52840's instruction cache, from qemu:mps2-an386: 710 calls, median error 6.7 %, R2 by share 0.94. A row is
 * what its call, its copy's loop and the end of its dot product take. A division is the VDIV.F32 of DDI 0439, 14 cycles (the fit: 3,
 * with an error of 5); an LDA's solution takes twice what these say, its products being short and not in four lanes.
 */
export const cortexM4F: OwnCosts = {
  multiplyAdd: 5.3,
  updatedWeight: 17,
  update: 5.4,
  row: 149,
  byteReceived: 2,
  byteCopied: 0.84,
  byteChecked: 7.2,
  byteEncoded: 7.2,
  frame: 361,
  scan: 1,
  rewritten: 9.7,
  operation: 1,
  division: 14,
  function: 70,
};

/**
 * Cortex-M3 at 72 MHz with the STM32F103's two wait states, soft float (libgcc), from qemu:lm3s6965evb: 710 calls, median error 9.3 %, R2
 * by share 0.96. CRC four bits a step, since 8 KiB of tables do not fit beside the rest of a 64 kB flash. Without wait states add
 * and multiply of commercial libraries take 50 to 60 cycles each (table of quinapalus.com/qfplib-m3.html), which agrees.
 */
export const cortexM3: OwnCosts = {
  multiplyAdd: 125,
  updatedWeight: 266,
  update: 348,
  row: 590,
  byteReceived: 3,
  byteCopied: 1,
  byteChecked: 22,
  byteEncoded: 26,
  frame: 321,
  scan: 275,
  rewritten: 1,
  operation: 58,
  division: 221,
  function: 1490,
};

/**
 * Cortex-M0+ at 48 MHz with one wait state behind a small cache, soft float (libgcc), from qemu:microbit (an M0: the same
 * instructions): 710 calls, median error 7.7 %, R2 by share 0.96. CRC four bits a step. Published without wait states: 102 cycles an add,
 * 166 a multiply, 475 a division, 1930 an exponential (GCC column of quinapalus.com/qfplib-m0-full.html), times 1.2 for flash:
 * 335 with loads and loop, 570, 2320.
 */
export const cortexM0plus: OwnCosts = {
  multiplyAdd: 309,
  updatedWeight: 726,
  update: 752,
  row: 1120,
  byteReceived: 4,
  byteCopied: 1,
  byteChecked: 24,
  byteEncoded: 41,
  frame: 604,
  scan: 365,
  rewritten: 1,
  operation: 135,
  division: 403,
  function: 3600,
};

/** Xtensa LX6 with its single-precision unit: loads 1, MUL.S and ADD.S 1 with a latency that four lanes hide, zero-overhead loops; division is a sequence of some 20 instructions. Estimate. */
export const xtensaLx6: OwnCosts = {
  multiplyAdd: 5,
  updatedWeight: 14,
  update: 25,
  row: 60,
  byteReceived: 2,
  byteCopied: 1.5,
  byteChecked: 8,
  byteEncoded: 4,
  frame: 400,
  scan: 8,
  rewritten: 4,
  operation: 1,
  division: 30,
  function: 80,
};

/** Cortex-A53 (in order, 64-bit NEON datapath), four lanes in one register; FDIV blocks for some 13. Estimate. */
export const cortexA53: OwnCosts = {
  multiplyAdd: 1.2,
  updatedWeight: 3,
  update: 15,
  row: 25,
  byteReceived: 0.5,
  byteCopied: 0.5,
  byteChecked: 2.5,
  byteEncoded: 1.5,
  frame: 200,
  scan: 3,
  rewritten: 1,
  operation: 0.4,
  division: 13,
  function: 50,
};

/** Cortex-A72 (three wide, out of order, 128-bit NEON). Estimate. */
export const cortexA72: OwnCosts = {
  multiplyAdd: 0.7,
  updatedWeight: 1.8,
  update: 12,
  row: 15,
  byteReceived: 0.3,
  byteCopied: 0.3,
  byteChecked: 1.5,
  byteEncoded: 1,
  frame: 150,
  scan: 2,
  rewritten: 0.6,
  operation: 0.24,
  division: 8,
  function: 40,
};

/** Kaby Lake R (the Skylake core), SSE. Estimate, near the 4 ns that a native 22-feature step was measured to take on a desktop x86-64. */
export const skylake: OwnCosts = {
  multiplyAdd: 0.4,
  updatedWeight: 0.9,
  update: 8,
  row: 6,
  byteReceived: 0.2,
  byteCopied: 0.2,
  byteChecked: 1,
  byteEncoded: 0.8,
  frame: 100,
  scan: 1,
  rewritten: 0.3,
  operation: 0.12,
  division: 5,
  function: 25,
};

export const OWN_ARM =
  'Calibrated on an emulated core, instructions at the published timings of the core and the waits of the flash (boards/cores.ts); not measured on a board';
export const OWN_ESTIMATE = 'Estimate, see boards/cores.ts';
