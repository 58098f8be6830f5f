// The event queue beside tinyqueue: each operation pops the least event and pushes one in the future ("hold"), so that
// the number of pending events stays as it is.
import Benchmark from 'benchmark';
import TinyQueue from 'tinyqueue';
import { EventQueue, packKey } from '../../dist/kernel/queue.js';

/** Operations in one call of a benchmark: makes the cost of the call itself vanish. */
const BATCH = 1000;
const SOURCES = 4096;
const PRIORITIES = 8;
const MASK = 0xffff;

/** Exponential waits with a mean of a second, in whole ns: the same for both queues. */
function waits() {
  const table = new Float64Array(MASK + 1);
  let state = 1;
  for (let i = 0; i <= MASK; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    table[i] = Math.ceil(-Math.log((state + 1) / 4294967297) * 1e9);
  }
  return table;
}

const WAITS = waits();

function ours(pending) {
  const queue = new EventQueue(pending);
  let sequence = 0;
  const push = (now) => {
    const n = sequence++;
    const key = packKey(n % PRIORITIES, n % SOURCES, n);
    queue.push(now + WAITS[n & MASK], key, 1, n, 0);
  };
  for (let i = 0; i < pending; i++) push(0);
  return () => {
    for (let i = 0; i < BATCH; i++) {
      queue.pop();
      push(queue.time);
    }
  };
}

/** The same total order over objects, as a simulator on tinyqueue would have it. */
function order(a, b) {
  return a.time - b.time || a.priority - b.priority || a.source - b.source || a.sequence - b.sequence;
}

function tiny(pending) {
  let sequence = 0;
  const event = (now) => {
    const n = sequence++;
    const [priority, source] = [n % PRIORITIES, n % SOURCES];
    return { time: now + WAITS[n & MASK], priority, source, sequence: n, kind: 1, a: n, b: 0 };
  };
  const queue = new TinyQueue(
    Array.from({ length: pending }, () => event(0)),
    order,
  );
  return () => {
    for (let i = 0; i < BATCH; i++) queue.push(event(queue.pop().time));
  };
}

/** Pop and push pairs a second, of the fastest sample: a busy machine lengthens samples, it never shortens one. */
function rate(name, run, seconds) {
  const bench = new Benchmark(name, run, { maxTime: seconds, minSamples: 10 });
  bench.run();
  if (bench.error) throw bench.error;
  return BATCH / Math.min(...bench.stats.sample);
}

/** @returns per number of pending events, pairs of pop and push a second of both. */
export function measureQueue({ seconds }) {
  return [1e3, 1e5, 1e6].map((pending) => {
    const row = {
      pending,
      ours: rate('ours', ours(pending), seconds),
      tinyqueue: rate('tiny', tiny(pending), seconds),
    };
    return { ...row, ratio: row.ours / row.tinyqueue };
  });
}
