import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tauChart } from '../report/charts/tau.ts';
import { fixture } from '../report/fixture.ts';
import type { RivalRun } from '../report/result.ts';
import { tauContests, tauTable } from '../report/tau.ts';
import { runOf, shippedScenario } from './scenario-run.ts';

const DATA = process.env['G2T_DATA'] ?? 'data';
const missing = !existsSync(join(DATA, 'mnist'));
if (missing)
  process.stdout.write(
    'skipped: the figure of adaptive tau needs mnist; run it with G2T_DATA=the folder of mnist npm test\n',
  );

/** The figure of scenarios/edge-mnist-tau.yaml on fewer images, with fewer taus, and not to its end. */
const REDUCED = [
  'dataset.train-rows=5000',
  'dataset.test-rows=1000',
  'method.budget.time=4 s',
  'compare=[{ name: "case {partition.case}, tau {method.tau}", each: { partition.case: [1, 2, 3, 4], method.tau: [adaptive, 1, 3, 10, 30, 100] } }]',
];

/** Adaptive tau's loss over that of the best fixed tau, at most: what its paper calls near-optimal. */
const MOST = 1.05;

it.skipIf(missing)('adaptive tau comes within 5 % of the best fixed tau in each of the four cases', async () => {
  const loaded = shippedScenario('edge-mnist-tau', REDUCED);
  const runs: RivalRun[] = [];
  for (const { name, loaded: each } of [{ name: 'own', loaded }, ...loaded.variants]) {
    const { method, partition } = each.scenario;
    if (method.name !== 'adaptive-tau' || partition === 'none' || partition.by !== 'case') throw new Error(name);
    const { summary, tables } = await runOf(each);
    runs.push({ label: name, summary, tables, tau: { steps: method.tau, data: `case ${partition.case}` } });
  }
  expect(runs).toHaveLength(24);
  const rivals = { runs, byMethod: false };
  const all = tauContests(rivals);
  expect(all.map(({ data }) => data)).toEqual(['case 1', 'case 2', 'case 3', 'case 4']);
  for (const { data, ratio, adaptive } of all) {
    expect(ratio, data).toBeLessThanOrEqual(MOST);
    expect(adaptive.tau, data).toBeGreaterThan(1);
  }
  // Where every node has the same mix more local steps do no harm; where each has its own labels they do.
  const of = (data: string) => all.find((each) => each.data === data)!;
  expect(of('case 1').adaptive.tau).toBeGreaterThan(of('case 4').adaptive.tau);
  expect(of('case 1').best.tau).toBeGreaterThan(of('case 4').best.tau);

  const result = { ...fixture({ devices: 5 }), extras: { rivals } };
  expect(tauChart(result)!.caption).toContain('star');
  expect(tauTable(rivals).text).toContain('case 4');
});

it('has a variant for each case and tau but the scenario itself', () => {
  const { variants, scenario } = shippedScenario('edge-mnist-tau');
  expect(variants).toHaveLength(47);
  expect(variants.map(({ name }) => name)).not.toContain('case 1, tau adaptive');
  expect(variants.at(-1)!.loaded.scenario).toMatchObject({
    seed: scenario.seed,
    partition: { case: 4 },
    method: { tau: 100, budget: scenario.method.name === 'adaptive-tau' ? scenario.method.budget : {} },
  });
});
