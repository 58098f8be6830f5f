import { type Dimension, readAnyQuantity } from '../kernel/quantity.ts';

/** A number in SI and what it measures; `number` where it has no unit. */
export interface Amount {
  readonly value: number;
  readonly dimension: Dimension | 'number';
}

/** The unit in which the scenario is given an amount; one of them is what `value` counts, but for shares. */
const SI: Readonly<Record<Dimension, string>> = {
  time: 's',
  rate: 'bit/s',
  size: 'B',
  share: '%',
  frequency: 'Hz',
  distance: 'm',
  power: 'W',
  energy: 'J',
  money: 'USD',
  angle: 'rad',
};

export function unitOf(dimension: Amount['dimension']): string {
  return dimension === 'number' || dimension === 'share' ? '1' : SI[dimension];
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
  return `${tidy(dimension === 'share' ? value * 100 : value)} ${SI[dimension]}`;
}
