import { parseDecimal } from './decimal.ts';

/** Classes in the order of their numbers, and the number of each label in the order of its first appearance. */
export interface Classes {
  readonly names: readonly string[];
  readonly numberOf: Uint32Array;
}

/**
 * Numbers labels as they appear. Labels that are decimal numbers are told apart by value: `1`, `1.0`, `1e0` and `+1` are
 * one label, named `1`. All others are told apart by their text.
 */
export class ClassLabels {
  /** By spelling; several spellings may share a number. */
  readonly #bySpelling = new Map<string, number>();
  readonly #byName = new Map<string, number>();

  /** The number of a label, by first appearance from 0. */
  add(label: string): number {
    let number = this.#bySpelling.get(label);
    if (number !== undefined) return number;
    const name = labelName(label);
    number = this.#byName.get(name) ?? this.#byName.size;
    this.#byName.set(name, number);
    this.#bySpelling.set(label, number);
    return number;
  }

  /** Classes in ascending order: as numbers when all labels are numbers, otherwise as text by code units. */
  sorted(): Classes {
    const names = [...this.#byName.keys()];
    const numeric = names.every((name) => !Number.isNaN(parseDecimal(name)));
    names.sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : a > b ? 1 : 0));
    const numberOf = new Uint32Array(names.length);
    for (const [place, name] of names.entries()) numberOf[this.#byName.get(name)!] = place;
    return { names, numberOf };
  }
}

/** The name of a label: a number in JavaScript's shortest form, other text as it is. */
export function labelName(label: string): string {
  const value = parseDecimal(label);
  if (Number.isNaN(value)) return label;
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value + 0);
  // Past 2^53 a double no longer tells whole numbers apart: their digits do.
  const digits = /^\+?(-?)0*(\d+)(?:\.0*)?$/.exec(label);
  return digits === null ? BigInt(value).toString() : `${digits[1]}${digits[2]}`;
}
