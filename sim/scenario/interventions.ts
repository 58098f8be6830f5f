import { InputError } from '../kernel/errors.ts';
import { networkChanges } from '../net/interventions.ts';
import { type ResolvedNetwork, resolveNetwork } from '../net/options.ts';
import type { Path } from './fault.ts';
import { findings } from './issues.ts';
import { type Scenario, scenarioOptions } from './schema.ts';
import { splitPath, withSetting } from './settings.ts';

/** A change of the weather or of a control at an instant. */
export interface Intervention {
  /** Simulated seconds from the start. */
  readonly at: number;
  /** What was changed, as written: "network.links.home-wifi.latency". */
  readonly paths: readonly string[];
  /** The network as it holds from this instant on, all earlier interventions included. */
  readonly network: ResolvedNetwork;
  /** Local steps of a round from this instant on, where an intervention up to this one said so. */
  readonly tau?: Tau;
}

/** A number of local steps that stays, or whatever the method finds best. */
export type Tau = number | 'adaptive';

const UNCHANGEABLE =
  'expected something that can change during a run: method.tau, or a part of network such as network.links.NAME.latency';

/** Reads interventions in order of time, each upon the one before, and reports faults at their places. */
export function resolveInterventions(
  scenario: Scenario,
  written: unknown,
  report: (path: Path, message: string, at?: 'key' | 'value') => void,
): Intervention[] {
  const order = scenario.interventions.map(({ at, set }, index) => ({ at, set, index }));
  order.sort((a, b) => a.at - b.at || a.index - b.index);
  let now = written;
  let network = resolveNetwork(scenario.network);
  let tau: Tau | undefined;
  const resolved: Intervention[] = [];
  for (const { at, set, index } of order) {
    let good = true;
    const refuse = (path: string, message: string, where?: 'key' | 'value') => {
      good = false;
      report(['interventions', index, 'set', path], message, where);
    };
    for (const [path, value] of Object.entries(set)) {
      const steps = splitPath(path);
      const isTau = path === 'method.tau';
      if (!isTau && (steps[0] !== 'network' || steps.length < 2)) {
        refuse(path, UNCHANGEABLE, 'key');
        continue;
      }
      try {
        const changed = withSetting(now, { path: steps, value, from: '' });
        const faults = faultsOf(changed);
        for (const fault of faults) refuse(path, relative(fault, steps), fault.at);
        if (faults.length > 0) continue;
        const read = scenarioOptions.parse(changed);
        if (isTau) {
          [now, tau] = [changed, (read.method as { readonly tau: Tau }).tau];
          continue;
        }
        const next = resolveNetwork(read.network);
        if ('fault' in networkChanges(network, next)) refuse(path, UNCHANGEABLE, 'key');
        else [now, network] = [changed, next];
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        refuse(path, error.message.replace(/^\s*\S*: /, ''), 'key');
      }
    }
    if (good) resolved.push({ at, paths: Object.keys(set), network, ...(tau === undefined ? {} : { tau }) });
  }
  return resolved;
}

interface PlacedMessage {
  readonly path: Path;
  readonly message: string;
  readonly at: 'key' | 'value';
}

function faultsOf(written: unknown): PlacedMessage[] {
  const read = scenarioOptions.safeParse(written);
  return read.success ? [] : findings(read.error, scenarioOptions, written);
}

/** A fault below the path that was set says where below. */
function relative({ path, message }: PlacedMessage, steps: Path): string {
  const below = path.slice(steps.length).join('.');
  return below === '' ? message : `${below}: ${message}`;
}
