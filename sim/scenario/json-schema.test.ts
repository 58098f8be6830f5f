import { expect, it } from 'vitest';
import { scenarioJsonSchema, sweepJsonSchema } from './json-schema.ts';

// npx vitest run sim/scenario/json-schema.test.ts -u writes the file anew.
it('scenarios/scenario.schema.json is what the schema says', async () => {
  await expect(scenarioJsonSchema()).toMatchFileSnapshot('../../scenarios/scenario.schema.json');
});

it('scenarios/sweep.schema.json is what the schema of sweeps says', async () => {
  await expect(sweepJsonSchema()).toMatchFileSnapshot('../../scenarios/sweep.schema.json');
});

it('describes every key of the top level', () => {
  const { properties, required } = JSON.parse(scenarioJsonSchema()) as {
    properties: Record<string, { description?: string }>;
    required: string[];
  };
  for (const [key, property] of Object.entries(properties)) expect(property.description, key).toBeTruthy();
  expect(required).toEqual(['schema', 'name', 'dataset', 'method', 'fleet', 'network']);
});
