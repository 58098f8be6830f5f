import { flopOf, WORK } from '../device/host-types.ts';
import { HANDSHAKE, type TransferFacts } from '../net/network.ts';

/**
 * What each device spent, by device: time in ns, counts, FLOP. Radio time is the time with at least one transfer under
 * way (several at once count once): the `radio busy` variant of the communication-to-computation ratio.
 */
export class Accounts {
  readonly compute: Float64Array;
  readonly communication: Float64Array;
  /** Time between first and last byte, sent and received: what the radio's power is counted over. */
  readonly sending: Float64Array;
  readonly receiving: Float64Array;
  /** Time before the first byte could leave where a connection had to be opened, the way of that byte not included. */
  readonly handshakes: Float64Array;
  readonly flop: Float64Array;
  readonly rows: Float64Array;
  /** Transfers that failed, and the time that went into them, ns. */
  readonly failures: Uint32Array;
  readonly lost: Float64Array;
  readonly #open: Int32Array;
  readonly #openSince: Float64Array;

  constructor(devices: number) {
    this.compute = new Float64Array(devices);
    this.communication = new Float64Array(devices);
    this.sending = new Float64Array(devices);
    this.receiving = new Float64Array(devices);
    this.handshakes = new Float64Array(devices);
    this.flop = new Float64Array(devices);
    this.rows = new Float64Array(devices);
    this.failures = new Uint32Array(devices);
    this.lost = new Float64Array(devices);
    this.#open = new Int32Array(devices);
    this.#openSince = new Float64Array(devices);
  }

  transferStarted(device: number, at: number): void {
    if (this.#open[device]!++ === 0) this.#openSince[device] = at;
  }

  /** A transfer got through. */
  received(facts: TransferFacts, transfer: number, at: number): void {
    const device = facts.device[transfer]!;
    const first = facts.firstByteAt[transfer]!;
    this.#ended(device, at);
    const radio = facts.up[transfer] === 1 ? this.sending : this.receiving;
    radio[device]! += facts.lastByteAt[transfer]! - first;
    if (facts.handshake[transfer] === HANDSHAKE.none) return;
    this.handshakes[device]! += Math.max(0, first - facts.startedAt[transfer]! - facts.rtt[transfer]! / 2);
  }

  failed(facts: TransferFacts, transfer: number, at: number): void {
    const device = facts.device[transfer]!;
    this.#ended(device, at);
    this.failures[device]!++;
    this.lost[device]! += at - facts.startedAt[transfer]!;
  }

  #ended(device: number, at: number): void {
    if (--this.#open[device]! === 0) this.communication[device]! += at - this.#openSince[device]!;
  }

  /** @param work the firmware's counts; FLOP as host-types.ts defines them. */
  computed(device: number, span: number, work: Float64Array): void {
    this.compute[device]! += span;
    this.rows[device]! += work[WORK.rows]!;
    this.flop[device]! += flopOf(work);
  }

  /** Communication so far, transfers under way included, ns. */
  communicationUntil(device: number, at: number): number {
    const open = this.#open[device]! > 0 ? at - this.#openSince[device]! : 0;
    return this.communication[device]! + open;
  }
}
