import { assert } from './errors.ts';

/** Ranges of the packed second key word: priority 3 bits, source 22 bits, sequence 28 bits; 53 in all. */
export const PRIORITY_LIMIT = 8;
export const SOURCE_LIMIT = 4_194_304;
export const SEQUENCE_LIMIT = 268_435_456;

/** Packs (priority, source, sequence) into one exact float64, ordered as the triple is. Ranges are asserted by the caller's kernel. */
export function packKey(priority: number, source: number, sequence: number): number {
  return (priority * SOURCE_LIMIT + source) * SEQUENCE_LIMIT + sequence;
}

function equalKeys(time: number, key: number): Error {
  return new Error(`assertion failed: Expected event keys to be unique, got (${time}, ${key}) twice`);
}

/** Nodes start here, so that four siblings lie in one 64-byte cache line of the order array. */
const ROOT = 3;

/**
 * The event queue: a 4-ary min-heap on typed arrays, ordered by (time, key). The keys are unique, so the order is
 * total and pops do not depend on the order of pushes. A pop leaves the event in the public fields; nothing is allocated.
 *
 * The heap holds the two key words side by side and the number of a slot; the slot holds kind and arguments, which so
 * never move. The children of node i are 4 (i - 2) to 4 (i - 2) + 3.
 */
export class EventQueue {
  time = 0;
  key = 0;
  kind = 0;
  a = 0;
  b = 0;

  #size = 0;
  #capacity: number;
  #order: Float64Array;
  #slots: Int32Array;
  #kinds: Int32Array;
  #arguments: Float64Array;
  #free: Int32Array;
  #freeCount = 0;

  constructor(capacity = 1024) {
    assert(capacity > 0, `Expected a capacity above 0, got ${capacity}`);
    this.#capacity = capacity;
    this.#order = new Float64Array(2 * (capacity + ROOT));
    this.#slots = new Int32Array(capacity + ROOT);
    this.#kinds = new Int32Array(capacity);
    this.#arguments = new Float64Array(2 * capacity);
    this.#free = new Int32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Time of the next event; Infinity when empty. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#order[2 * ROOT]!;
  }

  push(time: number, key: number, kind: number, a: number, b: number): void {
    if (this.#size === this.#capacity) this.#grow();
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#size;
    this.#kinds[slot] = kind;
    this.#arguments[2 * slot] = a;
    this.#arguments[2 * slot + 1] = b;
    const order = this.#order;
    const slots = this.#slots;
    let i = ROOT + this.#size++;
    while (i > ROOT) {
      const parent = (i >> 2) + 2;
      const parentTime = order[2 * parent]!;
      if (time >= parentTime) {
        const parentKey = order[2 * parent + 1]!;
        if (time > parentTime || key > parentKey) break;
        if (key === parentKey) throw equalKeys(time, key);
      }
      order[2 * i] = parentTime;
      order[2 * i + 1] = order[2 * parent + 1]!;
      slots[i] = slots[parent]!;
      i = parent;
    }
    order[2 * i] = time;
    order[2 * i + 1] = key;
    slots[i] = slot;
  }

  /** Takes the least event into the public fields; false when empty. */
  pop(): boolean {
    if (this.#size === 0) return false;
    const order = this.#order;
    this.time = order[2 * ROOT]!;
    this.key = order[2 * ROOT + 1]!;
    const slot = this.#slots[ROOT]!;
    this.kind = this.#kinds[slot]!;
    this.a = this.#arguments[2 * slot]!;
    this.b = this.#arguments[2 * slot + 1]!;
    const last = ROOT + --this.#size;
    if (last === ROOT) {
      this.#freeCount = 0;
      return true;
    }
    this.#free[this.#freeCount++] = slot;
    this.#siftDown(order[2 * last]!, order[2 * last + 1]!, this.#slots[last]!, last);
    if (order[2 * ROOT] === this.time && order[2 * ROOT + 1] === this.key) throw equalKeys(this.time, this.key);
    return true;
  }

  /** Finds the place of an element from the root down; `end` is one past the last node. */
  #siftDown(time: number, key: number, slot: number, end: number): void {
    const order = this.#order;
    const slots = this.#slots;
    let i = ROOT;
    for (;;) {
      const first = 4 * (i - 2);
      if (first >= end) break;
      const stop = first + 4 < end ? first + 4 : end;
      let best = first;
      let bestTime = order[2 * first]!;
      for (let child = first + 1; child < stop; child++) {
        const childTime = order[2 * child]!;
        if (childTime < bestTime || (childTime === bestTime && order[2 * child + 1]! < order[2 * best + 1]!)) {
          best = child;
          bestTime = childTime;
        }
      }
      if (time < bestTime || (time === bestTime && key < order[2 * best + 1]!)) break;
      order[2 * i] = bestTime;
      order[2 * i + 1] = order[2 * best + 1]!;
      slots[i] = slots[best]!;
      i = best;
    }
    order[2 * i] = time;
    order[2 * i + 1] = key;
    slots[i] = slot;
  }

  #grow(): void {
    const wider = <T extends Float64Array | Int32Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    const capacity = this.#capacity * 2;
    this.#capacity = capacity;
    this.#order = wider(this.#order, new Float64Array(2 * (capacity + ROOT)));
    this.#slots = wider(this.#slots, new Int32Array(capacity + ROOT));
    this.#kinds = wider(this.#kinds, new Int32Array(capacity));
    this.#arguments = wider(this.#arguments, new Float64Array(2 * capacity));
    this.#free = wider(this.#free, new Int32Array(capacity));
  }
}
