import math from 'mathjs/lib/browser/math.js';
import { pow } from './numeric.ts';

/** What a quantity measures, and the plain number it becomes: time s, rate bit/s, size bytes, share 0..1, frequency Hz, distance m, power W, energy J, money USD, angle rad. */
export type Dimension =
  | 'time'
  | 'rate'
  | 'size'
  | 'share'
  | 'frequency'
  | 'distance'
  | 'power'
  | 'energy'
  | 'money'
  | 'angle';

interface DimensionFacts {
  /** In a sentence: "expected a time such as 20 ms". */
  readonly noun: string;
  readonly example: string;
  /** Units for output, largest first; the first is also mathjs's measure of the dimension. */
  readonly units: readonly string[];
}

export const DIMENSIONS: Readonly<Record<Dimension, DimensionFacts>> = {
  time: { noun: 'a time', example: '20 ms', units: ['d', 'h', 'min', 's', 'ms', 'us', 'ns'] },
  rate: { noun: 'a rate', example: '5 Mbit/s', units: ['Gbit/s', 'Mbit/s', 'kbit/s', 'bit/s'] },
  size: { noun: 'a size', example: '10 kB', units: ['GB', 'MB', 'kB', 'B'] },
  share: { noun: 'a share', example: '0.5 %', units: ['%'] },
  frequency: { noun: 'a frequency', example: '64 MHz', units: ['GHz', 'MHz', 'kHz', 'Hz'] },
  distance: { noun: 'a distance', example: '100 km', units: ['km', 'm', 'mm'] },
  power: { noun: 'a power', example: '15 mW', units: ['W', 'mW', 'uW'] },
  energy: { noun: 'an energy', example: '2 J', units: ['kWh', 'J', 'mJ', 'uJ', 'nJ'] },
  money: { noun: 'a price', example: '12 USD', units: ['USD'] },
  angle: { noun: 'an angle', example: '45 deg', units: ['deg', 'rad'] },
};

/**
 * mathjs's units over plain doubles. Its own arithmetic takes complex numbers, fractions and matrices too and costs
 * 60 ms to build; ours is built in 4 ms, and its powers are the same bits on every Node.
 */
const plainArithmetic = {
  add: (a: number, b: number) => a + b,
  addScalar: (a: number, b: number) => a + b,
  subtractScalar: (a: number, b: number) => a - b,
  multiplyScalar: (a: number, b: number) => a * b,
  divideScalar: (a: number, b: number) => a / b,
  pow,
  abs: Math.abs,
  fix: Math.trunc,
  round: Math.round,
  equal: (a: number, b: number) => a === b,
  isNumeric: (x: unknown) => typeof x === 'number',
  format: String,
  number: Number,
  Complex: class {},
  BigNumber: class {},
  Fraction: class {},
};

const { Unit } = Object.assign(math.create(), plainArithmetic);
Unit.createUnitSingle('USD', {});
Unit.createUnitSingle('cent', { definition: '0.01 USD' });
Unit.createUnitSingle('d', { definition: '1 day' });
Unit.createUnitSingle('bps', { definition: '1 b/s', prefixes: 'short' });

interface UnitFacts {
  readonly dimension: Dimension;
  readonly scale: Scale;
}

/** How many SI units one is: `times / over`, one of them 1, so that "1.1 ms" is 1.1 / 1000 and rounds once. */
interface Scale {
  readonly times: number;
  readonly over: number;
}

const known = new Map<string, UnitFacts | null>();
const dimensionOf = new Map<string, Dimension>();
for (const [name, facts] of Object.entries(DIMENSIONS)) {
  if (name !== 'share') dimensionOf.set(parseUnit(facts.units[0]!)!.dimensions.join(), name as Dimension);
}

/** What a unit measures and its scale, or null for no unit that we know. */
export function findUnit(text: string): UnitFacts | null {
  let facts = known.get(text);
  if (facts === undefined) {
    facts = resolveUnit(text);
    known.set(text, facts);
  }
  return facts;
}

function resolveUnit(text: string): UnitFacts | null {
  if (text === '%') return { dimension: 'share', scale: { times: 1, over: 100 } };
  const unit = parseUnit(text);
  const dimension = unit && dimensionOf.get(unit.dimensions.join());
  if (!unit || !dimension) return null;
  // mathjs counts data in bits; a size is in bytes.
  return { dimension, scale: exactScale(dimension === 'size' ? unit.value / 8 : unit.value) };
}

/** mathjs writes a bit as "b" and knows neither "Mbit" nor the micro sign. */
function parseUnit(text: string) {
  try {
    return Unit.parse(`1 ${text.replace(/([a-zA-Z]*)bits?\b/g, '$1b').replace(/[µμ]/g, 'u')}`);
  } catch {
    return null;
  }
}

function exactScale(factor: number): Scale {
  const inverse = 1 / factor;
  const whole = Math.round(inverse);
  if (factor < 1 && Math.abs(inverse - whole) < whole * 1e-9) return { times: 1, over: whole };
  return { times: factor, over: 1 };
}
