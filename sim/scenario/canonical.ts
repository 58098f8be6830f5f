import { assert } from '../kernel/errors.ts';

/** JSON with sorted keys and no spaces: equal values give equal text, so that a hash of it names a run. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') {
    assert(!Number.isNaN(value), 'Expected a resolved scenario to hold no NaN');
    return Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value));
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return `[${Array.from(value as ArrayLike<unknown>, canonicalJson).join(',')}]`;
  }
  assert(typeof value === 'object', `Expected plain data in a resolved scenario, got a ${typeof value}`);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const fields = entries
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, field]) => `${JSON.stringify(String(key))}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}
