import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { type Machine, readTarget, TARGET_FORMS, type Target, targetName } from '../device/target.ts';
import { InputError, RunError } from '../kernel/errors.ts';
import type { Link } from './link.ts';
import { openProcess } from './process-link.ts';
import { openSerial, openSerialApart } from './serial-link.ts';

/** The table of machine commands. `-icount shift=0` makes an instruction a nanosecond, so that the board's timer counts them. */
function commandOf(machine: Machine, image: string): readonly string[] {
  const wire = ['-display', 'none', '-monitor', 'none', '-serial', 'stdio'];
  return ['-M', machine, ...wire, '-icount', 'shift=0', '-kernel', image];
}

/** A target from what a person wrote. @param where "--target". @throws InputError that says what there is. */
export function targetNamed(text: string, where: string): Target {
  const target = readTarget(text);
  if (target === undefined) throw new InputError(`${where}: expected ${TARGET_FORMS}, got ${text}`);
  return target;
}

const inFirmware = (path: string): string => fileURLToPath(new URL(`../../firmware/${path}`, import.meta.url));

/** Connects to a target. @throws InputError for a port or program that is not there, RunError where the machine lacks something. */
export async function openTarget(target: Target): Promise<Link> {
  const name = targetName(target);
  if (target.kind === 'serial') return isMainThread ? openSerial(target) : openSerialApart(target);
  if (target.kind === 'native') {
    const program = target.program ?? nativeBoard(name);
    const missing = `expected a program, got nothing at ${program}`;
    if (!existsSync(program)) throw new InputError(`${name}: ${missing}`);
    return openProcess({ name, command: program, args: [], missing });
  }
  const image = inFirmware(`build/boards/${target.machine}.elf`);
  if (!existsSync(image)) build(name, 'port/cortex-m/build-image.js', target.machine);
  return openProcess({
    name,
    command: 'qemu-system-arm',
    args: commandOf(target.machine, image),
    missing: 'this machine has no qemu-system-arm; apt-get install qemu-system-arm (Debian, Ubuntu)',
  });
}

/** The board that is a process; its build does nothing where it is there already, built from these very sources. */
function nativeBoard(name: string): string {
  build(name, 'port/native/build.js');
  return inFirmware('build/native-board');
}

/** Runs a build script of the firmware, which says what it lacks. */
function build(name: string, script: string, ...images: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [inFirmware(script), ...images], { encoding: 'utf8' });
  if (status !== 0) throw new RunError(`${name}: cannot build its firmware: ${stderr.trim()}`);
}
