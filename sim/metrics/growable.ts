/** A number array that grows by doubling; pushing allocates nothing but for the doublings. */
export class GrowableF64 {
  #values: Float64Array;
  #length = 0;

  constructor(capacity = 16) {
    this.#values = new Float64Array(Math.max(1, capacity));
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const wider = new Float64Array(this.#values.length * 2);
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

  /** A copy of what was pushed. */
  toArray(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}

/** The same for signed 32-bit numbers. */
export class GrowableI32 {
  #values: Int32Array;
  #length = 0;

  constructor(capacity = 16) {
    this.#values = new Int32Array(Math.max(1, capacity));
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const wider = new Int32Array(this.#values.length * 2);
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

  /** A copy of what was pushed. */
  toArray(): Int32Array {
    return this.#values.slice(0, this.#length);
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
