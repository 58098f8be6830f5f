// Builds the board that is a process: firmware/build/native-board, and native-board-fma, whose products and sums are contracted: its bits differ, and
// validation has to notice. Does nothing for a program that is there already, built from these very sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FIRMWARE, hashDefinition, sources } from '../../../wasm/compile.js';

const WARNINGS = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Wconversion', '-Wmissing-prototypes', '-Werror'];
const INCLUDES = ['-Iinclude', '-Isrc', '-Iport/serial'];
const FUSED = ['-O3', '-ffp-contract=fast', ...(process.arch === 'x64' ? ['-mfma'] : [])];
const VARIANTS = { 'native-board': ['-O3', '-ffp-contract=off'], 'native-board-fma': FUSED };

/** @returns the paths of the programs by name; throws where gcc is missing or fails. */
export function buildNative() {
  const folder = join(FIRMWARE, 'build');
  mkdirSync(folder, { recursive: true });
  return Object.fromEntries(
    Object.entries(VARIANTS).map(([name, flags]) => [name, build(join(folder, name), name, flags)]),
  );
}

function build(program, name, flags) {
  const files = sources(['include', 'src', 'port/serial']);
  files['port/native/board.c'] = readFileSync(join(FIRMWARE, 'port/native/board.c'), 'utf8');
  const units = Object.keys(files).filter((path) => path.endsWith('.c'));
  const board = `-DG2T_BOARD_NAME="${name.replace('-board', '')}"`;
  const command = [...WARNINGS, ...flags, ...INCLUDES, hashDefinition(), board, ...units];
  const version = spawnSync('gcc', ['--version'], { encoding: 'utf8' });
  if (version.status !== 0)
    throw new Error('there is no gcc: apt-get install gcc (Debian, Ubuntu), xcode-select --install (macOS)');
  const key = createHash('sha256')
    .update(JSON.stringify([version.stdout, command, Object.entries(files)]))
    .digest('hex');
  const kept = `${program}.sha256`;
  if (existsSync(program) && existsSync(kept) && readFileSync(kept, 'utf8') === key) return program;
  const fresh = `${program}.${process.pid}.tmp`;
  const built = spawnSync('gcc', [...command, '-o', fresh], { cwd: FIRMWARE, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`${name} does not compile:\n${built.stderr}`);
  renameSync(fresh, program);
  writeFileSync(kept, key);
  return program;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    for (const program of Object.values(buildNative())) console.log(program);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
