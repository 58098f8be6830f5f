// The boards: how their core is compiled, which files they take, and what they hold.
const M0 = ['-mcpu=cortex-m0', '-mthumb', '-mfloat-abi=soft'];
const M3 = ['-mcpu=cortex-m3', '-mthumb', '-mfloat-abi=soft'];
const M4F = ['-mcpu=cortex-m4', '-mthumb', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'];
const SMALL = ['-DG2T_CRC_SMALL'];
const SYSTICK = 'counter_systick.c';

const packet = (bytes) => `-DG2T_PACKET_BYTES=${bytes}`;

/** By the name of the image; `machine`: the one that QEMU emulates. */
export const BOARDS = {
  microbit: {
    machine: 'microbit',
    file: 'qemu-microbit',
    core: M0,
    counter: SYSTICK,
    defines: [...SMALL, packet(2304)],
  },
  stm32vldiscovery: {
    machine: 'stm32vldiscovery',
    file: 'qemu-stm32vldiscovery',
    core: M3,
    counter: SYSTICK,
    defines: [...SMALL, packet(1152)],
  },
  lm3s6965evb: {
    machine: 'lm3s6965evb',
    file: 'qemu-lm3s6965evb',
    core: M3,
    counter: SYSTICK,
    defines: [...SMALL, packet(8448)],
  },
  'mps2-an386': {
    machine: 'mps2-an386',
    file: 'qemu-mps2-an386',
    core: M4F,
    counter: SYSTICK,
    defines: [packet(1 << 20)],
  },
};
