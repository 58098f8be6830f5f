import { assert } from './errors.ts';

const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

const scratch = new DataView(new ArrayBuffer(8));
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function rotl(x: number, r: number): number {
  return (x << r) | (x >>> (32 - r));
}

function fmix(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * A running 128-bit digest of everything that a run did. It is a streaming form of MurmurHash3 x86_128 (Appleby, 2011,
 * public domain description): four 32-bit lanes, a block of four words at a time. It tells runs apart; it is no
 * protection against somebody who wants two runs to look alike.
 */
export class Digest {
  #h1 = 0x9747b28c | 0;
  #h2 = 0x2545f491;
  #h3 = 0x6c62272e;
  #h4 = 0x07bb0142;
  #blocks = 0;

  /** Folds one block of four 32-bit words. */
  block(k1: number, k2: number, k3: number, k4: number): void {
    let h1 = this.#h1 ^ Math.imul(rotl(Math.imul(k1, C1), 15), C2);
    h1 = (Math.imul(rotl(h1, 19) + this.#h2, 5) + 0x561ccd1b) | 0;
    let h2 = this.#h2 ^ Math.imul(rotl(Math.imul(k2, C2), 16), C3);
    h2 = (Math.imul(rotl(h2, 17) + this.#h3, 5) + 0x0bcaa747) | 0;
    let h3 = this.#h3 ^ Math.imul(rotl(Math.imul(k3, C3), 17), C4);
    h3 = (Math.imul(rotl(h3, 15) + this.#h4, 5) + 0x96cd1c35) | 0;
    let h4 = this.#h4 ^ Math.imul(rotl(Math.imul(k4, C4), 18), C1);
    h4 = (Math.imul(rotl(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
    this.#h1 = h1;
    this.#h2 = h2;
    this.#h3 = h3;
    this.#h4 = h4;
    this.#blocks++;
  }

  /** Folds two doubles, bit for bit. */
  doubles(x: number, y: number): void {
    scratch.setFloat64(0, x, true);
    const x0 = scratch.getInt32(0, true);
    const x1 = scratch.getInt32(4, true);
    scratch.setFloat64(0, y, true);
    this.block(x0, x1, scratch.getInt32(0, true), scratch.getInt32(4, true));
  }

  /** Folds one event: its time, its key, its kind and its two arguments. */
  event(time: number, key: number, kind: number, a: number, b: number): void {
    this.doubles(time, key);
    this.doubles(a, b);
    this.block(kind, 0, 0, 0);
  }

  /** Folds a run of bytes and its length, so that neighbouring runs cannot be confused. */
  bytes(bytes: Uint8Array): void {
    this.block(bytes.length, 0x62797465, 0, 0);
    const { length } = bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    const whole = length & ~15;
    let i = 0;
    for (; i < whole; i += 16) {
      this.block(
        view.getInt32(i, true),
        view.getInt32(i + 4, true),
        view.getInt32(i + 8, true),
        view.getInt32(i + 12, true),
      );
    }
    if (i < length) {
      const tail = new Uint8Array(16);
      tail.set(bytes.subarray(i));
      const rest = new DataView(tail.buffer);
      this.block(rest.getInt32(0, true), rest.getInt32(4, true), rest.getInt32(8, true), rest.getInt32(12, true));
    }
  }

  text(text: string): void {
    this.bytes(new TextEncoder().encode(text));
  }

  /** A digest that goes on from here by itself. */
  clone(): Digest {
    const copy = new Digest();
    copy.#h1 = this.#h1;
    copy.#h2 = this.#h2;
    copy.#h3 = this.#h3;
    copy.#h4 = this.#h4;
    copy.#blocks = this.#blocks;
    return copy;
  }

  /** The digest of all that was folded so far: 32 hex digits. Folding may go on. */
  hex(): string {
    let h1 = this.#h1 ^ this.#blocks;
    let h2 = this.#h2 ^ this.#blocks;
    let h3 = this.#h3 ^ this.#blocks;
    let h4 = this.#h4 ^ this.#blocks;
    h1 = (h1 + h2 + h3 + h4) | 0;
    h2 = (h2 + h1) | 0;
    h3 = (h3 + h1) | 0;
    h4 = (h4 + h1) | 0;
    h1 = fmix(h1);
    h2 = fmix(h2);
    h3 = fmix(h3);
    h4 = fmix(h4);
    h1 = (h1 + h2 + h3 + h4) | 0;
    h2 = (h2 + h1) | 0;
    h3 = (h3 + h1) | 0;
    h4 = (h4 + h1) | 0;
    return [h1, h2, h3, h4].map((h) => (h >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

/** The digest of one text: 32 hex digits. */
export function digestText(text: string): string {
  const digest = new Digest();
  digest.text(text);
  return digest.hex();
}

/** A 32-bit hash of a name, for ids that must not depend on the order in which names are registered. */
export function hashName(name: string): number {
  return Number.parseInt(digestText(name).slice(0, 8), 16);
}

assert(littleEndian, 'Expected a little-endian machine: typed arrays are shared with the firmware as they are');
