import seedrandom from 'seedrandom';

/** A source of uniform draws in [0, 1) with 53 bits: what every sampler takes. */
export type Uniform = () => number;

const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** A root key for one purpose: alea (seedrandom) turns (run seed, purpose) into two words. */
export function rootKey(seed: number, purpose: string): readonly [number, number] {
  const root = seedrandom.alea(`${seed}/${purpose}`);
  return [root.int32() | 0, root.int32() | 0];
}

/** A sequential stream for wiring and other cold paths: alea keyed by (seed, purpose). */
export function coldStream(seed: number, purpose: string): Uniform {
  const root = seedrandom.alea(`${seed}/${purpose}`);
  return () => root.double();
}

/**
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC'11). Leaves the four
 * output words in `out`. The high half of a 32x32 product is put together from 16-bit parts.
 */
export function philox(
  key0: number,
  key1: number,
  counter: readonly [number, number, number, number],
  out: Int32Array,
): void {
  let [c0, c1, c2, c3] = counter;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = mulHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

function mulHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(cross / 65536)) | 0;
}

const counter: [number, number, number, number] = [0, 0, 0, 0];
const words = new Int32Array(4);

/**
 * Independent streams of one purpose, one a device (or link, or task): draw n of stream i is a function of
 * (seed, purpose, i, n) alone, so that adding a device or a feature changes no other draw. Four bytes a stream.
 */
export class Streams {
  readonly #key0: number;
  readonly #key1: number;
  readonly #counters: Uint32Array;
  #id = 0;
  readonly #source: Uniform = () => this.next(this.#id);

  constructor(seed: number, purpose: string, count: number) {
    [this.#key0, this.#key1] = rootKey(seed, purpose);
    this.#counters = new Uint32Array(count);
  }

  /** The next draw of stream `id`: [0, 1), 53 bits. */
  next(id: number): number {
    return this.at(id, this.#counters[id]!++);
  }

  /** Draw `n` of stream `id`, without moving it. */
  at(id: number, n: number): number {
    counter[0] = n;
    counter[1] = id;
    philox(this.#key0, this.#key1, counter, words);
    return ((words[0]! >>> 5) * 67108864 + (words[1]! >>> 6)) / 9007199254740992;
  }

  /** Stream `id` as a source for a sampler; valid until the next call of `source`. Allocates nothing. */
  source(id: number): Uniform {
    this.#id = id;
    return this.#source;
  }
}

/** Shuffles in place, Fisher-Yates. */
export function shuffle(items: Uint16Array | Uint32Array | Int32Array, uniform: Uniform, length = items.length): void {
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    const kept = items[i]!;
    items[i] = items[j]!;
    items[j] = kept;
  }
}
