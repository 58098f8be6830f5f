import type { z } from 'zod';
import { type Dimension, readAnyQuantity } from '../../kernel/quantity.ts';
import type { Chance } from './chance.ts';

/** What the schema accepts of one quantity, SI. */
interface Limits {
  readonly dimension: Dimension;
  /** Accepted values, ascending; the first and last are its limits, as far as decades and its own words tell. */
  readonly accepted: readonly number[];
}

/** What a usual scenario has, SI. */
const USUAL: Readonly<Record<Dimension, readonly [number, number]>> = {
  time: [1e-3, 30],
  rate: [2e4, 1e8],
  size: [20, 1e5],
  share: [1e-3, 1],
  frequency: [8e6, 2e9],
  distance: [1, 1e6],
  power: [1e-3, 10],
  energy: [1e-3, 1e3],
  money: [1, 100],
  angle: [0.1, 3],
};

/** Units to write in, the largest first; of each, how many SI units one is follows from the reader. */
const UNITS: Readonly<Record<Dimension, readonly string[]>> = {
  time: ['h', 'min', 's', 'ms', 'us'],
  rate: ['Gbit/s', 'Mbit/s', 'kbit/s', 'bit/s'],
  size: ['MB', 'kB', 'B'],
  share: ['%'],
  frequency: ['GHz', 'MHz', 'kHz', 'Hz'],
  distance: ['km', 'm'],
  power: ['W', 'mW'],
  energy: ['kJ', 'J', 'mJ'],
  money: ['USD'],
  angle: ['deg', 'rad'],
};

const DECADES = Array.from({ length: 31 }, (_, i) => Number(`1e${i - 13}`));
const known = new WeakMap<z.ZodType, Limits | undefined>();

/**
 * The limits of a schema that reads a quantity; undefined for any other. They are found by asking the schema itself, because JSON Schema
 * has no words for them: decades, and the quantities that its refusals name.
 */
export function limitsOf(schema: z.ZodType): Limits | undefined {
  if (!known.has(schema)) known.set(schema, findLimits(schema));
  return known.get(schema);
}

function findLimits(schema: z.ZodType): Limits | undefined {
  const refused = schema.safeParse('?');
  const example = refused.success ? undefined : /such as (.+?), got \?/.exec(refused.error.issues[0]!.message)?.[1];
  const dimension = example === undefined ? undefined : readAnyQuantity(example)?.dimension;
  if (dimension === undefined) return undefined;
  const named = [-1, 1e18].flatMap((value) => {
    const answer = schema.safeParse(quantityText(value, dimension));
    if (answer.success) return [];
    const [expected = ''] = answer.error.issues[0]!.message.split(', got ');
    return [...expected.matchAll(/[-+.\de]+ [A-Za-z%/]+/g)].flatMap(([text]) => readAnyQuantity(text)?.value ?? []);
  });
  const candidates = [0, ...DECADES, ...named].filter(
    (value) => schema.safeParse(quantityText(value, dimension)).success,
  );
  const accepted = [...new Set(candidates)].sort((a, b) => a - b);
  return accepted.length === 0 ? undefined : { dimension, accepted };
}

/** @param range SI; what a usual value lies in, else as usual for what it measures. */
export function drawQuantity(
  chance: Chance,
  { dimension, accepted }: Limits,
  isExtreme: boolean,
  range: readonly [number, number] = USUAL[dimension],
): string {
  const [least, most] = [accepted[0]!, accepted.at(-1)!];
  if (isExtreme) {
    const value = chance.yes(0.6) ? chance.pick([least, most]) : chance.pick(accepted);
    return quantityText(value, dimension, chance);
  }
  if (least === 0 && chance.yes(0.1)) return quantityText(0, dimension, chance);
  const from = Math.min(Math.max(least, range[0]), most);
  const to = Math.max(from, Math.min(most, range[1]));
  const value = dimension === 'share' ? from + chance.share() * (to - from) : chance.factor(from, to);
  return quantityText(Number(value.toPrecision(3)), dimension, chance);
}

/** A quantity as people write it, in one of its units. @param chance draws the unit; without it, the smallest whole one. */
export function quantityText(value: number, dimension: Dimension, chance?: Chance): string {
  const units = UNITS[dimension];
  const readable = units.filter((unit) => {
    const size = inUnit(value, unit);
    return size >= 0.1 && size < 10_000 && readAnyQuantity(`${size} ${unit}`)?.value === value;
  });
  const plain = dimension === 'time' ? 's' : units.at(-1)!;
  const unit = readable.length === 0 ? plain : chance === undefined ? readable.at(-1)! : chance.pick(readable);
  return `${inUnit(value, unit)} ${unit}`;
}

function inUnit(value: number, unit: string): number {
  const one = readAnyQuantity(`1 ${unit}`)?.value ?? 1;
  // Below 1, dividing by the whole inverse rounds once.
  const inverse = Math.round(1 / one);
  return Number((one < 1 && Math.abs(inverse * one - 1) < 1e-9 ? value * inverse : value / one).toPrecision(12));
}
