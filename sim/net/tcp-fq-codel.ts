const QUANTUM = 1500;
const TARGET = 0.005;
const INTERVAL = 0.1;
/** A queue with less than this never drops, bytes. */
const LEAST_BYTES = 1500;

const NEW = 1;
const OLD = 2;

/** One flow's queue and CoDel's state about it (RFC 8289, 5). */
class FlowQueue {
  status = 0;
  deficit = 0;
  bytes = 0;
  dropping = false;
  count = 0;
  lastCount = 0;
  firstAbove = 0;
  dropNext = 0;
  readonly at: number[] = [];
  readonly sentAt: number[] = [];
  readonly size: number[] = [];
  readonly segment: number[] = [];
  head = 0;

  get length(): number {
    return this.at.length - this.head;
  }
}

/**
 * FQ-CoDel (RFC 8290): a queue for each flow, served by deficit round robin, flows with little to send first; each queue
 * kept short by CoDel (RFC 8289), which drops from its head when packets have waited over 5 ms for 100 ms. Queues are
 * by flow here, not by a hash of it: no two flows ever share one. `dequeue` leaves the packet in the public fields.
 */
export class FqCoDel {
  /** Packets waiting. */
  size = 0;
  flow = 0;
  segment = 0;
  sentAt = 0;
  /** Packets and bytes that CoDel dropped; whoever counts them sets them back. */
  dropped = 0;
  droppedBytes = 0;

  readonly #queues: FlowQueue[] = [];
  #fresh: number[] = [];
  #old: number[] = [];

  clear(flows: number): void {
    this.size = this.dropped = this.droppedBytes = 0;
    this.#queues.length = 0;
    for (let flow = 0; flow < flows; flow++) this.#queues.push(new FlowQueue());
    this.#fresh = [];
    this.#old = [];
  }

  enqueue(now: number, flow: number, bytes: number, sentAt: number, segment: number): void {
    const queue = this.#queues[flow]!;
    queue.at.push(now);
    queue.sentAt.push(sentAt);
    queue.size.push(bytes);
    queue.segment.push(segment);
    queue.bytes += bytes;
    this.size++;
    if (queue.status !== 0) return;
    queue.status = NEW;
    queue.deficit = QUANTUM;
    this.#fresh.push(flow);
  }

  /** Takes the next packet; false when all that waited was dropped. */
  dequeue(now: number): boolean {
    for (;;) {
      const flow = this.#next();
      if (flow < 0) return false;
      const queue = this.#queues[flow]!;
      if (this.#codel(queue, now)) {
        this.flow = flow;
        queue.deficit -= this.#take(queue);
        return true;
      }
      // An empty new queue goes to the end of the old ones, so that it cannot starve them; an empty old one is forgotten.
      if (queue.status === NEW) {
        this.#fresh.shift();
        this.#old.push(flow);
        queue.status = OLD;
      } else {
        this.#old.shift();
        queue.status = 0;
      }
    }
  }

  #next(): number {
    for (const list of [this.#fresh, this.#old]) {
      while (list.length > 0) {
        const flow = list[0]!;
        const queue = this.#queues[flow]!;
        if (queue.deficit > 0) return flow;
        queue.deficit += QUANTUM;
        queue.status = OLD;
        list.shift();
        this.#old.push(flow);
      }
    }
    return -1;
  }

  /** Drops what CoDel says must go; whether a packet is left to be taken. */
  #codel(queue: FlowQueue, now: number): boolean {
    let late = this.#late(queue, now);
    if (queue.dropping) {
      if (!late) queue.dropping = false;
      while (queue.dropping && now >= queue.dropNext) {
        this.#drop(queue);
        queue.count++;
        late = this.#late(queue, now);
        if (late) queue.dropNext += INTERVAL / Math.sqrt(queue.count);
        else queue.dropping = false;
      }
    } else if (late) {
      this.#drop(queue);
      this.#late(queue, now);
      queue.dropping = true;
      const recent = queue.count - queue.lastCount;
      queue.count = recent > 1 && now - queue.dropNext < 16 * INTERVAL ? recent : 1;
      queue.lastCount = queue.count;
      queue.dropNext = now + INTERVAL / Math.sqrt(queue.count);
    }
    if (queue.length === 0) queue.dropping = false;
    return queue.length > 0;
  }

  /** Whether packets at the head have waited too long for too long. */
  #late(queue: FlowQueue, now: number): boolean {
    if (queue.length === 0) {
      queue.firstAbove = 0;
      return false;
    }
    const head = queue.head;
    if (now - queue.at[head]! < TARGET || queue.bytes - queue.size[head]! < LEAST_BYTES) {
      queue.firstAbove = 0;
      return false;
    }
    if (queue.firstAbove === 0) {
      queue.firstAbove = now + INTERVAL;
      return false;
    }
    return now > queue.firstAbove;
  }

  #drop(queue: FlowQueue): void {
    this.dropped++;
    this.droppedBytes += this.#take(queue);
  }

  #take(queue: FlowQueue): number {
    const head = queue.head++;
    const bytes = queue.size[head]!;
    this.segment = queue.segment[head]!;
    this.sentAt = queue.sentAt[head]!;
    queue.bytes -= bytes;
    this.size--;
    return bytes;
  }
}
