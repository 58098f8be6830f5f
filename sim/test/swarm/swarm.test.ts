import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Column, Table } from '../../metrics/table.ts';
import { loadDataset } from '../../run/inputs.ts';
import type { RunOutcome } from '../../run/run.ts';
import { runOf } from '../scenario-run.ts';
import { contentOf, firstDifference } from './content.ts';
import { writeDataFiles } from './data-files.ts';
import { type Examined, examine } from './examine.ts';
import { brokenBy, INVARIANTS } from './invariants.ts';
import { type Observed, observe } from './observed.ts';
import { prefixFaults } from './prefix.ts';
import { drawScenario, read } from './scenario.ts';
import { shrink } from './shrink.ts';
import { keyOf, Swarm } from './swarm.ts';

const folder = mkdtempSync(join(tmpdir(), 'g2t-swarm-test-'));
const dataDir = join(folder, 'data');
beforeAll(() => writeDataFiles(dataDir));
afterAll(() => rmSync(folder, { recursive: true }));

const SEED = 7;

/** The first scenario of a number that its data do not refuse. */
async function examined(index: number): Promise<Examined & { readonly text: string }> {
  for (let attempt = 0; ; attempt++) {
    const { text } = drawScenario(SEED, index, false, attempt);
    const found = await examine(text, { dataDir });
    if (attempt === 5 || !found.failures.some(({ kind }) => kind === 'refused by its data')) return { ...found, text };
  }
}

describe('drawn scenarios', () => {
  it('are the same for a seed and a number, and of all kinds', () => {
    const draw = (index: number) => drawScenario(SEED, index, index % 4 === 0, 0).text;
    const texts = Array.from({ length: 80 }, (_, index) => draw(index));
    expect(draw(11)).toBe(texts[11]);
    expect(new Set(texts).size).toBe(80);
    const all = texts.map((text) => parse(text) as { method: { name: string }; dataset: { name: string } });
    expect(new Set(all.map(({ method }) => method.name)).size).toBe(6);
    expect(new Set(all.map(({ dataset }) => dataset.name)).size).toBe(5);
    for (const key of [
      'partition',
      'interventions',
      'compare',
      'isolation',
      'record',
      'access-points',
      'routine',
      'dropout',
    ])
      expect(texts.some((text) => text.includes(`${key}:`))).toBe(true);
  });

  it('come to the same however they are run, and break no invariant', { timeout: 300_000 }, async () => {
    for (let index = 1; index < 9; index++) {
      const { text, failures, runs } = await examined(index);
      expect(failures.map(keyOf), text).toEqual([]);
      expect(runs).toBeGreaterThan(4);
    }
  });
});

const NETWORK = `network:
  server: { region: dublin, up: 20 Mbit/s, down: 20 Mbit/s }
  links: { shaky: { like: home-wifi, loss: 2 %, dropout: { up: { exponential: 4 s }, down: { exponential: 1 s } } } }
measure: { every: 500 ms }
record: frames
`;
const G2T = `schema: 1
name: planted
dataset: { name: clusters, classes: 5, features: 6, rows: 8, test: 4 }
method: { name: g2t, learner: { name: opt-sgd, passes: 3 } }
fleet: [{ board: nrf52840, count: 3, region: dublin, link: shaky }]
${NETWORK}`;
const FEDAVG = `schema: 1
name: planted
dataset: { name: clusters, classes: 3, features: 6, rows: 8, test: 4 }
partition: { by: iid }
method: { name: fedavg, tau: 3, rounds: 6, learner: { name: softmax, batch: 4 } }
fleet: [{ board: nrf52840, count: 3, region: [dublin, tokyo], link: shaky }]
${NETWORK}`;

async function observed(text: string): Promise<{ readonly outcome: RunOutcome; readonly run: Observed }> {
  const loaded = read(text);
  const outcome = await runOf(loaded);
  return {
    outcome,
    run: observe(loaded, outcome, loadDataset(loaded.scenario.dataset, dataDir, loaded.scenario.seed)),
  };
}

/** A table with one cell of a column of numbers changed; undefined where the cell would be the same. */
function planted(table: Table, name: string, row: number, change: (value: number) => number): Table | undefined {
  const columns = table.columns.map((column): Column => {
    if (column.name !== name || !('values' in column)) return column;
    const values = column.values.slice();
    values[row] = change(values[row]!);
    return { ...column, values } as Column;
  });
  const [before, after] = [table, { columns }].map(({ columns: all }) => all.find((column) => column.name === name));
  if (before === undefined || after === undefined || !('values' in before) || !('values' in after)) return undefined;
  return Object.is(before.values[row], after.values[row]) ? undefined : { ...table, columns };
}

const CHANGES: readonly ((value: number) => number)[] = [
  (value) => value + 1,
  (value) => value * 1.5,
  (value) => -value - 1,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => 1e6,
  () => 0,
];

/** Every table and summary with one wrong number in it, and where. */
function* plantedIn(run: Observed): Generator<readonly [string, Observed]> {
  for (const [name, table] of Object.entries(run.tables))
    for (const { name: column } of table.columns)
      for (const row of new Set([0, Math.floor(table.rows / 2), table.rows - 1]))
        for (const change of CHANGES) {
          const wrong = planted(table, column, row, change);
          if (wrong !== undefined) yield [`${name}.${column}`, { ...run, tables: { ...run.tables, [name]: wrong } }];
        }
  const { network } = run;
  for (const name of ['delivered', 'lost', 'wasted'] as const)
    yield [`network.${name}`, { ...run, network: { ...network, [name]: network[name].map((bytes) => bytes + 1) } }];
  for (const [key, value] of Object.entries(run.summary))
    for (const change of CHANGES) {
      const wrong = changedValue(value, change);
      if (wrong !== undefined) yield [`summary.${key}`, { ...run, summary: { ...run.summary, [key]: wrong } }];
    }
  for (const stopped of ['horizon', 'accuracy', 'trained'] as const)
    if (stopped !== run.summary.stopped) yield ['summary.stopped', { ...run, summary: { ...run.summary, stopped } }];
}

function changedValue(value: unknown, change: (value: number) => number): unknown {
  if (typeof value === 'number') return change(value);
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, changedValue(inner, change)]));
}

/** What no other number of a run tells: nothing notices a change of these that is in their range. */
const UNTOLD = ['summary.schema', 'summary.events', 'metrics.staleness_mean'];

describe('planted faults', () => {
  it('every invariant finds one, and every number of a result is held by one', { timeout: 300_000 }, async () => {
    const fired = new Set<string>();
    const places = new Map<string, boolean>();
    for (const text of [G2T, FEDAVG]) {
      const { run } = await observed(text);
      expect(brokenBy(run)).toEqual([]);
      for (const [place, wrong] of plantedIn(run)) {
        const broken = brokenBy(wrong);
        for (const { invariant } of broken) fired.add(invariant);
        places.set(place, broken.length > 0 || places.get(place) === true);
      }
    }
    expect(INVARIANTS.map(({ name }) => name).filter((name) => !fired.has(name))).toEqual([]);
    const unnoticed = [...places].filter(([place, isNoticed]) => !isNoticed && !UNTOLD.includes(place));
    expect(unnoticed.map(([place]) => place)).toEqual([]);
    expect(new Set(INVARIANTS.map(({ name }) => name)).size).toBe(INVARIANTS.length);
  });

  it('one changed cell, digest or note is a difference', async () => {
    const { outcome } = await observed(G2T);
    const content = await contentOf(outcome);
    expect(firstDifference(content, await contentOf(outcome), true)).toBeUndefined();
    const devices = planted(outcome.tables.devices, 'bytes_up', 1, (bytes) => bytes + 1)!;
    const wrong = { ...outcome, tables: { ...outcome.tables, devices } };
    expect(firstDifference(content, await contentOf(wrong), true)).toMatch(
      /^expected the same devices.arrow, got digest/,
    );
    expect(firstDifference(content, await contentOf({ ...outcome, digest: 'other' }), true)).toMatch(
      /same digest, got digest other/,
    );
    const { frames: _frames, ...unrecorded } = outcome.tables;
    const notRecorded = await contentOf({ ...outcome, tables: unrecorded });
    expect(firstDifference(content, notRecorded, true)).toMatch(/frames.arrow/);
    expect(firstDifference(content, notRecorded, false)).toBeUndefined();
  });

  it('a run with an earlier horizon is the beginning of the whole one', async () => {
    const { outcome } = await observed(G2T);
    const { outcome: shorter } = await observed(`${G2T}stop: { horizon: 4 s }\n`);
    expect(shorter.tables.metrics.rows).toBeLessThan(outcome.tables.metrics.rows);
    expect([...prefixFaults(outcome.tables, shorter.tables, 4)]).toEqual([]);
    const rounds = planted(shorter.tables.rounds, 'bytes_down', 0, (bytes) => bytes + 1)!;
    expect([...prefixFaults(outcome.tables, { ...shorter.tables, rounds }, 4)][0]).toMatch(
      /^expected rounds.bytes_down to be \d+ in row 0/,
    );
    const { outcome: other } = await observed(G2T.replace('schema: 1', 'schema: 1\nseed: 9'));
    expect([...prefixFaults(outcome.tables, other.tables, 4)]).not.toEqual([]);
  });

  it('a scenario that check accepts and the run refuses is told from one that its data refuse', async () => {
    const byData = G2T.replace('link: shaky }', 'link: shaky, holds: [9] }');
    const { failures } = await examine(byData, { dataDir });
    expect(failures).toMatchObject([
      { kind: 'refused by its data', message: expect.stringMatching(/holds: expected classes/) },
    ]);
    const missing = G2T.replace(
      'name: clusters, classes: 5, features: 6, rows: 8, test: 4',
      'name: csv, path: none.csv',
    );
    expect((await examine(missing, { dataDir })).failures).toMatchObject([{ kind: 'refused' }]);
  });
});

describe('shrinking', () => {
  it('leaves what makes a scenario fail, and nothing else, always the same', async () => {
    const fails = async (text: string): Promise<boolean> => {
      const value = parse(text) as { a?: { rate?: string }; list?: number[] };
      return Number.parseFloat(value.a?.rate ?? '0') >= 3 && (value.list ?? []).includes(40);
    };
    const text = 'a: { rate: 1234.5 kbit/s, other: 2 }\nlist: [7, 40, 90]\nmore: { x: [1, 2, { y: 3 }] }\n';
    const small = await shrink(text, fails);
    expect(parse(small)).toEqual({ a: { rate: '3 kbit/s' }, list: [40] });
    expect(await shrink(text, fails)).toBe(small);
  });

  it('ends at its limit', async () => {
    let asked = 0;
    const fails = async (): Promise<boolean> => {
      asked++;
      return false;
    };
    await shrink('a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n', fails, 5);
    expect(asked).toBe(5);
  });
});

describe('workers', () => {
  /** A swarm whose workers do what a line says. */
  function swarmOf(line: string, limit: number): Swarm {
    const worker = join(folder, `worker-${limit}.mjs`);
    writeFileSync(worker, `export default async ({ text }) => { ${line} };\n`);
    return new Swarm({ seed: SEED, extreme: 0.25, workers: 1, limit, asCommandsEvery: 10, worker });
  }

  it('one that hangs is ended, and the swarm goes on; a scenario that hangs is made smaller', {
    timeout: 120_000,
  }, async () => {
    const swarm = swarmOf("while (text.includes('classes: 5')); return { failures: [], runs: 1 }", 0.5);
    try {
      const hang = await swarm.examine(G2T, false);
      expect(hang.failures).toEqual([{ kind: 'hang', name: 'time', message: 'expected to be done within 0.5 s' }]);
      expect((await swarm.examine(FEDAVG, false, 20)).failures).toEqual([]);
    } finally {
      await swarm.close();
    }
  });

  it('one that ends is a failure of its scenario alone', async () => {
    const swarm = swarmOf("if (text.includes('classes: 5')) process.exit(9); return { failures: [], runs: 1 }", 30);
    try {
      expect((await swarm.examine(G2T, false)).failures).toMatchObject([
        { kind: 'internal error', name: 'the worker ended' },
      ]);
      expect((await swarm.examine(FEDAVG, false)).failures).toEqual([]);
    } finally {
      await swarm.close();
    }
  });

  it('numbers are extreme as evenly as was asked', () => {
    const swarm = swarmOf('', 1);
    const extremes = Array.from({ length: 100 }, (_, index) => swarm.isExtreme(index)).filter(Boolean);
    expect(extremes).toHaveLength(25);
    return swarm.close();
  });
});
