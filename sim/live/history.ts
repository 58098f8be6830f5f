import type { Row } from './messages.ts';

/**
 * The points of a series, kept for pages that come later or fall behind. Past `most` of them every second one is
 * dropped, so that a run of any length takes the same room; who has been told of those before must be told anew.
 */
export class History {
  readonly #most: number;
  #rows: Row[] = [];
  #thinned = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(rows: readonly Row[]): void {
    for (const row of rows) this.#rows.push(row);
    while (this.#rows.length > this.#most) {
      const last = this.#rows.at(-1)!;
      this.#rows = this.#rows.filter((row, n) => n % 2 === 0 || row === last);
      this.#thinned++;
    }
  }

  clear(): void {
    this.#rows = [];
    this.#thinned++;
  }

  /** Where a reader of all there is now stands. */
  get cursor(): Cursor {
    return { thinned: this.#thinned, rows: this.#rows.length };
  }

  /** What came after a cursor, or all of it where that cannot be told; nothing where nothing came. */
  since(cursor: Cursor | undefined): { readonly whole: boolean; readonly rows: readonly Row[] } | undefined {
    if (cursor === undefined || cursor.thinned !== this.#thinned) return { whole: true, rows: this.#rows };
    return cursor.rows === this.#rows.length ? undefined : { whole: false, rows: this.#rows.slice(cursor.rows) };
  }
}

export interface Cursor {
  readonly thinned: number;
  readonly rows: number;
}
