import { type InputFile, joinInputs } from '../data/input-file.ts';
import type { DatasetOptions } from '../data/options.ts';
import { InputError } from '../kernel/errors.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { SUMMARY_COLUMNS, summaryColumn } from '../metrics/summary-columns.ts';
import { amountOf, unitOf } from './amount.ts';
import { canonicalJson } from './canonical.ts';
import { type Path, ScenarioError } from './fault.ts';
import { targetOf } from './fleet-options.ts';
import { findings, valueAt } from './issues.ts';
import {
  type BesideFile,
  type LoadedScenario,
  openScenario,
  type ReadBeside,
  type ScenarioFile,
  settingsOf,
} from './load.ts';
import { type Setting, splitPath, withSetting } from './settings.ts';
import { readSource } from './source.ts';
import { expand, type SweepColumn, type SweepPoint } from './sweep-points.ts';
import { type SweepOptions, sweepFileOptions, sweepOptions, type Until } from './sweep-schema.ts';

export type { SweepColumn, SweepPoint } from './sweep-points.ts';

/** A file as it was found: its name for messages, and what is in it. */
export interface FoundFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** A sweep, checked and expanded: every point is known, and can be run. */
export interface LoadedSweep {
  readonly file: string;
  readonly name: string;
  /** The sweep's file, and the scenario's where that is another. */
  readonly text: string;
  readonly scenario: { readonly file: string; readonly text: string } | undefined;
  /** What the command line changed: --set, and --seed as another of them. */
  readonly set: readonly string[];
  readonly columns: readonly SweepColumn[];
  readonly points: readonly SweepPoint[];
  /** The same for every point; with `until`, the most that one can have. */
  readonly seeds: readonly number[];
  readonly until: Until | undefined;
  /** The point that each is compared with, by index. */
  readonly against: readonly number[];
  readonly confidence: number;
  /** The data sets of its points, each once. */
  readonly datasets: readonly DatasetOptions[];
  /** The board files that its scenario and points name, by their paths as written there. */
  readonly boards: ReadonlyMap<string, BesideFile>;
  /** The same as inputs of its runs. */
  readonly inputs: readonly InputFile[];
  /** Sorted JSON of all that decides the sweep: its hash is part of the sweep's id. */
  readonly canonical: string;
  /** The scenario as it is before a point changes it. */
  readonly base: LoadedScenario;
  /** The scenario of a point, with the sweep's first seed. @throws ScenarioError */
  load(point: SweepPoint): LoadedScenario;
  /** An error at a place of the sweep: ['repeat', 'until', 'ci']. */
  fault(path: Path, message: string): ScenarioError;
}

export interface SweepInput extends FoundFile {
  readonly set?: readonly string[];
  readonly seed?: number | undefined;
  /** Reads the scenario that a sweep's file names; the path is as it was written there. */
  readonly read: (path: string) => FoundFile;
  /** Reads a board file that a scenario names, by the scenario's file and the path as written there; as in LoadOptions. */
  readonly readBoard?: (scenario: string, path: string) => BesideFile;
}

/**
 * Reads, checks and expands a sweep; every point's scenario is checked.
 * @throws ScenarioError with the faults and their places
 */
export function loadSweep({ file, bytes, set = [], seed, read, readBoard }: SweepInput): LoadedSweep {
  const boards = new Map<string, BesideFile>();
  // Every point names them again: each is read once.
  const readBeside = (scenario: string): ReadBeside | undefined =>
    readBoard &&
    ((path) => {
      const board = boards.get(path) ?? readBoard(scenario, path);
      boards.set(path, board);
      return board;
    });
  const source = readSource(file, bytes);
  const all = settingsOf(set, seed);
  const ours = all.filter(({ path }) => path[0] === 'sweep');
  const settings = all.filter(({ path }) => path[0] !== 'sweep');
  const written = ours.reduce<unknown>((value, setting) => withSetting(value, setting), source.value);
  const fault = (path: Path, message: string, at?: 'key' | 'value') =>
    new ScenarioError([source.fault(path, message, at)]);
  if (typeof written !== 'object' || written === null || !Object.hasOwn(written, 'sweep')) {
    throw fault([], 'expected a sweep (a key `sweep`), got none; g2t run runs a scenario once');
  }
  const own = Object.hasOwn(written, 'scenario');
  const kept = set.filter((_, index) => all[index]!.path[0] !== 'sweep');
  const opened = own ? overScenario(written, { file, read, readBeside, fault: source.fault }) : undefined;
  const scenarioFile = opened?.scenario ?? openScenario(file, bytes, { readBeside: readBeside(file) });
  // The sweep is no part of what is run; it is checked below, once.
  const without: Setting[] = own ? [] : [{ path: ['sweep'], value: undefined, from: '' }];
  const laidOver = [...without, ...(opened?.settings ?? []), ...settings];
  const texts = [...(opened?.settings ?? []).map(settingText), ...kept];
  const base = scenarioFile.load(laidOver, texts);
  if (base.variants.length > 0) {
    throw new InputError(
      `${base.file}: expected a scenario without \`compare\`, since each run of a sweep stands alone, got ${base.variants.length} variants; --set compare=[] leaves them out`,
    );
  }
  const options = opened?.options ?? readOptions(written, source.fault);
  const within = (path: Path, message: string, at?: 'key' | 'value') => fault(['sweep', ...path], message, at);
  const scenarioValue = laidOver.reduce<unknown>((value, each) => withSetting(value, each), scenarioFile.source.value);
  checkUntil(options, within);
  const seeds = seedsOf(options, base.scenario.seed);
  const expanded = expand(options, { base: scenarioValue, seeds: seeds.length, fault: within });
  const place = ({ at, list }: SweepColumn, value: unknown) =>
    source.fault(['sweep', ...(list?.get(value) ?? at)], '').place;
  const load = (point: SweepPoint): LoadedScenario => {
    const changes = expanded.columns.flatMap((column, index) => {
      const value = point.values[index];
      return column.paths.map((path) => ({ path, value, from: place(column, value) }));
    });
    const first: Setting = { path: ['seed'], value: seeds[0], from: '--seed' };
    return scenarioFile.load([...laidOver, ...changes, first], [...texts, ...changes.map(settingText)]);
  };
  const used = checkPoints(expanded.points, load);
  const { repeat, confidence } = options;
  const spec = {
    columns: expanded.columns.map(({ name, paths }) => ({ name, paths })),
    repeat: 'until' in repeat ? repeat : { seeds },
    confidence,
  };
  const name = opened?.name ?? base.scenario.name;
  return {
    file,
    name,
    text: new TextDecoder().decode(bytes),
    scenario: opened === undefined ? undefined : { file: base.file, text: scenarioFile.text },
    set: seed === undefined ? set : [...set, `seed=${seed}`],
    ...expanded,
    seeds,
    until: 'until' in repeat ? repeat.until : undefined,
    confidence,
    canonical: canonicalJson({
      name,
      scenario: JSON.parse(base.canonical) as unknown,
      ...spec,
      points: expanded.points.map(({ values }) => values),
      against: expanded.against,
    }),
    ...used,
    boards,
    base,
    load,
    fault: within,
  };
}

/** What the file of a sweep over another file says. */
function overScenario(
  written: object,
  {
    file,
    read,
    readBeside,
    fault,
  }: {
    file: string;
    read: SweepInput['read'];
    readBeside: (scenario: string) => ReadBeside | undefined;
    fault: ReturnType<typeof readSource>['fault'];
  },
): { name: string; options: SweepOptions; scenario: ScenarioFile; settings: Setting[] } {
  const parsed = sweepFileOptions.safeParse(written);
  if (!parsed.success) {
    const all = findings(parsed.error, sweepFileOptions, written);
    throw new ScenarioError(all.map(({ path, message, at }) => fault(path, message, at)));
  }
  const { name, scenario, set, sweep } = parsed.data;
  const { place } = fault(['scenario'], '');
  let found: FoundFile;
  try {
    found = read(scenario);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${place} scenario: ${cause.message}`, { cause });
  }
  const settings = Object.entries(set).map(([path, value]): Setting => {
    const from = fault(['set', path], '').place;
    return { path: splitPath(path), value, from };
  });
  const opened = openScenario(found.file, found.bytes, { readBeside: readBeside(found.file) });
  if (valueAt(opened.source.value, ['sweep']) !== undefined)
    settings.unshift({ path: ['sweep'], value: undefined, from: file });
  return { name, options: sweep, scenario: opened, settings };
}

function readOptions(written: object, fault: ReturnType<typeof readSource>['fault']): SweepOptions {
  const value = (written as { sweep?: unknown }).sweep;
  const parsed = sweepOptions.safeParse(value);
  if (parsed.success) return parsed.data;
  const all = findings(parsed.error, sweepOptions, value);
  throw new ScenarioError(all.map(({ path, message, at }) => fault(['sweep', ...path], message, at)));
}

/** @throws for what is looked for in results that have no such column, or with a width that is none. */
function checkUntil({ repeat }: SweepOptions, fault: LoadedSweep['fault']): void {
  if (!('until' in repeat)) {
    const { seeds } = repeat;
    const again = Array.isArray(seeds) ? seeds.findIndex((seed, index) => seeds.indexOf(seed) !== index) : -1;
    if (again >= 0) throw fault(['repeat', 'seeds', again], 'expected seeds that differ, got one again');
    return;
  }
  const { ci, width } = repeat.until;
  const at = (key: string): Path => ['repeat', 'until', key];
  const metric = summaryColumn(ci);
  const names = SUMMARY_COLUMNS.map(({ name }) => name);
  if (metric === undefined) {
    throw fault(
      at('ci'),
      `expected a number of the summary, such as accuracy or makespan_s, got ${ci}${didYouMean(ci, names)}`,
    );
  }
  const amount = amountOf(width);
  const unit = amount && amount.dimension !== 'share' ? unitOf(amount.dimension) : undefined;
  if (amount === undefined || amount.value <= 0 || (unit !== undefined && unit !== metric.unit)) {
    const example = /^(s|J|B)$/.test(metric.unit) ? ` or 2 ${metric.unit}` : '';
    throw fault(at('width'), `expected a width above 0, such as 1 %${example}, got ${width}`);
  }
}

function seedsOf({ repeat }: SweepOptions, first: number): readonly number[] {
  const wanted = 'until' in repeat ? repeat.until.max : repeat.seeds;
  return typeof wanted === 'number' ? Array.from({ length: wanted }, (_, i) => first + i) : wanted;
}

/**
 * Every point's scenario is read before the first is run: a fault in the last is no surprise after hours.
 * @returns which data sets they have, and which files beside them.
 */
function checkPoints(
  points: readonly SweepPoint[],
  load: (point: SweepPoint) => LoadedScenario,
): Pick<LoadedSweep, 'datasets' | 'inputs'> {
  const faults = new Map<string, ScenarioError['faults'][number]>();
  const datasets = new Map<string, DatasetOptions>();
  let inputs: readonly InputFile[] = [];
  for (const point of points) {
    try {
      const loaded = load(point);
      checkSimulated(loaded);
      datasets.set(JSON.stringify(loaded.scenario.dataset), loaded.scenario.dataset);
      inputs = joinInputs([inputs, loaded.inputs]);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      for (const fault of error.faults) faults.set(`${fault.place} ${fault.path} ${fault.message}`, fault);
    }
  }
  if (faults.size > 0) throw new ScenarioError([...faults.values()]);
  return { datasets: [...datasets.values()], inputs };
}

/** A run of a sweep is known by what decides it: boards that measure their own time decide too. */
function checkSimulated({ scenario, fault }: LoadedScenario): void {
  for (const [index, group] of scenario.fleet.entries()) {
    if (targetOf(group) === undefined) continue;
    throw fault(['fleet', index, 'board'], `expected a simulated board in a sweep, got ${group.board}`);
  }
}

/** As --set takes it: JSON is YAML too. */
function settingText({ path, value }: Setting): string {
  return `${path.join('.')}=${JSON.stringify(value ?? null)}`;
}
