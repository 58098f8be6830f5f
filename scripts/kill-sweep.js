// Kills a sweep with SIGKILL again and again, by turns at a random moment and within a call of the file system, resumes it, and compares
// all that it wrote with what an undisturbed sweep writes. Usage: node scripts/kill-sweep.js [TIMES [SEED]]; after npm run build.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coldStream } from '../dist/kernel/random.js';
import { drawCall, expectSame, filesOf, start } from './kill/kills.js';

const times = Number(process.argv[2] ?? 20);
const seed = Number(process.argv[3] ?? 1);
const again = `node scripts/kill-sweep.js ${times} ${seed}`;
const folder = mkdtempSync(join(tmpdir(), 'g2t-kill-'));
const SWEEP = ['scenarios/sweeps/latency-and-loss.yaml', '--set', 'sweep.repeat.seeds=3'];
/** Calls of a kind in a thread of this sweep, before its tables are written. */
const MOST_CALLS = 40;

const sweep = (out, at) => start(['sweep', ...SWEEP, '--workers', '2', '--out', out, '--quiet'], at);

function records(out) {
  const runs = join(out, 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs, { recursive: true }).filter(
    (name) => /[0-9a-f]{32}\.json$/.test(name) && !name.includes('/.'),
  );
}

const [calm, killed] = [join(folder, 'calm'), join(folder, 'killed')];
const started = performance.now();
const whole = await sweep(calm).ended;
if (whole !== 0) throw new Error(`the undisturbed sweep ended with ${whole}`);
const length = performance.now() - started;
const uniform = coldStream(seed, 'kill-sweep');
const kills = { moment: 0, call: 0 };
let stood = 0;
for (let n = 1; kills.moment + kills.call < times; n++) {
  if (n > 4 * times) throw new Error(`expected ${times} kills in ${4 * times} sweeps, got fewer; again with: ${again}`);
  const kind = n % 2 === 0 ? 'call' : 'moment';
  // Begun anew now and then: else most kills would fall after the last run.
  if (n % 8 === 0) {
    rmSync(killed, { recursive: true, force: true });
    stood = 0;
  }
  // A sweep that is done writes its tables and charts anew: kills fall within these too.
  const at = kind === 'call' ? drawCall(uniform, MOST_CALLS) : undefined;
  const after = 100 + uniform() * length * 0.35;
  const { child, ended } = sweep(killed, at);
  const timer = kind === 'moment' ? setTimeout(() => child.kill('SIGKILL'), after) : undefined;
  const how = await ended;
  clearTimeout(timer);
  if (how === 'SIGKILL') kills[kind]++;
  else if (how !== 0)
    throw new Error(`sweep ${n} (${at ?? 'killed at a moment'}) ended with ${how}; again with: ${again}`);
  const now = records(killed);
  for (const name of now) JSON.parse(readFileSync(join(killed, 'runs', name), 'utf8'));
  if (now.length < stood)
    throw new Error(`after kill ${n}: ${stood} runs stood, now ${now.length}; again with: ${again}`);
  stood = now.length;
  process.stdout.write(`${n}: ${how} ${at ?? `after ${Math.round(after)} ms`}, ${stood} of 60 runs stand\n`);
}
const end = await sweep(killed).ended;
if (end !== 0) throw new Error(`the resumed sweep ended with ${end}`);
const [expected, got] = [filesOf(calm), filesOf(killed)];
expectSame(got, expected, again);
if (kills.moment === 0 || (times > 1 && kills.call === 0))
  throw new Error(`expected kills at moments and within calls, got ${kills.moment} and ${kills.call}`);
rmSync(folder, { recursive: true });
process.stdout.write(
  `killed ${kills.moment} times at a moment and ${kills.call} times within a call: none of 60 runs lost, none half-written, all ${got.length} files the same bytes\n`,
);
