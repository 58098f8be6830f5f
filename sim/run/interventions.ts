import { assert } from '../kernel/errors.ts';
import { type EventSource, PRIORITY, type Simulation } from '../kernel/simulation.ts';
import { fromSeconds, type Instant, LAST_INSTANT } from '../kernel/time.ts';
import type { DropoutProcess } from '../net/dropout.ts';
import { applyChanges, type NetworkChange, networkChanges } from '../net/interventions.ts';
import type { LinkControls } from '../net/weather.ts';
import type { Tau } from '../scenario/interventions.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Places } from './places.ts';

/** What changes at an instant, ns. */
interface TimedChanges {
  readonly at: number;
  readonly changes: readonly NetworkChange[];
  /** Undefined where tau stays as it is. */
  readonly tau: Tau | undefined;
}

/** A scenario's interventions as changes. @throws ScenarioError where something cannot change during a run. */
function plannedChanges(loaded: LoadedScenario): TimedChanges[] {
  let before = loaded.scenario.network;
  let tauBefore: Tau | undefined;
  return loaded.scenario.interventions.map(({ at, network, tau }, index) => {
    const found = networkChanges(before, network);
    if ('fault' in found)
      throw loaded.fault(`interventions.${index}.set`, `network.${found.fault.path}: ${found.fault.message}`);
    const changed = tau === tauBefore ? undefined : tau;
    [before, tauBefore] = [network, tau];
    return { at: fromSeconds(at), changes: found.changes, tau: changed };
  });
}

/**
 * The changes that a run makes while it goes on, each an event before anything else of its instant. Each is scheduled only
 * when all before its instant is done, so that one that a person makes meanwhile is the same event as one that was planned.
 */
export class Interventions {
  readonly #sim: Simulation;
  readonly #kind: number;
  readonly #source: EventSource;
  #plan: readonly TimedChanges[];
  #done = 0;

  constructor(given: {
    readonly sim: Simulation;
    readonly loaded: LoadedScenario;
    readonly network: LinkControls;
    readonly places: Places;
    readonly setTau: (tau: Tau) => void;
  }) {
    const { sim, network, places } = given;
    this.#sim = sim;
    this.#plan = plannedChanges(given.loaded);
    this.#kind = sim.kind('run.intervention', (index) => {
      const { changes, tau } = this.#plan[index]!;
      applyChanges(changes, sim.now, { network, wired: places.network, placement: places.placement });
      if (tau !== undefined) given.setTau(tau);
    });
    this.#source = sim.source('run.interventions', PRIORITY.intervention);
  }

  /** Those that were made and those to come, in order. */
  get plan(): readonly TimedChanges[] {
    return this.#plan;
  }

  /** When the next is due, ns; LAST_INSTANT when there is none. */
  get next(): number {
    return this.#plan[this.#done]?.at ?? LAST_INSTANT;
  }

  /** Makes the next, which is one event. All before its instant must be done. */
  perform(): void {
    const at = this.next as Instant;
    this.#sim.schedule(at, this.#source, 0, this.#kind, this.#done, 0);
    this.#done++;
    const before = this.#sim.events;
    this.#sim.run(at, 1);
    assert(this.#sim.events === before + 1, `Expected an intervention at ${at} ns, got no event`);
  }

  /** Goes on with the interventions of `loaded`, of which those that were made are the first. */
  replan(loaded: LoadedScenario): void {
    const plan = plannedChanges(loaded);
    const next = plan[this.#done]?.at ?? LAST_INSTANT;
    // Another of this very instant may still be due.
    assert(next >= this.#sim.now, `Expected no intervention before ${this.#sim.now} ns, got one at ${next}`);
    this.#plan = plan;
  }
}

/** Tells a second copy of the dropout what the interventions change of it. */
export function foretell(dropout: DropoutProcess, plan: readonly TimedChanges[]): void {
  for (const { at, changes } of plan) {
    for (const change of changes)
      if (change.kind === 'dropout') dropout.change(change.profile, change.dropout, at as never);
  }
}
