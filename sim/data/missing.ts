import { parseDecimal } from './decimal.ts';

/**
 * Words that say that a value is missing, in features and labels alike: those of pandas' `read_csv` (`na_values`), `?`
 * as in the UCI repository, and what C libraries print for NaN.
 */
export const MISSING_WORDS: readonly string[] = [
  ...['?', 'NA', 'N/A', 'n/a', '<NA>', '#NA', '#N/A', '#N/A N/A', 'NULL', 'null', 'None'],
  ...['NaN', 'nan', 'NAN', '-NaN', '-nan', 'nan(ind)', '-nan(ind)', '1.#IND', '-1.#IND', '1.#QNAN', '-1.#QNAN'],
];

/** Tells missing values. An empty field is always one. A word that is a number stands for every spelling of its value. */
export class MissingWords {
  readonly #words: ReadonlySet<string>;
  readonly #numbers: ReadonlySet<number>;

  constructor(words: readonly (string | number)[]) {
    this.#words = new Set(['', ...words.map(String)]);
    this.#numbers = new Set([...this.#words].map(parseDecimal).filter((value) => !Number.isNaN(value)));
  }

  /** @param value the field as `parseDecimal` reads it. */
  has(field: string, value: number): boolean {
    return Number.isNaN(value) ? this.#words.has(field) : this.#numbers.has(value);
  }
}
