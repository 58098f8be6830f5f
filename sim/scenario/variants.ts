import type { Path } from './fault.ts';
import type { Scenario } from './schema.ts';

/** A variant of `compare` before it is read as a scenario of its own. */
export interface PlannedVariant {
  readonly name: string;
  readonly against: string | undefined;
  /** What it sets, in order, and where in the file each is written. */
  readonly changes: readonly { readonly path: string; readonly value: unknown; readonly at: Path }[];
  /** The entry of `compare` that it comes from. */
  readonly index: number;
}

/** The most variants that one entry may make. */
export const MOST_COMBINATIONS = 1000;

/** Every variant of `compare`, in order: an entry with `each` makes one of every combination, the first path slowest. */
export function plannedVariants(compare: Scenario['compare']): PlannedVariant[] {
  return compare.flatMap(({ name, against, set, each }, index) => {
    const changes = Object.entries(set ?? {}).map(([path, value]) => ({
      path,
      value,
      at: ['compare', index, 'set', path],
    }));
    if (each === undefined) return [{ name, against, changes, index }];
    return combinations(each).map((values) => ({
      name: filled(name, values),
      against,
      changes: [...changes, ...values.map(([path, value]) => ({ path, value, at: ['compare', index, 'each', path] }))],
      index,
    }));
  });
}

/** How many variants an entry's `each` makes. */
export function combinationsOf(each: Readonly<Record<string, readonly unknown[]>>): number {
  return Object.values(each).reduce((product, values) => product * values.length, 1);
}

function combinations(each: Readonly<Record<string, readonly unknown[]>>): [string, unknown][][] {
  let made: [string, unknown][][] = [[]];
  if (combinationsOf(each) > MOST_COMBINATIONS) return made;
  for (const [path, values] of Object.entries(each))
    made = made.flatMap((before) => values.map((value): [string, unknown][] => [...before, [path, value]]));
  return made;
}

/** "tau {method.tau}" with the values in place. */
function filled(name: string, values: readonly (readonly [string, unknown])[]): string {
  return values.reduce((text, [path, value]) => text.replaceAll(`{${path}}`, String(value)), name);
}
