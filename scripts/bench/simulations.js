// Whole runs of shipped scenarios, each in a process of its own, as a person starts them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function once(scenario, out) {
  const args = ['dist/cli/main.js', 'run', `scenarios/${scenario}.yaml`, '--json', '--quiet', '--out', out];
  const from = performance.now();
  const run = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 });
  const commandSeconds = (performance.now() - from) / 1000;
  if (run.status !== 0) throw new Error(`${scenario} failed with exit code ${run.status}:\n${run.stderr}`);
  const { devices, events, host } = JSON.parse(run.stdout);
  return { scenario, devices, events, commandSeconds, seconds: host.wall_s, rssBytes: host.rss_bytes };
}

/** @returns the fastest of several runs: a busy machine lengthens runs, it never shortens one. */
export function measureSimulation(scenario, { times }) {
  const out = mkdtempSync(join(tmpdir(), 'g2t-bench-'));
  try {
    const runs = Array.from({ length: times }, () => once(scenario, out));
    const best = runs.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    return {
      ...best,
      devicesPerSecond: best.devices / best.seconds,
      eventsPerSecond: best.events / best.seconds,
      microsecondsPerEvent: (best.seconds / best.events) * 1e6,
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
