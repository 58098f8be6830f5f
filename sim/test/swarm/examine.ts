import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runScenario, verifyResult } from '../../cli/simulate.ts';
import { Crew } from '../../device/crew.ts';
import { InputError, RunError } from '../../kernel/errors.ts';
import type { Instant } from '../../kernel/time.ts';
import { DatasetShelf, loadFirmware } from '../../run/inputs.ts';
import { runToEnd } from '../../run/run.ts';
import { type RunOutcome, Session, type SessionInput } from '../../run/session.ts';
import type { LoadedScenario } from '../../scenario/load.ts';
import { Chance } from './chance.ts';
import { type Content, contentOf, firstDifference } from './content.ts';
import { brokenBy } from './invariants.ts';
import { observe } from './observed.ts';
import { prefixFaults } from './prefix.ts';
import { read } from './scenario.ts';

/** One thing that is wrong with a scenario's runs. */
export interface Failure {
  readonly kind:
    | 'internal error'
    | 'run error'
    | 'refused'
    | 'refused by its data'
    | 'difference'
    | 'invariant'
    | 'hang';
  /** Tells failures of one kind apart: the invariant, the way in which two runs were made, where an error was thrown. */
  readonly name: string;
  readonly message: string;
}

export interface Examined {
  readonly failures: readonly Failure[];
  /** Runs that were made, and events in the first. */
  readonly runs: number;
  readonly events: number;
  readonly method: string;
  readonly stopped: string;
}

export interface ExamineOptions {
  readonly dataDir: string;
  /** A folder for results: with it, the scenario is also run and verified as by the command line, report and all. */
  readonly results?: string | undefined;
}

/** What `check` cannot know, because it does not read the data: the key that is named, and why it depends on them. */
const BY_DATA: readonly (readonly [RegExp, string])[] = [
  [/^(\S+ )?partition\b.*: expected /, 'whether every device gets rows, and every label a device'],
  [
    /^(\S+ )?fleet(\.\d+\.holds)?(\.classes)?: expected /,
    'which classes there are, and how much RAM and flash the rows take',
  ],
  [/^(\S+ )?fleet: expected /, 'how much RAM and flash rows and model take'],
  [
    /^(\S+ )?method\.learner(\.name)?: expected (softmax|features of at least 0) /,
    'how many classes there are, whether features are negative',
  ],
  [/^(\S+ )?method\.(manual: expected classes from|combine: expected )/, 'which classes and how many rows there are'],
  [/^(\S+ )?dataset(\.\S+)?: expected /, 'what the files hold'],
  [
    /^\S+: (split )?expected (to leave rows|at least \d+ samples|every class to have|features that a 32-bit float|at least 2 classes)/,
    'what the files hold',
  ],
];

/** Runs a scenario in every way in which it must come to the same, and looks whether what it comes to can be. */
export async function examine(text: string, options: ExamineOptions): Promise<Examined> {
  const failures: Failure[] = [];
  const facts = { runs: 0, events: 0, method: '', stopped: '' };
  const attempt = async <T>(what: string, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failures.push(failureOf(error, what, options.dataDir));
      return undefined;
    }
  };
  const loaded = read(text);
  const shelf = new DatasetShelf(options.dataDir);
  const input = (of: LoadedScenario): SessionInput => ({
    loaded: of,
    dataset: shelf.take(of.scenario.dataset, of.scenario.seed),
    firmware: loadFirmware().module,
  });
  const run = (of: LoadedScenario, threads = 1): Promise<RunOutcome> => {
    facts.runs++;
    return runToEnd({ ...input(of), threads: { threads, worthwhile: 0 } });
  };
  const changed = (path: string, value: unknown): LoadedScenario => read(withKey(loaded, path, value));
  const compare = async (name: string, expected: Content, got: RunOutcome, isSameScenario = true): Promise<void> => {
    const difference = firstDifference(expected, await contentOf(got), isSameScenario);
    if (difference !== undefined) failures.push({ kind: 'difference', name, message: difference });
  };

  for (const [index, { name, loaded: variant }] of [{ name: '', loaded }, ...loaded.variants].entries()) {
    const outcome = await attempt('first run', () => run(variant));
    if (outcome === undefined) return { failures, ...facts };
    if (index === 0) {
      facts.events = outcome.summary.events;
      facts.method = variant.scenario.method.name;
      facts.stopped = outcome.summary.stopped;
    }
    const content = await contentOf(outcome);
    for (const { invariant, message } of brokenBy(observe(variant, outcome, input(variant).dataset)))
      failures.push({ kind: 'invariant', name: invariant, message: index === 0 ? message : `${name}: ${message}` });
    await attempt('again', async () => compare('run again', content, await run(variant)));
    if (index > 0) continue;
    const other = variant.scenario.isolation === 'pooled' ? 'instance' : 'pooled';
    await attempt(other, async () => compare('pooled and isolated', content, await run(changed('isolation', other))));
    await attempt('two threads', async () => compare('one thread and two', content, await run(variant, 2)));
    await attempt('in steps', async () => compare('at once and in steps', content, inSteps(input(variant))));
    const record = variant.scenario.record === 'none' ? 'frames' : 'none';
    await attempt(record, async () =>
      compare('recorded and not', content, await run(changed('record', record)), false),
    );
    await attempt('horizon', async () => {
      const end = outcome.tables.metrics.columns.find((column) => column.name === 'at_s');
      const last = end !== undefined && 'values' in end ? (end.values.at(-1) ?? 0) : 0;
      const horizon = Number((last * new Chance(variant.scenario.seed, text).share()).toPrecision(3));
      if (horizon < 1e-9) return;
      const shorter = await run(changed('stop.horizon', `${horizon} s`));
      for (const message of prefixFaults(outcome.tables, shorter.tables, horizon))
        failures.push({ kind: 'difference', name: 'a run with an earlier horizon', message });
    });
  }
  if (options.results !== undefined && failures.length === 0) {
    const { results } = options;
    facts.runs += 2;
    await attempt('as g2t run', async () => failures.push(...(await asCommands(loaded, results, options.dataDir))));
  }
  return { failures, ...facts };
}

/** Runs and verifies a scenario as the commands do. */
async function asCommands(loaded: LoadedScenario, results: string, dataDir: string): Promise<Failure[]> {
  const outDir = mkdtempSync(join(results, 'run-'));
  const engine = { dataDir, workers: 1, threads: 1, onProgress: () => {}, cancelled: () => false };
  try {
    const { resultDir } = await runScenario({ ...engine, scenario: loaded, outDir });
    const { same, difference } = await verifyResult(resultDir, engine);
    return same
      ? []
      : [{ kind: 'difference', name: 'g2t verify', message: difference ?? 'it says that the result differs' }];
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

/** The same run in uneven steps, asked on the way what it has come to, as the live page does. */
function inSteps(input: SessionInput): RunOutcome {
  const crew = new Crew(undefined);
  const session = new Session({ ...input, crew });
  for (let step = 1; session.run(session.horizon, 1 + ((step * 37) % 101)); step++) {
    // An outcome says how it would end now; it costs as much as the end.
    if (step === 2 || step === 9) session.outcome(session.world.sim.now as Instant);
  }
  crew.close();
  return session.outcome();
}

/** A scenario as text, with one key changed. */
function withKey(loaded: LoadedScenario, path: string, value: unknown): string {
  const [first, second] = path.split('.') as [string, string | undefined];
  const written = loaded.written as Record<string, unknown>;
  const group = written[first] as Record<string, unknown> | undefined;
  return stringify(
    { ...written, [first]: second === undefined ? value : { ...group, [second]: value } },
    { lineWidth: 0 },
  );
}

function failureOf(error: unknown, what: string, dataDir: string): Failure {
  if (!(error instanceof Error)) return { kind: 'internal error', name: 'thrown', message: String(error) };
  const message = error.message.replaceAll(dataDir, 'DATA');
  if (error instanceof InputError) {
    const placed = message.replace(/^(\S+ )compare\.\d+\S*: /, '$1');
    const isByData = BY_DATA.some(([pattern]) => pattern.test(placed));
    return {
      kind: isByData ? 'refused by its data' : 'refused',
      name: general(message),
      message: `${what}: ${message}`,
    };
  }
  if (error instanceof RunError) return { kind: 'run error', name: general(message), message: `${what}: ${message}` };
  const stack = (error.stack ?? '').split('\n').filter((line) => line.trim().startsWith('at '));
  const name = `${general(message)} ${/at (\S+)/.exec(stack.find((line) => !/\bassert\b/.test(line)) ?? '')?.[1] ?? ''}`;
  return { kind: 'internal error', name, message: `${what}: ${message}\n${stack.slice(0, 6).join('\n')}` };
}

/** A message without what differs from scenario to scenario. */
function general(message: string): string {
  return message
    .replace(/^\S+\.yaml:\d+:\d+ /, '')
    .replace(/[-+]?\d[\d.e+-]*/g, '#')
    .slice(0, 120);
}
