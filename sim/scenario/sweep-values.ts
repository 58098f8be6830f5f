import { coldStream, shuffle } from '../kernel/random.ts';
import { type Amount, amountOf, tidy, unitOf } from './amount.ts';
import type { Axis, Drawn } from './sweep-schema.ts';

/** A range as it was written, its ends understood. */
interface Range {
  /** In the unit of the text, or plain. */
  readonly from: number;
  readonly to: number;
  /** Put behind each value: " ms", or nothing. */
  readonly unit: string;
  readonly log: boolean;
  readonly whole: boolean;
}

type Spanned = Exclude<Drawn, readonly unknown[]>;

/** What is wrong with a range, and with which of its keys. */
export class RangeFault extends Error {
  readonly key: string;
  constructor(key: string, message: string) {
    super(message);
    this.key = key;
  }
}

/** How many values an axis has, without making them. Whole ranges may come out shorter. */
export function axisLength(axis: Axis): number {
  return Array.isArray(axis) ? axis.length : axis.steps;
}

/** The values of an axis, as they would stand in a scenario. @throws RangeFault */
export function axisValues(axis: Axis): readonly unknown[] {
  if (Array.isArray(axis)) return axis;
  const range = readRange(axis);
  const at = (i: number) => (axis.steps === 1 ? 0 : i / (axis.steps - 1));
  const all = Array.from({ length: axis.steps }, (_, i) => between(range, at(i)));
  return range.whole ? [...new Set(all)] : all;
}

/**
 * `count` values drawn from a list or a range; those of one name hang on nothing but it.
 * @param strata whether each of `count` equal parts is met once (Latin hypercube).
 * @throws RangeFault
 */
export function drawValues(
  over: Drawn,
  draw: { readonly name: string; readonly count: number; readonly seed: number; readonly strata: boolean },
): readonly unknown[] {
  const uniform = coldStream(draw.seed, `sweep/${draw.name}`);
  const order = Uint32Array.from({ length: draw.count }, (_, i) => i);
  if (draw.strata) shuffle(order, uniform);
  const range = Array.isArray(over) ? undefined : readRange(over);
  return Array.from(order, (part) => {
    const share = draw.strata ? (part + uniform()) / draw.count : uniform();
    if (range !== undefined) return range.whole ? wholeIn(range, share) : between(range, share);
    const list = over as readonly unknown[];
    return list[Math.min(list.length - 1, Math.floor(share * list.length))];
  });
}

function readRange({ from, to, scale, whole }: Spanned): Range {
  const [first, last] = [read('from', from), read('to', to)];
  if (first.dimension !== last.dimension)
    throw new RangeFault('to', `expected the kind of \`from\` (${from}), got ${to}`);
  const log = scale === 'log';
  for (const [key, { value }] of [
    ['from', first],
    ['to', last],
  ] as const)
    if (log && value <= 0)
      throw new RangeFault(key, `expected more than 0 with scale: log, got ${key === 'from' ? from : to}`);
  if (whole && first.dimension !== 'number') throw new RangeFault('whole', `expected plain numbers, got ${from}`);
  // Values keep the unit that both ends have; else they are in SI.
  const [a, b] = [textParts(from), textParts(to)];
  if (a.unit === b.unit) return { from: a.number, to: b.number, unit: a.unit, log, whole };
  const share = first.dimension === 'share';
  const unit = first.dimension === 'number' ? '' : share ? ' %' : ` ${unitOf(first.dimension)}`;
  return { from: first.value * (share ? 100 : 1), to: last.value * (share ? 100 : 1), unit, log, whole };
}

function read(key: string, written: string | number): Amount {
  const amount = amountOf(written);
  if (amount === undefined) throw new RangeFault(key, `expected a number, or a quantity with its unit, got ${written}`);
  return amount;
}

function textParts(written: string | number): { readonly number: number; readonly unit: string } {
  const [, number, unit] = /^\s*([-+.\deE]*\d\.?)\s*(.*?)\s*$/.exec(String(written))!;
  return { number: Number(number), unit: unit === '' ? '' : ` ${unit}` };
}

/** The value at `share` (0 to 1) of a range. */
function between({ from, to, unit, log, whole }: Range, share: number): string | number {
  const exact = log ? from * Math.exp(Math.log(to / from) * share) : from + (to - from) * share;
  const value = whole ? Math.round(exact) : tidy(share === 1 ? to : exact);
  return unit === '' ? value : `${value}${unit}`;
}

/** Each whole number as likely as the others (with log: in proportion to its part of the range). */
function wholeIn({ from, to, log }: Range, share: number): number {
  const end = to + 1;
  const exact = log ? from * Math.exp(Math.log(end / from) * share) : from + (end - from) * share;
  return Math.min(to, Math.floor(exact));
}
