/**
 * A binary heap of small whole numbers (devices, tasks) by a float priority, the largest first; equal priorities give
 * the lowest number first. Holds a number at most once.
 */
export class PriorityHeap {
  readonly #numbers: number[] = [];
  readonly #priorities: number[] = [];
  readonly #held: Uint8Array;

  constructor(capacity: number) {
    this.#held = new Uint8Array(capacity);
  }

  get size(): number {
    return this.#numbers.length;
  }

  has(number: number): boolean {
    return this.#held[number] === 1;
  }

  /** The number that `take` would give. */
  peek(): number {
    return this.#numbers[0]!;
  }

  add(number: number, priority: number): void {
    if (this.#held[number] === 1) return;
    this.#held[number] = 1;
    let i = this.#numbers.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(number, priority, parent)) break;
      this.#numbers[i] = this.#numbers[parent]!;
      this.#priorities[i] = this.#priorities[parent]!;
      i = parent;
    }
    this.#numbers[i] = number;
    this.#priorities[i] = priority;
  }

  take(): number {
    const first = this.#numbers[0]!;
    this.#held[first] = 0;
    const number = this.#numbers.pop()!;
    const priority = this.#priorities.pop()!;
    const size = this.#numbers.length;
    if (size === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#before(this.#numbers[child + 1]!, this.#priorities[child + 1]!, child)) child++;
      if (this.#before(number, priority, child)) break;
      this.#numbers[i] = this.#numbers[child]!;
      this.#priorities[i] = this.#priorities[child]!;
      i = child;
    }
    this.#numbers[i] = number;
    this.#priorities[i] = priority;
    return first;
  }

  #before(number: number, priority: number, node: number): boolean {
    const other = this.#priorities[node]!;
    return priority > other || (priority === other && number < this.#numbers[node]!);
  }
}
