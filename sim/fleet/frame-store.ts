import { assert } from '../kernel/errors.ts';

const SMALLEST = 64;
const CLASSES = 22;
/** Bytes of the largest block. */
const LARGEST = SMALLEST << (CLASSES - 1);

/**
 * Keeps the bytes of frames that are under way, in one buffer of power-of-two blocks with a free list a size: what
 * leaves a device must reach the server as it was, although the firmware has gone on since. A reference is a number.
 */
export class FrameStore {
  #bytes = new Uint8Array(SMALLEST * 1024);
  #used = 0;
  /** By block: next free block of the same size while free, else the length of what it holds; indexed by offset / 64. */
  #links = new Int32Array(1024);
  #sizes = new Uint8Array(1024);
  readonly #free = new Int32Array(CLASSES).fill(-1);

  /** Copies `length` bytes of `from` in; gives the reference to read and release them by. */
  keep(from: Uint8Array, length: number): number {
    assert(length <= LARGEST, `Expected a frame of at most ${LARGEST} bytes, got ${length}`);
    let size = 0;
    while (SMALLEST << size < length) size++;
    let block = this.#free[size]!;
    if (block >= 0) this.#free[size] = this.#links[block]!;
    else block = this.#extend(size);
    this.#links[block] = length;
    this.#sizes[block] = size;
    const offset = block * SMALLEST;
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) bytes[offset + i] = from[i]!;
    return block;
  }

  length(reference: number): number {
    return this.#links[reference]!;
  }

  /** The frame's bytes; valid until the next `keep`. */
  view(reference: number): Uint8Array {
    const offset = reference * SMALLEST;
    return this.#bytes.subarray(offset, offset + this.#links[reference]!);
  }

  release(reference: number): void {
    const size = this.#sizes[reference]!;
    this.#links[reference] = this.#free[size]!;
    this.#free[size] = reference;
  }

  #extend(size: number): number {
    const block = this.#used / SMALLEST;
    this.#used += SMALLEST << size;
    if (this.#used > this.#bytes.length) {
      const length = Math.max(this.#bytes.length * 2, this.#used);
      const bytes = new Uint8Array(length);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      const links = new Int32Array(length / SMALLEST);
      links.set(this.#links);
      this.#links = links;
      const sizes = new Uint8Array(length / SMALLEST);
      sizes.set(this.#sizes);
      this.#sizes = sizes;
    }
    return block;
  }
}
