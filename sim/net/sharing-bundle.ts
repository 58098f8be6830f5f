import { wider } from './flow-table.ts';

/**
 * Flows that go over the same shared links and have caps of the same class: they share one rate and one clock. The clock
 * (`service`) counts the bytes that a flow of the class's full cap has got since the start; a flow with `weight` w of
 * that cap gets w times as much, so it ends when the clock reaches a value known when it joins. A rate change costs the
 * same however many flows there are. The next to end is found by a heap; a flow that leaves early is skipped there.
 */
export class Bundle {
  /** Shared links, by number. */
  readonly links: Int32Array;
  /** Place of this bundle in the list of each of its links; -1 while it has no flows. */
  readonly places: Int32Array;
  /** Bytes/s of a flow of full weight, at most. */
  readonly cap: number;
  /** Bytes/s of a flow of full weight, now. */
  rate = 0;
  /** Sum of the weights of its flows. */
  weight = 0;
  flows = 0;
  service = 0;
  /** When `service` was last brought up to date, ns. */
  at = 0;
  /** When the event that looks at it next is due, ns; Infinity when there is none. */
  due = Number.POSITIVE_INFINITY;
  generation = 0;

  #size = 0;
  #ends: Float64Array = new Float64Array(8);
  #slots: Int32Array = new Int32Array(8);
  #tickets: Float64Array = new Float64Array(8);

  constructor(links: Int32Array, cap: number) {
    this.links = links;
    this.places = new Int32Array(links.length).fill(-1);
    this.cap = cap;
  }

  /** Brings the clock to `now`. */
  advance(now: number): void {
    if (this.flows > 0) this.service += (this.rate * (now - this.at)) / 1e9;
    this.at = now;
  }

  /** The clock's value at which the first flow ends; Infinity when there is none. */
  get firstEnd(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#ends[0]!;
  }

  get firstSlot(): number {
    return this.#slots[0]!;
  }

  get firstTicket(): number {
    return this.#tickets[0]!;
  }

  /** @param ticket grows with each flow; breaks ties and tells a slot's flows apart. */
  push(end: number, slot: number, ticket: number): void {
    if (this.#size === this.#ends.length) {
      this.#ends = wider(this.#ends, new Float64Array(2 * this.#size));
      this.#slots = wider(this.#slots, new Int32Array(2 * this.#size));
      this.#tickets = wider(this.#tickets, new Float64Array(2 * this.#size));
    }
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(end, ticket, parent)) break;
      this.#set(i, this.#ends[parent]!, this.#slots[parent]!, this.#tickets[parent]!);
      i = parent;
    }
    this.#set(i, end, slot, ticket);
  }

  pop(): void {
    const last = --this.#size;
    const end = this.#ends[last]!;
    const ticket = this.#tickets[last]!;
    let i = 0;
    for (let child = 1; child < last; child = 2 * i + 1) {
      if (child + 1 < last && this.#before(this.#ends[child + 1]!, this.#tickets[child + 1]!, child)) child++;
      if (this.#before(end, ticket, child)) break;
      this.#set(i, this.#ends[child]!, this.#slots[child]!, this.#tickets[child]!);
      i = child;
    }
    this.#set(i, end, this.#slots[last]!, ticket);
  }

  #before(end: number, ticket: number, at: number): boolean {
    return end < this.#ends[at]! || (end === this.#ends[at]! && ticket < this.#tickets[at]!);
  }

  #set(i: number, end: number, slot: number, ticket: number): void {
    this.#ends[i] = end;
    this.#slots[i] = slot;
    this.#tickets[i] = ticket;
  }
}

/** A list of numbers that grows, for the bundles on a link. */
export class IndexList {
  items: Int32Array = new Int32Array(4);
  length = 0;

  add(item: number): number {
    if (this.length === this.items.length) this.items = wider(this.items, new Int32Array(2 * this.length));
    this.items[this.length] = item;
    return this.length++;
  }

  /** Takes out the item at `place`; gives the item that moved there, or -1. */
  remove(place: number): number {
    const last = this.items[--this.length]!;
    if (place === this.length) return -1;
    this.items[place] = last;
    return last;
  }
}
