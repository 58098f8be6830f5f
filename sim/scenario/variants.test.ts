import { expect, it } from 'vitest';
import { ScenarioError } from './fault.ts';
import { loadScenario } from './load.ts';

const TEXT = `schema: 1
name: small
dataset: { name: clusters, classes: 4 }
method: { name: fedavg, tau: 5, learner: { name: softmax } }
partition: { by: iid }
fleet: [{ board: esp32, count: 4, region: dublin, link: home-wifi }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
`;
const load = (compare: string) =>
  loadScenario({ file: 'small.yaml', bytes: new TextEncoder().encode(`${TEXT}compare:\n  - ${compare}\n`) });

function refusal(compare: string): string {
  try {
    load(compare);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return 'taken';
}

it('makes a variant of every combination, the first path slowest, but for the scenario itself', () => {
  const { variants } = load(
    '{ name: "{method.tau} with seed {seed}", set: { method.rounds: 3 }, each: { seed: [1, 2], method.tau: [1, 5] } }',
  );
  expect(variants.map(({ name }) => name)).toEqual([
    '1 with seed 1',
    '5 with seed 1',
    '1 with seed 2',
    '5 with seed 2',
  ]);
  expect(variants.map(({ loaded: { scenario } }) => [scenario.seed, scenario.method])).toMatchObject([
    [1, { tau: 1, rounds: 3 }],
    [1, { tau: 5, rounds: 3 }],
    [2, { tau: 1, rounds: 3 }],
    [2, { tau: 5, rounds: 3 }],
  ]);
  expect(
    load('{ name: "tau {method.tau}", each: { method.tau: [1, 5, 9] } }').variants.map(({ name }) => name),
  ).toEqual(['tau 1', 'tau 9']);
});

it('says what is wrong with an entry, at its place', () => {
  expect(refusal('{ name: a }')).toMatch(/compare\.0: expected `set` or `each`, got neither/);
  expect(refusal('{ name: same, each: { method.tau: [1, 2] } }')).toMatch(
    /compare\.0\.name: expected names that differ, got same again/,
  );
  expect(refusal('{ name: "{method.tau}", each: { method.tau: [1, 0] } }')).toMatch(
    /compare\.0\.each\.method\.tau.*method\.tau.*got 0/,
  );
  expect(refusal('{ name: "{method.tau}", each: { method.tau: [] } }')).toMatch(/compare\.0\.each\.method\.tau/);
  const many = (count: number) => JSON.stringify(Array.from({ length: count }, (_, n) => n + 1));
  expect(refusal(`{ name: "{seed} {method.tau}", each: { seed: ${many(40)}, method.tau: ${many(40)} } }`)).toMatch(
    /compare\.0\.each: expected at most 1000 combinations, got 1600/,
  );
  expect(refusal(`{ name: "${'long '.repeat(8)}{seed}", each: { seed: [7] } }`)).toMatch(/at most 40 letters/);
});
