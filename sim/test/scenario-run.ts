import { readFileSync } from 'node:fs';
import { loadDataset, loadFirmware } from '../run/inputs.ts';
import { type RunOutcome, runToEnd } from '../run/run.ts';
import type { World } from '../run/world.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';

/** For tests: a small globe with everything in it that may go wrong: dropout, loss, congestion, routine work, mixed boards. */
export const SMALL_GLOBE = `schema: 1
name: small-globe
seed: 1
dataset: { name: clusters, classes: 8, features: 10, rows: 10, test: 5 }
method: { name: g2t, learner: { name: opt-sgd, passes: 3 } }
fleet:
  - { board: nrf52840, count: 4, region: [dublin, london], link: shaky }
  - { board: esp32, count: 3, region: [singapore, tokyo], link: shaky, routine: { busy: 20 %, burst: 200 ms } }
  - { board: samd21g18, count: 3, region: sao-paulo, link: lte-m }
network:
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
  congestion: { diurnal: { mean: 30 %, swing: 20 % } }
  bottlenecks: { sao-paulo: { up: 10 Mbit/s, down: 10 Mbit/s } }
  links:
    shaky: { like: home-wifi, loss: 1 %, dropout: { up: { exponential: 4 s }, down: { exponential: 2 s } } }
stop: { when: trained, horizon: 1 h }
measure: { every: 1 s }
`;

/** For tests: four devices in three rounds. A round takes some 35 ms, behind a second and a half until all devices are connected. */
export const NET = `schema: 1
name: net
seed: 1
dataset: { name: clusters, classes: 4, rows: 10, test: 10, seed: 1 }
method: { name: fedavg, learner: { name: softmax }, tau: 5, rounds: 3 }
partition: { by: iid }
fleet:
  - { board: nrf52840, count: 4, region: london, link: wired }
network:
  model: flow
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
  links: { wired: { up: 1 Mbit/s, down: 1 Mbit/s, latency: 5 ms } }
stop: { when: trained, horizon: 1 h }
`;

/** For tests: reads a scenario from text. */
export function scenarioOf(text: string, set: readonly string[] = [], seed?: number): LoadedScenario {
  return loadScenario({ file: 'test.yaml', bytes: new TextEncoder().encode(text), set, seed });
}

/** For tests: reads a scenario that ships. */
export function shippedScenario(name: string, set: readonly string[] = []): LoadedScenario {
  const file = `scenarios/${name}.yaml`;
  return loadScenario({ file, bytes: readFileSync(new URL(`../../${file}`, import.meta.url)), set });
}

/** For tests: runs a scenario to its end. @param onWorld sees the world before its first event. */
export function runOf(loaded: LoadedScenario, onWorld?: (world: World) => void): Promise<RunOutcome> {
  const { dataset, seed } = loaded.scenario;
  return runToEnd({
    loaded,
    dataset: loadDataset(dataset, process.env['G2T_DATA'] ?? 'data', seed),
    firmware: loadFirmware().module,
    onWorld,
  });
}

/** For tests: runs a scenario from text. */
export function runText(
  text: string,
  set: readonly string[] = [],
  onWorld?: (world: World) => void,
): Promise<RunOutcome> {
  return runOf(scenarioOf(text, set), onWorld);
}
