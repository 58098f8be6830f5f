import type { Scale } from './scale.ts';

/** A second reader of CSV, written as plainly as can be, to hold the program's own against: it shares no line with it. */

/** The fields of a text, character by character; without lines that have none. */
export function plainRecords(text: string, separator: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted: 'no' | 'open' | 'closed' = 'no';
  const endField = (): void => {
    record.push(quoted === 'no' ? field.trim() : field);
    field = '';
    quoted = 'no';
  };
  const endRecord = (): void => {
    const blank = record.length === 0 && quoted === 'no' && field.trim() === '';
    endField();
    if (!blank) records.push(record);
    record = [];
  };
  const characters = [...text.replace(/^\uFEFF/, '')];
  for (let k = 0; k < characters.length; k++) {
    const character = characters[k]!;
    if (quoted === 'open') {
      if (character !== '"') field += character;
      else if (characters[k + 1] === '"') {
        field += '"';
        k++;
      } else quoted = 'closed';
    } else if (character === '"' && field.trim() === '') {
      field = '';
      quoted = 'open';
    } else if (character === separator) endField();
    else if (character === '\n') endRecord();
    else if (quoted === 'no') field += character;
  }
  endRecord();
  return records;
}

export interface PlainRow {
  readonly x: readonly number[];
  readonly label: string;
}

export function isNumber(text: string): boolean {
  return /^[+-]?[0-9]*\.?[0-9]*(e[+-]?[0-9]+)?$/i.test(text) && /^[+-]?\.?[0-9]/.test(text);
}

export function isMissing(text: string, words: readonly (string | number)[]): boolean {
  if (text === '' || words.includes(text)) return true;
  return words.some((each) => isNumber(`${each}`) && isNumber(text) && Number(each) === Number(text));
}

/** A scaled column, and how far another way of rounding may be off it beside float32's own. */
export interface PlainColumn {
  readonly values: readonly number[];
  readonly slack: number;
}

/**
 * Scales rows column by column, counting from the first value on, so that an offset costs no digits.
 * @param train the rows that the scale is fitted to.
 * @returns undefined for a column so near to constant that rounding decides.
 */
export function plainScale(
  train: readonly PlainRow[],
  rows: readonly PlainRow[],
  scale: Scale,
): (PlainColumn | undefined)[] {
  return train[0]!.x.map((_, j) => {
    const column = rows.map((row) => row.x[j]!);
    if (scale === 'none') return { values: column, slack: 0 };
    if (scale === 'norm') {
      const length = (x: readonly number[]): number => Math.sqrt(x.reduce((sum, each) => sum + each * each, 0)) || 1;
      return { values: rows.map(({ x }) => x[j]! / length(x)), slack: 0 };
    }
    const fitted = train.map((row) => row.x[j]!);
    const n = fitted.length;
    const origin = fitted[0]!;
    const offsets = fitted.map((each) => each - origin);
    const mean = offsets.reduce((sum, each) => sum + each, 0) / n;
    const variance = offsets.reduce((sum, each) => sum + (each - mean) * (each - mean), 0) / n;
    // scikit-learn: the variance is not above the error bound of its algorithm.
    const error = n * (origin + mean) * Number.EPSILON;
    const bound = n * Number.EPSILON * variance + error * error;
    if (variance > bound / 4 && variance < bound * 4) return undefined;
    if (variance <= bound) return { values: column.map(() => 0), slack: 0 };
    if (scale === 'minmax') {
      const least = Math.min(...fitted);
      const width = Math.max(...fitted) - least;
      return { values: column.map((each) => (each - least) / width), slack: 0 };
    }
    const deviation = Math.sqrt(variance);
    // The mean as one double is off by half of its last digit.
    const slack = (Math.abs(origin) * Number.EPSILON) / deviation;
    return { values: column.map((each) => (each - origin - mean) / deviation), slack };
  });
}
