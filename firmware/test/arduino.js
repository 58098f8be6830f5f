// The Arduino library against a stub core: every sketch compiled as Arduino compiles it (its flags set no exactness), natively and for the boards' cores;
// the native ones are driven like any board.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { FIRMWARE } from '../../wasm/compile.js';
import { buildLibrary } from '../port/arduino/build.js';

const STUB = join(FIRMWARE, 'test', 'arduino');
const C = ['-std=gnu11', '-Wall', '-Wextra', '-Werror'];
const CXX = ['-std=gnu++11', '-Wall', '-Wextra', '-Werror', '-fno-exceptions', '-fno-rtti'];
// Where a fused multiply-add exists it must not be used, though the compiler may by default.
const HOST = process.arch === 'x64' ? ['-O3', '-mfma'] : ['-O3'];
const CORES = {
  FeatherNRF52840: ['-mcpu=cortex-m4', '-mthumb', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16', '-O3'],
  BluePill: ['-mcpu=cortex-m3', '-mthumb', '-Os'],
  MetroM0: ['-mcpu=cortex-m0plus', '-mthumb', '-Os'],
};

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${command}:\n${stderr}`);
  return stdout;
}

const sketches = (library) => readdirSync(join(library, 'examples'));

function compile(tools, library, sketch, flags, folder) {
  const src = join(library, 'src');
  const files = (ending) =>
    readdirSync(src)
      .filter((name) => name.endsWith(ending))
      .map((name) => join(src, name));
  const include = [`-I${src}`, `-I${STUB}`, '-c'];
  run(tools.c, [...C, ...flags, ...include, ...files('.c')], folder);
  run(tools.cxx, [...CXX, ...flags, ...include, ...files('.cpp')], folder);
  const ino = join(library, 'examples', sketch, `${sketch}.ino`);
  // Arduino puts this include in front of a sketch.
  run(tools.cxx, [...CXX, ...flags, ...include, '-x', 'c++', '-include', 'Arduino.h', ino, '-o', 'sketch.o'], folder);
}

const objects = (folder) => readdirSync(folder).filter((name) => name.endsWith('.o'));

function within(work) {
  const folder = mkdtempSync(join(tmpdir(), 'g2t-arduino-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the tools of both say of the library: versions alike, every sketch listed. */
export function describeLibrary(check) {
  const library = buildLibrary();
  const json = JSON.parse(readFileSync(join(library, 'library.json'), 'utf8'));
  const properties = Object.fromEntries(
    readFileSync(join(library, 'library.properties'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/, 2)),
  );
  const { version } = JSON.parse(readFileSync(join(FIRMWARE, '..', 'package.json'), 'utf8'));
  check(properties.version === version && json.version === version, `the library's version is ${version}`);
  const required = ['name', 'version', 'author', 'maintainer', 'sentence', 'paragraph', 'category', 'architectures'];
  for (const key of required) check(properties[key]?.length > 0, `library.properties has ${key}`);
  check(
    json.examples
      .map(({ name }) => name)
      .sort()
      .join() === sketches(library).sort().join(),
    'every sketch is listed',
  );
  return library;
}

/** @param drive runs a target through every learner and answers with the digest of what it sent. */
export async function arduinoOnHost(check, drive, reference) {
  const library = describeLibrary(check);
  for (const sketch of sketches(library)) {
    const folder = mkdtempSync(join(tmpdir(), 'g2t-arduino-'));
    compile({ c: 'gcc', cxx: 'g++' }, library, sketch, HOST, folder);
    const program = join(folder, 'board');
    run('g++', [...HOST, ...CXX, `-I${STUB}`, join(STUB, 'core.cpp'), ...objects(folder), '-o', program], folder);
    const got = await drive({ command: program, args: [] });
    check(got.digest === reference.digest, `${sketch} sends the same bytes`, got.digest);
    check(got.info.firmware === reference.info.firmware, `${sketch} has the same sources`);
    rmSync(folder, { recursive: true });
  }
}

/** The sketches' translation units for the cores of their boards; none with a fused multiply-add. */
export function arduinoOnCores(check) {
  const library = buildLibrary();
  for (const [sketch, flags] of Object.entries(CORES))
    within((folder) => {
      compile({ c: 'arm-none-eabi-gcc', cxx: 'arm-none-eabi-g++' }, library, sketch, flags, folder);
      for (const object of objects(folder)) {
        const fused = /\bvfn?m[as]\b.*/.exec(run('arm-none-eabi-objdump', ['-d', object], folder))?.[0];
        check(fused === undefined, `${sketch}, ${basename(object)}: nothing is fused`, fused);
      }
      check(objects(folder).includes('sketch.o'), `${sketch} compiles`);
    });
}
