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

/** Eight siblings lie side by side in 64 bytes. The root's number makes the children of node i 8 (i - 6) to 8 (i - 6) + 7. */
const SIBLINGS = 8;
const ROOT = 7;
/** Float64 a record: key, both arguments, kind. */
const RECORD = 4;

/** Fewer events than these are a heap and nothing else: it fits the processor's cache. */
const FEW = 16_384;
/** Of more, about one in SHARE is in the heap after it was filled anew, chosen by a sample. */
const SHARE = 16;
const SAMPLE = 256;

/** Nodes for `capacity` events, the last siblings whole. */
function nodes(capacity: number): number {
  return ROOT + capacity + SIBLINGS;
}

/** 1 where a is less, else 0, without a jump. */
function isLess(a: number, b: number): number {
  return Number(a < b) | 0;
}

/**
 * The event queue, ordered by (time, key). The keys are unique, so the order is total and pops do not depend on the
 * order of pushes. A pop leaves the event in the public fields; nothing is allocated.
 *
 * Near events, those up to a bound, are an 8-ary min-heap from the front of the arrays; far ones lie at their end in no
 * order. When the heap runs empty it is filled from the far ones, each looked at about SHARE times in all. So a push into
 * the far future costs next to nothing, and the heap stays in the cache whatever the number of events.
 *
 * A node holds the time and the number of a record; the record holds the rest, which so never moves. Keys are looked
 * at only where times are equal. What lies between near and far is Infinity.
 */
export class EventQueue {
  time = 0;
  key = 0;
  kind = 0;
  a = 0;
  b = 0;

  #near = 0;
  #far = 0;
  /** Latest time of a near event. */
  #bound = Number.POSITIVE_INFINITY;
  /** Near events from which on they are divided anew. */
  #limit: number;
  readonly #few: number;
  readonly #sample = new Float64Array(SAMPLE);
  #capacity: number;
  #times: Float64Array;
  #slots: Int32Array;
  #records: Float64Array;
  #free: Int32Array;
  #freeCount = 0;

  /** @param few events up to which all are near. */
  constructor(capacity = 1024, few = FEW) {
    assert(capacity > 0, `Expected a capacity above 0, got ${capacity}`);
    this.#few = few;
    this.#limit = few;
    this.#capacity = capacity;
    this.#times = new Float64Array(nodes(capacity)).fill(Number.POSITIVE_INFINITY);
    this.#slots = new Int32Array(nodes(capacity));
    this.#records = new Float64Array(RECORD * capacity);
    this.#free = new Int32Array(capacity);
  }

  get size(): number {
    return this.#near + this.#far;
  }

  /** Time of the next event; Infinity when empty. */
  get nextTime(): number {
    return this.#times[ROOT]!;
  }

  push(time: number, key: number, kind: number, a: number, b: number): void {
    const size = this.#near + this.#far;
    if (size === this.#capacity) this.#grow();
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : size;
    const records = this.#records;
    const at = RECORD * slot;
    records[at] = key;
    records[at + 1] = a;
    records[at + 2] = b;
    records[at + 3] = kind;
    if (time > this.#bound) {
      const place = this.#times.length - ++this.#far;
      this.#times[place] = time;
      this.#slots[place] = slot;
      return;
    }
    this.#settle(ROOT + this.#near++, time, slot);
    if (this.#near > this.#limit) this.#divide();
  }

  /** Takes the least event into the public fields; false when empty. */
  pop(): boolean {
    if (this.#near === 0) return false;
    const times = this.#times;
    const slots = this.#slots;
    const slot = slots[ROOT]!;
    this.time = times[ROOT]!;
    this.#read(slot);
    const last = ROOT + --this.#near;
    const lastTime = times[last]!;
    const lastSlot = slots[last]!;
    times[last] = Number.POSITIVE_INFINITY;
    this.#free[this.#freeCount++] = slot;
    if (last === ROOT) {
      this.#fill();
      return true;
    }
    this.#settle(this.#hole(last), lastTime, lastSlot);
    if (times[ROOT] === this.time && this.#keyOf(ROOT) === this.key) throw equalKeys(this.time, this.key);
    return true;
  }

  #read(slot: number): void {
    const records = this.#records;
    const at = RECORD * slot;
    this.key = records[at]!;
    this.a = records[at + 1]!;
    this.b = records[at + 2]!;
    this.kind = records[at + 3]!;
  }

  #keyOf(node: number): number {
    return this.#records[RECORD * this.#slots[node]!]!;
  }

  /** Puts an element where a node is free, or above. */
  #settle(free: number, time: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    let i = free;
    while (i > ROOT) {
      const parent = (i >> 3) + 6;
      const parentTime = times[parent]!;
      if (time > parentTime) break;
      if (time === parentTime) {
        const key = this.#records[RECORD * slot]!;
        if (key === this.#keyOf(parent)) throw equalKeys(time, key);
        if (key > this.#keyOf(parent)) break;
      }
      times[i] = parentTime;
      slots[i] = slots[parent]!;
      i = parent;
    }
    times[i] = time;
    slots[i] = slot;
  }

  /**
   * Moves the least child up from the root down, and returns the node that falls free in the end. What settles there comes
   * from the end of the heap, and so seldom belongs higher up. A jump on which child is the least would be guessed
   * wrong as often as not, which costs more than comparing them all.
   * @param end one past the last node.
   */
  #hole(end: number): number {
    const t = this.#times;
    const slots = this.#slots;
    let i = ROOT;
    for (let first = SIBLINGS; first < end; first = SIBLINGS * (i - ROOT + 1)) {
      const t0 = t[first]!;
      const t1 = t[first + 1]!;
      const t2 = t[first + 2]!;
      const t3 = t[first + 3]!;
      const t4 = t[first + 4]!;
      const t5 = t[first + 5]!;
      const t6 = t[first + 6]!;
      const t7 = t[first + 7]!;
      const a = first + isLess(t1, t0);
      const b = first + 2 + isLess(t3, t2);
      const c = first + 4 + isLess(t5, t4);
      const d = first + 6 + isLess(t7, t6);
      const ta = t[a]!;
      const tb = t[b]!;
      const tc = t[c]!;
      const td = t[d]!;
      const ab = a + isLess(tb, ta) * (b - a);
      const cd = c + isLess(td, tc) * (d - c);
      const tab = t[ab]!;
      const tcd = t[cd]!;
      let least = ab + isLess(tcd, tab) * (cd - ab);
      if (t0 === t1 || t2 === t3 || t4 === t5 || t6 === t7 || ta === tb || tc === td || tab === tcd)
        least = this.#leastByKey(first, Math.min(first + SIBLINGS, end));
      t[i] = t[least]!;
      slots[i] = slots[least]!;
      i = least;
    }
    return i;
  }

  /** The least of nodes [first, end), where two times may be equal. */
  #leastByKey(first: number, end: number): number {
    const times = this.#times;
    let least = first;
    for (let i = first + 1; i < end; i++) {
      const time = times[i]!;
      const leastTime = times[least]!;
      if (time < leastTime || (time === leastTime && this.#keyOf(i) < this.#keyOf(least))) least = i;
    }
    return least;
  }

  /** Makes far events of all near ones, then the earliest of all near again. */
  #divide(): void {
    const times = this.#times;
    const from = times.length - this.#far - this.#near;
    const end = ROOT + this.#near;
    times.copyWithin(from, ROOT, end);
    this.#slots.copyWithin(from, ROOT, end);
    times.fill(Number.POSITIVE_INFINITY, ROOT, Math.min(end, from));
    this.#far += this.#near;
    this.#near = 0;
    this.#fill();
  }

  /** Moves the earliest far events into the heap, which is empty: all of few, else about one in SHARE. */
  #fill(): void {
    const times = this.#times;
    const slots = this.#slots;
    const from = times.length - this.#far;
    const bound = this.#far <= this.#few ? Number.POSITIVE_INFINITY : this.#early(from);
    let end = from;
    for (let i = from; i < times.length; i++) {
      const time = times[i]!;
      if (time > bound) continue;
      const slot = slots[i]!;
      times[i] = times[end]!;
      slots[i] = slots[end]!;
      times[end] = time;
      slots[end++] = slot;
    }
    for (let i = from; i < end; i++) {
      const time = times[i]!;
      times[i] = Number.POSITIVE_INFINITY;
      this.#settle(ROOT + this.#near++, time, slots[i]!);
    }
    this.#far = times.length - end;
    this.#bound = bound;
    this.#limit = Math.max(this.#few, 4 * this.#near);
  }

  /** A time that about one in SHARE of the far events does not pass, and one of them at least. */
  #early(from: number): number {
    const sample = this.#sample;
    const times = this.#times;
    for (let i = 0; i < SAMPLE; i++) sample[i] = times[from + Math.floor((i * this.#far) / SAMPLE)]!;
    return sample.sort()[SAMPLE / SHARE]!;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const [front, back] = [ROOT + this.#near, this.#times.length - this.#far];
    const times = new Float64Array(nodes(capacity)).fill(Number.POSITIVE_INFINITY);
    times.set(this.#times.subarray(0, front));
    times.set(this.#times.subarray(back), nodes(capacity) - this.#far);
    const slots = new Int32Array(nodes(capacity));
    slots.set(this.#slots.subarray(0, front));
    slots.set(this.#slots.subarray(back), nodes(capacity) - this.#far);
    this.#times = times;
    this.#slots = slots;
    this.#records = wider(this.#records, new Float64Array(RECORD * capacity));
    this.#free = wider(this.#free, new Int32Array(capacity));
    this.#capacity = capacity;
  }
}

function wider<T extends Float64Array | Int32Array>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}
