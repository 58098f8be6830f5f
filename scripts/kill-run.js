// Kills a run with SIGKILL within a call of the file system again and again, while it writes a result and while it replaces one, and
// compares what stands with what an undisturbed run writes. Usage: node scripts/kill-run.js [TIMES [SEED]]; after npm run build.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coldStream } from '../dist/kernel/random.js';
import { drawCall, expectSame, filesOf, start } from './kill/kills.js';

const times = Number(process.argv[2] ?? 20);
const seed = Number(process.argv[3] ?? 1);
const again = `node scripts/kill-run.js ${times} ${seed}`;
const folder = mkdtempSync(join(tmpdir(), 'g2t-kill-'));
const SCENARIO = ['scenarios/quickstart.yaml', '--set', 'dataset.classes=5', '--set', 'record=frames'];

const run = (out, at) => start(['run', ...SCENARIO, '--out', out, '--quiet'], at);

/** The only part of a result that tells of the machine. */
const withoutHost = (name, bytes) =>
  /(^|\/)manifest\.json$/.test(name) ? JSON.stringify({ ...JSON.parse(bytes), host: null }) : bytes;

const [calm, killed] = [join(folder, 'calm'), join(folder, 'killed')];
if ((await run(calm).ended) !== 0) throw new Error('the undisturbed run failed');
const expected = filesOf(calm, withoutHost);
const [result] = readdirSync(calm);
const uniform = coldStream(seed, 'kill-run');
let kills = 0;
let renaming = 0;
for (let n = 1; kills < times; n++) {
  if (n > 4 * times) throw new Error(`expected ${times} kills in ${4 * times} runs, got fewer; again with: ${again}`);
  // By turns where nothing stands and where a whole result is replaced.
  if (n % 4 === 1) rmSync(killed, { recursive: true, force: true });
  // A result is written with two renames at most: of the folder before, and of the new one.
  const drawn = drawCall(uniform, 30);
  const at = drawn.startsWith('renameSync')
    ? drawn.replace(/:\d+:/, (_) => `:${1 + Math.floor(uniform() * 2)}:`)
    : drawn;
  const stood = existsSync(join(killed, result));
  const how = await run(killed, at).ended;
  if (how === 'SIGKILL') kills++;
  else if (how !== 0) throw new Error(`run ${n} (${at}) ended with ${how}; again with: ${again}`);
  if (how === 'SIGKILL' && at.startsWith('renameSync')) renaming++;
  // What has the result's name is a whole result, and where there was one, it is there or beside it under a hidden name.
  const now = filesOf(join(killed, result), withoutHost).map((line) => `${result}/${line}`);
  if (now.length > 0) expectSame(now, expected, again);
  const names = existsSync(killed) ? readdirSync(killed) : [];
  const aside = names.some((name) => name.startsWith(`.${result}.old-`));
  if (stood && now.length === 0 && !aside) throw new Error(`kill ${n} (${at}) lost a result; again with: ${again}`);
  process.stdout.write(
    `${n}: ${how} ${at}, ${now.length > 0 ? 'a whole result' : aside ? 'the one before set aside' : 'none'}\n`,
  );
  if (n % 3 === 0) {
    // The same command puts all in order, whatever was left.
    if ((await run(killed).ended) !== 0) throw new Error(`the run after kill ${n} failed; again with: ${again}`);
    expectSame(filesOf(killed, withoutHost), expected, again);
  }
}
if ((await run(killed).ended) !== 0) throw new Error('the last run failed');
expectSame(filesOf(killed, withoutHost), expected, again);
if (times >= 10 && renaming === 0) throw new Error('expected some kills within renaming, got none');
rmSync(folder, { recursive: true });
process.stdout.write(
  `killed ${kills} times, ${renaming} of them within the renaming of a folder: no result lost, none half-written, all ${expected.length} files the same bytes\n`,
);
