// What kill-sweep.js and kill-run.js share.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Calls of the file system within which a process is killed: those that change a folder, more often renaming. */
const CALLS = ['renameSync', 'renameSync', 'renameSync', 'writeSync', 'openSync', 'fsyncSync', 'mkdirSync', 'rmSync'];
const WHEN = ['before', 'amid', 'after'];

/** Starts the built program. @param at undefined, or the call within which it is killed. */
export function start(argv, at) {
  const preload = at === undefined ? [] : ['--import', new URL('./at-call.js', import.meta.url).href];
  const child = spawn(process.execPath, [...preload, 'dist/cli/main.js', ...argv], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, KILL_AT: at ?? '' },
  });
  return { child, ended: new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code))) };
}

/** Draws a call to be killed in. @param most how many calls of a kind there may be in a thread. */
export function drawCall(uniform, most) {
  const call = CALLS[Math.floor(uniform() * CALLS.length)];
  return `${call}:${1 + Math.floor(uniform() * most)}:${WHEN[Math.floor(uniform() * WHEN.length)]}`;
}

/** Name and hash of every file below a folder, hidden ones too. @param contentOf what of a file counts. */
export function filesOf(folder, contentOf = (_name, bytes) => bytes) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).sort();
  return names
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => {
      const content = contentOf(name, readFileSync(join(folder, name)));
      return `${name} ${createHash('sha256').update(content).digest('hex')}`;
    });
}

/** @throws where two lists of files differ. @param again the command that makes it again. */
export function expectSame(got, expected, again) {
  const other = got.filter((line) => !expected.includes(line)).concat(expected.filter((line) => !got.includes(line)));
  if (other.length > 0) throw new Error(`not the same: ${other.join(', ')}; again with: ${again}`);
}
