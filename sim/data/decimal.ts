/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN = new Float64Array([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Returns the double nearest to a decimal number such as `-1.5` or `6e-7`; NaN for any other text, and for a number that
 * no double holds. Not decimal numbers are `inf`, `nan`, `0x10`, `1,5`, `1 000` and text with blanks around it.
 */
export function parseDecimal(text: string): number {
  if (!DECIMAL.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** What to write instead of a number in another notation; '' for text that is none. */
export function decimalAdvice(text: string): string {
  if (/^[+-]?\d[\d.,'\u2019_ \u00a0\u202f]*$/.test(text))
    return 'a number has a decimal point and no separator of thousands';
  if (/^[+-]?0x[\da-f]+$/i.test(text)) return 'a number is written in decimal';
  if (/^\u2212/.test(text)) return 'the minus sign is -';
  return '';
}

/** Whether a 32-bit float holds a number: not past its range, nor NaN. */
export function fitsFloat32(value: number): boolean {
  return Number.isFinite(Math.fround(value));
}

/**
 * Reads decimal numbers straight from bytes, no string a number. The value is the double nearest to the text: a
 * mantissa below 2^53 over a power of ten up to 22 is one exact division (Clinger, "How to read floating point numbers
 * accurately", PLDI 1990); anything else goes through `Number`.
 */
export class DecimalReader {
  readonly bytes: Uint8Array;
  /** Offset of the next byte. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The whole number without sign at `at`, -1 when there is none; `at` moves behind it. */
  whole(): number {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let value = 0;
    for (let digit = bytes[at]! - 48; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48) value = value * 10 + digit;
    this.at = at;
    return at === start ? -1 : value;
  }

  /** The finite number at `at`, NaN when there is none; `at` moves behind what was read. */
  next(): number {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let byte = bytes[at]!;
    const negative = byte === 45;
    if (negative || byte === 43) byte = bytes[++at]!;
    let mantissa = 0;
    let digits = 0;
    let fraction = 0;
    for (let digit = byte - 48; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48) {
      mantissa = mantissa * 10 + digit;
      digits++;
    }
    if (bytes[at] === 46) {
      const point = ++at;
      for (let digit = bytes[at]! - 48; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48) {
        mantissa = mantissa * 10 + digit;
      }
      fraction = at - point;
      digits += fraction;
    }
    this.at = at;
    if (digits === 0) return Number.NaN;
    byte = bytes[at]!;
    if (mantissa > Number.MAX_SAFE_INTEGER || fraction > 22 || byte === 101 || byte === 69) return this.#slow(start);
    const value = mantissa / POWERS_OF_TEN[fraction]!;
    return negative ? -value : value;
  }

  #slow(start: number): number {
    const { bytes } = this;
    let end = this.at;
    if (bytes[end] === 101 || bytes[end] === 69) {
      end++;
      if (bytes[end] === 43 || bytes[end] === 45) end++;
      while (bytes[end]! >= 48 && bytes[end]! <= 57) end++;
    }
    this.at = end;
    return parseDecimal(new TextDecoder().decode(bytes.subarray(start, end)));
  }
}
