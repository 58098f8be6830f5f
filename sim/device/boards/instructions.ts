import type { WORK } from '../host-types.ts';
import type { Machine } from '../target.ts';

/**
 * Cycles an instruction of the firmware on the cores that QEMU emulates, where only instructions can be counted. Each instruction of
 * a grid of tasks was traced under QEMU and charged by ARM's published timings (Cortex-M4 DDI 0439, M3 DDI 0337, M0+ DDI 0484) and by the waits
 * of the flash of the board that the machine stands for (modelOfTarget); then cycles and instructions were each fitted to the counted operations. `node
 * scripts/core-cycles.js` does it again, firmware/published/timing.js has timings and flash. `all`: over all calls, for operations
 * whose own ratio the fit does not give.
 */
export interface CycleRatio {
  /** The core, and the flash that it waits for. */
  readonly core: string;
  readonly all: number;
  readonly of: Partial<Readonly<Record<keyof typeof WORK, number>>>;
}

const CORTEX_M3: CycleRatio = {
  core: 'Cortex-M3, two wait states and a prefetch buffer',
  all: 1.63,
  of: {
    multiplyAdds: 1.57,
    updatedWeights: 1.64,
    rows: 2.18,
    bytesChecked: 1.79,
    frames: 1.81,
    operations: 1.76,
    divisions: 1.48,
    functions: 1.81,
  },
};

export const CYCLES_AN_INSTRUCTION: Readonly<Record<Machine, CycleRatio>> = {
  'mps2-an386': {
    core: 'Cortex-M4F, flash cached',
    all: 1.39,
    of: {
      multiplyAdds: 1.09,
      updatedWeights: 1.59,
      rows: 1.35,
      bytesChecked: 1.22,
      frames: 1.62,
      rewritten: 1.63,
      functions: 1.3,
    },
  },
  lm3s6965evb: CORTEX_M3,
  stm32vldiscovery: CORTEX_M3,
  microbit: {
    core: 'Cortex-M0+ (the same instructions as the M0), one wait state behind a cache of 64 bytes',
    all: 1.65,
    of: {
      multiplyAdds: 1.65,
      updatedWeights: 1.68,
      rows: 1.96,
      bytesChecked: 1.32,
      frames: 2.14,
      operations: 1.7,
      divisions: 1.32,
      functions: 1.69,
    },
  },
};
