import { CsvError, parse } from 'csv-parse/sync';
import type { InputError } from '../kernel/errors.ts';
import { excerpt, fault, lineAndColumn, type Place } from './fault.ts';
import { checkText, type DataFile } from './text-file.ts';

/** What stands between the fields and records of a CSV file. */
export interface CsvLayout {
  /** One character between two fields. */
  readonly separator: string;
  /** A character that begins a line which is no record; none when left out. */
  readonly comment?: string;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
/** How far behind a quote the place of a fault is looked for, bytes. */
const LONGEST_FIELD = 65_536;
/** Comma, semicolon, bar and tab. */
const OTHER_SEPARATORS: ReadonlySet<number> = new Set([44, 59, 124, 9]);

/**
 * The records of a CSV file by RFC 4180, in UTF-8: quoted fields may hold separators, line ends and doubled quotes.
 * Beyond the RFC, lines may end in LF alone, blanks around a field are left out, and so are lines without any field.
 *
 * csv-parse does the parsing. Its own count of lines is not used: it counts a CRLF within quotes twice.
 */
export class CsvRecords {
  readonly file: string;
  readonly #bytes: Uint8Array;
  readonly #layout: CsvLayout;
  /** Where the text begins, behind a byte order mark. */
  readonly #begin: number;

  /** @throws InputError with line and column when the file is not UTF-8, or has lines that end in CR alone. */
  constructor({ file, bytes }: DataFile, layout: CsvLayout) {
    this.file = file;
    this.#bytes = bytes;
    this.#layout = layout;
    this.#begin = checkText({ file, bytes });
    this.#checkLineEnds();
  }

  /** An upper bound of the number of records, found without parsing. */
  get most(): number {
    let lines = 1;
    const bytes = this.#bytes;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++;
    return lines;
  }

  /** The first record, and where it was found; undefined when there is none. */
  first(): { readonly fields: readonly string[]; readonly found: number } | undefined {
    let first: { readonly fields: readonly string[]; readonly found: number } | undefined;
    this.#parse({ to: 1 }, (fields, found) => {
      first = { fields, found };
    });
    return first;
  }

  /**
   * Hands over every record in order.
   * @param take gets the fields, and where the record was found: an offset for `lineOf`.
   * @throws InputError with line and column for quotes that RFC 4180 does not allow; whatever `take` throws.
   */
  read(take: (fields: readonly string[], found: number) => void): void {
    this.#parse({}, take);
  }

  #parse(range: { readonly to?: number }, take: (fields: readonly string[], found: number) => void): void {
    let end = this.#begin;
    const { separator, comment } = this.#layout;
    try {
      parse(this.#bytes.subarray(this.#begin), {
        ...range,
        delimiter: separator,
        record_delimiter: ['\r\n', '\n'],
        ...(comment === undefined ? {} : { comment, comment_no_infix: true }),
        trim: true,
        skip_empty_lines: true,
        relax_column_count: true,
        on_record: (fields: string[], { bytes }: { bytes: number }) => {
          const found = end;
          end = this.#begin + bytes;
          take(fields, found);
          return null;
        },
      });
    } catch (cause) {
      if (!(cause instanceof CsvError)) throw cause;
      throw this.#quoteFault(cause);
    }
  }

  /**
   * The line where a record begins.
   * @param found what `read` gave: the record begins there, or behind blank lines and comments there.
   */
  lineOf(found: number): number {
    const bytes = this.#bytes;
    const { comment } = this.#layout;
    let at = found;
    for (let end = bytes.indexOf(LINE_FEED, at); end >= 0; end = bytes.indexOf(LINE_FEED, at)) {
      const line = new TextDecoder().decode(bytes.subarray(at, end));
      const isBlank = line.trim() === '' && !line.includes(this.#layout.separator);
      const isComment = comment !== undefined && line.trimStart().startsWith(comment);
      if (!isBlank && !isComment) break;
      at = end + 1;
    }
    return lineAndColumn(bytes, at).line;
  }

  #quoteFault(cause: CsvError): InputError {
    const bytes = this.#bytes;
    const { column: field, bytes: behind } = cause as unknown as { readonly column: number; readonly bytes: number };
    let at = this.#begin + behind + (field > 0 ? new TextEncoder().encode(this.#layout.separator).length : 0);
    while (at < bytes.length && bytes[at]! <= 32) at++;
    const place: Place = { file: this.file, ...lineAndColumn(bytes, at) };
    const end = bytes.indexOf(LINE_FEED, at);
    const got = excerpt(bytes, at, end < 0 ? bytes.length : end);
    switch (cause.code) {
      case 'CSV_QUOTE_NOT_CLOSED':
        return fault(place, 'a closing quote', 'the end of the file', `the field begins ${got}`);
      case 'INVALID_OPENING_QUOTE':
        return fault(place, 'quotes around the whole field, and doubled within it', got);
      case 'CSV_INVALID_CLOSING_QUOTE':
      case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
        return this.#closingFault(at);
      default:
        return fault(place, 'CSV by RFC 4180', `a fault (${cause.code})`);
    }
  }

  /** @param at where a quoted field begins that goes on behind its closing quote. */
  #closingFault(at: number): InputError {
    const bytes = this.#bytes;
    const [field] = /^"(?:[^"]|"")*"[ \t]*/.exec(new TextDecoder().decode(bytes.subarray(at, at + LONGEST_FIELD))) ?? [
      '',
    ];
    const behind = at + new TextEncoder().encode(field).length;
    const end = bytes.indexOf(LINE_FEED, behind);
    return fault(
      { file: this.file, ...lineAndColumn(bytes, behind) },
      'a separator or the end of the line after the closing quote',
      excerpt(bytes, behind, end < 0 ? bytes.length : end),
      OTHER_SEPARATORS.has(bytes[behind]!) ? '`separator` says which character it is' : '',
    );
  }

  /** A CR alone ends a line only in files of old Macintoshes; within quotes it is a character like others. */
  #checkLineEnds(): void {
    const bytes = this.#bytes;
    let quotes = 0;
    let counted = 0;
    for (let at = bytes.indexOf(CARRIAGE_RETURN); at >= 0; at = bytes.indexOf(CARRIAGE_RETURN, at + 1)) {
      if (bytes[at + 1] === LINE_FEED) continue;
      for (; counted < at; counted++) if (bytes[counted] === QUOTE) quotes++;
      if (quotes % 2 === 1) continue;
      throw fault(
        { file: this.file, ...lineAndColumn(bytes, at) },
        'lines that end in LF or CRLF',
        'a CR alone (a line end of old Macintosh files)',
        'convert the line ends',
      );
    }
  }
}
