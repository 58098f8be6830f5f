import type { OwnCosts } from '../board.ts';

/**
 * Cycles of our kernels by core. Where a comment does not name a document the figure is an estimate: instructions of
 * the loop in firmware/src times the core's published timings, with the wait for flash of the board named.
 */

/**
 * Cortex-M4F at 64 MHz with the nRF52840's instruction cache. Cortex-M4 TRM (ARM DDI 0439), instruction timings: VLDM 1 + N,
 * VMUL and VADD 1, VSTR 2, a taken branch 2 to 4. Four multiply-adds: two VLDM of 4 (10), four VMUL and VADD (8), pointer and
 * loop (5). A weight: three loads (6), three products and two sums (5, a stall of 1), two stores (4), loop (2). CRC with
 * eight bytes a step on tables: some 50 instructions for 8 bytes. Four elements rewritten: two VLDM of 4 (10), a VSTM of 4 (5), pointers
 * and loop (5); an operation on them 1; VDIV 14 (same table); a function: 21 operations that wait for each other (2 each), constants and
 * conversions (28).
 */
export const cortexM4F: OwnCosts = {
  multiplyAdd: 6,
  updatedWeight: 18,
  update: 25,
  row: 60,
  byteReceived: 2,
  byteCopied: 1.5,
  byteChecked: 7,
  byteEncoded: 4,
  frame: 300,
  scan: 8,
  rewritten: 5,
  operation: 1,
  division: 14,
  function: 70,
};

/**
 * Cortex-M3 at 72 MHz with the STM32F103's two wait states, soft float (libgcc). A multiply-add is what QEMU counts for
 * it in the published kernel, 90 instructions (the M3's count less the M4F's), at the 1.93 cycles an instruction that the
 * board's as-published model has; a weight likewise: 203 instructions. Without wait states add and multiply of commercial
 * libraries take 50 to 60 cycles each (table of quinapalus.com/qfplib-m3.html), which agrees. CRC four bits a step, since
 * 8 KiB of tables do not fit beside the rest of a 64 kB flash. An operation is a fifth of a weight's cycles less loads and stores; an
 * element rewritten 8 instructions; a division 3.5 operations, as on the M0+ below; a function 21 operations and conversions.
 */
export const cortexM3: OwnCosts = {
  multiplyAdd: 174,
  updatedWeight: 392,
  update: 40,
  row: 100,
  byteReceived: 3,
  byteCopied: 2,
  byteChecked: 22,
  byteEncoded: 5,
  frame: 400,
  scan: 12,
  rewritten: 16,
  operation: 76,
  division: 270,
  function: 1700,
};

/**
 * Cortex-M0+ at 48 MHz with one wait state behind a small cache, soft float (libgcc): 102 cycles an add and 166 a multiply
 * without wait states (table of quinapalus.com/qfplib-m0-full.html, GCC column), so 280 with loads and loop, times 1.2 for
 * flash. A weight: QEMU's 503 instructions at 1.56 cycles. CRC four bits a step. An operation is the mean of an add and a multiply,
 * a division 475 cycles (same table), an element rewritten 14, all times 1.2; a function 21 operations and conversions (the table's GCC
 * exponential: 1930, times 1.2).
 */
export const cortexM0plus: OwnCosts = {
  multiplyAdd: 335,
  updatedWeight: 787,
  update: 60,
  row: 140,
  byteReceived: 4,
  byteCopied: 5,
  byteChecked: 30,
  byteEncoded: 7,
  frame: 550,
  scan: 14,
  rewritten: 17,
  operation: 161,
  division: 570,
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

export const OWN_ARM = 'Instruction timings of the core, see boards/cores.ts; not calibrated on a board yet';
export const OWN_ESTIMATE = 'Estimate, see boards/cores.ts';
