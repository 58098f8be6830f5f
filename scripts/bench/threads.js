// A run in which training dominates, on one thread and on two in turn: wall time and CPU time of each.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDataset, loadFirmware } from '../../dist/run/inputs.js';
import { runToEnd } from '../../dist/run/run.js';
import { loadScenario } from '../../dist/scenario/load.js';

const file = join(dirname(fileURLToPath(import.meta.url)), 'training.yaml');

/**
 * Medians of so many runs by number of threads, s, taken in turn: what else loads the machine meets both alike.
 * @returns for one and two threads: wall time, CPU time of all threads, and of the busiest (the run's own, or all others), which wall
 * time comes down to on a machine with nothing else to do; how many times as fast two are, by wall time and by the busiest; the digest.
 */
export async function measureThreads({ times, rounds }) {
  const loaded = loadScenario({ file, bytes: readFileSync(file), set: [`method.rounds=${rounds}`] });
  const dataset = loadDataset(loaded.scenario.dataset, '.', loaded.scenario.seed);
  const firmware = loadFirmware().module;
  const runs = { 1: [], 2: [] };
  const digests = new Set();
  for (let n = 0; n < times; n++)
    for (const threads of [1, 2]) {
      const before = process.cpuUsage();
      const mainBefore = ownCpu();
      const from = performance.now();
      const { digest } = await runToEnd({ loaded, dataset, firmware, threads: { threads } });
      const wall = (performance.now() - from) / 1000;
      const { user, system } = process.cpuUsage(before);
      const cpu = (user + system) / 1e6;
      const own = ownCpu() - mainBefore;
      runs[threads].push({ wall, cpu, busiest: Math.max(own, cpu - own) });
      digests.add(digest);
    }
  if (digests.size !== 1) throw new Error(`threads changed the digest: ${[...digests].join(', ')}`);
  const of = (threads) =>
    Object.fromEntries(['wall', 'cpu', 'busiest'].map((what) => [what, median(runs[threads].map((run) => run[what]))]));
  const [one, two] = [of(1), of(2)];
  return { one, two, speedUp: one.wall / two.wall, speedUpIdle: one.busiest / two.busiest, digest: [...digests][0] };
}

/** CPU time of the program's first thread so far, s; Linux alone tells it apart from the others (in ticks of 10 ms). */
function ownCpu() {
  if (process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const times = Number(process.argv[2] ?? 5);
  console.log(JSON.stringify(await measureThreads({ times, rounds: 10 }), null, 2));
}
