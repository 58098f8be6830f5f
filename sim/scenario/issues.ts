import { z } from 'zod';
import { didYouMean } from '../kernel/suggest.ts';
import type { Path } from './fault.ts';

/** One thing that zod found, in our words. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  /** Whether the key is at fault rather than its value. */
  readonly at: 'key' | 'value';
}

type Issue = z.core.$ZodIssue;

/** What zod says when the schema's author said nothing better. */
const STOCK = /^(Invalid|Too (small|big)|Unrecognized)/;
/** How many choices a message lists. */
const LISTED = 12;

/** Turns zod's issues into findings: one a fault, each saying what was expected and what came. */
export function findings(error: z.ZodError, schema: z.ZodType, input: unknown): Finding[] {
  const shape = new SchemaShape(schema);
  return error.issues.flatMap((issue) => fromIssue(issue, [], input, shape));
}

function fromIssue(issue: Issue, above: Path, input: unknown, shape: SchemaShape): Finding[] {
  const path: Path = [...above, ...(issue.path as Path)];
  const got = valueAt(input, path);
  const finding = (message: string, at: 'key' | 'value' = 'value'): Finding[] => [{ path, message, at }];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: unknownKey(key, shape.keys(path, input)),
      at: 'key',
    }));
  }
  if (issue.code === 'invalid_union') return fromUnion(issue, path, input, shape);
  if (issue.code === 'invalid_key') {
    const reason = issue.issues[0]?.message ?? '';
    const rule = STOCK.test(reason) ? 'expected a name of lower-case letters, digits and hyphens' : reason;
    return finding(/, got /.test(rule) ? rule : `${rule}, got ${String(path.at(-1))}`, 'key');
  }
  if (!STOCK.test(issue.message)) return finding(withGot(issue.message, got));
  return finding(stockMessage(issue, got));
}

/** An author's "expected X" gets its ", got Y". */
function withGot(message: string, got: unknown): string {
  return message.startsWith('expected ') && !message.includes(', got ') ? `${message}, got ${shown(got)}` : message;
}

function stockMessage(issue: Issue, got: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPE_NAMES[issue.expected] ?? issue.expected}, got ${shown(got)}`;
    case 'invalid_value':
      return choice(issue.values.map(String), got);
    case 'too_small':
      return `expected ${amount(issue.origin, issue.inclusive === false ? 'more than' : 'at least', Number(issue.minimum))}, got ${size(issue.origin, got)}`;
    case 'too_big':
      return `expected ${amount(issue.origin, issue.inclusive === false ? 'less than' : 'at most', Number(issue.maximum))}, got ${size(issue.origin, got)}`;
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}, got ${shown(got)}`;
    case 'invalid_format':
      return `expected text of the form ${issue.pattern ?? issue.format}, got ${shown(got)}`;
    default:
      return `expected another value, got ${shown(got)}`;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of names',
};

function amount(origin: string, bound: string, n: number): string {
  if (origin === 'array' || origin === 'set') return `${bound} ${n} ${n === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return `${bound} ${n} ${n === 1 ? 'character' : 'characters'}`;
  return `${bound} ${n}`;
}

function size(origin: string, got: unknown): string {
  if (Array.isArray(got)) return got.length === 0 ? 'none' : String(got.length);
  return origin === 'string' && typeof got === 'string' ? String(got.length) : shown(got);
}

function choice(names: readonly string[], got: unknown): string {
  const hint = typeof got === 'string' ? didYouMean(got, names) : '';
  if (names.length === 1) return `expected ${names[0]}, got ${shown(got)}${hint}`;
  if (names.length <= LISTED) return `expected ${anyOf(names)}, got ${shown(got)}${hint}`;
  return `expected one of ${names.length} known names, got ${shown(got)}${hint || `; such as ${names.slice(0, 4).join(', ')}`}`;
}

function unknownKey(key: string, keys: readonly string[]): string {
  const hint = didYouMean(key, keys);
  if (hint) return `unknown key${hint}`;
  return keys.length > 0 && keys.length <= LISTED ? `unknown key; expected ${anyOf(keys)}` : 'unknown key';
}

function anyOf(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** Speaks for the branch that the writer meant: the one that fits best; or names the choices when none does. */
function fromUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  input: unknown,
  shape: SchemaShape,
): Finding[] {
  const got = valueAt(input, path);
  if ('discriminator' in issue && issue.discriminator !== undefined) {
    const names = (issue as { options?: readonly unknown[] }).options?.map(String) ?? [];
    return [{ path, message: choice(names, got), at: 'value' }];
  }
  const branches = issue.errors.map((issues) => ({ issues, score: misfit(issues) }));
  const best = branches.reduce((a, b) => (b.score < a.score ? b : a));
  if (best.score < NO_FIT) return best.issues.flatMap((inner) => fromIssue(inner, path, input, shape));
  const keys = typeof got === 'object' && got !== null && !Array.isArray(got) ? shape.keys(path, input) : [];
  const [unknown] = Object.keys(keys.length > 0 ? (got as object) : {}).filter((key) => !keys.includes(key));
  if (unknown !== undefined) return [{ path: [...path, unknown], message: unknownKey(unknown, keys), at: 'key' }];
  if (keys.length > 0)
    return [{ path, message: `expected one of the keys ${anyOf(keys)}, got ${shown(got)}`, at: 'value' }];
  const forms = branches.flatMap(({ issues }) => issues.slice(0, 1).map((inner) => expectation(inner, got)));
  const names = issue.errors
    .flat()
    .flatMap((inner) => (inner.code === 'invalid_value' ? inner.values.map(String) : []));
  const hint = typeof got === 'string' ? didYouMean(got, names) : '';
  return [{ path, message: `expected ${[...new Set(forms)].join(', or ')}, got ${shown(got)}${hint}`, at: 'value' }];
}

const NO_FIT = 1000;

/** How far a branch is from what was written: faults deep inside are small, a wrong kind of value is no fit at all. */
function misfit(issues: readonly Issue[]): number {
  let score = 0;
  for (const issue of issues) {
    const wrongKind = issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
    const noneFits = issue.code === 'invalid_union' && issue.path.length === 0;
    if (wrongKind || noneFits) score += NO_FIT;
    else if (issue.code === 'unrecognized_keys') score += 100 * issue.keys.length;
    else if (issue.path.length === 0) score += 20;
    else score += issue.path.length === 1 ? 10 : 1;
  }
  return issues.some((issue) => issue.code === 'unrecognized_keys') && missesKey(issues) ? score + NO_FIT : score;
}

/** A key missing beside one unknown: another branch, unless it is the only one. */
function missesKey(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 1);
}

function expectation(issue: Issue, got: unknown): string {
  const message = STOCK.test(issue.message) ? stockMessage(issue, got) : issue.message;
  return message.replace(/^expected /, '').replace(/, got .*$/, '');
}

/** A value in few words. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    return keys.length === 0
      ? 'an empty group'
      : `a group (${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', ...' : ''})`;
  }
  const text = String(value);
  if (text === '') return 'empty text';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

export function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

interface JsonSchema {
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** The keys that a schema knows at a path; worked out only once something is wrong. */
class SchemaShape {
  readonly #schema: z.ZodType;
  #json: JsonSchema | undefined;

  constructor(schema: z.ZodType) {
    this.#schema = schema;
  }

  /** @param input what was written, which tells the branches of a union apart by their constants (name: g2t). */
  keys(path: Path, input: unknown): string[] {
    this.#json ??= z.toJSONSchema(this.#schema, {
      io: 'input',
      unrepresentable: 'any',
      reused: 'inline',
    }) as JsonSchema;
    let here: JsonSchema[] = branches(this.#json);
    path.forEach((step, depth) => {
      const meant = here.filter((schema) => isMeant(schema, valueAt(input, path.slice(0, depth))));
      here = meant.flatMap((schema) => stepInto(schema, step)).flatMap(branches);
    });
    here = here.filter((schema) => isMeant(schema, valueAt(input, path)));
    return [...new Set(here.flatMap((schema) => Object.keys(schema.properties ?? {})))];
  }
}

function isMeant(schema: JsonSchema, written: unknown): boolean {
  return Object.entries(schema.properties ?? {}).every(([key, { const: constant }]) => {
    const value = constant === undefined ? undefined : valueAt(written, [key]);
    return value === undefined || value === constant;
  });
}

function branches(schema: JsonSchema): JsonSchema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...inner.flatMap(branches)];
}

function stepInto(schema: JsonSchema, step: string | number): JsonSchema[] {
  const property = schema.properties?.[step];
  if (property) return [property];
  if (Array.isArray(schema.items)) return [];
  if (typeof step === 'number') return schema.items ? [schema.items as JsonSchema] : [];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}
