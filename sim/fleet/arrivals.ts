import { Slots } from './slots.ts';

const NONE = -1;

/** Numbers that wait at each device, first in first out: what has arrived, or what did not get through. */
export class Arrivals {
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #waiting = new Slots(['what', 'next']);

  constructor(devices: number) {
    this.#first = new Int32Array(devices).fill(NONE);
    this.#last = new Int32Array(devices).fill(NONE);
  }

  any(device: number): boolean {
    return this.#first[device] !== NONE;
  }

  count(device: number): number {
    let count = 0;
    for (let slot = this.#first[device]!; slot !== NONE; slot = this.#waiting.get(slot, 'next')) count++;
    return count;
  }

  push(device: number, what: number): void {
    const slot = this.#waiting.take();
    this.#waiting.set(slot, 'what', what);
    this.#waiting.set(slot, 'next', NONE);
    const last = this.#last[device]!;
    if (last === NONE) this.#first[device] = slot;
    else this.#waiting.set(last, 'next', slot);
    this.#last[device] = slot;
  }

  /** Takes the first; there must be one. */
  shift(device: number): number {
    const slot = this.#first[device]!;
    const next = this.#waiting.get(slot, 'next');
    this.#first[device] = next;
    if (next === NONE) this.#last[device] = NONE;
    this.#waiting.release(slot);
    return this.#waiting.get(slot, 'what');
  }
}
