import math, { type ParsedNode } from 'mathjs/lib/browser/math.js';
import { pow } from '../kernel/numeric.ts';
import { DIMENSIONS, type Dimension, findUnit } from '../kernel/units.ts';
import type { Amount } from './amount.ts';

/** Arithmetic over the values of a sweep, with units. */
export interface Expression {
  /** The names that it refers to, in order of appearance. */
  readonly names: readonly string[];
  /** @throws ExpressionFault for what cannot be worked out, such as a time added to a size. */
  evaluate(amountOf: (name: string) => Amount): Amount;
}

/** One clause that says what is wrong with an expression. */
export class ExpressionFault extends Error {}

/** The longest expression; mathjs parses by recursion. */
const LONGEST = 1000;

const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

type Numeric = (...values: readonly number[]) => number;

/** Functions of plain numbers. log is the natural one, or to a base. */
const FUNCTIONS: Readonly<Record<string, { readonly least: number; readonly most: number; readonly of: Numeric }>> = {
  sqrt: { least: 1, most: 1, of: (x) => Math.sqrt(x!) },
  exp: { least: 1, most: 1, of: (x) => Math.exp(x!) },
  log: { least: 1, most: 2, of: (x, base) => (base === undefined ? Math.log(x!) : Math.log(x!) / Math.log(base)) },
  log2: { least: 1, most: 1, of: (x) => Math.log(x!) / Math.LN2 },
  log10: { least: 1, most: 1, of: (x) => Math.log(x!) / Math.LN10 },
  pow: { least: 2, most: 2, of: (x, y) => pow(x!, y!) },
  round: { least: 1, most: 1, of: (x) => Math.round(x!) },
  floor: { least: 1, most: 1, of: (x) => Math.floor(x!) },
  ceil: { least: 1, most: 1, of: (x) => Math.ceil(x!) },
};
const ALIKE: Readonly<Record<string, Numeric>> = { min: Math.min, max: Math.max };
const KNOWN = [...Object.keys(FUNCTIONS), ...Object.keys(ALIKE), 'abs'];

/** What two dimensions make, and by what factor: a size is in bytes, a rate in bit/s. */
const PRODUCTS: readonly (readonly [Dimension, Dimension, Amount['dimension'], number])[] = [
  ['rate', 'time', 'size', 1 / 8],
  ['power', 'time', 'energy', 1],
  ['frequency', 'time', 'number', 1],
];

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  smaller: (a, b) => a < b,
  smallerEq: (a, b) => a <= b,
  larger: (a, b) => a > b,
  largerEq: (a, b) => a >= b,
  equal: (a, b) => a === b,
  unequal: (a, b) => a !== b,
};

/**
 * Reads an expression: numbers, units, names, + - * / ^ %, comparisons with ? :, and a few functions; mathjs parses it, and
 * nothing else of mathjs can be reached. @throws ExpressionFault
 */
export function parseExpression(text: string): Expression {
  if (text.length > LONGEST) {
    throw new ExpressionFault(`expected an expression of at most ${LONGEST} characters, got ${text.length}`);
  }
  let root: ParsedNode;
  try {
    root = math.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ExpressionFault(`expected an expression, got ${text} (${why.charAt(0).toLowerCase()}${why.slice(1)})`);
  }
  const names: string[] = [];
  const amountOf = compile(root, (name) => {
    if (!names.includes(name)) names.push(name);
  });
  return { names, evaluate: amountOf };
}

/** Whether an expression would take the name for something else. */
export function isReserved(name: string): boolean {
  return name in CONSTANTS || KNOWN.includes(name) || findUnit(name) !== null;
}

type Compiled = (amountOf: (name: string) => Amount) => Amount;

function compile(node: ParsedNode, onName: (name: string) => void): Compiled {
  const inner = (each: ParsedNode) => compile(each, onName);
  switch (node.type) {
    case 'ConstantNode': {
      const { value } = node;
      if (typeof value !== 'number' || !Number.isFinite(value)) throw refused(String(value ?? 'nothing'));
      return () => ({ value, dimension: 'number' });
    }
    case 'ParenthesisNode':
      return inner(node.content!);
    case 'SymbolNode':
      return symbol(node.name!, onName);
    case 'OperatorNode':
      return operator(node, node.args!.map(inner));
    case 'FunctionNode':
      return call(node.fn as ParsedNode, node.args!.map(inner));
    case 'ConditionalNode': {
      const [condition, yes, no] = [node.condition!, node.trueExpr!, node.falseExpr!].map(inner);
      return (amountOf) => (condition!(amountOf).value !== 0 ? yes! : no!)(amountOf);
    }
    default:
      throw refused(String(node));
  }
}

function refused(text: string): ExpressionFault {
  return new ExpressionFault(
    `expected arithmetic alone (numbers, units, names, + - * / ^, ${KNOWN.join(', ')}), got ${text}`,
  );
}

function symbol(name: string, onName: (name: string) => void): Compiled {
  const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
  if (constant !== undefined) return () => ({ value: constant, dimension: 'number' });
  const unit = findUnit(name);
  if (unit !== null) {
    const amount = { value: unit.scale.times / unit.scale.over, dimension: unit.dimension };
    return () => amount;
  }
  onName(name);
  return (amountOf) => amountOf(name);
}

function operator(node: ParsedNode, args: readonly Compiled[]): Compiled {
  const [a, b] = args;
  const name = String(node.fn);
  const compare = Object.hasOwn(COMPARISONS, name) ? COMPARISONS[name] : undefined;
  if (compare !== undefined) return (of) => ({ value: alike(a!(of), b!(of), compare) ? 1 : 0, dimension: 'number' });
  switch (name) {
    case 'unaryMinus':
      return (of) => scaled(a!(of), -1);
    case 'unaryPlus':
      return a!;
    case 'add':
      return (of) => sum(a!(of), b!(of), 1);
    case 'subtract':
      return (of) => sum(a!(of), b!(of), -1);
    case 'multiply':
      return (of) => product(a!(of), b!(of));
    case 'divide':
      if (node.isPercentage === true)
        return (of) => ({ value: plain(a!(of), 'a percentage') / 100, dimension: 'share' });
      return (of) => quotient(a!(of), b!(of));
    case 'pow':
      return (of) => ({ value: pow(plain(a!(of), '^'), plain(b!(of), '^')), dimension: 'number' });
    default:
      throw refused(String(node));
  }
}

function call(fn: ParsedNode, args: readonly Compiled[]): Compiled {
  const name = fn.name ?? '';
  if (name === 'abs' && args.length === 1) {
    return (of) => {
      const x = args[0]!(of);
      return { ...x, value: Math.abs(x.value) };
    };
  }
  if (Object.hasOwn(ALIKE, name) && args.length > 0) {
    return (of) =>
      args.map((each) => each(of)).reduce((x, y) => ({ value: alike(x, y, ALIKE[name]!), dimension: wider(x, y) }));
  }
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]! : undefined;
  if (known === undefined) throw refused(`${name}()`);
  if (args.length < known.least || args.length > known.most)
    throw new ExpressionFault(
      `expected ${known.most} ${known.most === 1 ? 'value' : 'values'} in ${name}(), got ${args.length}`,
    );
  return (of) => ({ value: known.of(...args.map((each) => plain(each(of), `${name}()`))), dimension: 'number' });
}

const isPlain = ({ dimension }: Amount): boolean => dimension === 'number' || dimension === 'share';

function inWords({ dimension }: Amount): string {
  return dimension === 'number' ? 'a plain number' : DIMENSIONS[dimension].noun;
}

function plain(x: Amount, where: string): number {
  if (isPlain(x)) return x.value;
  throw new ExpressionFault(`expected a plain number in ${where}, got ${inWords(x)}`);
}

function scaled(x: Amount, factor: number): Amount {
  return { ...x, value: x.value * factor };
}

/** A plain number beside a share counts as a share: 1 - loss. */
function wider(x: Amount, y: Amount): Amount['dimension'] {
  return x.dimension === 'share'
    ? y.dimension === 'number'
      ? 'share'
      : y.dimension
    : x.dimension === 'number'
      ? y.dimension
      : x.dimension;
}

function alike<T>(x: Amount, y: Amount, of: (a: number, b: number) => T): T {
  if (x.dimension !== y.dimension && !(isPlain(x) && isPlain(y)))
    throw new ExpressionFault(`expected two amounts of one kind, got ${inWords(x)} and ${inWords(y)}`);
  return of(x.value, y.value);
}

function sum(x: Amount, y: Amount, sign: 1 | -1): Amount {
  return { value: alike(x, y, (a, b) => a + sign * b), dimension: wider(x, y) };
}

function product(x: Amount, y: Amount): Amount {
  const value = x.value * y.value;
  if (isPlain(x) || isPlain(y))
    return { value, dimension: isPlain(x) ? (isPlain(y) ? wider(x, y) : y.dimension) : x.dimension };
  for (const [one, other, made, factor] of PRODUCTS) {
    const fits = (x.dimension === one && y.dimension === other) || (x.dimension === other && y.dimension === one);
    if (fits) return { value: value * factor, dimension: made };
  }
  throw new ExpressionFault(`cannot multiply ${inWords(x)} by ${inWords(y)}`);
}

function quotient(x: Amount, y: Amount): Amount {
  const value = x.value / y.value;
  if (x.dimension === y.dimension) return { value, dimension: 'number' };
  if (isPlain(y)) return { value, dimension: x.dimension };
  for (const [one, other, made, factor] of PRODUCTS) {
    if (made !== x.dimension && !(made === 'number' && isPlain(x))) continue;
    if (y.dimension === other) return { value: value / factor, dimension: one };
    if (y.dimension === one) return { value: value / factor, dimension: other };
  }
  throw new ExpressionFault(`cannot divide ${inWords(x)} by ${inWords(y)}`);
}
