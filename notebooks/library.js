// The package as a library: how does the time of training answer to latency?
// Run it from the root of the repository: node notebooks/library.js
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rows, run, sweep } from 'globe2train';

// One run, with two changes. Nothing is written.
const set = { 'dataset.classes': 10, 'method.redundancy': 1 };
const { summary, digest, tables } = await run({ scenario: 'scenarios/quickstart.yaml', set, seed: 7 });
console.log(
  `one run: accuracy ${summary.accuracy}, ${summary.stopped} after ${summary.simulated_s} s, digest ${digest}`,
);

const slowest = rows(tables.devices).sort((a, b) => b.compute_s - a.compute_s)[0];
console.log(
  `most computing: device ${slowest.device}, a ${slowest.board} in ${slowest.region}, ${slowest.compute_s} s`,
);

// A sweep, written in here, with its scenario beside it. Its files go to a folder of their own; called again, it would find them there.
const folder = mkdtempSync(join(tmpdir(), 'g2t-library-'));
try {
  const file = join(folder, 'latency.yaml');
  const scenario = 'quickstart.yaml';
  copyFileSync('scenarios/quickstart.yaml', join(folder, scenario));
  const names = { latency: 'network.links.home-wifi.latency' };
  const grid = { latency: ['10 ms', '100 ms', '1 s'] };
  const text = JSON.stringify({ schema: 1, name: 'latency', scenario, sweep: { names, grid, repeat: { seeds: 5 } } });
  writeFileSync(file, text);
  const { runs } = await sweep({ sweep: file, out: join(folder, 'results'), set: { 'dataset.classes': 10 } });
  for (const latency of new Set(rows(runs).map((row) => row.latency))) {
    const own = rows(runs).filter((row) => row.latency === latency);
    // A run that was cut at its horizon has no makespan.
    const known = own.map((row) => row.makespan_s).filter((makespan) => makespan !== null);
    const sum = known.reduce((all, makespan) => all + makespan, 0);
    const mean = known.length === 0 ? 'not known' : `${(sum / known.length).toFixed(2)} s`;
    console.log(`latency ${latency} s: makespan ${mean}, mean of ${known.length} of ${own.length} seeds`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
