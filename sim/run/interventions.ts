import { PRIORITY, type Simulation } from '../kernel/simulation.ts';
import { fromSeconds } from '../kernel/time.ts';
import type { DropoutProcess } from '../net/dropout.ts';
import { applyChanges, type NetworkChange, networkChanges } from '../net/interventions.ts';
import type { LinkControls } from '../net/weather.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Places } from './places.ts';

/** What changes at an instant, ns. */
export interface TimedChanges {
  readonly at: number;
  readonly changes: readonly NetworkChange[];
}

/** A scenario's interventions as changes of its network. @throws ScenarioError where something cannot change during a run. */
export function plannedChanges(loaded: LoadedScenario): TimedChanges[] {
  let before = loaded.scenario.network;
  return loaded.scenario.interventions.map(({ at, network }, index) => {
    const found = networkChanges(before, network);
    if ('fault' in found)
      throw loaded.fault(`interventions.${index}.set`, `network.${found.fault.path}: ${found.fault.message}`);
    before = network;
    return { at: fromSeconds(at), changes: found.changes };
  });
}

/** Schedules changes, each before anything else of its instant. */
export function scheduleChanges(
  sim: Simulation,
  plan: readonly TimedChanges[],
  network: LinkControls,
  places: Places,
): void {
  const kind = sim.kind('run.intervention', (index) => {
    applyChanges(plan[index]!.changes, sim.now, { network, wired: places.network, placement: places.placement });
  });
  const source = sim.sources(1);
  plan.forEach(({ at }, index) => {
    sim.schedule(at, PRIORITY.intervention, source, kind, index, 0);
  });
}

/** Tells a second copy of the dropout what the interventions will change of it. */
export function foretell(dropout: DropoutProcess, plan: readonly TimedChanges[]): void {
  for (const { at, changes } of plan) {
    for (const change of changes)
      if (change.kind === 'dropout') dropout.change(change.profile, change.dropout, at as never);
  }
}
