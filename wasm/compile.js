// Compiles the firmware with the clang of npm (@yowasp/clang): no system toolchain, the same bytes on every machine.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Version of `@yowasp/clang`, as in package.json. Another compiler gives other bytes, which is another firmware. */
const COMPILER_VERSION = '22.0.0-git20542-10';

export const FIRMWARE = join(dirname(fileURLToPath(import.meta.url)), '..', 'firmware');
/** Custom sections: what the module was built from, and the hash of its core, by which a board's build of the same is known. */
const SECTIONS = { built: 'g2t-sources', core: 'g2t-core' };

const FLAGS = [
  ...['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Wconversion', '-Wmissing-prototypes', '-Werror'],
  ...['-O3', '-msimd128', '-ffp-contract=off', '-fno-ident'],
  // A small copy must stay a loop: the memory.copy instruction costs a call into the engine.
  ...['-mno-bulk-memory', '-mno-bulk-memory-opt'],
];
const LINK = ['-mexec-model=reactor', '-Wl,-z,stack-size=65536', '-Wl,--stack-first', '-Wl,--strip-all'];

/**
 * The simulator's module: its memory comes from outside and is shared, so that threads can each have an instance over it. Copies
 * stay loops here too; libc's own objects know nothing of threads, and what is used of them (memcpy, memset) need not.
 */
export const SHARED = [
  ...['-matomics', '-mbulk-memory', '-mno-bulk-memory-opt'],
  ...['-Wl,--shared-memory', '-Wl,--no-check-features', '-Wl,--import-memory', '-Wl,--export-memory'],
  ...['-Wl,--max-memory=4294967296', '-Wl,--export=__stack_pointer'],
];

/** Without its lines about loading itself. */
const QUIET = { fetchProgress: () => {} };

/** The C files and headers below the folders (or what else is asked for), by their path from firmware/ with forward slashes, sorted. */
export function sources(folders, which = /\.[ch]$/) {
  const found = {};
  for (const folder of folders) {
    for (const name of readdirSync(join(FIRMWARE, folder)).sort()) {
      if (!which.test(name)) continue;
      const path = join(FIRMWARE, folder, name);
      found[relative(FIRMWARE, path).split(sep).join('/')] = readFileSync(path, 'utf8');
    }
  }
  return found;
}

/**
 * SHA-256 of the core's sources, the same for every target that is built from them: of each file below include/ and src/, sorted, its path from
 * firmware/ (forward slashes), a zero byte, its text, a zero byte.
 */
export function coreHash() {
  const hash = createHash('sha256');
  for (const [path, text] of Object.entries(sources(['include', 'src']))) hash.update(`${path}\0${text}\0`);
  return hash.digest();
}

/** The same as the definition that the boards' link takes (port/serial/g2t_session.h). */
export function hashDefinition() {
  return `-DG2T_FIRMWARE_SHA256=${[...coreHash()].join(',')}`;
}

/** SHA-256 over everything that decides the output: sources, flags, compiler version. */
export function fingerprint(files, extraFlags = []) {
  return createHash('sha256')
    .update(JSON.stringify([COMPILER_VERSION, FLAGS, LINK, SECTIONS, extraFlags, Object.entries(files)]))
    .digest('hex');
}

/**
 * @param files path to text, as from `sources`; every .c is compiled.
 * @returns the module's bytes, with the fingerprint of its sources in a custom section.
 */
export async function compile(files, extraFlags = []) {
  const out = await clang(files, [...LINK, ...extraFlags, ...units(files), '-o', 'out.wasm']);
  const built = withSection(out['out.wasm'], SECTIONS.built, fingerprint(files, extraFlags));
  return withSection(built, SECTIONS.core, coreHash().toString('hex'));
}

/** The object file of every .c, by name. */
export async function compileObjects(files) {
  const out = await clang(files, ['-c', '-fdata-sections', ...units(files)]);
  return Object.fromEntries(Object.entries(out).filter(([name]) => name.endsWith('.o')));
}

function units(files) {
  return Object.keys(files).filter((path) => path.endsWith('.c'));
}

async function clang(files, rest) {
  const { runClang, runLLVM } = await loadCompiler();
  await runLLVM(undefined, {}, QUIET);
  const tree = {};
  for (const [path, text] of Object.entries(files)) put(tree, path.split('/'), text);
  const command = ['clang', ...FLAGS, '-Iinclude', '-Isrc', '-Iport/wasi', ...rest];
  try {
    return await runClang(command, tree, QUIET);
  } catch {
    // The compiler's own messages are on stderr; its exception would print the whole source tree.
    throw new Error('the firmware does not compile (see above)');
  }
}

/**
 * Loads the compiler. The published package does not depend on it, since it brings the built module.
 * @throws Error that says how to install it, where it is missing or has another version.
 */
export async function loadCompiler() {
  const remedy = `npm install --save-dev @yowasp/clang@${COMPILER_VERSION}`;
  let loaded;
  try {
    loaded = await import('@yowasp/clang');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(`the firmware's compiler is not installed: ${remedy}`, { cause: error });
  }
  if (loaded.version !== COMPILER_VERSION)
    throw new Error(`expected @yowasp/clang ${COMPILER_VERSION}, got ${loaded.version}: ${remedy}`);
  return loaded;
}

/** The fingerprint that a built module carries; undefined where it has none. */
export function builtFrom(bytes) {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), SECTIONS.built);
  return section === undefined ? undefined : new TextDecoder().decode(section);
}

function put(tree, [first, ...rest], text) {
  if (rest.length === 0) tree[first] = text;
  else put((tree[first] ??= {}), rest, text);
}

/** A custom section: id 0, size, name, content (all lengths here are below 128). */
function withSection(bytes, called, text) {
  const name = new TextEncoder().encode(called);
  const content = new TextEncoder().encode(text);
  const section = Uint8Array.of(0, 1 + name.length + content.length, name.length, ...name, ...content);
  const whole = new Uint8Array(bytes.length + section.length);
  whole.set(bytes);
  whole.set(section, bytes.length);
  return whole;
}
