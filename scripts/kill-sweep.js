// Kills a sweep with SIGKILL at a random moment, again and again, resumes it, and compares all that it wrote with what an
// undisturbed sweep writes. Usage: node scripts/kill-sweep.js [TIMES [SEED]]; after npm run build.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coldStream } from '../dist/kernel/random.js';

const times = Number(process.argv[2] ?? 20);
const seed = Number(process.argv[3] ?? 1);
const folder = mkdtempSync(join(tmpdir(), 'g2t-kill-'));
const SWEEP = ['scenarios/sweeps/latency-and-loss.yaml', '--set', 'sweep.repeat.seeds=3'];

function start(out) {
  const argv = ['dist/cli/main.js', 'sweep', ...SWEEP, '--workers', '2', '--out', out, '--quiet'];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'inherit', 'inherit'] });
  return { child, ended: new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code))) };
}

function files(out) {
  const names = readdirSync(out, { recursive: true }).sort();
  // Hidden files are what a killed process left half-written: none may remain.
  const kept = names.filter((name) => /\.(arrow|parquet|json|html|svg|png|yaml)$/.test(name) || name.includes('/.'));
  return kept.map(
    (name) =>
      `${name} ${createHash('sha256')
        .update(readFileSync(join(out, name)))
        .digest('hex')}`,
  );
}

function records(out) {
  const runs = join(out, 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs, { recursive: true }).filter(
    (name) => /[0-9a-f]{32}\.json$/.test(name) && !name.includes('/.'),
  );
}

const [calm, killed] = [join(folder, 'calm'), join(folder, 'killed')];
const started = performance.now();
const whole = await start(calm).ended;
if (whole !== 0) throw new Error(`the undisturbed sweep ended with ${whole}`);
const length = performance.now() - started;
const uniform = coldStream(seed, 'kill-sweep');
let kills = 0;
let stood = 0;
for (let n = 1; n <= times; n++) {
  const { child, ended } = start(killed);
  const after = 100 + uniform() * length * 0.35;
  const timer = setTimeout(() => child.kill('SIGKILL'), after);
  const how = await ended;
  clearTimeout(timer);
  if (how === 'SIGKILL') kills++;
  const now = records(killed);
  for (const name of now) JSON.parse(readFileSync(join(killed, 'runs', name), 'utf8'));
  if (now.length < stood) throw new Error(`after kill ${n}: ${stood} runs stood, now ${now.length}`);
  stood = now.length;
  process.stdout.write(`${n}: ${how} after ${Math.round(after)} ms, ${stood} of 60 runs stand\n`);
}
const end = await start(killed).ended;
if (end !== 0) throw new Error(`the resumed sweep ended with ${end}`);
const [expected, got] = [files(calm), files(killed)];
const differing = got.filter((line) => !expected.includes(line)).concat(expected.filter((line) => !got.includes(line)));
if (differing.length > 0)
  throw new Error(`not the same: ${differing.join(', ')}; again with: node scripts/kill-sweep.js ${times} ${seed}`);
if (kills === 0) throw new Error('expected some sweep to be killed before its end, got none');
rmSync(folder, { recursive: true });
process.stdout.write(
  `killed ${kills} times in ${times}: none of 60 runs lost, none half-written, all ${got.length} files the same bytes\n`,
);
