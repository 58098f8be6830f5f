import { InputError } from '../kernel/errors.ts';
import type { ResolvedProfile } from '../net/link-options.ts';
import type { Distribution } from '../net/sampler.ts';
import { type Changes, editScenario } from '../scenario/edit.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Knobs } from './messages.ts';

/** What a person may choose anew for a run that begins. */
export interface Choice {
  readonly seed?: number | undefined;
  readonly dataCase?: number | undefined;
  readonly method?: string | undefined;
}

export const METHODS = ['adaptive-tau', 'fedavg', 'ssgd', 'asgd', 'gaia', 'g2t'] as const;
export const NO_KNOBS: Knobs = { delayMs: 0, loss: null, dropout: null, congestion: null, tau: null };

type Plain = Readonly<Record<string, unknown>>;

/** Link profiles that the fleet uses. */
export function linksOf({ scenario }: LoadedScenario): string[] {
  return [...new Set(scenario.fleet.map(({ link }) => link))];
}

/**
 * What knobs set, as paths of the scenario. A knob that is turned back to null takes what the scenario says at its start.
 * @param start the scenario as it was before any knob was turned.
 */
export function settingsOf(knobs: Partial<Knobs>, start: LoadedScenario): Changes {
  const set: Record<string, unknown> = {};
  const { scenario } = start;
  const { network } = scenario;
  for (const link of linksOf(start)) {
    const profile = network.profiles.find(({ name }) => name === link)!;
    const path = `network.links.${link}`;
    if (knobs.delayMs !== undefined) set[`${path}.delay`] = `${(profile.delay ?? 0) * 1000 + knobs.delayMs} ms`;
    if (knobs.loss !== undefined) set[`${path}.loss`] = `${knobs.loss ?? profile.loss * 100} %`;
    if (knobs.dropout !== undefined) set[`${path}.dropout`] = dropoutOf(knobs.dropout, profile.dropout);
  }
  if (knobs.congestion !== undefined) {
    const share = knobs.congestion === null ? undefined : `${knobs.congestion} %`;
    const own = (start.written as Plain)['network'];
    set['network.server.congestion'] = share ?? at(own, ['server', 'congestion']) ?? '0 %';
    for (const { name } of network.accessPoints) {
      const path = ['access-points', name, 'congestion'];
      set[`network.${path.join('.')}`] = share ?? at(own, path) ?? '0 %';
    }
    for (const { region } of network.bottlenecks) {
      const path = ['bottlenecks', region, 'congestion'];
      set[`network.${path.join('.')}`] = share ?? at(own, path) ?? at(own, ['congestion']) ?? '0 %';
    }
  }
  if (knobs.tau !== undefined && knobs.tau !== null) set['method.tau'] = knobs.tau;
  return set;
}

/** What was turned, and to what. */
export function knobsInWords({ delayMs, loss, dropout, congestion, tau }: Partial<Knobs>): string {
  const share = (value: number | null) => (value === null ? 'as in the scenario' : `${value} %`);
  const spells = (value: Knobs['dropout'] & object) => `${value.up} s on, ${value.down} s off`;
  return [
    ...(delayMs === undefined ? [] : [`added delay ${delayMs} ms`]),
    ...(loss === undefined ? [] : [`loss ${share(loss)}`]),
    ...(dropout === undefined
      ? []
      : [`dropout ${dropout === null ? share(null) : dropout === 'none' ? 'none' : spells(dropout)}`]),
    ...(congestion === undefined ? [] : [`congestion ${share(congestion)}`]),
    ...(tau === undefined ? [] : [`tau ${tau ?? 'as in the scenario'}`]),
  ].join(', ');
}

/** The dropout of a link in the form of a scenario: the knob's, else the profile's own. */
function dropoutOf(knob: Knobs['dropout'], own: ResolvedProfile['dropout']): unknown {
  if (knob === 'none') return 'none';
  if (knob !== null) return { up: { exponential: `${knob.up} s` }, down: { exponential: `${knob.down} s` } };
  switch (own.kind) {
    case 'none':
    case 'outage':
      return own.kind;
    case 'renewal':
      return { up: written(own.up), down: written(own.down) };
    case 'duty-cycle':
      return { 'duty-cycle': { period: `${own.period} s`, on: `${own.on * 100} %`, phase: own.phase } };
    case 'trace': {
      const off = own.off.map((times) => times.map((time) => `${time} s`));
      return { trace: { off, ...(own.every === undefined ? {} : { every: `${own.every} s` }) } };
    }
  }
}

/** A distribution of times in the form of a scenario. */
function written(distribution: Distribution): unknown {
  const { kind, ...values } = distribution;
  if (kind === 'constant') return `${distribution.value} s`;
  if (kind === 'exponential') return { exponential: `${distribution.mean} s` };
  if (kind === 'quantiles')
    return { quantiles: distribution.at.map((share, i) => [`${share * 100} %`, `${distribution.values[i]} s`]) };
  const plain = ['shape', 'alpha'];
  return {
    [kind]: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, plain.includes(key) ? value : `${value} s`]),
    ),
  };
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((found: unknown, step) => (found as Plain | undefined)?.[step], value);
}

/** The scenario with knobs turned during a run: an intervention at `at` ms more. */
export function intervene(
  running: LoadedScenario,
  start: LoadedScenario,
  { knobs, atMs }: { readonly knobs: Partial<Knobs>; readonly atMs: number },
): LoadedScenario {
  const before = ((running.written as Plain)['interventions'] ?? []) as readonly unknown[];
  const set = settingsOf(knobs, start);
  return editScenario(running, { interventions: [...before, { at: `${atMs} ms`, set }] });
}

/**
 * The scenario of a run that begins anew: another seed, case or method, and the knobs where they stand.
 * @throws InputError or ScenarioError when the scenario cannot be run so.
 */
export function begin(base: LoadedScenario, choice: Choice, knobs: Knobs): LoadedScenario {
  const file = 'session';
  let loaded = editScenario(base, { compare: [], sweep: undefined }, { file });
  if (choice.seed !== undefined) loaded = editScenario(loaded, { seed: choice.seed });
  if (choice.method !== undefined && choice.method !== loaded.scenario.method.name)
    loaded = withMethod(base, loaded, choice.method);
  if (choice.dataCase !== undefined)
    loaded = editScenario(loaded, { partition: { by: 'case', case: choice.dataCase } });
  const turned = Object.fromEntries(
    Object.entries(fitting(knobs, loaded)).filter(([knob, value]) => value !== NO_KNOBS[knob as keyof Knobs]),
  ) as Partial<Knobs>;
  return Object.keys(turned).length === 0 ? loaded : editScenario(loaded, settingsOf(turned, loaded));
}

/** The knobs as far as a scenario's method has them: a tau that it cannot take is as the scenario says. */
export function fitting(knobs: Knobs, { scenario: { method } }: LoadedScenario): Knobs {
  const takes = 'tau' in method && (knobs.tau !== 'adaptive' || method.name === 'adaptive-tau');
  return takes ? knobs : { ...knobs, tau: null };
}

/** Methods that a scenario can be run with. */
export function possibleMethods(base: LoadedScenario): string[] {
  return METHODS.filter((method) => {
    try {
      begin(base, { method }, NO_KNOBS);
      return true;
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  });
}

/**
 * The scenario with another method: as a variant of its own says, else with the learner that it has, else with one that
 * suits the classes; with the rows that such a method trains on.
 */
function withMethod(base: LoadedScenario, loaded: LoadedScenario, name: string): LoadedScenario {
  const ready = base.variants.find(({ loaded: each }) => each.scenario.method.name === name)?.loaded.written as
    | Plain
    | undefined;
  const { learner } = (loaded.written as { readonly method: Plain }).method;
  const exchange = name !== 'g2t';
  const rows: Changes = exchange
    ? loaded.scenario.partition === 'none' && loaded.scenario.fleet.every(({ holds }) => holds === 'none')
      ? { partition: { by: 'iid' } }
      : {}
    : { partition: 'none' };
  const candidates: Plain[] = [
    ...(ready === undefined ? [] : [ready['method'] as Plain]),
    ...(learner === undefined ? [] : [{ name, learner }]),
    { name, learner: { name: exchange ? 'softmax' : 'opt-sgd' } },
  ];
  let fault: unknown;
  for (const method of candidates) {
    try {
      return editScenario(loaded, { ...rows, method });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      fault = error;
    }
  }
  throw fault;
}
