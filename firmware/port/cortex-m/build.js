// Builds the images of all boards, real and emulated, into firmware/build/boards: X.elf, and X.bin and X.hex for flashing.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FIRMWARE, hashDefinition, sources } from '../../../wasm/compile.js';
import { BOARDS } from './boards.js';

export const GCC = 'arm-none-eabi-gcc';
export const HOW_TO_GET_GCC = `there is no ${GCC}: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi (Debian, Ubuntu)`;
export const QEMU = 'qemu-system-arm';
export const HOW_TO_GET_QEMU = `there is no ${QEMU}: apt-get install qemu-system-arm (Debian, Ubuntu)`;
export const IMAGES = join(FIRMWARE, 'build', 'boards');
const WARNINGS = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Wconversion', '-Wmissing-prototypes', '-Werror'];
const CODE = ['-O2', '-g', '-ffp-contract=off', '-ffunction-sections', '-fdata-sections'];
const INCLUDES = ['-Iinclude', '-Isrc', '-Iport/serial', '-Iport/cortex-m'];
const LINK = ['-nostartfiles', '--specs=nano.specs', '-Wl,--gc-sections', '-Wl,--fatal-warnings', '-Lport/cortex-m'];

/** The compiler's version; undefined where there is none. */
export function gccVersion() {
  const { status, stdout } = spawnSync(GCC, ['-dumpfullversion'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

export function run(command, args) {
  const done = spawnSync(command, args, { cwd: FIRMWARE, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${done.stderr || done.error?.message}`);
  return done.stdout;
}

/** QEMU's arguments for an image: its UART on stdin and stdout, one instruction a nanosecond. */
export function emulator(machine, elf) {
  return ['-M', machine, '-nographic', '-serial', 'stdio', '-monitor', 'none', '-icount', 'shift=0', '-kernel', elf];
}

/** Flags of a board's core: a core is compiled the same for its emulated and its real board. */
function flagsOf(board) {
  return [...WARNINGS, ...CODE, ...board.core, ...board.defines, ...INCLUDES];
}

/** An image of one board. @returns its ELF file. */
export function buildBoard(name) {
  const board = BOARDS[name];
  const elf = join(IMAGES, `${name}.elf`);
  mkdirSync(IMAGES, { recursive: true });
  const units = Object.keys(sources(['src', 'port/serial'])).filter((path) => path.endsWith('.c'));
  const port = ['start.c', 'main.c', board.counter, `boards/${board.file}.c`].map((path) => `port/cortex-m/${path}`);
  const script = `-Tport/cortex-m/boards/${board.file}.ld`;
  run(GCC, [...flagsOf(board), hashDefinition(), ...units, ...port, ...LINK, script, '-o', elf]);
  for (const [format, ending] of [
    ['binary', 'bin'],
    ['ihex', 'hex'],
  ])
    run('arm-none-eabi-objcopy', ['-O', format, elf, elf.replace(/elf$/, ending)]);
  return elf;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (gccVersion() === undefined) {
    console.error(HOW_TO_GET_GCC);
    process.exitCode = 1;
  } else {
    for (const name of Object.keys(BOARDS)) buildBoard(name);
    console.log(
      run(
        'arm-none-eabi-size',
        Object.keys(BOARDS).map((name) => join(IMAGES, `${name}.elf`)),
      ),
    );
  }
}
