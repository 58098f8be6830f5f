import { parse, stringify } from 'yaml';

type Path = readonly (string | number)[];
type Group = Record<string | number, unknown>;

/** A number and its unit, as scenarios have it. */
const QUANTITY = /^([-+]?[\d.]+(?:e[-+]?\d+)?)(\s*[A-Za-z%/]+)$/i;

/**
 * Makes a scenario smaller as long as it still fails in the same way: leaves keys and entries out, large parts first, then brings
 * numbers down. The same scenario and the same answers give the same result.
 * @param fails whether a text still fails so; asked at most `limit` times.
 */
export async function shrink(text: string, fails: (text: string) => Promise<boolean>, limit = 400): Promise<string> {
  let value = parse(text) as unknown;
  let left = limit;
  const accept = async (changed: unknown): Promise<boolean> => {
    if (left-- <= 0 || !(await fails(textOf(changed)))) return false;
    value = changed;
    return true;
  };
  for (let isSmaller = true; isSmaller && left > 0; ) {
    isSmaller = false;
    for (const path of pathsOf(value)) {
      if (valueAt(value, path) === undefined) continue;
      if (await accept(without(value, path))) isSmaller = true;
    }
    for (const path of pathsOf(value)) {
      for (const smaller of smallerThan(valueAt(value, path))) {
        if (!(await accept(replaced(value, path, smaller)))) continue;
        isSmaller = true;
        break;
      }
    }
  }
  return textOf(value);
}

export function textOf(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Every place in a value, those that hold most first, then in order; the last entries of a list before the first, so that none moves. */
function pathsOf(value: unknown): Path[] {
  const found: { readonly path: Path; readonly size: number }[] = [];
  const visit = (here: unknown, path: Path): number => {
    if (typeof here !== 'object' || here === null) return 1;
    let size = 1;
    const keys = Object.keys(here);
    for (const key of Array.isArray(here) ? keys.reverse() : keys) {
      const inner = [...path, Array.isArray(here) ? Number(key) : key];
      const entry = { path: inner, size: visit((here as Group)[key], inner) };
      size += entry.size;
      found.push(entry);
    }
    return size;
  };
  visit(value, []);
  return found.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((here, step) => (here as Group | undefined)?.[step], value);
}

function without(value: unknown, path: Path): unknown {
  const [step, ...rest] = path as [string | number, ...Path];
  if (Array.isArray(value)) {
    if (rest.length === 0) return value.filter((_, index) => index !== step);
    return value.map((entry, index) => (index === step ? without(entry, rest) : entry));
  }
  const { [step]: inner, ...others } = value as Group;
  return rest.length === 0 ? others : { ...(value as Group), [step]: without(inner, rest) };
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((entry, index) => (index === step ? replaced(entry, rest, by) : entry));
  return { ...(value as Group), [step]: replaced((value as Group)[step], rest, by) };
}

/** Simpler values to try, the simplest first. */
function smallerThan(value: unknown): unknown[] {
  if (typeof value === 'number') return smallerNumbers(value);
  if (typeof value !== 'string') return [];
  const parts = QUANTITY.exec(value);
  if (parts === null) return [];
  return smallerNumbers(Number(parts[1])).map((number) => `${number} ${parts[2]!.trim()}`);
}

function smallerNumbers(number: number): number[] {
  const rounded = Number(number.toPrecision(1));
  const candidates = [0, 1, Math.floor(number / 2), number - 1, rounded];
  const isSimpler = (other: number): boolean =>
    other !== number && (Math.abs(other) < Math.abs(number) || String(other).length < String(number).length);
  return candidates.filter((other) => other >= 0 && isSimpler(other));
}
