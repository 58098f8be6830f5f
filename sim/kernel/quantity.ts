import { z } from 'zod';
import { DIMENSIONS, type Dimension, findUnit, unitHint } from './units.ts';

export type { Dimension } from './units.ts';

/** Bounds in base units; `above` is a bound that is itself left out. What is not given is the dimension's own (units.ts). */
export interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly above?: number | undefined;
}

export type Reading = { readonly value: number } | { readonly fault: string };

const NUMBER = String.raw`[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?`;
const UNIT = `[A-Za-zµμ%][A-Za-z0-9µμ^*/ ]*`;
/** A number and what may be meant as a unit. */
const FORM = new RegExp(`^(${NUMBER})\\s*(${UNIT})$`);
const BARE = new RegExp(`^${NUMBER}$`);

/**
 * A zod type that reads a quantity with its unit ("20 ms", "5 Mbit/s", "0.5 %") and gives a plain number in the base unit of
 * its dimension (units.ts); a share is 0 to 1. A bare number is an error that shows the right form. A default is best given as
 * people would write it: `.prefault('20 ms')`.
 */
export function quantity(dimension: Dimension, range: Range = {}): z.ZodType<number, string> {
  const { example } = DIMENSIONS[dimension];
  return z
    .string({ error: (issue) => form(dimension, issue.input) })
    .meta({ pattern: pattern(dimension), examples: [example], [BOUNDS_KEY]: describe(dimension, range) })
    .transform((text, context) => {
      const reading = readQuantity(text, dimension, range);
      if ('value' in reading) return reading.value;
      context.issues.push({ code: 'custom', message: reading.fault, input: text });
      return z.NEVER;
    });
}

/** The value in SI, or one clause that says what is wrong. */
export function readQuantity(text: string, dimension: Dimension, range: Range = {}): Reading {
  const trimmed = text.trim();
  const parts = FORM.exec(trimmed);
  if (!parts) return { fault: form(dimension, BARE.test(trimmed) ? Number(trimmed) : text) };
  const unit = findUnit(parts[2]!);
  if (unit?.dimension !== dimension) {
    const what = unit ? ` (${DIMENSIONS[unit.dimension].noun})` : unitHint(parts[2]!, dimension);
    return { fault: `${form(dimension, text)}${what}` };
  }
  const value = (Number(parts[1]) * unit.scale.times) / unit.scale.over;
  if (!Number.isFinite(value)) return { fault: form(dimension, text) };
  if (inRange(value, bounds(dimension, range))) return { value: value === 0 ? 0 : value };
  return { fault: `expected ${rangeText(dimension, range, parts[2]!)}, got ${trimmed}` };
}

/** A quantity of whatever it measures, in SI; undefined for other text. */
export function readAnyQuantity(text: string): { readonly value: number; readonly dimension: Dimension } | undefined {
  const parts = FORM.exec(text.trim());
  const unit = parts && findUnit(parts[2]!);
  if (!unit) return undefined;
  const value = (Number(parts[1]) * unit.scale.times) / unit.scale.over;
  return Number.isFinite(value) ? { value: value === 0 ? 0 : value, dimension: unit.dimension } : undefined;
}

/** As people write it: the largest unit that keeps it at 1 or above, at most five digits. */
export function formatQuantity(value: number, dimension: Dimension): string {
  const { output } = DIMENSIONS[dimension];
  const [smallest] = output.slice(-1);
  const whole = output.find((unit) => Math.abs(inUnit(value, unit)) >= 1 && Number.isInteger(inUnit(value, unit)));
  const above = output.find((unit) => Math.abs(inUnit(value, unit)) >= 1);
  if (value === 0) return `0 ${dimension === 'time' ? 's' : smallest}`;
  const nice = whole !== undefined && Math.abs(inUnit(value, whole)) < 10_000;
  return inWords(value, nice ? whole : (above ?? smallest!));
}

function inUnit(value: number, unit: string): number {
  const { times, over } = findUnit(unit)!.scale;
  return (value * over) / times;
}

function inWords(value: number, unit: string): string {
  return `${Number(inUnit(value, unit).toPrecision(5))} ${unit}`;
}

function bounds(dimension: Dimension, range: Range): Range {
  const own = DIMENSIONS[dimension];
  return {
    above: range.above,
    min: range.min ?? (range.above === undefined ? (own.min ?? 0) : undefined),
    max: range.max ?? own.max,
  };
}

function inRange(value: number, { min, max, above }: Range): boolean {
  return (
    !(min !== undefined && value < min) &&
    !(max !== undefined && value > max) &&
    !(above !== undefined && value <= above)
  );
}

/** "0 % to 100 %", "at least 1 ms", "more than 0 s and at most 104 d": in the writer's unit where that reads well. */
function rangeText(dimension: Dimension, range: Range, unit?: string): string {
  const { min, max, above } = bounds(dimension, range);
  const say = (value: number) => {
    const size = unit === undefined ? 0 : Math.abs(inUnit(value, unit));
    const readable = unit !== undefined && (size === 0 || (size >= 0.01 && size < 10_000));
    return readable ? inWords(value, unit) : formatQuantity(value, dimension);
  };
  if (min === Number.NEGATIVE_INFINITY) return DIMENSIONS[dimension].noun;
  if (min !== undefined && max !== undefined) return `${say(min)} to ${say(max)}`;
  if (above !== undefined && max !== undefined) return `more than ${say(above)} and at most ${say(max)}`;
  if (above !== undefined) return `more than ${say(above)}`;
  if (min !== undefined) return `at least ${say(min)}`;
  return max === undefined ? DIMENSIONS[dimension].noun : `at most ${say(max)}`;
}

/** A key's metadata under which its bounds stand in words: "time with its unit, 1 ms to 60 s". */
export const BOUNDS_KEY = 'bounds';

/** For editors (JSON Schema): a number and one of the units. */
function pattern(dimension: Dimension): string {
  return String.raw`^\s*${NUMBER}\s*(${Object.keys(DIMENSIONS[dimension].units).join('|').replaceAll('µ', '[µμ]')})\s*$`;
}

function describe(dimension: Dimension, range: Range): string {
  return `${DIMENSIONS[dimension].noun.replace(/^an? /, '')} with its unit, ${rangeText(dimension, range)}`;
}

/** "expected a time such as 20 ms, got ..." */
function form(dimension: Dimension, input: unknown): string {
  const { noun, example } = DIMENSIONS[dimension];
  if (typeof input === 'number' && Number.isFinite(input)) {
    return `expected ${noun} with its unit, such as ${example}, got the bare number ${input}`;
  }
  return `expected ${noun} such as ${example}, got ${shown(input)}`;
}

function shown(input: unknown): string {
  if (input === undefined || input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a group of keys';
  const text = String(input).trim();
  return text === '' ? 'nothing' : text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
