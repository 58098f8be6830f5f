/**
 * Numbered records of a few numbers each, columns of one typed array a field: taken, released and taken again, so that
 * what is under way costs memory only while it is.
 */
export class Slots<Field extends string> {
  readonly #fields: readonly Field[];
  readonly #columns: Record<Field, Float64Array>;
  #next: Int32Array;
  #free = -1;
  #used = 0;

  constructor(fields: readonly Field[]) {
    this.#fields = fields;
    this.#columns = Object.fromEntries(fields.map((field) => [field, new Float64Array(64)])) as Record<
      Field,
      Float64Array
    >;
    this.#next = new Int32Array(64);
  }

  take(): number {
    const free = this.#free;
    if (free >= 0) {
      this.#free = this.#next[free]!;
      return free;
    }
    if (this.#used === this.#next.length) this.#grow();
    return this.#used++;
  }

  release(slot: number): void {
    this.#next[slot] = this.#free;
    this.#free = slot;
  }

  get(slot: number, field: Field): number {
    return this.#columns[field][slot]!;
  }

  set(slot: number, field: Field, value: number): void {
    this.#columns[field][slot] = value;
  }

  add(slot: number, field: Field, value: number): void {
    this.#columns[field][slot] = this.#columns[field][slot]! + value;
  }

  #grow(): void {
    for (const field of this.#fields) {
      const wider = new Float64Array(this.#used * 2);
      wider.set(this.#columns[field]);
      this.#columns[field] = wider;
    }
    const next = new Int32Array(this.#used * 2);
    next.set(this.#next);
    this.#next = next;
  }
}
