import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TracedEvent } from '../kernel/simulation.ts';
import { type Column, numbersOf, type Table } from '../metrics/table.ts';
import { costOf, targetOf } from '../report/rivals.ts';
import type { RunOutcome } from '../run/run.ts';
import { NET, runText } from './scenario-run.ts';

/** One clock for all that a run reports, over random small scenarios of all methods. A failure prints what replays it. */
const RUNS = { seed: 20_261_207, numRuns: 300 };

const group = fc.record({
  board: fc.constantFrom('nrf52840', 'esp32', 'samd21g18', 'raspberry-pi-3'),
  count: fc.integer({ min: 1, max: 3 }),
  region: fc.constantFrom('dublin', 'singapore', '[london, tokyo]'),
  more: fc.constantFrom('', ', routine: { busy: 30 %, burst: 300 ms }', ', access-point: { per: 2, rate: 5 Mbit/s }'),
});

const rounds = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom('', ', deadline: 900 ms', ', quorum: 1'))
  .map(([count, more]) => `rounds: ${count}${more}`);

/** A method but for its learner. */
const exchange = fc.oneof(
  rounds.map((own) => `name: ssgd, ${own}`),
  fc
    .tuple(rounds, fc.constantFrom('', ', fraction: 50 %, over-selection: 30 %'), fc.constantFrom(1, 8, 300))
    .map(([own, more, tau]) => `name: fedavg, tau: ${tau}, ${own}${more}`),
  fc
    .tuple(fc.constantFrom('adaptive', '3'), fc.boolean(), fc.integer({ min: 1, max: 6 }))
    .map(([tau, least, time]) => `name: adaptive-tau, tau: ${tau}, min-loss: ${least}, budget: { time: ${time} s }`),
  fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom('combined', 'separate'), fc.constantFrom('', ', bound: 1'))
    .map(([updates, how, more]) => `name: asgd, updates: ${updates}, exchange: ${how}${more}`),
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(1, 4, 200))
    .map(([steps, tau]) => `name: gaia, steps: ${steps}, tau: ${tau}`),
);
const method = fc.oneof(
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(2, 200),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom('{}', '{ w0: 3, by: count }'),
        fc.constantFrom('vote', 'wlw'),
      )
      .map(
        ([passes, redundancy, prefetch, hold, combine]) =>
          `method: { name: g2t, learner: { name: opt-sgd, passes: ${passes} }, redundancy: ${redundancy}, prefetch: ${prefetch}, hold: ${hold}, combine: ${combine} }`,
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(exchange, fc.constantFrom('8', 'full'))
      .map(
        ([own, batch]) =>
          `partition: { by: iid }\nmethod: { ${own}, learner: { name: softmax, eta: 0.2, batch: ${batch} } }`,
      ),
  },
);

const scenario = fc.record({
  seed: fc.nat(1000),
  classes: fc.integer({ min: 2, max: 5 }),
  features: fc.integer({ min: 1, max: 12 }),
  rows: fc.constantFrom(12, 60),
  fleet: fc.array(group, { minLength: 1, maxLength: 3 }),
  method,
  model: fc.constantFrom('simple', 'flow'),
  dropout: fc.constantFrom(
    'none',
    'none',
    '{ up: { exponential: 3 s }, down: { exponential: 1 s } }',
    '{ trace: { off: [[0 s, 700 ms]] } }',
  ),
  loss: fc.constantFrom('0 %', '3 %'),
  when: fc.constantFrom('trained', 'trained', 'horizon', '{ accuracy: 60 % }', '{ accuracy: 95 % }'),
  horizon: fc.constantFrom('1300 ms', '8 s', '60 s'),
  every: fc.constantFrom('100 ms', '1 s', '1 min'),
  /** Where another run is cut: a share of this one's time. */
  cut: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
});
type Random = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

function textOf(random: Random): string {
  const groups = random.fleet.map(
    ({ board, count, region, more }) =>
      `  - { board: ${board}, count: ${count}, region: ${region}, link: any${more} }\n`,
  );
  return `schema: 1
name: random
seed: ${random.seed}
dataset: { name: clusters, classes: ${random.classes}, features: ${random.features}, rows: ${random.rows}, test: 6 }
${random.method}
fleet:
${groups.join('')}network:
  model: ${random.model}
  server: { region: dublin, up: 20 Mbit/s, down: 20 Mbit/s }
  links: { any: { like: home-wifi, loss: ${random.loss}, dropout: ${random.dropout} } }
stop: { when: ${random.when}, horizon: ${random.horizon} }
measure: { every: ${random.every} }
`;
}

/** A run and its events, in order. */
async function traced(text: string, set: readonly string[] = []): Promise<RunOutcome & { readonly events: string[] }> {
  const events: string[] = [];
  const trace = ({ time, kind, key, a, b }: TracedEvent) => events.push(`${time} ${kind} ${key} ${a} ${b}`);
  const outcome = await runText(text, set, ({ sim }) => {
    sim.tracer = trace;
  });
  return { ...outcome, events };
}

/** The columns in seconds. */
function times(table: Table): { readonly name: string; readonly values: ArrayLike<number> }[] {
  return table.columns.flatMap((column) => (column.unit === 's' && 'values' in column ? [column] : []));
}

/** No time that a run reports is after its end, and none but the makespan is missing where it was cut. */
function checkTimes({ summary, tables }: RunOutcome): void {
  const { makespan_s: makespan, simulated_s: end, time_to_accuracy_s: reached, stopped } = summary;
  expect(makespan).toBe(stopped === 'horizon' ? null : end);
  expect(summary.efficiency === null).toBe(stopped === 'horizon');
  expect(reached).toBe(stopped === 'accuracy' ? makespan : null);
  // Seconds are whole nanoseconds over 1e9; sums of them may be a rounding apart.
  const latest = end * (1 + 1e-12) + 1e-12;
  for (const [name, table] of Object.entries(tables))
    for (const column of times(table))
      for (let row = 0; row < table.rows; row++)
        if (column.values[row]! > latest)
          throw new Error(
            `Expected ${name}.${column.name} of row ${row} to be at most ${end} s, got ${column.values[row]} s`,
          );
  for (const spread of [summary.age_s?.mean, summary.age_s?.max]) expect(spread ?? 0).toBeLessThanOrEqual(latest);
}

/** The values of some rows, a text a row. */
function rowsOf(table: Table, keep: (row: number) => boolean): string[] {
  const cell = (column: Column, row: number) =>
    column.type === 'utf8' ? column.words[column.codes[row]!] : 'values' in column ? column.values[row] : '';
  return Array.from({ length: table.rows }, (_, row) => row)
    .filter(keep)
    .map((row) => table.columns.map((column) => String(cell(column, row))).join(' '));
}

/** The rows of a table up to an instant, by the column that says when each came to be. */
function until(table: Table | undefined, column: string, end: number): string[] {
  if (table === undefined) return [];
  const at = times(table).find(({ name }) => name === column)!.values;
  return rowsOf(table, (row) => at[row]! <= end);
}

describe('whatever the scenario', () => {
  it('no time is above the makespan, and a run that is cut is the beginning of the whole run', {
    timeout: 300_000,
  }, async () => {
    const seen: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(scenario, async (random) => {
        const text = textOf(random);
        const whole = await traced(text);
        checkTimes(whole);
        const { stopped, simulated_s: end } = whole.summary;
        const name = /method: { name: ([a-z0-9-]+)/.exec(text)![1]!;
        for (const what of [stopped, name]) seen[what] = (seen[what] ?? 0) + 1;
        const cut = await traced(text, [`stop.horizon=${Math.max(1, Math.floor(end * random.cut * 1e9))} ns`]);
        checkTimes(cut);
        expect(cut.summary.stopped).toBe('horizon');
        const at = cut.summary.simulated_s;
        expect(Math.abs(at - end * random.cut)).toBeLessThan(5e-9);
        expect(whole.events.slice(0, cut.events.length)).toEqual(cut.events);
        expect(
          whole.events.slice(cut.events.length).find((event) => Number.parseInt(event, 10) <= at * 1e9),
        ).toBeUndefined();
        expect(rowsOf(cut.tables.rounds, () => true)).toEqual(until(whole.tables.rounds, 'ended_s', at));
        expect(until(cut.tables.improvements, 'at_s', at)).toEqual(until(whole.tables.improvements, 'at_s', at));
        // The last row of the run that was cut is of its end, where the whole run was not measured.
        const measured = until(whole.tables.metrics, 'at_s', at);
        expect(until(cut.tables.metrics, 'at_s', at).slice(0, measured.length)).toEqual(measured);
        expect(cut.tables.metrics.rows - measured.length).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
    const kinds = ['trained', 'horizon', 'accuracy', 'g2t', 'ssgd', 'fedavg', 'adaptive-tau', 'asgd', 'gaia'];
    for (const kind of kinds) expect(seen[kind], kind).toBeGreaterThan(20);
  });
});

describe('the makespan', () => {
  it('counts from the start of the simulation, as all other times do', async () => {
    const { summary, tables } = await runText(NET);
    const ended = numbersOf(tables.rounds, 'ended_s').at(-1);
    expect(ended).toBeGreaterThan(1.5);
    expect(summary).toMatchObject({ stopped: 'trained', makespan_s: ended, simulated_s: ended });
    expect(numbersOf(tables.metrics, 'at_s').at(-1)).toBe(ended);
    expect(summary.efficiency).toBeCloseTo(summary.device_seconds / (summary.devices * ended!), 12);
  });

  it('is not known of a run that was cut, before its first dispatch or after', async () => {
    for (const horizon of ['1 ms', '1 s', '1.55 s']) {
      const { summary } = await runText(NET, [`stop.horizon=${horizon}`]);
      const seconds = horizon === '1 ms' ? 0.001 : Number.parseFloat(horizon);
      expect(summary).toMatchObject({ stopped: 'horizon', makespan_s: null, efficiency: null, simulated_s: seconds });
    }
  });

  it('is not that of a run that was to go on to its horizon, though its model was there before', async () => {
    const { summary } = await runText(NET, ['stop={ when: horizon, horizon: 10 s }']);
    expect(summary).toMatchObject({ stopped: 'horizon', makespan_s: null, simulated_s: 10, tasks_done: 3 });
  });
});

/** Methods that reach 90 % of 90 test rows after a while, and some with a model that is measured more seldom than changed. */
const LEARNING: readonly (readonly [name: string, method: string])[] = [
  ['g2t', 'name: g2t, learner: { name: opt-sgd, passes: 3 }'],
  ['ssgd', 'name: ssgd, rounds: 300, learner: { name: softmax, eta: 0.2, batch: 8 }'],
  ['fedavg', 'name: fedavg, tau: 2, rounds: 300, learner: { name: softmax, eta: 0.1, batch: 8 }'],
  ['adaptive-tau', 'name: adaptive-tau, budget: { time: 1 min }, learner: { name: softmax, eta: 0.05, batch: 8 }'],
  ['asgd', 'name: asgd, updates: 3000, learner: { name: softmax, eta: 0.1, batch: 8 }'],
  ['gaia', 'name: gaia, steps: 300, learner: { name: softmax, eta: 0.2, batch: 8 }'],
];
const EVERY = ['1 min', '10 s', '1 s'];

function learningWith(name: string, method: string): string[] {
  const rows = name === 'g2t' ? 'partition=none' : 'partition={ by: iid }';
  return ['dataset={ name: clusters, classes: 6, rows: 30, test: 15 }', rows, `method={ ${method} }`];
}

describe('a target', () => {
  it.each(LEARNING)('is met by %s at the same aggregation however often the run is measured', async (name, method) => {
    const found = [];
    for (const every of EVERY) {
      const set = [...learningWith(name, method), 'stop.when={ accuracy: 90 % }', `measure.every=${every}`];
      const { summary, tables } = await runText(NET, set);
      const { events: _events, digest: _digest, ...same } = summary;
      found.push({ same, rounds: rowsOf(tables.rounds, () => true), improvements: tables.improvements });
      expect(summary.stopped).toBe('accuracy');
      expect(summary.accuracy).toBeGreaterThanOrEqual(0.9);
      expect(summary.time_to_accuracy_s).toBe(summary.makespan_s);
      const best = tables.improvements!;
      expect(numbersOf(best, 'at_s').at(-1)).toBe(summary.makespan_s);
      // The aggregation before had not reached it.
      expect(numbersOf(best, 'accuracy').at(-2) ?? 0).toBeLessThan(0.9);
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  it('that is never reached leaves a run that trains to its end', async () => {
    const { summary } = await runText(NET, ['stop.when={ accuracy: 100 % }']);
    expect(summary).toMatchObject({ stopped: 'trained', time_to_accuracy_s: null, tasks_done: 3 });
    expect(summary.makespan_s).toBe(summary.simulated_s);
  });
});

describe('what an accuracy cost', () => {
  it.each(LEARNING)('does not depend on how often a run of %s is measured', async (name, method) => {
    const found = [];
    for (const every of EVERY) {
      const set = [
        ...learningWith(name, method),
        'compare=[{ name: other, set: { seed: 2 } }]',
        `measure.every=${every}`,
      ];
      const { summary, tables } = await runText(NET, set);
      const run = { label: name, summary, tables };
      expect(tables.improvements!.rows).toBeGreaterThan(1);
      for (const target of [0.5, 0.7, 0.9]) {
        const { seconds } = costOf(run, target);
        expect(seconds).toBeLessThanOrEqual(summary.makespan_s!);
      }
      found.push([targetOf({ runs: [run], byMethod: false }), costOf(run, 0.5), costOf(run, 0.9)]);
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  it('is looked for after every update of asgd, and after as many as there are devices where that takes long', async () => {
    const { tables } = await runText(NET, [...learningWith('asgd', LEARNING[4]![1]), 'stop.when={ accuracy: 90 % }']);
    expect(numbersOf(tables.improvements!, 'tasks_done').some((updates) => updates % 4 !== 0)).toBe(true);
    const rows = 'dataset={ name: clusters, classes: 6, rows: 30, test: 150 }';
    const compared = 'compare=[{ name: other, set: { seed: 2 } }]';
    const { tables: large } = await runText(NET, [...learningWith('asgd', LEARNING[4]![1]), rows, compared]);
    expect(large.improvements!.rows).toBeGreaterThan(3);
    for (const updates of numbersOf(large.improvements!, 'tasks_done')) expect(updates % 4).toBe(0);
  });

  it('changes no digest where it is recorded', async () => {
    const alone = await runText(NET);
    const compared = await runText(NET, ['compare=[{ name: other, set: { seed: 2 } }]']);
    expect(alone.tables.improvements).toBeUndefined();
    expect(compared.tables.improvements!.rows).toBeGreaterThan(0);
    expect(compared.digest).toBe(alone.digest);
  });
});
