export interface Cost {
  readonly instructions: number;
  /** Without the waits of the flash. */
  readonly plain: number;
  readonly cycles: number;
}

export interface Counted {
  readonly predict: Readonly<Record<'zero' | 'near' | 'middle' | 'far', Cost>>;
  readonly update: Cost;
  readonly multiplyAdd: Cost;
  readonly weight: Cost;
}

export const TARGETS: Readonly<Record<'nrf52840' | 'stm32f103c8' | 'samd21g18', object>>;

/** Builds, runs and times the kernel for one board; needs gcc-arm-none-eabi with newlib and qemu-system-arm. */
export function countOn(name: keyof typeof TARGETS): Counted;
