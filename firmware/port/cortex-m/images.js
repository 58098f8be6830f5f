// Builds the images of all boards, real and emulated, into firmware/build/boards: X.elf, and X.bin, X.hex and X.uf2 for flashing. The core is compiled
// once a kind of core; what was built from these very sources is kept.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIRMWARE, hashDefinition, sources } from '../../../wasm/compile.js';
import { BOARDS, CORES } from './boards.js';
import { toUf2 } from './uf2.js';

export const GCC = 'arm-none-eabi-gcc';
export const HOW_TO_GET_GCC = `there is no ${GCC}: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi (Debian, Ubuntu)`;
export const QEMU = 'qemu-system-arm';
export const HOW_TO_GET_QEMU = `there is no ${QEMU}: apt-get install qemu-system-arm (Debian, Ubuntu)`;
const IMAGES = join(FIRMWARE, 'build', 'boards');
const LOCK_MS = 120_000;
const WARNINGS = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Wconversion', '-Wmissing-prototypes', '-Werror'];
const CODE = ['-O2', '-g', '-ffp-contract=off', '-ffunction-sections', '-fdata-sections', '-fcallgraph-info=su'];
const INCLUDES = ['include', 'src', 'port/serial', 'port/cortex-m'].map((folder) => `-I${join(FIRMWARE, folder)}`);
const SPECS = ['-nostartfiles', '--specs=nano.specs', '-Wl,--gc-sections', '-Wl,--fatal-warnings'];

/** The compiler's version; undefined where there is none. */
export function gccVersion() {
  const { status, stdout } = spawnSync(GCC, ['-dumpfullversion'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

export function run(command, args, cwd = FIRMWARE) {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${command}:\n${done.stderr || done.error?.message}`);
  return done.stdout;
}

/** QEMU's arguments for an image: its UART on stdin and stdout, one instruction a nanosecond. @param monitor a chardev of QEMU's. */
export function emulator(machine, elf, monitor = 'none') {
  return ['-M', machine, '-nographic', '-serial', 'stdio', '-monitor', monitor, '-icount', 'shift=0', '-kernel', elf];
}

/** Everything that an image is made of, as one hash. */
function keyOf(...parts) {
  const files = sources(['include', 'src', 'port/serial', 'port/cortex-m', 'port/cortex-m/boards'], /\.(c|h|ld)$/);
  return createHash('sha256')
    .update(JSON.stringify([gccVersion(), CODE, SPECS, files, ...parts]))
    .digest('hex');
}

const isKept = (file, key) =>
  existsSync(file) && existsSync(`${file}.sha256`) && readFileSync(`${file}.sha256`, 'utf8') === key;

/** Makes `file` unless it was made with this key. Tests in several processes may ask for the same: one makes it, the others wait. */
function kept(file, key, make) {
  if (isKept(file, key)) return;
  alone(() => {
    if (isKept(file, key)) return;
    rmSync(`${file}.sha256`, { force: true });
    make();
    writeFileSync(`${file}.sha256`, key);
  });
}

/** One process at a time; a lock that outlived its process is taken after two minutes. */
function alone(work) {
  const lock = join(IMAGES, 'lock');
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const until = Date.now() + LOCK_MS;
  while (!claimed(lock)) {
    if (Date.now() > until) rmSync(lock, { recursive: true, force: true });
    Atomics.wait(clock, 0, 0, 50);
  }
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function claimed(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

const objectsIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.o'))
    .map((name) => join(folder, name));

/** The core and the session, compiled for a kind of core. @returns the folder of the objects. */
export function buildCore(kind) {
  const folder = join(IMAGES, `core-${kind}`);
  const units = Object.keys(sources(['src', 'port/serial'])).filter((path) => path.endsWith('.c'));
  const paths = units.map((path) => join(FIRMWARE, path));
  mkdirSync(folder, { recursive: true });
  kept(join(folder, 'g2t_device.o'), keyOf(CORES[kind]), () =>
    run(GCC, [...WARNINGS, ...CODE, ...CORES[kind], ...INCLUDES, '-c', ...paths], folder),
  );
  return folder;
}

/** The object whose symbols have the sizes of the records on a core. */
export function buildLayouts(kind) {
  const object = join(buildCore(kind), 'layouts', 'layouts.o');
  mkdirSync(join(object, '..'), { recursive: true });
  const source = join(FIRMWARE, 'port/cortex-m/layouts.c');
  kept(object, keyOf(CORES[kind]), () =>
    run(GCC, [...WARNINGS, ...CORES[kind], ...INCLUDES, '-c', source, '-o', object]),
  );
  return object;
}

/** An image of one board. @returns its ELF file. */
export function buildBoard(name) {
  const board = BOARDS[name];
  const core = buildCore(board.core);
  const own = join(IMAGES, name);
  const elf = join(IMAGES, `${name}.elf`);
  mkdirSync(own, { recursive: true });
  kept(elf, keyOf(board, CORES[board.core]), () => {
    const files = ['start.c', 'restart.c', 'main.c', board.counter, `boards/${board.file}.c`];
    const units = files.map((path) => join(FIRMWARE, 'port/cortex-m', path));
    const flags = [...WARNINGS, ...CODE, ...CORES[board.core], ...board.defines, ...INCLUDES, hashDefinition()];
    run(GCC, [...flags, '-c', ...units], own);
    const script = `-Tport/cortex-m/boards/${board.script ?? board.file}.ld`;
    const linked = [...CORES[board.core], ...SPECS, '-Lport/cortex-m', script];
    run(GCC, [...objectsIn(core), ...objectsIn(own), ...linked, '-o', elf]);
    flashable(board, elf);
  });
  return elf;
}

function flashable({ uf2, origin }, elf) {
  const as = (ending) => elf.replace(/elf$/, ending);
  run('arm-none-eabi-objcopy', ['-O', 'ihex', elf, as('hex')]);
  run('arm-none-eabi-objcopy', ['-O', 'binary', elf, as('bin')]);
  if (uf2 !== undefined) writeFileSync(as('uf2'), toUf2(readFileSync(as('bin')), origin, uf2));
}

/**
 * The suite of firmware/test for an emulated machine. @param core flags of CORES. @param script of boards/. @param small leaves out what needs more than
 * 16 kB of RAM. @returns its ELF file.
 */
export function buildSuite({ name, core, script, small }) {
  const folder = join(IMAGES, name);
  const elf = join(IMAGES, `${name}.elf`);
  const { 'port/native/board.c': _, ...files } = sources(['src', 'port/serial', 'port/native', 'test']);
  const units = Object.keys(files).filter((path) => path.endsWith('.c'));
  const port = ['start.c', 'suite.c'].map((file) => `port/cortex-m/${file}`);
  mkdirSync(folder, { recursive: true });
  kept(elf, keyOf(core, script, small, sources(['test', 'port/native'])), () => {
    const flags = [...WARNINGS, ...CODE, ...CORES[core], ...INCLUDES, '-Iport/native', '-Itest'].map((flag) =>
      /^-I(port|test)/.test(flag) ? `-I${join(FIRMWARE, flag.slice(2))}` : flag,
    );
    const own = [...(small ? ['-DG2T_SMALL_SUITE'] : []), '-DG2T_BOARD_SUITE', '-Dmain=suite_main'];
    const paths = units.map((path) => join(FIRMWARE, path));
    run(GCC, [...flags, ...own, '-c', ...paths], folder);
    run(GCC, [...flags, '-c', ...port.map((path) => join(FIRMWARE, path))], folder);
    const specs = SPECS.filter((flag) => small || !flag.startsWith('--specs'));
    const linked = [...CORES[core], ...specs, '-Lport/cortex-m', `-Tport/cortex-m/boards/${script}.ld`];
    run(GCC, [...objectsIn(folder), ...linked, '-lm', '-o', elf]);
  });
  return elf;
}
