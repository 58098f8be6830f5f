import type { Instant } from '../kernel/time.ts';
import { wider } from './flow-table.ts';
import type { Dropout } from './weather.ts';

const NONE = -1;

/**
 * What the network keeps of each device: whether it is online (as known until the next change), its connection, the
 * order of its transfers. A channel is a device and a direction: 2 device for what it sends, 2 device + 1 for what it gets.
 */
export class FlowDevices {
  /** Instant from which `online` must be asked anew. */
  readonly changeAt: Float64Array;
  /** Instant of the event that will cut the device's transfers; -1 when there is none. */
  readonly cutAt: Float64Array;
  /** The connection is open up to this instant; -1 when it is closed. While `readyAt` lies ahead it is being opened. */
  readonly openUntil: Float64Array;
  readonly readyAt: Float64Array;
  /** A session ticket is good up to this instant. */
  readonly ticketUntil: Float64Array;

  /** By channel: when the sender's own link has sent what was given to it. */
  readonly freeAt: Float64Array;
  /** By channel: when the last message arrives; a later one is not handed over before. */
  readonly lastArrival: Float64Array;
  /** By channel: the transfer that shares links with others, behind which the next wait; -1 for none. */
  readonly sharing: Int32Array;

  readonly #dropout: Dropout;
  readonly #online: Uint8Array;
  /** Transfers of a device, in the order in which they were sent. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  #next: Int32Array = new Int32Array(256);
  #previous: Int32Array = new Int32Array(256);
  /** Waiting transfers of a channel, in order. */
  readonly #waitFirst: Int32Array;
  readonly #waitLast: Int32Array;
  #waitNext: Int32Array = new Int32Array(256);

  constructor(devices: number, dropout: Dropout) {
    this.#dropout = dropout;
    this.changeAt = new Float64Array(devices).fill(-1);
    this.cutAt = new Float64Array(devices).fill(-1);
    this.openUntil = new Float64Array(devices).fill(-1);
    this.readyAt = new Float64Array(devices).fill(-1);
    this.ticketUntil = new Float64Array(devices).fill(-1);
    this.freeAt = new Float64Array(2 * devices);
    this.lastArrival = new Float64Array(2 * devices);
    this.sharing = new Int32Array(2 * devices).fill(NONE);
    this.#online = new Uint8Array(devices);
    this.#first = new Int32Array(devices).fill(NONE);
    this.#last = new Int32Array(devices).fill(NONE);
    this.#waitFirst = new Int32Array(2 * devices).fill(NONE);
    this.#waitLast = new Int32Array(2 * devices).fill(NONE);
  }

  /** Whether the device is online now. One that was away since it was last asked has lost its connection. */
  online(device: number, now: Instant): boolean {
    if (now >= this.changeAt[device]!) {
      if (this.#online[device] === 1) this.close(device);
      this.#online[device] = this.#dropout.online(device, now) ? 1 : 0;
      this.changeAt[device] = this.#dropout.nextChange(device, now);
    }
    return this.#online[device] === 1;
  }

  /** The weather is not what it was: asks anew, without taking that for an absence. */
  reconsider(device: number, now: Instant): void {
    const online = this.#dropout.online(device, now);
    if (!online) this.close(device);
    this.#online[device] = online ? 1 : 0;
    this.changeAt[device] = this.#dropout.nextChange(device, now);
  }

  close(device: number): void {
    this.openUntil[device] = -1;
    this.readyAt[device] = -1;
  }

  /** The connection is gone, and with it all that was under way or waiting. */
  reset(device: number, now: Instant): void {
    this.close(device);
    for (let channel = 2 * device; channel < 2 * device + 2; channel++) {
      this.freeAt[channel] = now;
      this.lastArrival[channel] = now;
      this.sharing[channel] = NONE;
      this.#waitFirst[channel] = NONE;
      this.#waitLast[channel] = NONE;
    }
  }

  widen(capacity: number): void {
    if (this.#next.length >= capacity) return;
    this.#next = wider(this.#next, new Int32Array(capacity));
    this.#previous = wider(this.#previous, new Int32Array(capacity));
    this.#waitNext = wider(this.#waitNext, new Int32Array(capacity));
  }

  link(device: number, slot: number): void {
    const last = this.#last[device]!;
    this.#previous[slot] = last;
    this.#next[slot] = NONE;
    if (last === NONE) this.#first[device] = slot;
    else this.#next[last] = slot;
    this.#last[device] = slot;
  }

  unlink(device: number, slot: number): void {
    const next = this.#next[slot]!;
    const previous = this.#previous[slot]!;
    if (previous === NONE) this.#first[device] = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#last[device] = previous;
    else this.#previous[next] = previous;
  }

  /** The device's first transfer, -1 for none; `following` gives the others in order. */
  first(device: number): number {
    return this.#first[device]!;
  }

  following(slot: number): number {
    return this.#next[slot]!;
  }

  wait(channel: number, slot: number): void {
    this.#waitNext[slot] = NONE;
    if (this.#waitFirst[channel] === NONE) this.#waitFirst[channel] = slot;
    else this.#waitNext[this.#waitLast[channel]!] = slot;
    this.#waitLast[channel] = slot;
  }

  waiting(channel: number): boolean {
    return this.#waitFirst[channel] !== NONE;
  }

  /** Takes the first of those that wait; -1 for none. */
  takeWaiting(channel: number): number {
    const slot = this.#waitFirst[channel]!;
    if (slot !== NONE) this.#waitFirst[channel] = this.#waitNext[slot]!;
    return slot;
  }

  /** Takes out one that waits, wherever it stands. */
  unwait(channel: number, slot: number): void {
    let before = NONE;
    for (let at = this.#waitFirst[channel]!; at !== NONE; before = at, at = this.#waitNext[at]!) {
      if (at !== slot) continue;
      if (before === NONE) this.#waitFirst[channel] = this.#waitNext[slot]!;
      else this.#waitNext[before] = this.#waitNext[slot]!;
      if (this.#waitLast[channel] === slot) this.#waitLast[channel] = before;
      return;
    }
  }
}
