import { assert } from '../kernel/errors.ts';

/**
 * JSON in one form only: keys sorted by code unit (whole numbers first), two spaces, a line end at the end; numbers as JavaScript writes them
 * (shortest form that reads back the same, alike on every Node). `undefined` members are left out. NaN and infinities
 * have no JSON form and are our own fault: say null where a value is not defined.
 */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sorted(value, ''), null, 2)}\n`;
}

/** The same on one line without spaces, for hashing. */
export function compactJson(value: unknown): string {
  return JSON.stringify(sorted(value, ''));
}

function sorted(value: unknown, place: string): unknown {
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `Expected ${place || 'the value'} to be finite or null, got ${value}`);
    return value;
  }
  if (Array.isArray(value)) return value.map((item, i) => sorted(item, `${place}[${i}]`));
  if (typeof value !== 'object' || value === null) {
    assert(
      ['string', 'boolean', 'undefined'].includes(typeof value) || value === null,
      `Expected ${place || 'the value'} to have a JSON form, got a ${typeof value}`,
    );
    return value;
  }
  const record = value as { readonly [key: string]: unknown };
  const entries = Object.keys(record)
    .sort()
    .filter((key) => record[key] !== undefined)
    .map((key) => [key, sorted(record[key], place === '' ? key : `${place}.${key}`)] as const);
  return Object.fromEntries(entries);
}
