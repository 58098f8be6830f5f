import { InputError } from '../kernel/errors.ts';
import { type Dimension, type Range, readQuantity } from '../kernel/quantity.ts';

/** What yargs made of a command line: options as text, lists or flags. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A text option that may be given once. */
export function text(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (Array.isArray(value)) throw new InputError(`--${name}: expected it once, got it ${value.length} times`);
  if (value === undefined || value === true) return undefined;
  if (value === '') throw new InputError(`--${name}: expected a value, got nothing`);
  return String(value);
}

/** A text option that may be given again and again. */
export function texts(args: Arguments, name: string): string[] {
  const value = args[name];
  return value === undefined ? [] : [value].flat().map(String);
}

export function flag(args: Arguments, name: string): boolean {
  return [args[name]].flat().includes(true);
}

/** What stands beside the options; that it is there was checked when the line was read. */
export function positional(args: Arguments, name: string): string {
  return String(args[name]);
}

export function wholeNumber(
  args: Arguments,
  name: string,
  { min, max, otherwise }: { readonly min: number; readonly max: number; readonly otherwise?: number },
): number | undefined {
  const written = text(args, name);
  if (written === undefined) return otherwise;
  const value = /^[-+]?\d+$/.test(written) ? Number(written) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new InputError(`--${name}: expected a whole number from ${min} to ${max}, got ${written}`);
}

/** A quantity with its unit, in SI. */
export function quantityOption(
  args: Arguments,
  name: string,
  dimension: Dimension,
  range: Range = {},
): number | undefined {
  const written = text(args, name);
  if (written === undefined) return undefined;
  const reading = readQuantity(written, dimension, range);
  if ('value' in reading) return reading.value;
  throw new InputError(`--${name}: ${reading.fault}`);
}
