import { invalidUtf8 } from '../kernel/utf8.ts';
import { fault, lineAndColumn } from './fault.ts';

/** A file, unpacked. */
export interface DataFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** How many bytes at the start tell UTF-16 without a byte order mark from text with a stray NUL. */
const SAMPLE = 256;

/**
 * Checks that a file is UTF-8 text without NUL bytes, so that no two texts in it are read as one.
 * @returns where the text begins: behind the byte order mark, if there is one.
 * @throws InputError with line and column (a byte of the line).
 */
export function checkText({ file, bytes }: DataFile): number {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw fault({ file, line: 1, column: 1 }, 'UTF-8 text', 'UTF-16 (by its byte order mark)', SAVE);
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const got = looksLikeUtf16(bytes) ? 'UTF-16 (every other byte is NUL)' : 'a NUL byte';
    throw fault({ file, ...lineAndColumn(bytes, nul) }, 'UTF-8 text', got, SAVE);
  }
  const bad = invalidUtf8(bytes);
  if (bad >= 0) {
    const byte = bytes[bad]!.toString(16).padStart(2, '0');
    throw fault({ file, ...lineAndColumn(bytes, bad) }, 'UTF-8 text', `the byte 0x${byte}`, SAVE);
  }
  return BYTE_ORDER_MARK.every((byte, k) => bytes[k] === byte) ? BYTE_ORDER_MARK.length : 0;
}

const SAVE = 'save the file as UTF-8';

/** Text of Latin letters and digits in UTF-16 has NUL in every even or every odd byte. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const half = Math.floor(Math.min(bytes.length, SAMPLE) / 2);
  const nulls = [0, 0];
  for (let k = 0; k < 2 * half; k++) if (bytes[k] === 0) nulls[k % 2]!++;
  return Math.min(...nulls) === 0 && Math.max(...nulls) > half / 2;
}
