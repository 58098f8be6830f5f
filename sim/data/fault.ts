import { InputError } from '../kernel/errors.ts';

/** Where in a data file a fault lies. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  /** A byte of the line, or the number of a field. */
  readonly column?: number;
  /** The name of the field in the file's header; stands for the column. */
  readonly name?: string | undefined;
}

/** One clear line: `iris.csv:12:petal_length: expected a number, got "x"`. */
export function fault(place: Place, expected: string, got: string, advice = ''): InputError {
  let where = place.file;
  if (place.line !== undefined) where += `:${place.line}`;
  if (place.name !== undefined) where += `:${shortName(place.name)}`;
  else if (place.column !== undefined) where += `:${place.column}`;
  return new InputError(`${where}: expected ${expected}, got ${got}${advice === '' ? '' : `; ${advice}`}`);
}

/*
 * What an error quotes of a data file goes through the functions below, and through them alone: a caller that must not
 * show the content of files has one place to change.
 */

/** Longest piece of a file that an error quotes, in characters. */
const LONGEST = 40;
/** How many names a list in an error shows. */
const LISTED = 12;

/** A value of a file, in quotes and shortened; control characters are escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text);
}

/** The bytes from `start` to `end`, as `quoted` shows text. */
export function excerpt(bytes: Uint8Array, start: number, end: number): string {
  const shown = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + LONGEST)));
  return JSON.stringify(end - start > LONGEST ? `${shown}...` : shown);
}

/** The name of a column or class: plain where it is short and plain, otherwise quoted. */
export function shortName(name: string): string {
  return name.length <= LONGEST && /^[\p{L}\p{N}_.()%/+-]+( [\p{L}\p{N}_.()%/+-]+)*$/u.test(name) ? name : quoted(name);
}

/** The first names of a list: `a, b, c, ...`. */
export function listed(names: readonly string[]): string {
  return `${names.slice(0, LISTED).map(shortName).join(', ')}${names.length > LISTED ? ', ...' : ''}`;
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
