import { z } from 'zod';
import { BOUNDS_KEY } from '../kernel/quantity.ts';
import { scenarioOptions } from './schema.ts';
import { sweepFileOptions } from './sweep-schema.ts';

/** The scenario format as JSON Schema (draft 7), for editors; the text of scenarios/scenario.schema.json. */
export function scenarioJsonSchema(): string {
  return schemaText('Globe2Train scenario', scenarioOptions);
}

/** A sweep in a file of its own, likewise; the text of scenarios/sweep.schema.json. */
export function sweepJsonSchema(): string {
  return schemaText('Globe2Train sweep', sweepFileOptions);
}

function schemaText(title: string, options: z.ZodType): string {
  const schema = z.toJSONSchema(options, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return `${JSON.stringify({ title, ...schema }, (_key, value: unknown) => withBounds(value), 2)}\n`;
}

/** A quantity's schema says its bounds behind what it is for; anything else stays as it is. */
function withBounds(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { [BOUNDS_KEY]: bounds, ...schema } = value as Record<string, unknown>;
  if (typeof bounds !== 'string') return value;
  const purpose = schema['description'];
  return { ...schema, description: purpose === undefined ? bounds : `${purpose} (${bounds})` };
}
