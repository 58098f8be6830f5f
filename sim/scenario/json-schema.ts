import { z } from 'zod';
import { scenarioOptions } from './schema.ts';
import { sweepFileOptions } from './sweep-schema.ts';

/** The scenario format as JSON Schema (draft 7), for editors; the text of scenarios/scenario.schema.json. */
export function scenarioJsonSchema(): string {
  const schema = z.toJSONSchema(scenarioOptions, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  const title = 'Globe2Train scenario';
  return `${JSON.stringify({ title, ...schema }, null, 2)}\n`;
}

/** A sweep in a file of its own, likewise; the text of scenarios/sweep.schema.json. */
export function sweepJsonSchema(): string {
  const schema = z.toJSONSchema(sweepFileOptions, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return `${JSON.stringify({ title: 'Globe2Train sweep', ...schema }, null, 2)}\n`;
}
