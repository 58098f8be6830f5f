import { assert } from './errors.ts';

/** Ranges of the packed second key word: priority 3 bits, source 22 bits, sequence 28 bits; 53 in all. */
export const PRIORITY_LIMIT = 8;
export const SOURCE_LIMIT = 4_194_304;
export const SEQUENCE_LIMIT = 268_435_456;

/** Packs (priority, source, sequence) into one exact float64, ordered as the triple is. Ranges are asserted by the caller's kernel. */
export function packKey(priority: number, source: number, sequence: number): number {
  return (priority * SOURCE_LIMIT + source) * SEQUENCE_LIMIT + sequence;
}

/**
 * The event queue: a 4-ary min-heap on typed arrays, ordered by (time, key). The keys are unique, so the order is
 * total and pops do not depend on the order of pushes. A pop leaves the event in the public fields; nothing is allocated.
 *
 * The heap holds the two key words and the number of a slot; the slot holds kind and arguments, which so never move.
 */
export class EventQueue {
  time = 0;
  key = 0;
  kind = 0;
  a = 0;
  b = 0;

  #size = 0;
  #times: Float64Array;
  #keys: Float64Array;
  #slots: Int32Array;
  #kinds: Int32Array;
  #as: Float64Array;
  #bs: Float64Array;
  #free: Int32Array;
  #freeCount = 0;

  constructor(capacity = 1024) {
    assert(capacity > 0, `Expected a capacity above 0, got ${capacity}`);
    this.#times = new Float64Array(capacity);
    this.#keys = new Float64Array(capacity);
    this.#slots = new Int32Array(capacity);
    this.#kinds = new Int32Array(capacity);
    this.#as = new Float64Array(capacity);
    this.#bs = new Float64Array(capacity);
    this.#free = new Int32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Time of the next event; Infinity when empty. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  push(time: number, key: number, kind: number, a: number, b: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#size;
    this.#kinds[slot] = kind;
    this.#as[slot] = a;
    this.#bs[slot] = b;
    const times = this.#times;
    const keys = this.#keys;
    const slots = this.#slots;
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const parentTime = times[parent]!;
      if (time > parentTime || (time === parentTime && key >= keys[parent]!)) {
        assert(
          time !== parentTime || key !== keys[parent]!,
          `Expected event keys to be unique, got (${time}, ${key}) twice`,
        );
        break;
      }
      times[i] = parentTime;
      keys[i] = keys[parent]!;
      slots[i] = slots[parent]!;
      i = parent;
    }
    times[i] = time;
    keys[i] = key;
    slots[i] = slot;
  }

  /** Takes the least event into the public fields; false when empty. */
  pop(): boolean {
    if (this.#size === 0) return false;
    const times = this.#times;
    const keys = this.#keys;
    const slots = this.#slots;
    this.time = times[0]!;
    this.key = keys[0]!;
    const slot = slots[0]!;
    this.kind = this.#kinds[slot]!;
    this.a = this.#as[slot]!;
    this.b = this.#bs[slot]!;
    const last = --this.#size;
    this.#free[this.#freeCount++] = slot;
    if (last > 0) {
      this.#siftDown(times[last]!, keys[last]!, slots[last]!, last);
      assert(
        times[0] !== this.time || keys[0] !== this.key,
        `Expected event keys to be unique, got (${this.time}, ${this.key}) twice`,
      );
    } else {
      this.#freeCount = 0;
    }
    return true;
  }

  #siftDown(time: number, key: number, slot: number, size: number): void {
    const times = this.#times;
    const keys = this.#keys;
    const slots = this.#slots;
    let i = 0;
    for (;;) {
      const first = i * 4 + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let best = first;
      let bestTime = times[first]!;
      let bestKey = keys[first]!;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child]!;
        if (childTime < bestTime || (childTime === bestTime && keys[child]! < bestKey)) {
          best = child;
          bestTime = childTime;
          bestKey = keys[child]!;
        }
      }
      if (time < bestTime || (time === bestTime && key < bestKey)) break;
      times[i] = bestTime;
      keys[i] = bestKey;
      slots[i] = slots[best]!;
      i = best;
    }
    times[i] = time;
    keys[i] = key;
    slots[i] = slot;
  }

  #grow(): void {
    const capacity = this.#times.length * 2;
    const wider = <T extends Float64Array | Int32Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.#times = wider(this.#times, new Float64Array(capacity));
    this.#keys = wider(this.#keys, new Float64Array(capacity));
    this.#slots = wider(this.#slots, new Int32Array(capacity));
    this.#kinds = wider(this.#kinds, new Int32Array(capacity));
    this.#as = wider(this.#as, new Float64Array(capacity));
    this.#bs = wider(this.#bs, new Float64Array(capacity));
    this.#free = wider(this.#free, new Int32Array(capacity));
  }
}
