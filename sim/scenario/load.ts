import { type InputFile, joinInputs } from '../data/input-file.ts';
import { isBoardPath } from '../device/board-file.ts';
import { assert, InputError } from '../kernel/errors.ts';
import { type ResolvedNetwork, resolveNetwork } from '../net/options.ts';
import { canonicalJson } from './canonical.ts';
import { checkScenario } from './check.ts';
import { type Fault, type Path, pathText, ScenarioError } from './fault.ts';
import { type Intervention, resolveInterventions } from './interventions.ts';
import { findings, valueAt } from './issues.ts';
import { SCENARIO_SCHEMA, type Scenario, scenarioOptions } from './schema.ts';
import { readSetting, type Setting, splitPath, withSetting } from './settings.ts';
import { readSource, type ScenarioSource } from './source.ts';
import { type PlannedVariant, plannedVariants } from './variants.ts';

/** A scenario ready to run: every default filled in, every quantity in SI, interventions read. */
export interface ResolvedScenario
  extends Omit<Scenario, 'network' | 'interventions' | 'compare' | 'schema' | 'description' | 'sweep'> {
  readonly network: ResolvedNetwork;
  /** In order of time; those of one instant in the order of the file. */
  readonly interventions: readonly Intervention[];
  /** Whether each aggregation that improves the model is recorded: where the run stops at an accuracy, or is compared. */
  readonly improvements: boolean;
}

/** A scenario and where it came from. */
export interface LoadedScenario {
  /** The file as the user named it. */
  readonly file: string;
  readonly scenario: ResolvedScenario;
  /** The scenario as it was written, and the --set that was laid over it. */
  readonly text: string;
  /** What is written there, --set and --seed laid over it: plain data, before any default. */
  readonly written: unknown;
  readonly set: readonly string[];
  /** Files beside it whose content is among `set`: board files. */
  readonly inputs: readonly InputFile[];
  /** Sorted JSON of all that decides the run, seed included: its hash is part of the run's id. */
  readonly canonical: string;
  /** Variants of `compare`, in order, each a scenario of its own. */
  readonly variants: readonly Variant[];
  /** "scenarios/a.yaml:12:9 network.links.home-wifi.loss", for a fault found later, when the run is wired. */
  place(path: Path | string): string;
  /** An error at a place: "... network.links.home-wifi.loss: expected ..., got ...". */
  fault(path: Path | string, message: string): ScenarioError;
}

export interface Variant {
  readonly name: string;
  /** The run that this one changes further, by name; undefined for one that stands beside the scenario. */
  readonly against: string | undefined;
  readonly loaded: LoadedScenario;
}

export interface LoadOptions {
  /** The file as the user named it; for messages. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** "path=value", as given to --set. */
  readonly set?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  /** Reads a file that the scenario names, by its path as written there; without it such paths are faults. */
  readonly readBeside?: ReadBeside | undefined;
  /** Files whose content stands in `set` already, of a scenario that was loaded before. */
  readonly inputs?: readonly InputFile[] | undefined;
}

/** A file beside a scenario. */
export interface BesideFile {
  readonly bytes: Uint8Array;
  /** Its SHA-256. */
  readonly sha256: string;
}

export type ReadBeside = (path: string) => BesideFile;

/**
 * Reads, checks and resolves a scenario.
 * @throws ScenarioError with every fault of the file, or InputError for a --set that cannot be read.
 */
export function loadScenario({ file, bytes, set = [], seed, readBeside, inputs }: LoadOptions): LoadedScenario {
  return openScenario(file, bytes, { readBeside, inputs }).load(settingsOf(set, seed), set);
}

/** What --set and --seed change. */
export function settingsOf(set: readonly string[], seed: number | undefined): Setting[] {
  const settings = set.map(readSetting);
  return seed === undefined ? settings : [...settings, { path: ['seed'], value: seed, from: '--seed' }];
}

/** A scenario's file, parsed once, to be resolved with one set of changes after another. */
export interface ScenarioFile {
  readonly source: ScenarioSource;
  readonly text: string;
  /**
   * Checks and resolves it with changes laid over it.
   * @param set the changes as --set would be given them, for whoever reads the scenario again.
   * @throws ScenarioError with every fault
   */
  load(settings: readonly Setting[], set: readonly string[]): LoadedScenario;
}

/** @param beside as in LoadOptions. @throws ScenarioError with the first syntax error of the file. */
export function openScenario(
  file: string,
  bytes: Uint8Array,
  { readBeside, inputs = [] }: Pick<LoadOptions, 'readBeside' | 'inputs'> = {},
): ScenarioFile {
  const source = readSource(file, bytes);
  const text = new TextDecoder().decode(bytes);
  return {
    source,
    text,
    load(settings, set) {
      const asked = settings.reduce<unknown>((value, setting) => withSetting(value, setting), source.value);
      const boards = readBeside === undefined ? [] : boardSettings(asked, readBeside, faultFinder(source, settings));
      const written = boards.reduce<unknown>((value, setting) => withSetting(value, setting), asked);
      return resolve(written, {
        file,
        text,
        // What a board file says becomes part of the run: it can be told, and verified, without the file.
        set: [...set, ...boards.map(({ path, value }) => `${path.join('.')}=${JSON.stringify(value)}`)],
        inputs: joinInputs([inputs, boards.map(({ input }) => input)]),
        faultAt: faultFinder(source, [...settings, ...boards]),
      });
    },
  };
}

/** The same scenario with another seed, which decides nothing of how a scenario is read. Only for one without variants. */
export function withSeed(loaded: LoadedScenario, seed: number): LoadedScenario {
  assert(loaded.variants.length === 0, 'Expected a scenario without variants, whose seeds would change too');
  const canonical = canonicalJson({ ...(JSON.parse(loaded.canonical) as object), seed });
  const written = { ...(loaded.written as object), seed };
  return { ...loaded, written, scenario: { ...loaded.scenario, seed }, canonical };
}

/** The board files that groups of the fleet name, each in the place of its path. */
function boardSettings(
  written: unknown,
  readBeside: ReadBeside,
  faultAt: FaultFinder,
): (Setting & { readonly input: InputFile })[] {
  const fleet = valueAt(written, ['fleet']);
  if (!Array.isArray(fleet)) return [];
  return fleet.flatMap((group: unknown, index) => {
    const path = valueAt(group, ['board']);
    if (!isBoardPath(path)) return [];
    const at = ['fleet', index, 'board'];
    const { bytes, sha256 } = besideFile(path, readBeside, (message) => new ScenarioError([faultAt(at, message)]));
    const input: InputFile = { kind: 'board', file: path.replace(/^(\.\/)+/, ''), sha256 };
    return [{ path: at, value: readSource(path, bytes).value, from: path, input }];
  });
}

/** @throws ScenarioError with the place that names a file which cannot be read. */
function besideFile(path: string, readBeside: ReadBeside, fault: (message: string) => ScenarioError): BesideFile {
  try {
    return readBeside(path);
  } catch (cause) {
    throw cause instanceof InputError ? fault(cause.message) : cause;
  }
}

interface Origin {
  readonly file: string;
  readonly text: string;
  readonly set: readonly string[];
  readonly inputs: readonly InputFile[];
  readonly faultAt: FaultFinder;
}

/** @param compared whether it is a variant of another scenario. */
function resolve(written: unknown, origin: Origin, compared = false): LoadedScenario {
  const { faultAt } = origin;
  const scenario = validate(written, faultAt);
  const faults: Fault[] = [];
  const report = (path: Path, message: string, at?: 'key' | 'value') => faults.push(faultAt(path, message, at));
  checkScenario(scenario, report);
  const interventions = resolveInterventions(scenario, written, report);
  if (faults.length > 0) throw new ScenarioError(faults);
  const { schema: _schema, description: _description, sweep: _sweep, compare, ...rest } = scenario;
  const improvements = compared || compare.length > 0 || typeof scenario.stop.when === 'object';
  const resolved = { ...rest, network: resolveNetwork(rest.network), interventions, improvements };
  const own = canonicalJson({ ...resolved, schema: SCENARIO_SCHEMA });
  const planned = plannedVariants(compare);
  const variants = planned.flatMap((plan) => {
    const { name, against, index } = plan;
    const loaded = variant(written, plan, planned, origin);
    return compare[index]!.each !== undefined && loaded.canonical === own ? [] : { name, against, loaded };
  });
  const all = variants.map(({ loaded, ...named }) => ({ ...named, scenario: JSON.parse(loaded.canonical) as unknown }));
  return {
    file: origin.file,
    text: origin.text,
    written,
    set: origin.set,
    inputs: origin.inputs,
    scenario: resolved,
    variants,
    canonical: canonicalJson({ ...resolved, ...(all.length > 0 ? { compare: all } : {}), schema: SCENARIO_SCHEMA }),
    place: (path) => {
      const { place, path: text } = faultAt(steps(path), '');
      return text === '' ? place : `${place} ${text}`;
    },
    fault: (path, message) => new ScenarioError([faultAt(steps(path), message)]),
  };
}

/** The scenario with what a variant sets; its faults lie where it is written. */
function variant(
  written: unknown,
  { against, changes, index }: PlannedVariant,
  planned: readonly PlannedVariant[],
  origin: Origin,
): LoadedScenario {
  const before = against === undefined ? undefined : planned.find(({ name }) => name === against);
  let changed = withSetting(written, { path: ['compare'], value: [], from: '' });
  for (const { path, value, at } of [...(before?.changes ?? []), ...changes]) {
    const target = splitPath(path);
    if (target.length === 0 || target[0] === 'compare' || target[0] === 'name') {
      throw new ScenarioError([origin.faultAt(at, 'expected a path of the scenario, such as method.hold.w0', 'key')]);
    }
    changed = withSetting(changed, { path: target, value, from: pathText(at.slice(0, 3)) });
  }
  const within = (path: Path): Path =>
    changes.find((change) => isWithin(path, splitPath(change.path)))?.at ?? ['compare', index];
  const faultAt: FaultFinder = (path, message, at) => origin.faultAt(within(path), `${pathText(path)}: ${message}`, at);
  return resolve(changed, { ...origin, faultAt }, true);
}

function steps(path: Path | string): Path {
  return typeof path === 'string' ? path.split('.').filter((step) => step !== '') : path;
}

function validate(written: unknown, faultAt: FaultFinder): Scenario {
  if (written === null || written === undefined)
    throw new ScenarioError([faultAt([], 'expected a scenario, got an empty file')]);
  if (typeof written !== 'object' || Array.isArray(written)) {
    const got = Array.isArray(written) ? 'a list' : 'plain text';
    throw new ScenarioError([faultAt([], `expected a group of keys (schema, name, dataset, ...), got ${got}`)]);
  }
  const version = (written as { schema?: unknown }).schema;
  if (version !== undefined && version !== SCENARIO_SCHEMA) {
    const message = `expected ${SCENARIO_SCHEMA}, the scenario format that this g2t reads, got ${String(version)}`;
    throw new ScenarioError([faultAt(['schema'], message)]);
  }
  if (Object.hasOwn(written, 'sweep') && Object.hasOwn(written, 'scenario')) {
    throw new ScenarioError([
      faultAt(['sweep'], 'expected a scenario, got a sweep over one; g2t sweep runs it', 'key'),
    ]);
  }
  const read = scenarioOptions.safeParse(written);
  if (read.success) return read.data;
  throw new ScenarioError(
    findings(read.error, scenarioOptions, written).map(({ path, message, at }) => faultAt(path, message, at)),
  );
}

type FaultFinder = (path: Path, message: string, at?: 'key' | 'value') => Fault;

/** A fault in what the command line gave is placed there, not in the file. */
function faultFinder(source: ScenarioSource, settings: readonly Setting[]): FaultFinder {
  return (path, message, at) => {
    const setting = settings.findLast((candidate) => isWithin(path, candidate.path)) ?? maker(source, settings, path);
    if (!setting) return source.fault(path, message, at);
    const text = setting.from === '--seed' ? '' : pathText(path);
    return { place: setting.from, line: 0, column: 0, path: text, message };
  };
}

/** The setting that made a key which the file does not have. */
function maker(source: ScenarioSource, settings: readonly Setting[], path: Path): Setting | undefined {
  if (path.length === 0 || valueAt(source.value, path) !== undefined) return undefined;
  return settings.findLast((candidate) => isWithin(candidate.path, path));
}

function isWithin(path: Path, outer: Path): boolean {
  return outer.every((step, i) => String(step) === String(path[i]));
}
