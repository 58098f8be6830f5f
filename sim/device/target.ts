/** Where a real or emulated board is: this machine as a process, an emulator, or a serial port. */
export type Target =
  | { readonly kind: 'native'; readonly program: string | undefined }
  | { readonly kind: 'qemu'; readonly machine: Machine }
  | { readonly kind: 'serial'; readonly path: string; readonly baud: number };

const MACHINES = ['microbit', 'stm32vldiscovery', 'lm3s6965evb', 'mps2-an386'] as const;
export type Machine = (typeof MACHINES)[number];

/** The core of each emulated machine. */
const CORES: Readonly<Record<Machine, string>> = {
  microbit: 'Cortex-M0',
  stm32vldiscovery: 'Cortex-M3',
  lm3s6965evb: 'Cortex-M3',
  'mps2-an386': 'Cortex-M4F',
};

/** The core of a board that calls itself so in the serial protocol; undefined where that is not known. */
export function coreOfBoard(
  name: string,
  boards: readonly { readonly name: string; readonly core: string }[],
): string | undefined {
  const machine = MACHINES.find((each) => name === `qemu:${each}`);
  if (machine !== undefined) return CORES[machine];
  return boards.find((board) => name === board.name || name.startsWith(`${board.name}-`))?.core;
}

/** The board whose radio, power and memory stand for an emulated one where a scenario names none: of the same core. */
const MODELS: Readonly<Record<Machine, string>> = {
  microbit: 'samd21g18',
  stm32vldiscovery: 'stm32f103c8',
  lm3s6965evb: 'stm32f103c8',
  'mps2-an386': 'nrf52840',
};

export const TARGET_FORMS = `native, qemu:BOARD (${MACHINES.join(', ')}) or serial:PATH`;
/** What tells a target from the name of a board. */
export const TARGET = /^(native|qemu|serial)(?::(.+))?$/;
const BAUD = 115_200;

/**
 * A target from what a person wrote: `native` (or `native:PROGRAM`, another program that speaks the protocol), `qemu:microbit`,
 * `serial:/dev/ttyACM0` (or `serial:/dev/ttyACM0@921600`).
 * @returns undefined where it is none.
 */
export function readTarget(text: string): Target | undefined {
  const [, kind, rest] = TARGET.exec(text) ?? [];
  if (kind === 'native') return { kind, program: rest };
  if (kind === 'qemu') {
    const machine = MACHINES.find((name) => name === rest);
    return machine === undefined ? undefined : { kind, machine };
  }
  if (kind !== 'serial' || rest === undefined) return undefined;
  const [, path, baud] = /^(.+?)(?:@(\d{3,8}))?$/.exec(rest)!;
  return { kind, path: path!, baud: baud === undefined ? BAUD : Number(baud) };
}

export function targetName(target: Target): string {
  if (target.kind === 'qemu') return `qemu:${target.machine}`;
  if (target.kind === 'serial') return `serial:${target.path}`;
  return target.program === undefined ? 'native' : `native:${target.program}`;
}

/** The board that stands for a target where it is not measured; a serial port's is taken for the first of the paper's boards. */
export function modelOfTarget(target: Target): string {
  if (target.kind === 'qemu') return MODELS[target.machine];
  return target.kind === 'native' ? 'raspberry-pi-4' : 'nrf52840';
}
