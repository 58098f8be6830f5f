import { flopOf, WORK } from '../device/host-types.ts';
import { TIMELINE, type TimelineRecorder } from '../metrics/timeline.ts';
import { HANDSHAKE, type TransferFacts } from '../net/network.ts';

/**
 * What each device spent, by device: time in ns, counts, FLOP. Radio time is the time with at least one transfer under
 * way (several at once count once): the `radio busy` variant of the communication-to-computation ratio. The same calls
 * draw the timeline of the devices chosen for it, but for what is under way at the end.
 */
export class Accounts {
  readonly compute: Float64Array;
  readonly communication: Float64Array;
  /** Time between first and last byte, sent and received: what the radio's power is counted over. */
  readonly sending: Float64Array;
  readonly receiving: Float64Array;
  /** Time before the first byte could leave where a connection had to be opened, the way of that byte not included. */
  readonly handshakes: Float64Array;
  /** Connections opened, with a full TLS handshake and with a resumed one. */
  readonly fullHandshakes: Uint32Array;
  readonly resumedHandshakes: Uint32Array;
  readonly flop: Float64Array;
  readonly rows: Float64Array;
  /** Transfers that failed, and the time that went into them, ns. */
  readonly failures: Uint32Array;
  readonly lost: Float64Array;
  /** Transfers under way, and those of them from the device. */
  readonly #open: Int32Array;
  readonly #openUp: Int32Array;
  readonly #openSince: Float64Array;
  /** The device's work ends then; of what was before it when it last got some, routine work not included, so much is its own. */
  readonly #busyUntil: Float64Array;
  readonly #ahead: Float64Array;
  /** Computing while a transfer was under way, and all computing before the one now under way began. */
  readonly #overlap: Float64Array;
  readonly #computedBefore: Float64Array;
  readonly #timeline: TimelineRecorder;

  /** @param timeline notes what chosen devices were doing, from the same calls. */
  constructor(devices: number, timeline: TimelineRecorder) {
    this.#timeline = timeline;
    this.compute = new Float64Array(devices);
    this.communication = new Float64Array(devices);
    this.sending = new Float64Array(devices);
    this.receiving = new Float64Array(devices);
    this.handshakes = new Float64Array(devices);
    this.fullHandshakes = new Uint32Array(devices);
    this.resumedHandshakes = new Uint32Array(devices);
    this.flop = new Float64Array(devices);
    this.rows = new Float64Array(devices);
    this.failures = new Uint32Array(devices);
    this.lost = new Float64Array(devices);
    this.#open = new Int32Array(devices);
    this.#openUp = new Int32Array(devices);
    this.#openSince = new Float64Array(devices);
    this.#busyUntil = new Float64Array(devices);
    this.#ahead = new Float64Array(devices);
    this.#overlap = new Float64Array(devices);
    this.#computedBefore = new Float64Array(devices);
  }

  /** Whether the radio sends, receives (waits for an answer, say), or does neither. */
  radio(device: number): 'sending' | 'receiving' | 'quiet' {
    if (this.#openUp[device]! > 0) return 'sending';
    return this.#open[device]! > 0 ? 'receiving' : 'quiet';
  }

  transferStarted(device: number, up: boolean, at: number): void {
    if (up) this.#openUp[device]!++;
    if (this.#open[device]!++ > 0) return;
    this.#openSince[device] = at;
    this.#computedBefore[device] = this.computeUntil(device, at);
  }

  /** A transfer got through. */
  received(facts: TransferFacts, transfer: number, at: number): void {
    const device = facts.device[transfer]!;
    const first = facts.firstByteAt[transfer]!;
    this.#ended(facts, transfer, at);
    const radio = facts.up[transfer] === 1 ? this.sending : this.receiving;
    radio[device]! += facts.lastByteAt[transfer]! - first;
    if (facts.handshake[transfer] === HANDSHAKE.none) return;
    const kind = facts.handshake[transfer] === HANDSHAKE.full ? this.fullHandshakes : this.resumedHandshakes;
    kind[device]!++;
    this.handshakes[device]! += Math.max(0, first - facts.startedAt[transfer]! - facts.rtt[transfer]! / 2);
  }

  failed(facts: TransferFacts, transfer: number, at: number): void {
    const device = facts.device[transfer]!;
    this.#ended(facts, transfer, at);
    this.failures[device]!++;
    this.lost[device]! += at - facts.startedAt[transfer]!;
  }

  #ended(facts: TransferFacts, transfer: number, at: number): void {
    const device = facts.device[transfer]!;
    const state = facts.up[transfer] === 1 ? TIMELINE.send : TIMELINE.receive;
    this.#timeline.span(device, state, facts.startedAt[transfer]!, facts.lastByteAt[transfer]!);
    if (facts.up[transfer] === 1) this.#openUp[device]!--;
    if (--this.#open[device]! > 0) return;
    this.communication[device]! += at - this.#openSince[device]!;
    this.#overlap[device]! += this.computeUntil(device, at) - this.#computedBefore[device]!;
  }

  /**
   * The device has another `span` ns of work before it, done at `until`. What lies before `now` was done on a stream as it
   * came.
   * @param work the firmware's counts; FLOP as host-types.ts defines them.
   */
  computed(device: number, span: number, until: number, now: number, work: Float64Array): void {
    const before = this.computeUntil(device, now);
    this.#ahead[device] = this.#aheadAt(device, now) + span;
    this.#busyUntil[device] = until;
    this.compute[device]! += span;
    // A transfer still under way will find it in the difference.
    if (this.#open[device] === 0) this.#overlap[device]! += this.computeUntil(device, now) - before;
    // As though all routine work that came between had come before.
    this.#timeline.span(device, TIMELINE.compute, until - span, until);
    this.rows[device]! += work[WORK.rows]!;
    this.flop[device]! += flopOf(work);
  }

  /** Computing so far, without what the device has before it, ns. */
  computeUntil(device: number, at: number): number {
    return this.compute[device]! - this.#aheadAt(device, at);
  }

  #aheadAt(device: number, at: number): number {
    return Math.min(Math.max(0, this.#busyUntil[device]! - at), this.#ahead[device]!);
  }

  /** Computing so far while a transfer was under way, ns: what counts as computing and as communication both. */
  overlapUntil(device: number, at: number): number {
    const open = this.#open[device]! > 0 ? this.computeUntil(device, at) - this.#computedBefore[device]! : 0;
    return this.#overlap[device]! + open;
  }

  /** Communication so far, transfers under way included, ns. */
  communicationUntil(device: number, at: number): number {
    const open = this.#open[device]! > 0 ? at - this.#openSince[device]! : 0;
    return this.communication[device]! + open;
  }
}
