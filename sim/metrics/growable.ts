/** A number array that grows by doubling; pushing allocates nothing but for the doublings. */
class Growable<Values extends Float64Array | Int32Array> {
  #values: Values;
  #length = 0;
  readonly #make: (capacity: number) => Values;

  constructor(make: (capacity: number) => Values, capacity: number) {
    this.#make = make;
    this.#values = make(Math.max(1, capacity));
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const wider = this.#make(this.#values.length * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#length++] = value;
  }

  at(index: number): number {
    return this.#values[index]!;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** Forgets all but the first `length` values. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** A copy of what was pushed, from a value on. */
  toArray(from = 0): Values {
    return this.#values.slice(from, this.#length) as Values;
  }
}

export class GrowableF64 extends Growable<Float64Array> {
  constructor(capacity = 16) {
    super((length) => new Float64Array(length), capacity);
  }
}

/** Signed 32-bit numbers. */
export class GrowableI32 extends Growable<Int32Array> {
  constructor(capacity = 16) {
    super((length) => new Int32Array(length), capacity);
  }
}

/** The same for bytes, pushed by the run. */
export class GrowableBytes {
  #values: Uint8Array;
  #length = 0;

  constructor(capacity = 1024) {
    this.#values = new Uint8Array(Math.max(1, capacity));
  }

  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#values.length) {
      const wider = new Uint8Array(Math.max(needed, this.#values.length * 2));
      wider.set(this.#values.subarray(0, this.#length));
      this.#values = wider;
    }
    this.#values.set(bytes, this.#length);
    this.#length = needed;
  }

  /** A copy of what was pushed. */
  toArray(): Uint8Array {
    return this.#values.slice(0, this.#length);
  }
}
