/** Where a WebAssembly module breaks its own format. */
export class WasmFormatError extends Error {}

/** Reads the binary format of WebAssembly (core specification 5). Every read past the end throws a WasmFormatError. */
export class WasmReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  at: number;

  constructor(bytes: Uint8Array, from = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = from;
    this.#end = end;
  }

  get done(): boolean {
    return this.at >= this.#end;
  }

  byte(): number {
    if (this.at >= this.#end) throw new WasmFormatError(`it ends at byte ${this.#end}, in the middle of an entry`);
    return this.#bytes[this.at++]!;
  }

  /** Reads an unsigned LEB128 number of at most 64 bits; exact below 2^53. */
  number(): number {
    let value = 0;
    for (let scale = 1, read = 0; read < 10; read++, scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new WasmFormatError(`a number of more than 64 bits at byte ${this.at}`);
  }

  /** Moves on by so many bytes. @returns where they began. */
  skip(bytes: number): number {
    const from = this.at;
    if (bytes > this.#end - from)
      throw new WasmFormatError(`expected ${bytes} bytes from byte ${from}, got ${this.#end - from}`);
    this.at = from + bytes;
    return from;
  }

  /** A reader of the next `bytes` bytes, which this one skips. */
  part(bytes: number): WasmReader {
    const from = this.skip(bytes);
    return new WasmReader(this.#bytes, from, this.at);
  }

  name(): string {
    const length = this.number();
    const from = this.skip(length);
    return new TextDecoder().decode(this.#bytes.subarray(from, this.at));
  }

  /** Everything that is left, as text. */
  rest(): string {
    return new TextDecoder().decode(this.#bytes.subarray(this.skip(this.#end - this.at), this.#end));
  }
}

/** Limits of a memory or table. */
export interface Limits {
  readonly minimum: number;
  /** Undefined where the module declares none. */
  readonly maximum: number | undefined;
  /** Of a memory: whether threads can share it, and whether its addresses have 64 bits. */
  readonly shared: boolean;
  readonly wide: boolean;
}

export function readLimits(reader: WasmReader): Limits {
  const flags = reader.byte();
  if (flags > 7) throw new WasmFormatError(`unknown limits ${flags} at byte ${reader.at - 1}`);
  const minimum = reader.number();
  const maximum = (flags & 1) === 0 ? undefined : reader.number();
  return { minimum, maximum, shared: (flags & 2) !== 0, wide: (flags & 4) !== 0 };
}
