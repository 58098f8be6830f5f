import { readFileSync } from 'node:fs';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import type { WorkerSetup } from './worker-messages.ts';

/** For tests: four nodes that share a model out of generated rows; nothing to read. */
export const SMALL = `schema: 1
name: small-live
seed: 5
dataset: { name: clusters, classes: 4, features: 6, rows: 60, test: 20 }
partition: { by: case, case: 1 }
method: { name: adaptive-tau, learner: { name: softmax, eta: 0.05, batch: 16 }, budget: { time: 20 s } }
fleet:
  - { board: raspberry-pi-3, count: 4, region: [london, paris], link: wifi, access-point: { per: 4 } }
network:
  server: { region: london, up: 1 Gbit/s, down: 1 Gbit/s }
  links: { wifi: { like: home-wifi, dropout: none } }
stop: { when: trained, horizon: 40 s }
measure: { every: 500 ms }
`;

/** For tests. */
export function loadedFrom(text: string): LoadedScenario {
  return loadScenario({ file: 'test.yaml', bytes: new TextEncoder().encode(text) });
}

/** For tests. */
export function shipped(name: string): LoadedScenario {
  const file = new URL(`../../scenarios/${name}.yaml`, import.meta.url);
  return loadScenario({ file: `${name}.yaml`, bytes: readFileSync(file) });
}

/** For tests: what a thread of the simulation is started with. */
export function setupFor(text: string, outDir: string): WorkerSetup {
  return {
    file: 'test.yaml',
    bytes: new TextEncoder().encode(text),
    set: [],
    inputs: [],
    seed: undefined,
    dataDir: 'data',
    outDir,
    speed: null,
    version: '0.0.0',
  };
}
