// npm run bench: the event queue beside tinyqueue, a training step in WASM beside the same C natively, whole runs, and training
// on one thread and two.
// A table on stdout, the figures in results/bench.json. `-- --quick` is for CI: shorter measurements.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureNative, measureWasm } from '../firmware/bench/bench.js';
import { measureQueue } from './bench/queue.js';
import { measureSimulation } from './bench/simulations.js';
import { measureThreads } from './bench/threads.js';

const RESULTS = join(dirname(fileURLToPath(import.meta.url)), '..', 'results');
const quick = process.argv.includes('--quick');

const whole = (value) => Math.round(value).toLocaleString('en');
const line = (...cells) =>
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(30) : cell.padStart(16))).join(''));
const missed = [];
/** A target said beside its figure. */
function aim(what, value, met, target) {
  if (!met) missed.push(`${what}: ${value.toFixed(2)}, expected ${target}`);
  return `${value.toFixed(2)} (${target})`;
}

// First, while this process is small: Linux counts a parent's memory in the peak of its children.
const runs = ['globe-1000', 'globe-10000'].map((scenario) => measureSimulation(scenario, { times: quick ? 1 : 3 }));

line('Event queue, pop + push', 'pending', 'a second', 'tinyqueue', 'times as fast');
const queue = measureQueue({ seconds: quick ? 1 : 5 });
for (const { pending, ours, tinyqueue, ratio } of queue) {
  const said = pending < 1e5 ? ratio.toFixed(2) : aim(`queue at ${pending}`, ratio, ratio >= 4, '>= 4');
  line('', whole(pending), whole(ours), whole(tinyqueue), said);
}

const wasm = await measureWasm();
const native = measureNative();
line('Opt-SGD step, 22 features', 'ns in WASM', 'ns natively', 'steps a second', 'ratio');
const ratio = native && wasm.nsPerStep / native.nsPerStep;
line(
  '',
  wasm.nsPerStep.toFixed(2),
  native ? native.nsPerStep.toFixed(2) : 'no gcc',
  whole(1e9 / wasm.nsPerStep),
  ratio ? aim('step', ratio, ratio <= 2.2, '<= 2.2') : 'skipped',
);

line('Whole runs', 'devices', 'events', 'wall s', 'MB', 'devices/s', 'events/s', 'us an event');
for (const run of runs) {
  const { scenario, devices, events, seconds, rssBytes, devicesPerSecond, eventsPerSecond, microsecondsPerEvent } = run;
  const rates = [devicesPerSecond, eventsPerSecond].map(whole);
  line(
    scenario,
    whole(devices),
    whole(events),
    seconds.toFixed(2),
    whole(rssBytes / 1e6),
    ...rates,
    microsecondsPerEvent.toFixed(1),
  );
}
const growth = runs[1].microsecondsPerEvent / runs[0].microsecondsPerEvent;
console.log(`an event among 10,000 devices, beside one among 1000: ${aim('event', growth, growth <= 1.25, '<= 1.25')}`);

line('Training, 40 devices', 'threads', 'wall s', 'CPU s', 'busiest s', 'times as fast', 'by the busiest');
const threads = await measureThreads(quick ? { times: 1, rounds: 5 } : { times: 5, rounds: 40 });
for (const [count, { wall, cpu, busiest }] of [threads.one, threads.two].entries()) {
  // The busiest thread is known on Linux alone.
  const figures = (values) => values.map((value) => (Number.isNaN(value) ? '-' : value.toFixed(2)));
  const faster = count === 0 ? ['', ''] : figures([threads.speedUp, threads.speedUpIdle]);
  line('', whole(count + 1), ...figures([wall, cpu, busiest]), ...faster);
}

const host = { node: process.version, platform: `${process.platform}-${process.arch}`, cpu: cpus()[0]?.model ?? '' };
mkdirSync(RESULTS, { recursive: true });
writeFileSync(
  join(RESULTS, 'bench.json'),
  `${JSON.stringify({ quick, host, queue, step: { wasm, native: native ?? null }, runs, growth, threads }, null, 2)}\n`,
);
for (const each of missed) console.log(`missed: ${each}`);
