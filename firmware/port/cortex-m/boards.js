// The boards: the core that they have, which files they take, and what they hold.
const SOFT = ['-mthumb', '-mfloat-abi=soft', '-DG2T_CRC_SMALL'];

/** Flags of a kind of core, the same for its emulated and its real boards. Small cores compute the CRC from 64 bytes of table. */
export const CORES = {
  m0: ['-mcpu=cortex-m0', ...SOFT],
  m0plus: ['-mcpu=cortex-m0plus', ...SOFT],
  m3: ['-mcpu=cortex-m3', ...SOFT],
  m4f: ['-mcpu=cortex-m4', '-mthumb', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'],
};

const SYSTICK = 'counter_systick.c';
const DWT = 'counter_dwt.c';

/** Behind a bootloader: the vector table is not where the core looks for it. */
const RELOCATED = '-DG2T_RELOCATED';

/** Bytes of the longest packet: a frame of a power of two, and what FRAME adds to it. */
const packet = (bytes) => `-DG2T_PACKET_BYTES=${bytes}`;

/**
 * By the name of the image. `machine`: the one that QEMU emulates; `script`: a linker script other than the board's own; `origin`, `uf2`: where an
 * image behind a bootloader starts, and the family of its UF2 files (github.com/microsoft/uf2, utils/uf2families.json).
 */
export const BOARDS = {
  microbit: {
    machine: 'microbit',
    file: 'qemu-microbit',
    core: 'm0',
    counter: SYSTICK,
    defines: [packet(2304)],
  },
  stm32vldiscovery: {
    machine: 'stm32vldiscovery',
    file: 'qemu-stm32vldiscovery',
    core: 'm3',
    counter: SYSTICK,
    defines: [packet(1152)],
  },
  lm3s6965evb: {
    machine: 'lm3s6965evb',
    file: 'qemu-lm3s6965evb',
    core: 'm3',
    counter: SYSTICK,
    defines: [packet(8448)],
  },
  // The RAM, the flash and the buffers of stm32f103c8, on a machine that QEMU has.
  'lm3s6965evb-20k': {
    machine: 'lm3s6965evb',
    file: 'qemu-lm3s6965evb',
    script: 'qemu-lm3s6965evb-20k',
    core: 'm3',
    counter: SYSTICK,
    defines: [packet(2304)],
  },
  'mps2-an386': {
    machine: 'mps2-an386',
    file: 'qemu-mps2-an386',
    core: 'm4f',
    counter: SYSTICK,
    defines: [packet(1 << 20)],
  },
  nrf52840: { file: 'nrf52840', core: 'm4f', counter: DWT, defines: [packet(66_048)] },
  'nrf52840-feather': {
    file: 'nrf52840',
    script: 'nrf52840-feather',
    core: 'm4f',
    counter: DWT,
    defines: [packet(66_048), RELOCATED],
    origin: 0x26000,
    uf2: 0xada52840,
  },
  stm32f103c8: { file: 'stm32f103c8', core: 'm3', counter: DWT, defines: [packet(2304)] },
  samd21g18: { file: 'samd21g18', core: 'm0plus', counter: SYSTICK, defines: [packet(4352)] },
  'samd21g18-metro': {
    file: 'samd21g18',
    script: 'samd21g18-metro',
    core: 'm0plus',
    counter: SYSTICK,
    defines: [packet(4352), RELOCATED],
    origin: 0x2000,
    uf2: 0x68ed2b88,
  },
};
