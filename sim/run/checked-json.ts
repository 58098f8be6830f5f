import { z } from 'zod';
import { parseJson, readText } from '../files/read.ts';
import { InputError } from '../kernel/errors.ts';
import { pathText } from '../scenario/fault.ts';
import { findings } from '../scenario/issues.ts';

/** Reads a JSON document that a program wrote. @throws InputError with the file, the first key that is wrong, what was expected and what came. */
export function readChecked<T>(schema: z.ZodType<T>, path: string): T {
  return checked(schema, parseJson(readText(path), path), path);
}

/** The same for bytes that are no file of their own. @param place what they are, for messages. */
export function parseChecked<T>(schema: z.ZodType<T>, bytes: Uint8Array, place: string): T {
  return checked(schema, parseJson(new TextDecoder().decode(bytes), place), place);
}

/** A value as its schema describes it. @throws InputError "PLACE key: expected X, got Y" */
export function checked<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [first] = findings(read.error, schema, value);
  const { path, message } = first!;
  throw new InputError(path.length === 0 ? `${place}: ${message}` : `${place} ${pathText(path)}: ${message}`);
}

/** The longest text in a document: far above any name or hash. */
const MOST_TEXT = 100_000;

export const words = z.string().max(MOST_TEXT);
export const count = z.number().int().min(0);
