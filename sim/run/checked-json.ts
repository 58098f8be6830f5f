import { z } from 'zod';
import { parseJson, readText } from '../files/read.ts';
import { InputError } from '../kernel/errors.ts';
import { pathText } from '../scenario/fault.ts';
import { findings, valueAt } from '../scenario/issues.ts';

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
  const { path, message: said } = first!;
  const got = valueAt(value, path);
  // "expected a number, got 12" would leave a reader at a loss.
  const message = typeof got === 'string' ? said.replace(/, got .*$/s, `, got the text ${shortText(got)}`) : said;
  throw new InputError(path.length === 0 ? `${place}: ${message}` : `${place} ${pathText(path)}: ${message}`);
}

const SHOWN = 40;

function shortText(text: string): string {
  return text.length <= SHOWN ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, SHOWN))}...`;
}

/** The longest text in a document: far above any name or hash. */
const MOST_TEXT = 100_000;

export const words = z.string().max(MOST_TEXT);
export const count = z.number().int().min(0);
