import { didYouMean } from '../kernel/suggest.ts';
import { UNIT_NAMES } from '../kernel/units.ts';
import { type Amount, amountOf, written } from './amount.ts';
import { type Expression, ExpressionFault, parseExpression } from './expression.ts';
import type { Path } from './fault.ts';
import { shown, valueAt } from './issues.ts';
import { splitPath } from './settings.ts';
import type { Fault, Surroundings, SweepColumn } from './sweep-points.ts';
import type { SweepOptions } from './sweep-schema.ts';

/** Works out the expressions of one point after another, each after those that it refers to. */
export function workOut(
  { names, expressions = {} }: SweepOptions,
  columns: readonly SweepColumn[],
  formulas: readonly SweepColumn[],
  { base, fault }: Surroundings,
): (row: readonly unknown[]) => readonly unknown[] {
  const parsed = new Map<string, Expression>();
  for (const { name, at } of formulas) parsed.set(name, readExpression(String(expressions[name]), at, fault));
  const order = inOrder(formulas, parsed, fault);
  const plain = columns.slice(0, columns.length - formulas.length);
  const fixed = baseAmounts(names, columns, base);
  for (const { name, at } of formulas) {
    const unknown = parsed
      .get(name)!
      .names.find((each) => !parsed.has(each) && !fixed.has(each) && !plain.some((column) => column.name === each));
    if (unknown === undefined) continue;
    const known = [...columns.map((column) => column.name), ...Object.keys(names)].filter((each) => each !== name);
    const why = Object.hasOwn(names, unknown)
      ? `expected a number or a quantity at ${String(names[unknown])} in the scenario, for ${unknown}, got ${shown(valueAt(base, splitPath(String(names[unknown]))))}`
      : `expected names of the sweep${known.length > 0 ? ` (${[...new Set(known)].join(', ')})` : ''}, got ${unknown}${didYouMean(unknown, [...known, ...UNIT_NAMES])}`;
    throw fault(at, why);
  }
  return (row) => {
    const amounts = new Map(fixed);
    const amountIn = (name: string): Amount => amounts.get(name)!;
    plain.forEach(({ name }, index) => {
      const amount = amountOf(row[index]);
      if (amount !== undefined) amounts.set(name, amount);
    });
    for (const { name, at } of order) {
      const formula = parsed.get(name)!;
      const missing = formula.names.find((each) => !amounts.has(each));
      if (missing !== undefined) {
        const index = plain.findIndex((column) => column.name === missing);
        throw fault(at, `expected ${missing} to be a number or a quantity, got ${shown(row[index])}`);
      }
      amounts.set(name, evaluate(formula, amountIn, at, fault));
    }
    return [...row, ...formulas.map(({ name }) => written(amounts.get(name)!))];
  };
}

function readExpression(text: string, at: Path, fault: Fault): Expression {
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof ExpressionFault) throw fault(at, error.message);
    throw error;
  }
}

function evaluate(formula: Expression, amountIn: (name: string) => Amount, at: Path, fault: Fault): Amount {
  let amount: Amount;
  try {
    amount = formula.evaluate(amountIn);
  } catch (error) {
    if (error instanceof ExpressionFault) throw fault(at, error.message);
    throw error;
  }
  if (Number.isFinite(amount.value)) return amount;
  const inputs = formula.names.map((name) => `${name} = ${written(amountIn(name))}`).join(', ');
  throw fault(at, `expected a finite number, got ${amount.value}${inputs === '' ? '' : ` (${inputs})`}`);
}

/** Names that no axis varies stand for what the scenario itself says. */
function baseAmounts(
  names: SweepOptions['names'],
  columns: readonly SweepColumn[],
  base: unknown,
): Map<string, Amount> {
  const amounts = new Map<string, Amount>();
  for (const [name, path] of Object.entries(names)) {
    if (typeof path !== 'string' || columns.some((column) => column.name === name)) continue;
    const amount = amountOf(valueAt(base, splitPath(path)));
    if (amount !== undefined) amounts.set(name, amount);
  }
  return amounts;
}

/** Expressions so that each comes after those that it refers to. @throws for one that refers to itself. */
function inOrder(
  formulas: readonly SweepColumn[],
  parsed: ReadonlyMap<string, Expression>,
  fault: Fault,
): SweepColumn[] {
  const done: SweepColumn[] = [];
  const visit = (each: SweepColumn, above: readonly string[]): void => {
    if (done.includes(each)) return;
    const way = [...above, each.name];
    if (above.includes(each.name)) {
      const circle = way.slice(above.indexOf(each.name)).join(' -> ');
      throw fault(each.at, `expected an expression that does not refer to itself, got ${circle}`);
    }
    for (const name of parsed.get(each.name)!.names) {
      const other = formulas.find((formula) => formula.name === name);
      if (other !== undefined) visit(other, way);
    }
    done.push(each);
  };
  for (const each of formulas) visit(each, []);
  return done;
}
