import { assert } from '../kernel/errors.ts';
import type { NetworkTotals, TransferFacts } from './network.ts';

const FIRST_CAPACITY = 256;

/**
 * The transfers under way, as slots of typed arrays: a transfer's number is its slot. A slot has a generation, which goes
 * up when its transfer ends or is planned anew; an event that carries an older one is stale and is ignored.
 */
export class TransferTable implements TransferFacts {
  device: Int32Array = new Int32Array(FIRST_CAPACITY);
  up: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  tag: Float64Array = new Float64Array(FIRST_CAPACITY);
  startedAt: Float64Array = new Float64Array(FIRST_CAPACITY);
  firstByteAt: Float64Array = new Float64Array(FIRST_CAPACITY);
  lastByteAt: Float64Array = new Float64Array(FIRST_CAPACITY);
  payloadBytes: Float64Array = new Float64Array(FIRST_CAPACITY);
  wireBytes: Float64Array = new Float64Array(FIRST_CAPACITY);
  rtt: Float64Array = new Float64Array(FIRST_CAPACITY);
  handshake: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  attempts: Uint8Array = new Uint8Array(FIRST_CAPACITY);

  /** Bytes of framing that the sender gave. */
  headerBytes: Float64Array = new Float64Array(FIRST_CAPACITY);
  generation: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  /** 0 when the slot is free; otherwise what its owner makes of it. */
  state: Uint8Array = new Uint8Array(FIRST_CAPACITY);

  #capacity = FIRST_CAPACITY;
  #free: Int32Array = new Int32Array(FIRST_CAPACITY);
  #freeCount = 0;
  #used = 0;
  active = 0;

  /** Slots ever used: 0..high-1 may be active. */
  get high(): number {
    return this.#used;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Takes a slot, in state 1, its facts of an earlier transfer cleared. */
  take(device: number, up: boolean, payloadBytes: number, headerBytes: number, tag: number, at: number): number {
    assert(
      Number.isSafeInteger(payloadBytes) && payloadBytes >= 0 && Number.isSafeInteger(headerBytes) && headerBytes >= 0,
      `Expected a transfer's size to be whole bytes, got ${payloadBytes} and ${headerBytes}`,
    );
    if (this.#freeCount === 0 && this.#used === this.#capacity) this.#grow();
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#used++;
    this.device[slot] = device;
    this.up[slot] = up ? 1 : 0;
    this.tag[slot] = tag;
    this.startedAt[slot] = at;
    this.firstByteAt[slot] = at;
    this.lastByteAt[slot] = at;
    this.payloadBytes[slot] = payloadBytes;
    this.headerBytes[slot] = headerBytes;
    this.wireBytes[slot] = 0;
    this.rtt[slot] = 0;
    this.handshake[slot] = 0;
    this.attempts[slot] = 1;
    this.state[slot] = 1;
    this.active++;
    return slot;
  }

  /** Gives a slot back. */
  release(slot: number): void {
    assert(this.state[slot] !== 0, `Expected transfer ${slot} to be under way`);
    this.state[slot] = 0;
    this.generation[slot]!++;
    this.#free[this.#freeCount++] = slot;
    this.active--;
  }

  /** Whether an event planned for this generation still holds. */
  current(slot: number, generation: number): boolean {
    return this.generation[slot] === generation;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    this.device = wider(this.device, new Int32Array(capacity));
    this.up = wider(this.up, new Uint8Array(capacity));
    this.tag = wider(this.tag, new Float64Array(capacity));
    this.startedAt = wider(this.startedAt, new Float64Array(capacity));
    this.firstByteAt = wider(this.firstByteAt, new Float64Array(capacity));
    this.lastByteAt = wider(this.lastByteAt, new Float64Array(capacity));
    this.payloadBytes = wider(this.payloadBytes, new Float64Array(capacity));
    this.wireBytes = wider(this.wireBytes, new Float64Array(capacity));
    this.rtt = wider(this.rtt, new Float64Array(capacity));
    this.handshake = wider(this.handshake, new Uint8Array(capacity));
    this.attempts = wider(this.attempts, new Uint8Array(capacity));
    this.headerBytes = wider(this.headerBytes, new Float64Array(capacity));
    this.generation = wider(this.generation, new Uint32Array(capacity));
    this.state = wider(this.state, new Uint8Array(capacity));
    this.#free = wider(this.#free, new Int32Array(capacity));
    this.#capacity = capacity;
  }
}

interface Settable<T> extends ArrayLike<number> {
  set(from: T): void;
}

/** Copies an array's values into a larger one, and gives the larger one. */
export function wider<T extends Settable<T>>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Bytes on the wire by device. */
export class Totals implements NetworkTotals {
  readonly bytesUp: Float64Array;
  readonly bytesDown: Float64Array;
  readonly bytesLost: Float64Array;
  readonly bytesWasted: Float64Array;
  readonly bytesDelivered: Float64Array;

  constructor(devices: number) {
    this.bytesUp = new Float64Array(devices);
    this.bytesDown = new Float64Array(devices);
    this.bytesLost = new Float64Array(devices);
    this.bytesWasted = new Float64Array(devices);
    this.bytesDelivered = new Float64Array(devices);
  }

  sent(device: number, up: boolean, bytes: number): void {
    const sent = up ? this.bytesUp : this.bytesDown;
    sent[device] = sent[device]! + bytes;
  }
}
