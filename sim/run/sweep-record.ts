import { z } from 'zod';
import { canonicalJson, compactJson } from '../files/json.ts';
import { digestText } from '../kernel/digest.ts';
import { InputError } from '../kernel/errors.ts';
import { count, readChecked, words } from './checked-json.ts';
import { summarySchema } from './summary-schema.ts';
import type { RunRecord } from './sweep-plan.ts';

const head = {
  schema: z.literal(1),
  id: words,
  seed: count,
  firmware: words,
  /** Hash of all else; left out by versions before 0.2. */
  check: words.optional(),
};

const recordSchema = z.union([
  z.strictObject({ ...head, summary: summarySchema }),
  z.strictObject({ ...head, error: words, exit_code: z.union([z.literal(1), z.literal(2)]) }),
]);

/** A record as its file holds it, with a hash by which a changed one is known. */
export function recordText(record: RunRecord): string {
  return canonicalJson({ ...record, check: checkOf(record) });
}

function checkOf(record: object): string {
  return digestText(compactJson(record));
}

/** A record as it stands in a file, be it changed or not. @throws InputError where it is none. */
export function storedRecord(file: string): RunRecord {
  const { check: _check, ...record } = readChecked(recordSchema, file);
  return record;
}

/** A record that is as it was written. @throws InputError */
export function intactRecord(file: string): RunRecord {
  const { check, ...record } = readChecked(recordSchema, file);
  if (check !== undefined && check !== checkOf(record))
    throw new InputError(`${file}: expected a record as it was written, got one that was changed`);
  return record;
}
