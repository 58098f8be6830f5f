import { Totals, type TransferTable, wider } from './flow-table.ts';

const FIRST_CAPACITY = 256;

/** What the flow network notes of each transfer beside the facts, by slot, and the bytes that come of it by device. */
export class FlowBooks {
  readonly totals: Totals;

  /** One-way latency, ns. */
  latency: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** What TCP carries, bytes. */
  carried: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** Bytes on the wire towards the receiver, the handshake's not included, and how many of them were lost. */
  forward: Float64Array = new Float64Array(FIRST_CAPACITY);
  lost: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** Bytes of acknowledgements, the other way. */
  backward: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** Bytes of the handshake, up and down. */
  shakenUp: Float64Array = new Float64Array(FIRST_CAPACITY);
  shakenDown: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** What the receiver can consume, bytes/s on the wire. */
  sink: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** Pace of the transfer by itself, bytes/s on the wire. */
  cap: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** When sending began and ends, ns. */
  begin: Float64Array = new Float64Array(FIRST_CAPACITY);
  end: Float64Array = new Float64Array(FIRST_CAPACITY);

  readonly #table: TransferTable;

  constructor(table: TransferTable, devices: number) {
    this.#table = table;
    this.totals = new Totals(devices);
  }

  /** Makes room for all slots of the table, and clears those of `slot`. */
  open(slot: number): void {
    if (this.latency.length < this.#table.capacity) this.#widen(this.#table.capacity);
    this.forward[slot] = 0;
    this.lost[slot] = 0;
    this.backward[slot] = 0;
    this.shakenUp[slot] = 0;
    this.shakenDown[slot] = 0;
    this.begin[slot] = 0;
    this.end[slot] = 0;
  }

  /** The transfer got through. */
  delivered(slot: number): void {
    const device = this.#table.device[slot]!;
    const { totals } = this;
    this.#send(slot, this.forward[slot]!, this.backward[slot]!);
    totals.bytesLost[device]! += this.lost[slot]!;
    totals.bytesDelivered[device]! += this.#table.wireBytes[slot]! - this.lost[slot]!;
  }

  /** The transfer did not get through; `sent` of its bytes had gone out. */
  wasted(slot: number, sent: number): void {
    this.#send(slot, Math.round(sent), 0);
    this.totals.bytesWasted[this.#table.device[slot]!]! += this.#table.wireBytes[slot]!;
  }

  /** The share of a burst that was sent by `now`, bytes. */
  sentBy(slot: number, now: number): number {
    const span = this.end[slot]! - this.begin[slot]!;
    const share = span > 0 ? (now - this.begin[slot]!) / span : 1;
    return this.forward[slot]! * Math.min(Math.max(share, 0), 1);
  }

  #send(slot: number, forward: number, backward: number): void {
    const device = this.#table.device[slot]!;
    const up = this.#table.up[slot] === 1;
    const { totals } = this;
    totals.sent(device, up, forward);
    totals.sent(device, !up, backward);
    totals.sent(device, true, this.shakenUp[slot]!);
    totals.sent(device, false, this.shakenDown[slot]!);
    this.#table.wireBytes[slot] = forward + backward + this.shakenUp[slot]! + this.shakenDown[slot]!;
  }

  #widen(capacity: number): void {
    const wide = (from: Float64Array) => wider(from, new Float64Array(capacity));
    this.latency = wide(this.latency);
    this.carried = wide(this.carried);
    this.forward = wide(this.forward);
    this.lost = wide(this.lost);
    this.backward = wide(this.backward);
    this.shakenUp = wide(this.shakenUp);
    this.shakenDown = wide(this.shakenDown);
    this.sink = wide(this.sink);
    this.cap = wide(this.cap);
    this.begin = wide(this.begin);
    this.end = wide(this.end);
  }
}
