// Runs the same scenarios on several versions of Node, pooled and isolated, on one thread and two, and compares the digests. The other Nodes come
// from npm, into .cache/, once. `node scripts/node-matrix.js [MAJOR...]`; exit code 1 on a difference.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAJORS, nodeOf, ROOT } from './node-versions.js';

const GLOBE = ['scenarios/globe-1000.yaml', '--set', 'dataset.classes=40', ...counts([60, 60, 40, 30, 10])];
const ISOLATION = { pooled: ['--set', 'isolation=pooled'], instance: ['--set', 'isolation=instance'] };
const THREADS = { '1 thread': ['--threads', '1'], '2 threads': ['--threads', '2'] };
const RUNS = {
  quickstart: { args: ['scenarios/quickstart.yaml'], ways: ISOLATION },
  'globe, 200 devices': { args: GLOBE, ways: ISOLATION },
  training: { args: ['scripts/bench/training.yaml', '--set', 'method.rounds=5'], ways: THREADS },
};

function counts(of) {
  return of.flatMap((count, group) => ['--set', `fleet.${group}.count=${count}`]);
}

function digest(node, args, out) {
  const run = spawnSync(node, ['dist/cli/main.js', 'run', ...args, '--json', '--quiet', '--out', out], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (run.status !== 0) throw new Error(`${args[0]} failed with exit code ${run.status}:\n${run.stderr}`);
  return JSON.parse(run.stdout).digest;
}

const out = mkdtempSync(join(tmpdir(), 'g2t-matrix-'));
const majors = process.argv.length > 2 ? process.argv.slice(2) : MAJORS;
const rows = [];
try {
  for (const major of majors) {
    const node = nodeOf(major);
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    for (const [name, { args, ways }] of Object.entries(RUNS))
      for (const [way, more] of Object.entries(ways)) {
        const found = digest(node, [...args, ...more], join(out, `${major}-${way}`));
        rows.push({ run: name, node: version, way, digest: found });
        console.log(`${name.padEnd(20)} ${version.padEnd(10)} ${way.padEnd(9)} ${found}`);
      }
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
const different = Object.keys(RUNS).filter(
  (name) => new Set(rows.filter((row) => row.run === name).map((row) => row.digest)).size !== 1,
);
for (const name of different) console.log(`${name}: the digests differ`);
console.log(`${Object.keys(RUNS).length - different.length} passed, ${different.length} failed`);
process.exitCode = different.length === 0 ? 0 : 1;
