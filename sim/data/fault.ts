import { InputError } from '../kernel/errors.ts';

/** Where in a data file a fault lies. Lines and columns count from 1; a column is a byte of the line, or a field by name. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number | string;
}

/** One clear line: `iris.csv:12:petal_length: expected a number, got "x"`. */
export function fault(place: Place, expected: string, got: string, advice = ''): InputError {
  let where = place.file;
  if (place.line !== undefined) where += `:${place.line}`;
  if (place.column !== undefined) where += `:${place.column}`;
  return new InputError(`${where}: expected ${expected}, got ${got}${advice === '' ? '' : `; ${advice}`}`);
}

/** A few bytes of a file, as text that is fit for an error message. */
export function excerpt(bytes: Uint8Array, start: number, end: number): string {
  const shown = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 40)));
  return JSON.stringify(end - start > 40 ? `${shown}...` : shown);
}

/** Line and column (from 1) of the byte at `offset`. */
export function lineAndColumn(bytes: Uint8Array, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let at = bytes.indexOf(10); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}
