import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError, RunError } from '../kernel/errors.ts';
import type { Link } from './link.ts';
import { openProcess } from './process-link.ts';
import { openSerial } from './serial-link.ts';

/** Where a board is: this machine as a process, an emulator, or a serial port. */
export type Target =
  | { readonly kind: 'native'; readonly program: string | undefined }
  | { readonly kind: 'qemu'; readonly machine: Machine }
  | { readonly kind: 'serial'; readonly path: string; readonly baud: number };

const MACHINES = ['microbit', 'stm32vldiscovery', 'lm3s6965evb', 'mps2-an386'] as const;
export type Machine = (typeof MACHINES)[number];

/** Core of each machine: the UART that the image speaks on is its first. */
export const CORES: Readonly<Record<Machine, string>> = {
  microbit: 'Cortex-M0',
  stm32vldiscovery: 'Cortex-M3',
  lm3s6965evb: 'Cortex-M3',
  'mps2-an386': 'Cortex-M4F',
};

/** The table of machine commands. `-icount shift=0` makes an instruction a nanosecond, so that the board's timer counts them. */
function commandOf(machine: Machine, image: string): readonly string[] {
  const console = ['-display', 'none', '-monitor', 'none', '-serial', 'stdio'];
  return ['-M', machine, ...console, '-icount', 'shift=0', '-kernel', image];
}

export const TARGET_FORMS = `native, qemu:BOARD (${MACHINES.join(', ')}) or serial:PATH`;
const BAUD = 115_200;

/**
 * A target from what a person wrote: `native` (or `native:PROGRAM`, another program that speaks the protocol), `qemu:microbit`,
 * `serial:/dev/ttyACM0` (or `serial:/dev/ttyACM0@921600`).
 * @returns undefined where it is none.
 */
export function readTarget(text: string): Target | undefined {
  const [, kind, rest] = /^(native|qemu|serial)(?::(.+))?$/.exec(text) ?? [];
  if (kind === 'native') return { kind, program: rest };
  if (kind === 'qemu') {
    const machine = MACHINES.find((name) => name === rest);
    return machine === undefined ? undefined : { kind, machine };
  }
  if (kind !== 'serial' || rest === undefined) return undefined;
  const [, path, baud] = /^(.+?)(?:@(\d{3,8}))?$/.exec(rest)!;
  return { kind, path: path!, baud: baud === undefined ? BAUD : Number(baud) };
}

/** The same, with an InputError that says what there is. @param where "--target". */
export function targetNamed(text: string, where: string): Target {
  const target = readTarget(text);
  if (target === undefined) throw new InputError(`${where}: expected ${TARGET_FORMS}, got ${text}`);
  return target;
}

export function targetName(target: Target): string {
  if (target.kind === 'qemu') return `qemu:${target.machine}`;
  if (target.kind === 'serial') return `serial:${target.path}`;
  return target.program === undefined ? 'native' : `native:${target.program}`;
}

const inFirmware = (path: string): string => fileURLToPath(new URL(`../../firmware/${path}`, import.meta.url));

/** Connects to a target. @throws InputError for a port or program that is not there, RunError where the machine lacks something. */
export async function openTarget(target: Target): Promise<Link> {
  const name = targetName(target);
  if (target.kind === 'serial') return openSerial(target);
  if (target.kind === 'native') {
    const program = target.program ?? nativeBoard(name);
    const missing = `expected a program, got nothing at ${program}`;
    if (!existsSync(program)) throw new InputError(`${name}: ${missing}`);
    return openProcess({ name, command: program, args: [], missing });
  }
  const image = inFirmware(`build/boards/${target.machine}.elf`);
  if (!existsSync(image))
    throw new RunError(`${name}: its firmware is not built (${image}); npm run firmware:boards builds it`);
  return openProcess({
    name,
    command: 'qemu-system-arm',
    args: commandOf(target.machine, image),
    missing: 'this machine has no qemu-system-arm; apt-get install qemu-system-arm (Debian, Ubuntu)',
  });
}

/** The board that is a process, built where it is not there or older than its sources. */
function nativeBoard(name: string): string {
  const built = spawnSync(process.execPath, [inFirmware('port/native/build.js')], { encoding: 'utf8' });
  if (built.status !== 0) throw new RunError(`${name}: cannot build its firmware: ${built.stderr.trim()}`);
  return inFirmware('build/native-board');
}
