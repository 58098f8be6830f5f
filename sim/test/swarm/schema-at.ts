import type { z } from 'zod';
import type { Chance } from './chance.ts';
import { defOf, type Path, unwrapped } from './draw.ts';

/**
 * The schema of what is at a path, wrappers (optional, default) taken off.
 * @param written what stands there: of several branches the one whose names it has is meant; else one that has the key, drawn.
 */
export function schemaAt(
  schema: z.core.$ZodType,
  path: Path,
  written: unknown,
  chance: Chance,
): z.core.$ZodType | undefined {
  const here = unwrapped(schema);
  const [step, ...rest] = path;
  if (step === undefined) return here;
  const value = (written as Record<string | number, unknown> | undefined)?.[step];
  const def = defOf(here);
  switch (def.type) {
    case 'object': {
      const inner = def.shape[step];
      return inner === undefined ? undefined : schemaAt(inner, rest, value, chance);
    }
    case 'record':
      return schemaAt(def.valueType, rest, value, chance);
    case 'array':
      return typeof step === 'number' ? schemaAt(def.element, rest, value, chance) : undefined;
    case 'tuple':
      return typeof step === 'number' && step < def.items.length
        ? schemaAt(def.items[step]!, rest, value, chance)
        : undefined;
    case 'pipe':
      return schemaAt(def.in, path, written, chance);
    case 'union': {
      const fitting = def.options.filter((option) => isMeant(option, written));
      const found = fitting.flatMap((option) => schemaAt(option, path, written, chance) ?? []);
      return found.length === 0 ? undefined : chance.pick(found);
    }
    default:
      return undefined;
  }
}

/** Whether every name that a branch fixes is what is written. */
function isMeant(option: z.core.$ZodType, written: unknown): boolean {
  const def = defOf(option);
  if (def.type !== 'object' || typeof written !== 'object' || written === null) return true;
  return Object.entries(def.shape).every(([key, inner]) => {
    const literal = defOf(inner);
    const value = (written as Record<string, unknown>)[key];
    return literal.type !== 'literal' || value === undefined || (literal.values as unknown[]).includes(value);
  });
}
