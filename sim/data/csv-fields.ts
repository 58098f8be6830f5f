import { excerpt, fault } from './fault.ts';

const QUOTE = 34;

/** Cuts lines of CSV into fields without making strings; the fields of the last line stay until the next cut. */
export class FieldCutter {
  readonly #bytes: Uint8Array;
  readonly #file: string;
  readonly #separator: number;
  /** Where each field starts; blanks around it and double quotes are taken off. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  constructor(bytes: Uint8Array, file: string, separator: string) {
    this.#bytes = bytes;
    this.#file = file;
    this.#separator = separator.charCodeAt(0);
  }

  /** A quoted field may hold the separator. @param end behind the last byte of the line. */
  cut(from: number, end: number, line: number): void {
    this.starts.length = 0;
    this.ends.length = 0;
    let at = from;
    for (;;) {
      const start = this.#skip(at, end);
      at = this.#bytes[start] === QUOTE && start < end ? this.#quoted(start, from, end, line) : this.#plain(start, end);
      if (at >= end) return;
      at++;
    }
  }

  text(column: number): string {
    return new TextDecoder().decode(this.#bytes.subarray(this.starts[column]!, this.ends[column]!));
  }

  /** For messages: the field in quotes, shortened. */
  shown(column: number): string {
    return excerpt(this.#bytes, this.starts[column]!, this.ends[column]!);
  }

  /** Whether a field says that its value is missing: nothing, `?` or `NA`. */
  isMissing(column: number): boolean {
    const start = this.starts[column]!;
    const length = this.ends[column]! - start;
    if (length === 0) return true;
    const first = this.#bytes[start];
    return (length === 1 && first === 63) || (length === 2 && first === 78 && this.#bytes[start + 1] === 65);
  }

  #plain(start: number, end: number): number {
    let at = start;
    while (at < end && this.#bytes[at] !== this.#separator) at++;
    let stop = at;
    while (stop > start && isBlank(this.#bytes[stop - 1]!)) stop--;
    this.starts.push(start);
    this.ends.push(stop);
    return at;
  }

  #quoted(quote: number, from: number, end: number, line: number): number {
    const close = this.#bytes.indexOf(QUOTE, quote + 1);
    const place = { file: this.#file, line };
    if (close < 0 || close >= end) {
      throw fault({ ...place, column: quote - from + 1 }, 'a closing quote', 'the end of the line');
    }
    const at = this.#skip(close + 1, end);
    if (at < end && this.#bytes[at] !== this.#separator) {
      throw fault({ ...place, column: at - from + 1 }, 'a separator', excerpt(this.#bytes, at, end));
    }
    this.starts.push(quote + 1);
    this.ends.push(close);
    return at;
  }

  #skip(from: number, end: number): number {
    let at = from;
    while (at < end && isBlank(this.#bytes[at]!) && this.#bytes[at] !== this.#separator) at++;
    return at;
  }
}

export function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9;
}
