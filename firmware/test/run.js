// One firmware suite, two drivers: native (address and undefined-behaviour sanitizers) and WASI. Prints 'N passed, N failed'.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  builtFrom,
  compile,
  compileObjects,
  FIRMWARE,
  fingerprint,
  loadCompiler,
  sources,
} from '../../wasm/compile.js';
import { GCC, HOW_TO_GET_GCC, HOW_TO_GET_QEMU, QEMU } from '../port/cortex-m/images.js';
import { arduinoOnCores } from './arduino.js';
import { arduinoSketches, boardSizes, emulatedBoards, emulatedSuites, nativeBoards, smallestBoard } from './boards.js';

const WARNINGS = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Wconversion', '-Wmissing-prototypes', '-Werror'];
const INCLUDES = ['-Iinclude', '-Isrc', '-Iport/native', '-Iport/serial', '-Itest'];
const SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
const COMMAND = ['-mexec-model=command', '-Iport/native', '-Iport/serial', '-Itest', '-Wl,-z,stack-size=262144'];

let passed = 0;
let failed = 0;

function count(good, name, detail = '') {
  if (good) passed++;
  else failed++;
  if (!good) console.log(`${name} failed${detail === '' ? '' : `:\n${detail}`}`);
}

/** Adds up a suite's own last line; a suite that dies counts as one failure. */
function suite(name, output, code) {
  const [, good, bad] = /(\d+) passed, (\d+) failed\s*$/.exec(output) ?? [];
  const died = code !== 0 && (bad === undefined || bad === '0');
  if (bad !== '0' || died) console.log(output);
  passed += Number(good ?? 0);
  failed += Number(bad ?? 0);
  if (died || bad === undefined) count(false, `${name} (exit ${code})`);
  console.log(`${name}: ${good ?? 0} passed, ${bad ?? 'unknown'} failed`);
}

/** The core, the serial port and the suite with its port of its own; the board that is a process has a main of its own. */
function suiteSources() {
  const { 'port/native/board.c': _, ...files } = sources(['include', 'src', 'port/native', 'port/serial', 'test']);
  return files;
}

function native(name, extra) {
  const folder = mkdtempSync(join(tmpdir(), 'g2t-firmware-'));
  const units = Object.keys(suiteSources()).filter((path) => path.endsWith('.c'));
  const program = join(folder, 'suite');
  const flags = [...WARNINGS, '-O1', '-g', '-ffp-contract=off', ...INCLUDES, ...extra];
  const built = spawnSync('gcc', [...flags, ...units, '-lm', '-o', program], { cwd: FIRMWARE, encoding: 'utf8' });
  if (built.status !== 0) count(false, `${name}: compilation`, built.stderr);
  else {
    const run = spawnSync(program, { encoding: 'utf8' });
    suite(name, run.stdout + run.stderr, run.status);
  }
  rmSync(folder, { recursive: true });
}

/** The suite in WASI; the built module is kept in firmware/build until a source changes. */
async function inWasi() {
  const files = suiteSources();
  const kept = join(FIRMWARE, 'build', 'test.wasm');
  if (!existsSync(kept) || builtFrom(readFileSync(kept)) !== fingerprint(files, COMMAND)) {
    const bytes = await compile(files, COMMAND);
    mkdirSync(join(FIRMWARE, 'build'), { recursive: true });
    writeFileSync(kept, bytes);
  }
  // In a process of its own: the suite's exit ends it, and its output is caught whole.
  const runner = `
    process.emitWarning = () => {};
    const { WASI } = await import('node:wasi');
    const { readFileSync } = await import('node:fs');
    const wasi = new WASI({ version: 'preview1', returnOnExit: true });
    const module = new WebAssembly.Module(readFileSync(${JSON.stringify(kept)}));
    process.exitCode = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', runner], { encoding: 'utf8' });
  suite('WASI', run.stdout + run.stderr, run.status);
}

/** The core and the session keep nothing of their own: no object has a writable segment. */
async function noState() {
  const objects = await compileObjects(sources(['include', 'src', 'port/serial']));
  for (const [name, bytes] of Object.entries(objects)) {
    const text = Buffer.from(bytes).toString('latin1');
    const segments = text.match(/\.(data|bss|tdata|tbss)\.[\w.]+/g) ?? [];
    count(segments.length === 0, `${name} keeps no state`, segments.join(' '));
  }
}

/** They include nothing but their own headers and four of the standard's. */
function portableIncludes() {
  const allowed = new Set(['stdint.h', 'stddef.h', 'stdbool.h', 'string.h']);
  for (const [path, text] of Object.entries(sources(['include', 'src', 'port/serial']))) {
    const foreign = [...text.matchAll(/#include <([^>]+)>/g)]
      .map(([, name]) => name)
      .filter((name) => !allowed.has(name));
    count(foreign.length === 0, `${path} includes only what every target has`, foreign.join(' '));
  }
}

/** What a tool is needed for, and how to get it. */
function skipped(what, how) {
  console.log(`${what}: skipped, ${how}`);
  if (process.env.G2T_ALL_TESTS === '1') count(false, `${what} (G2T_ALL_TESTS=1 allows nothing to be skipped)`);
}

const has = (tool) => spawnSync(tool, ['--version']).status === 0;

/** Boards at the end of a wire; what they answer to is in boards.js. */
async function overWire(name, drive) {
  const before = { passed, failed };
  try {
    await drive(count);
  } catch (error) {
    count(false, name, error.message);
  }
  console.log(`${name}: ${passed - before.passed} passed, ${failed - before.failed} failed`);
}

portableIncludes();
const noCompiler = await loadCompiler().then(
  () => undefined,
  (error) => error.message,
);
if (noCompiler === undefined) {
  await noState();
  await inWasi();
} else skipped('WASI', noCompiler);
if (has('gcc')) {
  native('native with sanitizers', SANITIZE);
  native('native as for a small board', ['-DG2T_CRC_SMALL', '-DG2T_PLAIN_LANES']);
  await overWire('native board', nativeBoards);
  if (has('g++')) await overWire('Arduino sketches on a stub core', arduinoSketches);
  else skipped('Arduino sketches', 'there is no g++: apt-get install g++ (Debian, Ubuntu)');
} else skipped('native', 'there is no gcc: apt-get install gcc (Debian, Ubuntu), xcode-select --install (macOS)');
if (!has(GCC)) skipped('boards', HOW_TO_GET_GCC);
else {
  await overWire('sizes of the boards', boardSizes);
  await overWire("Arduino sketches for the boards' cores", arduinoOnCores);
}
if (!has(GCC)) skipped('emulated boards', HOW_TO_GET_GCC);
else if (!has(QEMU)) skipped('emulated boards', HOW_TO_GET_QEMU);
else {
  await overWire('emulated boards', emulatedBoards);
  await overWire('the smallest board', smallestBoard);
  emulatedSuites(suite);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
