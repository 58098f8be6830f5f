/**
 * Packets on their way to the bottleneck, the earliest first; equal times in order of insertion. A binary heap on typed
 * arrays; `pop` leaves the packet in the public fields.
 */
export class PacketHeap {
  poppedTime = 0;
  poppedSentAt = 0;
  poppedFlow = 0;
  poppedSegment = 0;

  #size = 0;
  #order = 0;
  #times = new Float64Array(256);
  #orders = new Float64Array(256);
  #sentAt = new Float64Array(256);
  #flows = new Int32Array(256);
  #segments = new Int32Array(256);

  /** When the first packet arrives; Infinity when there is none. */
  get time(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  clear(): void {
    this.#size = 0;
    this.#order = 0;
  }

  push(time: number, sentAt: number, flow: number, segment: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const order = this.#order++;
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(time, order, parent)) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#set(i, time, order, sentAt, flow, segment);
  }

  /** Takes the first packet. There must be one. */
  pop(): void {
    this.poppedTime = this.#times[0]!;
    this.poppedSentAt = this.#sentAt[0]!;
    this.poppedFlow = this.#flows[0]!;
    this.poppedSegment = this.#segments[0]!;
    const last = --this.#size;
    const time = this.#times[last]!;
    const order = this.#orders[last]!;
    let i = 0;
    for (let child = 1; child < last; child = 2 * i + 1) {
      if (child + 1 < last && this.#before(this.#times[child + 1]!, this.#orders[child + 1]!, child)) child++;
      if (this.#before(time, order, child)) break;
      this.#move(child, i);
      i = child;
    }
    this.#set(i, time, order, this.#sentAt[last]!, this.#flows[last]!, this.#segments[last]!);
  }

  #before(time: number, order: number, at: number): boolean {
    return time < this.#times[at]! || (time === this.#times[at]! && order < this.#orders[at]!);
  }

  #move(from: number, to: number): void {
    this.#set(
      to,
      this.#times[from]!,
      this.#orders[from]!,
      this.#sentAt[from]!,
      this.#flows[from]!,
      this.#segments[from]!,
    );
  }

  #set(i: number, time: number, order: number, sentAt: number, flow: number, segment: number): void {
    this.#times[i] = time;
    this.#orders[i] = order;
    this.#sentAt[i] = sentAt;
    this.#flows[i] = flow;
    this.#segments[i] = segment;
  }

  #grow(): void {
    const size = 2 * this.#times.length;
    this.#times = copied(this.#times, new Float64Array(size));
    this.#orders = copied(this.#orders, new Float64Array(size));
    this.#sentAt = copied(this.#sentAt, new Float64Array(size));
    this.#flows = copied(this.#flows, new Int32Array(size));
    this.#segments = copied(this.#segments, new Int32Array(size));
  }
}

function copied<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
