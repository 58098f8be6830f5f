import type { z } from 'zod';
import type { Chance } from './chance.ts';
import { drawQuantity, limitsOf } from './quantities.ts';

/** Nothing fitted: the key is left out. */
export const NONE = Symbol('none');
export type Path = readonly (string | number)[];

/** How one scenario is drawn. */
export interface Drawing {
  readonly chance: Chance;
  /** How likely a key with a default is left out. */
  readonly sparse: number;
  /** How likely a value is drawn from its limits. */
  readonly extreme: number;
  /** Draws what a schema alone does not tell; undefined where it does. */
  readonly specialAt: (path: Path) => Special | undefined;
  /** The least and most of a number, or of a list's length, where the schema's own limits would cost too much. */
  readonly rangeAt: (path: Path, isExtreme: boolean) => readonly [number, number] | undefined;
}

export type Special = (drawing: Drawing, schema: z.core.$ZodType, path: Path) => unknown;

/** What text may be where the schema says only its form. */
const WORDS = ['own', 'shared', '1-3', '1', 'last', 'any text', ',', 'a'];
const ATTEMPTS = 12;
type Def = z.core.$ZodTypes['_zod']['def'];

export function defOf(schema: z.core.$ZodType): Def {
  return (schema as z.core.$ZodTypes)._zod.def;
}

/** A value that the schema accepts, as people write it; NONE where none was found. Whatever the schema says is followed: a new key is covered. */
export function draw(schema: z.core.$ZodType, path: Path, drawing: Drawing): unknown {
  const special = drawing.specialAt(path);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const value = special === undefined ? drawOnce(schema, path, drawing) : special(drawing, schema, path);
    if (value === NONE || (schema as z.ZodType).safeParse(value).success) return value;
  }
  return NONE;
}

function drawOnce(schema: z.core.$ZodType, path: Path, drawing: Drawing): unknown {
  const { chance } = drawing;
  const def = defOf(schema);
  const limits = def.type === 'pipe' ? limitsOf(schema as z.ZodType) : undefined;
  if (limits !== undefined)
    return drawQuantity(chance, limits, chance.yes(drawing.extreme), drawing.rangeAt(path, false));
  switch (def.type) {
    case 'object':
      return drawObject(def.shape, path, drawing);
    case 'optional':
    case 'default':
    case 'prefault':
      return chance.yes(drawing.sparse) ? NONE : draw(def.innerType, path, drawing);
    case 'nullable':
    case 'readonly':
    case 'nonoptional':
      return draw(def.innerType, path, drawing);
    case 'union':
      return draw(chance.pick(def.options), path, drawing);
    case 'enum':
      return chance.pick(Object.values(def.entries));
    case 'literal':
      return chance.pick(def.values);
    case 'boolean':
      return chance.yes(0.5);
    case 'number':
      return drawNumber(schema as z.ZodNumber, path, drawing);
    case 'string':
      return chance.pick(WORDS.filter((word) => (schema as z.ZodType).safeParse(word).success));
    case 'array':
      return drawList(schema, def.element, path, drawing);
    case 'tuple':
      return def.items.map((item, index) => draw(item, [...path, index], drawing));
    case 'record':
      return drawRecord(def.keyType, def.valueType, path, drawing);
    case 'pipe':
      return draw(def.in, path, drawing);
    case 'unknown':
      return NONE;
    default:
      throw new Error(`${path.join('.')}: expected a kind of schema that the swarm can draw, got ${def.type}`);
  }
}

function drawObject(shape: Readonly<Record<string, z.core.$ZodType>>, path: Path, drawing: Drawing): unknown {
  const object: Record<string, unknown> = {};
  const keys = Object.keys(shape);
  const optional = keys.filter((key) => isOptional(shape[key]!));
  // Of a group in which nothing need be there (a distribution, say), often just one thing may.
  const only =
    keys.length > 1 && optional.length === keys.length && drawing.chance.yes(0.7)
      ? drawing.chance.pick(keys)
      : undefined;
  for (const key of keys) {
    if (only !== undefined && key !== only && defOf(shape[key]!).type === 'optional') continue;
    const inner = key === only ? unwrapped(shape[key]!) : shape[key]!;
    const value = draw(inner, [...path, key], drawing);
    if (value !== NONE) object[key] = value;
    else if (!isOptional(shape[key]!)) return NONE;
  }
  return object;
}

/** Whether a key may be left out. */
export function isOptional(schema: z.core.$ZodType): boolean {
  return (schema as z.ZodType).safeParse(undefined).success;
}

export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const def = defOf(schema);
  return def.type === 'optional' || def.type === 'default' || def.type === 'prefault'
    ? unwrapped(def.innerType)
    : schema;
}

function drawList(schema: z.core.$ZodType, element: z.core.$ZodType, path: Path, drawing: Drawing): unknown {
  const { chance, extreme, rangeAt } = drawing;
  const { minimum = 0, maximum = Number.POSITIVE_INFINITY } = (schema as z.ZodType)._zod.bag as Bag;
  const [least, usual] = rangeAt(path, chance.yes(extreme)) ?? [minimum, minimum + 2];
  const length = chance.whole(Math.max(minimum, least), Math.min(maximum, Math.max(minimum, usual)));
  const items = Array.from({ length }, (_, index) => draw(element, [...path, index], drawing));
  return items.filter((item) => item !== NONE);
}

interface Bag {
  readonly minimum?: number;
  readonly maximum?: number;
}

function drawRecord(keyType: z.core.$ZodType, valueType: z.core.$ZodType, path: Path, drawing: Drawing): unknown {
  const record: Record<string, unknown> = {};
  for (let n = drawing.chance.whole(0, 2); n > 0; n--) {
    const key = draw(keyType, [...path, 'key'], drawing);
    if (typeof key !== 'string') continue;
    const value = draw(valueType, [...path, key], drawing);
    if (value !== NONE) record[key] = value;
  }
  return record;
}

/** The widest range of a whole number of which nothing more is known, that stays small. */
const MOST_EXTREME = 1_000_000;

function drawNumber(schema: z.ZodNumber, path: Path, { chance, extreme, rangeAt }: Drawing): number {
  const isExtreme = chance.yes(extreme);
  const own = rangeAt(path, isExtreme);
  const least = Math.max(finite(schema.minValue) ?? 0, own?.[0] ?? Number.NEGATIVE_INFINITY);
  const limit = finite(schema.maxValue) ?? Number.MAX_SAFE_INTEGER;
  if (schema.isInt) {
    const most = Math.max(least, Math.min(limit, own?.[1] ?? (isExtreme ? MOST_EXTREME : least + 8)));
    if (!isExtreme) return chance.whole(least, most);
    return chance.yes(0.6) ? chance.pick([least, most]) : Math.round(chance.factor(least + 1, most + 1)) - 1;
  }
  const most = Math.min(limit, own?.[1] ?? limit);
  if (isExtreme) {
    const ends = [least, most, least + 1e-9, most - 1e-6];
    return chance.yes(0.6) ? chance.pick(ends) : chance.factor(Math.max(least, 1e-12), Math.max(most, 1e-12));
  }
  const value =
    most - least <= 200
      ? least + chance.share() * (most - least)
      : chance.factor(Math.max(least, 1e-3), Math.min(most, 10));
  return Number(value.toPrecision(3));
}

function finite(value: number | null | undefined): number | undefined {
  return value === null || value === undefined || !Number.isFinite(value) ? undefined : value;
}
