import { type Dimension, readAnyQuantity } from '../kernel/quantity.ts';
import { DIMENSIONS } from '../kernel/units.ts';

/** A number in SI and what it measures; `number` where it has no unit. */
export interface Amount {
  readonly value: number;
  readonly dimension: Dimension | 'number';
}

/** The unit of an amount's `value`; "1" where it has none. */
export function unitOf(dimension: Amount['dimension']): string {
  return dimension === 'number' ? '1' : DIMENSIONS[dimension].base;
}

/** A scenario's value as an amount; undefined for text, lists and groups. */
export function amountOf(written: unknown): Amount | undefined {
  if (typeof written === 'number' && Number.isFinite(written)) return { value: written, dimension: 'number' };
  return typeof written === 'string' ? readAnyQuantity(written) : undefined;
}

/** Twelve digits: what a scenario is given, so that 0.1 + 0.2 is 0.3. */
export function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** An amount as the scenario's reader takes it: "0.06 s", "5 %", or a plain number. */
export function written({ value, dimension }: Amount): string | number {
  if (dimension === 'number') return tidy(value);
  return dimension === 'share' ? `${tidy(value * 100)} %` : `${tidy(value)} ${unitOf(dimension)}`;
}
