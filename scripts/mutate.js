// Changes files that the program reads, one random change at a time, and runs the commands that read them: none may end in an internal
// error, a stack or another exit code than 0, 1 or 2, and none may hang.
// Usage: npm run mutate -- [--count N] [--seed S] [--only N [--keep FOLDER]]; N mutations, or the one of that number, whose files stay.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { coldStream } from '../dist/kernel/random.js';
import { drawSubject, freshCopy, makeMaterials } from './mutate/subjects.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    keep: { type: 'string' },
  },
});
const [count, seed] = [values.count, values.seed].map(Number);
if (![count, seed].every(Number.isSafeInteger))
  throw new Error('mutate: expected whole numbers for --count and --seed');

/** The longest that a command may take, s of real time: the materials are tiny. A table that hangs its reader takes 10 s. */
const LIMIT_S = 90;
const CODES = [0, 1, 2];

let worker;

/** @returns the exit code and what was said, or why there is none. */
async function run(argv) {
  worker ??= fork(new URL('./mutate/worker.js', import.meta.url), { execArgv: ['--max-old-space-size=2048'] });
  const child = worker;
  let timer;
  const outcome = await new Promise((resolve) => {
    child.once('message', resolve);
    child.once('exit', (code, signal) => resolve({ code: -1, stderr: `ended the process (${signal ?? code})` }));
    timer = setTimeout(() => resolve({ code: -1, stderr: `hangs: no end after ${LIMIT_S} s` }), LIMIT_S * 1000);
    child.send(argv);
  });
  clearTimeout(timer);
  child.removeAllListeners('message');
  child.removeAllListeners('exit');
  if (outcome.code === -1) stop();
  return outcome;
}

function stop() {
  worker?.kill('SIGKILL');
  worker = undefined;
}

/** What is wrong with how a command ended; undefined where nothing is. */
function faultOf({ code, stderr }) {
  if (!CODES.includes(code)) return `exit code ${code}: ${stderr}`;
  if (/internal error|^\s+at .*:\d+:\d+\)?$/m.test(stderr)) return stderr.trim();
  if (code !== 0 && stderr.trim() === '') return `exit code ${code} without a word`;
  const isControl = (sign) => (sign < ' ' && sign !== '\n' && sign !== '\t') || sign === '\x7f';
  return [...stderr].some(isControl) ? `control characters in ${JSON.stringify(stderr)}` : undefined;
}

const started = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'g2t-mutate-'));
const materials = join(folder, 'materials');
await makeMaterials(materials, async (argv) => {
  const { code, stderr } = await run(argv);
  if (code !== 0) throw new Error(`mutate: g2t ${argv.join(' ')} ended with ${code}: ${stderr}`);
});
const here = values.keep ?? join(folder, 'mutated');
const numbers = values.only === undefined ? Array.from({ length: count }, (_, n) => n) : [Number(values.only)];
const ends = new Map();
let failed = 0;
for (const number of numbers) {
  const uniform = coldStream(seed, `mutate/${number}`);
  const subject = drawSubject(uniform);
  freshCopy(materials, here);
  const what = await subject.mutate(here, uniform);
  for (const argv of subject.commands(here)) {
    const outcome = await run(argv);
    const end = `${subject.name}: g2t ${argv[0]}, exit code ${outcome.code}`;
    ends.set(end, (ends.get(end) ?? 0) + 1);
    const fault = faultOf(outcome);
    if (values.only !== undefined)
      process.stdout.write(`${what}\ng2t ${argv.join(' ')}\n${outcome.code} ${outcome.stderr}\n`);
    if (fault === undefined) continue;
    failed++;
    process.stdout.write(
      `${number} (${subject.name}), ${what}\n  g2t ${argv.join(' ')}\n  ${fault.replaceAll('\n', '\n  ')}\n  again with: npm run mutate -- --seed ${seed} --only ${number} --keep FOLDER\n`,
    );
  }
  if ((number + 1) % 100 === 0) process.stderr.write(`mutate: ${number + 1} of ${count}\n`);
}
stop();
if (values.keep === undefined) rmSync(folder, { recursive: true });
for (const [end, times] of [...ends].sort()) process.stdout.write(`${String(times).padStart(6)} ${end}\n`);
const seconds = Math.round((performance.now() - started) / 1000);
process.stdout.write(`${numbers.length} mutations, seed ${seed}: ${failed} failed, in ${seconds} s\n`);
process.exitCode = failed === 0 ? 0 : 1;
