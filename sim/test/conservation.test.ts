import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Accounts } from '../fleet/accounts.ts';
import { findColumn, numbersOf, type Table, wordsOf } from '../metrics/table.ts';
import { FRAME, HEADER } from '../protocol/frame.ts';
import { readTask } from '../protocol/messages.ts';
import type { RunOutcome } from '../run/run.ts';
import { runText } from './scenario-run.ts';

/** What must hold of any run at all, over random small scenarios. A failure prints the seed and path that replay it. */
const RUNS = { seed: 20_261_120, numRuns: 40 };

const BOARDS = ['nrf52840', 'esp32', 'stm32f103c8', 'samd21g18', 'smart-bulb', 'raspberry-pi-3'];
const PLACES = ['dublin', 'singapore', 'sao-paulo', '[london, tokyo, lagos]'];
const DROPOUTS = [
  'none',
  '{ up: { exponential: 3 s }, down: { exponential: 1 s } }',
  '{ up: { exponential: 500 ms }, down: { exponential: 5 s } }',
  '{ up: { exponential: 20 s }, down: { exponential: 200 ms } }',
];

const group = fc.record({
  board: fc.constantFrom(...BOARDS),
  count: fc.integer({ min: 1, max: 4 }),
  region: fc.constantFrom(...PLACES),
  routine: fc.constantFrom('', ', routine: { busy: 30 %, burst: 300 ms }'),
  holds: fc.constantFrom('', '', ', holds: all', ', holds: { classes: 2 }'),
  point: fc.constantFrom('', ', access-point: { per: 2, rate: 5 Mbit/s }'),
});

const scenario = fc.record({
  seed: fc.nat(1000),
  classes: fc.integer({ min: 2, max: 7 }),
  features: fc.integer({ min: 1, max: 40 }),
  rows: fc.integer({ min: 1, max: 12 }),
  passes: fc.integer({ min: 1, max: 4 }),
  fleet: fc.array(group, { minLength: 1, maxLength: 3 }),
  model: fc.constantFrom('simple', 'flow', 'flow'),
  dropout: fc.constantFrom(...DROPOUTS),
  loss: fc.constantFrom('0 %', '2 %', '10 %'),
  when: fc.constantFrom('trained', 'horizon'),
  horizon: fc.constantFrom('700 ms', '5 s', '300 s'),
  method: fc.record({
    allocate: fc.constantFrom('equal', 'ram', 'rate'),
    round: fc.constantFrom('queue', 'classifier', 'batch, batch: 3'),
    barrier: fc.boolean(),
    redundancy: fc.integer({ min: 1, max: 3 }),
    prefetch: fc.integer({ min: 0, max: 3 }),
    rows: fc.constantFrom('auto', 'auto', 'stream'),
    hold: fc.constantFrom('{}', '{ w0: 3 }', '{ w0: 8, by: count }', '{ w0: 64, by: count, time: 300 ms }'),
  }),
});
type Random = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

function textOf(random: Random): string {
  const { method } = random;
  const groups = random.fleet.map(
    ({ board, count, region, routine, holds, point }) =>
      `  - { board: ${board}, count: ${count}, region: ${region}, link: any${routine}${holds}${point} }\n`,
  );
  return `schema: 1
name: random
seed: ${random.seed}
record: frames
dataset: { name: clusters, classes: ${random.classes}, features: ${random.features}, rows: ${random.rows}, test: 2 }
method:
  { name: g2t, learner: { name: opt-sgd, passes: ${random.passes} }, allocate: ${method.allocate}, round: ${method.round},
    barrier: ${method.barrier}, redundancy: ${method.redundancy}, prefetch: ${method.prefetch}, rows: ${method.rows}, hold: ${method.hold} }
fleet:
${groups.join('')}network:
  model: ${random.model}
  server: { region: dublin, up: 20 Mbit/s, down: 20 Mbit/s }
  links: { any: { like: home-wifi, loss: ${random.loss}, dropout: ${random.dropout} } }
stop: { when: ${random.when}, horizon: ${random.horizon} }
measure: { every: 250 ms }
`;
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

/** Runs it, and sees to it that time never goes back. */
async function run(text: string): Promise<RunOutcome> {
  let last = 0;
  return runText(text, [], ({ sim }) => {
    sim.tracer = ({ time, kind }) => {
      if (time < last) throw new Error(`Expected ${kind} at or after ${last} ns, got ${time}`);
      last = time;
    };
  });
}

/** Every byte sent is delivered, lost, wasted or still under way. */
function checkBytes({ world }: RunOutcome): void {
  const { totals, active } = world.network;
  let underWay = 0;
  totals.bytesUp.forEach((up, device) => {
    const sent = up + totals.bytesDown[device]!;
    const known = totals.bytesDelivered[device]! + totals.bytesLost[device]! + totals.bytesWasted[device]!;
    expect(sent - known).toBeGreaterThanOrEqual(0);
    underWay += sent - known;
  });
  if (active === 0) expect(underWay).toBe(0);
}

/** The frames of a run, device by device. */
function framesOf(table: Table): { at: number; device: number; up: boolean; bytes: Uint8Array }[] {
  const at = numbersOf(table, 'at_s');
  const device = numbersOf(table, 'device');
  const direction = wordsOf(table, 'direction');
  const column = findColumn(table, 'bytes')!;
  if (!('offsets' in column)) throw new Error('Expected bytes to be binary');
  return Array.from({ length: table.rows }, (_, row) => ({
    at: at[row]!,
    device: device[row]!,
    up: direction[row] === 'up',
    bytes: column.bytes.subarray(column.offsets[row], column.offsets[row + 1]),
  }));
}

/** A device trains just what it was given, does one thing after another, and nothing before it has something. */
function checkWork({ world, tables }: RunOutcome, passes: number): void {
  const { accounts, devices } = world.fleet;
  const expected = new Float64Array(devices);
  const last = new Float64Array(devices);
  const refused = new Set<number>();
  for (const { at, device, up, bytes } of framesOf(tables.frames!)) {
    expect(at).toBeGreaterThanOrEqual(last[device]!);
    last[device] = at;
    if (bytes[HEADER.type] === FRAME.refuse) refused.add(device);
    if (!up && bytes[HEADER.type] === FRAME.task) expected[device]! += readTask(bytes).rows * passes;
  }
  for (let device = 0; device < devices; device++) {
    if (refused.has(device)) expect(accounts.rows[device]).toBeLessThanOrEqual(expected[device]!);
    else expect(accounts.rows[device]).toBe(expected[device]!);
    if (expected[device] === 0) expect(accounts.flop[device]).toBe(0);
    expect(accounts.compute[device]).toBeLessThanOrEqual(world.fleet.busyUntil(device));
    checkAccount(accounts, device, world.sim.now);
  }
}

function checkAccount(accounts: Accounts, device: number, now: number): void {
  const radio = accounts.communicationUntil(device, now);
  expect(radio).toBeGreaterThanOrEqual(0);
  expect(radio).toBeLessThanOrEqual(now);
  expect(accounts.lost[device]).toBeGreaterThanOrEqual(0);
}

/** The summary says what the tables add up to. */
function checkTables({ summary, tables, world }: RunOutcome): void {
  const total = (name: string) => sum(numbersOf(tables.devices, name));
  expect(tables.devices.rows).toBe(summary.devices);
  expect(total('tasks_done')).toBe(summary.tasks_done);
  expect(total('bytes_up')).toBe(summary.bytes_up);
  expect(total('bytes_down')).toBe(summary.bytes_down);
  expect(total('bytes_wasted')).toBe(summary.bytes_wasted);
  expect(total('energy_j')).toBe(summary.energy_j);
  expect(total('compute_s')).toBeCloseTo(summary.device_seconds, 9);
  expect(total('uploads')).toBe(tables.rounds.rows);
  expect(total('classifiers_sent')).toBe(sum(numbersOf(tables.rounds, 'classifiers')));
  expect(sum(numbersOf(tables.rounds, 'tasks'))).toBe(summary.tasks_done);
  expect(total('classifiers_sent')).toBeGreaterThanOrEqual(summary.tasks_done);
  expect(summary.tasks_done).toBeLessThanOrEqual(summary.tasks_total);
  expect(summary.tasks_done).toBe(world.method.progress.tasksDone);
  expect(summary.stopped === 'trained').toBe(world.method.finished && summary.stopped !== 'horizon');
  for (const name of ['idle_s', 'offline_s', 'comm_s', 'handshake_s', 'bytes_lost', 'bytes_wasted'])
    for (const value of numbersOf(tables.devices, name)) expect(value).toBeGreaterThanOrEqual(0);
  const { metrics } = tables;
  for (const name of ['at_s', 'tasks_done', 'bytes_up', 'bytes_down', 'bytes_wasted', 'energy_j']) {
    const values = numbersOf(metrics, name);
    for (let row = 1; row < metrics.rows; row++) expect(values[row]).toBeGreaterThanOrEqual(values[row - 1]!);
  }
  expect(numbersOf(metrics, 'tasks_done').at(-1)).toBe(summary.tasks_done);
  expect(numbersOf(metrics, 'bytes_up').at(-1)).toBe(summary.bytes_up);
  expect(Math.max(...numbersOf(metrics, 'online'))).toBeLessThanOrEqual(summary.devices);
}

/** Device time until the end of the run is no longer than the run. */
function checkTimes({ tables }: RunOutcome): void {
  const end = numbersOf(tables.metrics, 'at_s').at(-1)!;
  for (const name of ['compute_s', 'comm_s', 'offline_s', 'idle_s'])
    for (const value of numbersOf(tables.devices, name)) expect(value).toBeLessThanOrEqual(end + 1e-9);
}

describe('whatever the scenario', () => {
  it('every byte is accounted for, devices do what they are given, and the tables add up', {
    timeout: 60_000,
  }, async () => {
    let trained = 0;
    let wasted = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async (random) => {
        const outcome = await run(textOf(random));
        checkBytes(outcome);
        checkWork(outcome, random.passes);
        checkTables(outcome);
        checkTimes(outcome);
        if (outcome.world.method.finished) trained++;
        if (outcome.summary.bytes_wasted > 0) wasted++;
      }),
      RUNS,
    );
    // The scenarios are of all kinds: some finish, some do not; some lose transfers.
    expect(trained).toBeGreaterThan(10);
    expect(trained).toBeLessThan(RUNS.numRuns);
    expect(wasted).toBeGreaterThan(5);
  });
});
