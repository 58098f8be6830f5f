import { InputError } from '../kernel/errors.ts';
import { ScenarioError } from '../scenario/fault.ts';
import type { LoadedScenario } from '../scenario/load.ts';

/** "fleet.0.holds: expected ..., got ...": a path of the scenario, and what is wrong there. */
const PATH = /^((?:dataset|fleet|method|network)(?:\.[\w-]+)*): (.*)$/s;

/**
 * Does what may find a fault that shows only once scenario and data meet. Rooms below know paths of the scenario, but no
 * lines: a fault that begins with a path is said with its place in the file.
 * @throws ScenarioError
 */
export function placed<T>(loaded: LoadedScenario, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isPlain = error instanceof InputError && !(error instanceof ScenarioError);
    const found = isPlain ? PATH.exec(error.message) : null;
    if (found === null) throw error;
    throw loaded.fault(found[1]!, found[2]!);
  }
}
