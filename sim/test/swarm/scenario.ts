import { stringify } from 'yaml';
import { InputError } from '../../kernel/errors.ts';
import { readAnyQuantity } from '../../kernel/quantity.ts';
import { ScenarioError } from '../../scenario/fault.ts';
import { type LoadedScenario, loadScenario } from '../../scenario/load.ts';
import { scenarioOptions } from '../../scenario/schema.ts';
import { Chance } from './chance.ts';
import { type Drawing, draw, NONE, type Path } from './draw.ts';
import { schemaAt } from './schema-at.ts';
import { rangeAt, specialAt } from './special.ts';

type Group = Record<string, unknown>;

/** The most changes of a network's conditions, and measurements, that a drawn scenario may have before its horizon. */
const MOST_CHANGES = 20_000;
const MOST_MEASUREMENTS = 1500;
/** The longest drawn run, s, of which nothing says that it is quick. */
const REPAIRS = 40;
const DRAWS = 50;

export interface DrawnScenario {
  readonly text: string;
  readonly loaded: LoadedScenario;
}

/** Reads a scenario as `g2t check` does. @throws InputError */
export function read(text: string): LoadedScenario {
  return loadScenario({ file: 'swarm.yaml', bytes: new TextEncoder().encode(text) });
}

/**
 * Draws a small scenario that `check` accepts.
 * @param attempt another scenario in the place of one that its data refuse.
 */
export function drawScenario(seed: number, index: number, isExtreme: boolean, attempt: number): DrawnScenario {
  for (let n = 0; n < DRAWS; n++) {
    const chance = new Chance(seed, `swarm.${index}.${attempt}.${n}`);
    // What is usually left out differs from scenario to scenario, so that features meet in many mixtures.
    const sparse = 0.35 + 0.6 * chance.share();
    const extreme = isExtreme ? 0.1 + 0.4 * chance.share() : 0;
    const drawing = { chance, sparse, extreme, rangeAt, specialAt };
    const drawn = draw(scenarioOptions, [], drawing);
    const accepted = drawn === NONE ? undefined : repaired(settle(drawn as Group, drawing), drawing);
    if (accepted !== undefined) return accepted;
  }
  throw new Error(`swarm ${seed}/${index}: expected a scenario that check accepts within ${DRAWS} draws, got none`);
}

/** What one key asks of another, where leaving it to `repaired` would nearly always give the same: each method something to train on, few events. */
function settle(scenario: Group, drawing: Drawing): Group {
  const method = scenario['method'] as Group;
  const dataset = scenario['dataset'] as Group;
  if (method['name'] === 'g2t') delete scenario['partition'];
  else {
    const holds = (scenario['fleet'] as Group[]).some(
      (group) => group['holds'] !== undefined && group['holds'] !== 'none',
    );
    if (!holds && [undefined, 'none'].includes(scenario['partition'] as string))
      scenario['partition'] = drawing.chance.pick([
        { by: 'iid' },
        { by: 'case', case: 1 + drawing.chance.whole(0, 3) },
      ]);
    const learner = method['learner'] as Group;
    if (learner['name'] !== 'softmax') {
      if (dataset['name'] === 'clusters' || dataset['name'] === 'auslan') dataset['classes'] = 2;
      else if (dataset['name'] !== 'csv') dataset['classes'] = 'even-odd';
      else learner['name'] = 'softmax';
    }
  }
  return fewEvents(scenario, drawing.chance);
}

/** Brings the horizon down to where conditions that change fast, and measurements, stay few. */
function fewEvents(scenario: Group, chance: Chance): Group {
  const { network, fleet, interventions, compare } = scenario;
  const stop = (scenario['stop'] ??= {}) as Group;
  const measure = (scenario['measure'] ??= {}) as Group;
  const horizon = readAnyQuantity(String(stop['horizon'] ?? '1 d'))?.value ?? 0;
  const every = readAnyQuantity(String(measure['every'] ?? '1 s'))?.value ?? 0;
  const paces = timesIn([network, fleet, interventions, compare]).filter((time) => time > 0);
  const least = Math.min(...paces, Number.POSITIVE_INFINITY);
  const most = Math.max(1e-9, Math.min(horizon, least * MOST_CHANGES));
  if (every * MOST_MEASUREMENTS >= most) {
    if (most < horizon) stop['horizon'] = `${Number(most.toPrecision(6))} s`;
  } else if (chance.yes(0.5)) {
    stop['horizon'] = `${Number(Math.min(most, every * MOST_MEASUREMENTS).toPrecision(6))} s`;
  } else {
    if (most < horizon) stop['horizon'] = `${Number(most.toPrecision(6))} s`;
    measure['every'] = `${Number((most / MOST_MEASUREMENTS).toPrecision(6))} s`;
  }
  return scenario;
}

/** Keys whose times, all of them, are how long a condition lasts. */
const CONDITIONS = /^(network\.|.*\.)?(dropout|congestion|dwell|burst)$/;

/** The times below keys that say how long a condition lasts, s. */
function timesIn(value: unknown, isCondition = false): number[] {
  if (typeof value === 'string' && isCondition) {
    const amount = readAnyQuantity(value);
    return amount?.dimension === 'time' ? [amount.value] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => timesIn(inner, isCondition || CONDITIONS.test(key)));
}

/** Leaves out or draws anew what `check` refuses, at the places that it names, until it accepts; undefined when it does not. */
function repaired(scenario: Group, drawing: Drawing): DrawnScenario | undefined {
  for (let n = 0; n < REPAIRS; n++) {
    const text = stringify(scenario, { lineWidth: 0, aliasDuplicateObjects: false });
    try {
      return { text, loaded: read(text) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const faults = error instanceof ScenarioError ? error.faults : [];
      const paths = faults.flatMap(({ path }) => placeOf(scenario, path) ?? []);
      if (paths.length === 0) return undefined;
      if (!mend(scenario, paths[0]!, drawing)) return undefined;
    }
  }
  return undefined;
}

/** The steps of a path as text; names may have dots in them. */
export function placeOf(value: unknown, path: string): Path[] | undefined {
  if (path === '') return undefined;
  const steps: (string | number)[] = [];
  let here = value;
  let left = path;
  while (left !== '' && typeof here === 'object' && here !== null) {
    const key = Object.keys(here).find((name) => left === name || left.startsWith(`${name}.`));
    if (key === undefined) break;
    steps.push(Array.isArray(here) ? Number(key) : key);
    here = (here as Group)[key];
    left = left.slice(key.length + 1);
  }
  return steps.length === 0 ? undefined : [steps];
}

/** @returns whether anything was changed. */
function mend(scenario: Group, path: Path, drawing: Drawing): boolean {
  const { chance } = drawing;
  for (let depth = path.length; depth > 0; depth--) {
    const parent = path.slice(0, depth - 1).reduce<unknown>((value, step) => (value as Group)[step], scenario);
    const last = path[depth - 1]!;
    if (Array.isArray(parent) ? parent.length > 1 : chance.yes(0.5)) {
      const kept = Array.isArray(parent) ? parent[last as number] : (parent as Group)[last];
      remove(parent, last);
      if (Array.isArray(parent) || fits(scenario, path.slice(0, depth - 1))) return true;
      (parent as Group)[last] = kept;
    }
    const schema = schemaAt(scenarioOptions, path.slice(0, depth), scenario, chance);
    const value = schema === undefined ? NONE : draw(schema, path.slice(0, depth), { ...drawing, sparse: 0.5 });
    if (value === NONE) continue;
    (parent as Group)[last] = value;
    return true;
  }
  return false;
}

function remove(parent: unknown, key: string | number): void {
  if (Array.isArray(parent)) parent.splice(key as number, 1);
  else delete (parent as Group)[key];
}

/** Whether the schema alone accepts what is at a path. */
function fits(scenario: Group, path: Path): boolean {
  if (path.length === 0) return scenarioOptions.safeParse(scenario).success;
  const result = scenarioOptions.safeParse(scenario);
  return result.success || !result.error.issues.some(({ path: at }) => path.every((step, n) => at[n] === step));
}
