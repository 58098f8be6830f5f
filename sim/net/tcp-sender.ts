import type { TcpConfig } from './network.ts';
import { CubicWindow } from './tcp-cubic.ts';

const SACKED = 1;
const LOST = 2;
const RETRANSMITTED = 4;
/** Sent more than once, or outstanding at a time-out: gives no round-trip sample (Karn). */
const AMBIGUOUS = 8;
const RECEIVED = 16;

const OPEN = 0;
const DISORDER = 1;
const RECOVERY = 2;
const LOSS = 3;

const DUPLICATES = 3;
const LONGEST_RTO = 60;
const CLOCK_GRANULARITY = 0.001;

/** Where a sender puts its segments. */
export interface SegmentSink {
  transmit(sender: TcpSender, segment: number): void;
}

/**
 * One sender of TCP and the receiver's reassembly, at the grain of segments: what lies beyond a connection's three-way
 * handshake. CUBIC with HyStart; selective acknowledgements with the loss rule and the pipe of RFC 6675; proportional rate
 * reduction (RFC 6937) in recovery; time-out after RFC 6298; limited transmit follows from the pipe. Every
 * segment is acknowledged at once (no delayed acknowledgement), and acknowledgements are not lost. No Nagle, no tail
 * loss probe, no receive window. Times in seconds, everything else in segments.
 */
export class TcpSender {
  readonly window = new CubicWindow();
  readonly #sink: SegmentSink;
  readonly #minRto: number;
  readonly #initialWindow: number;

  /** Segments of the transfer. */
  segments = 0;
  /** When the time-out strikes; Infinity when the timer is off. */
  timeoutAt = Number.POSITIVE_INFINITY;
  /** Segments that the receiver has without a gap. */
  received = 0;
  retransmissions = 0;
  timeouts = 0;
  recoveries = 0;

  #flags = new Uint8Array(64);
  #una = 0;
  #next = 0;
  #sacked = 0;
  #lost = 0;
  #retransmitted = 0;
  #highestSacked = -1;
  /** All below it that is not sacked is marked lost. */
  #lostBelow = 0;
  /** No lost segment that waits to be sent again lies below it. */
  #lostFrom = 0;

  #state = OPEN;
  #duplicates = 0;
  #recover = 0;
  #recoverActive = false;
  #firstPartial = true;
  #prrDelivered = 0;
  #prrOut = 0;
  #prrFlight = 0;

  #measured = false;
  #srtt = 1;
  #rttvar = 0;
  #rto = 1;

  constructor(config: TcpConfig, sink: SegmentSink) {
    this.#sink = sink;
    this.#minRto = config.minRto / 1e9;
    this.#initialWindow = config.initialWindow;
  }

  /** A new transfer on a fresh connection. @param rtt the handshake's round trip; -1 when it gave no sample. */
  start(segments: number, now: number, rtt: number): void {
    if (this.#flags.length < segments) this.#flags = new Uint8Array(2 * segments);
    else this.#flags.fill(0, 0, Math.max(segments, this.segments));
    this.segments = segments;
    this.received = this.retransmissions = this.timeouts = this.recoveries = 0;
    this.#una = this.#next = this.#sacked = this.#lost = this.#retransmitted = 0;
    this.#lostBelow = this.#lostFrom = 0;
    this.#highestSacked = -1;
    this.#state = OPEN;
    this.#duplicates = this.#recover = 0;
    this.#recoverActive = false;
    this.#firstPartial = true;
    this.#prrDelivered = this.#prrOut = this.#prrFlight = 0;
    this.#measured = false;
    this.#srtt = 1;
    this.#rttvar = 0;
    this.timeoutAt = Number.POSITIVE_INFINITY;
    if (rtt >= 0) this.#measure(rtt);
    this.#setRto();
    this.window.start(this.#initialWindow, 0, 0);
    this.#sendPending(now);
  }

  /** The receiver's side: segment arrives; whether it was new. */
  receive(segment: number): boolean {
    const flags = this.#flags;
    if ((flags[segment]! & RECEIVED) !== 0) return false;
    flags[segment]! |= RECEIVED;
    while (this.received < this.segments && (flags[this.received]! & RECEIVED) !== 0) this.received++;
    return true;
  }

  /**
   * An acknowledgement arrives.
   * @param segment the segment that caused it. @param upTo all below it has arrived. @param sentAt when `segment` was sent.
   */
  acknowledge(now: number, segment: number, upTo: number, sentAt: number): void {
    if (upTo < this.#una) return;
    const head = this.#una;
    if (segment === head && upTo > head && (this.#flags[head]! & AMBIGUOUS) === 0) {
      this.#measure(now - sentAt);
      this.#setRto();
    }
    let delivered = 0;
    const duplicate = segment >= upTo && this.#sack(segment);
    if (duplicate) delivered++;
    delivered += this.#advance(upTo);
    if (duplicate) this.#onDuplicate(now, delivered);
    const acknowledged = upTo - head;
    if (acknowledged === 0) this.window.sample(now, this.#srtt);
    else this.#onNewAck(now, acknowledged, duplicate, delivered);
    this.#sendPending(now);
  }

  /** The retransmission timer strikes (RFC 6298, 5.4-5.7; RFC 6675, 5.1). */
  timeout(now: number): void {
    this.timeouts++;
    this.#duplicates = 0;
    this.#lost = 0;
    this.#retransmitted = 0;
    for (let i = this.#una; i < this.#next; i++) {
      let flags = (this.#flags[i]! | AMBIGUOUS) & ~RETRANSMITTED;
      if ((flags & SACKED) === 0) {
        flags |= LOST;
        this.#lost++;
      }
      this.#flags[i] = flags;
    }
    this.#lostFrom = this.#una;
    this.#lostBelow = Math.max(this.#lostBelow, this.#next);
    this.#recover = this.#next;
    this.#recoverActive = true;
    this.#rto = Math.min(2 * this.#rto, LONGEST_RTO);
    this.window.reduce();
    this.window.forget(now, this.#next);
    this.#state = LOSS;
    this.window.cwnd = 1;
    this.timeoutAt = Number.POSITIVE_INFINITY;
    this.#sendPending(now);
  }

  get #pipe(): number {
    return this.#next - this.#una - this.#sacked - this.#lost + this.#retransmitted;
  }

  #measure(rtt: number): void {
    if (!this.#measured) {
      this.#measured = true;
      this.#srtt = rtt;
      this.#rttvar = rtt / 2;
      return;
    }
    const error = rtt - this.#srtt;
    this.#srtt += error / 8;
    this.#rttvar += (Math.abs(error) - this.#rttvar) / 4;
  }

  #setRto(): void {
    this.#rto = Math.max(this.#srtt + Math.max(CLOCK_GRANULARITY, 4 * this.#rttvar), this.#minRto);
  }

  #restartTimer(now: number): void {
    this.#setRto();
    this.timeoutAt = this.#una < this.segments ? now + this.#rto : Number.POSITIVE_INFINITY;
  }

  /** Notes a selective acknowledgement and what it says to be lost; whether it was news. */
  #sack(segment: number): boolean {
    const flags = this.#flags;
    if (segment < this.#una || (flags[segment]! & SACKED) !== 0) return false;
    this.#uncount(flags[segment]!);
    flags[segment] = (flags[segment]! | SACKED) & ~(LOST | RETRANSMITTED);
    this.#sacked++;
    if (segment > this.#highestSacked) this.#highestSacked = segment;
    let above = 0;
    let i = this.#highestSacked;
    for (; i > this.#una && above < DUPLICATES; i--) if ((flags[i]! & SACKED) !== 0) above++;
    if (above < DUPLICATES) return true;
    for (let lost = Math.max(this.#lostBelow, this.#una); lost <= i; lost++) {
      if ((flags[lost]! & (SACKED | LOST)) === 0) {
        flags[lost]! |= LOST;
        this.#lost++;
        if (lost < this.#lostFrom) this.#lostFrom = lost;
      }
    }
    if (i + 1 > this.#lostBelow) this.#lostBelow = i + 1;
    return true;
  }

  #uncount(flags: number): void {
    if ((flags & LOST) !== 0) this.#lost--;
    if ((flags & RETRANSMITTED) !== 0) this.#retransmitted--;
  }

  /** Everything below `upTo` is through; how much of it was not known to be. */
  #advance(upTo: number): number {
    let delivered = 0;
    for (; this.#una < upTo; this.#una++) {
      const flags = this.#flags[this.#una]!;
      if ((flags & SACKED) !== 0) this.#sacked--;
      else delivered++;
      this.#uncount(flags);
    }
    return delivered;
  }

  #onDuplicate(now: number, delivered: number): void {
    if (this.#state === LOSS) return;
    if (this.#state === RECOVERY) {
      this.#reduceRate(delivered);
      return;
    }
    this.#duplicates++;
    this.#state = DISORDER;
    const again = this.#recoverActive && this.#una < this.#recover;
    const nextLost = this.#una + 1 < this.#next && (this.#flags[this.#una + 1]! & LOST) !== 0;
    if ((this.#duplicates === DUPLICATES && !again) || nextLost) this.#enterRecovery(now, delivered);
  }

  #enterRecovery(now: number, delivered: number): void {
    this.recoveries++;
    const head = this.#flags[this.#una]!;
    if ((head & RETRANSMITTED) !== 0) this.#retransmitted--;
    if ((head & LOST) === 0) this.#lost++;
    this.#flags[this.#una] = (head | LOST) & ~RETRANSMITTED;
    if (this.#una < this.#lostFrom) this.#lostFrom = this.#una;
    this.#recover = this.#next;
    this.#recoverActive = true;
    this.#state = RECOVERY;
    this.window.reduce();
    this.#prrOut = 0;
    this.#prrDelivered = 0;
    this.#prrFlight = this.#next - this.#una;
    this.#reduceRate(delivered);
    this.#retransmit(now);
  }

  /** Proportional rate reduction (RFC 6937) with its conservative bound, the slow start bound where a retransmission got through. */
  #reduceRate(delivered: number): void {
    if (delivered === 0) return;
    this.#prrDelivered += delivered;
    const pipe = this.#pipe;
    const { ssthresh } = this.window;
    let allowed: number;
    if (pipe > ssthresh) {
      allowed = Math.ceil((this.#prrDelivered * ssthresh) / this.#prrFlight) - this.#prrOut;
    } else {
      allowed = Math.min(Math.max(this.#prrDelivered - this.#prrOut, delivered) + 1, ssthresh - pipe);
    }
    this.window.cwnd = pipe + Math.max(allowed, this.#prrOut > 0 ? 0 : 1);
  }

  #onNewAck(now: number, acknowledged: number, duplicate: boolean, delivered: number): void {
    const { window } = this;
    if (!duplicate) this.#duplicates = 0;
    if (this.#una < this.#recover && this.#state === RECOVERY) {
      this.#reduceRate(delivered);
      if ((this.#flags[this.#una]! & RETRANSMITTED) === 0) this.#retransmit(now);
      window.sample(now, this.#srtt);
      if (this.#firstPartial) this.#restartTimer(now);
      this.#firstPartial = false;
      return;
    }
    if (this.#una < this.#recover && this.#state === LOSS) {
      window.sample(now, this.#srtt);
      window.grow(now, acknowledged, this.#una, this.#next);
      this.#restartTimer(now);
      return;
    }
    window.sample(now, this.#srtt);
    let growth = acknowledged;
    if (this.#state === RECOVERY) {
      window.cwnd = window.ssthresh;
      this.#duplicates = 0;
    } else if (this.#state === LOSS) growth = this.#una - this.#recover;
    if (this.#state !== DISORDER || !duplicate) this.#state = OPEN;
    this.#firstPartial = true;
    if (this.#una >= this.#recover) this.#recoverActive = false;
    if (this.#state === OPEN) {
      window.grow(now, growth, this.#una, this.#next);
      this.#restartTimer(now);
    }
  }

  /** RFC 6675, NextSeg: a lost segment, else a new one, else (in recovery) one that may be lost; -1 for none. */
  #nextSegment(): number {
    const flags = this.#flags;
    if (this.#lost > this.#retransmitted || this.#lost > 0) {
      for (let i = Math.max(this.#una, this.#lostFrom); i < this.#next; i++) {
        if ((flags[i]! & (LOST | RETRANSMITTED | SACKED)) === LOST) {
          this.#lostFrom = i;
          return i;
        }
      }
      this.#lostFrom = this.#next;
    }
    if (this.#next < this.segments) return this.#next;
    if (this.#state !== RECOVERY) return -1;
    for (let i = this.#una; i < this.#next; i++) if ((flags[i]! & (RETRANSMITTED | SACKED)) === 0) return i;
    return -1;
  }

  #retransmit(now: number): void {
    const segment = this.#nextSegment();
    this.#send(now, segment < 0 ? this.#una : segment);
  }

  #sendPending(now: number): void {
    while (this.#una < this.segments && this.window.cwnd - this.#pipe >= 1) {
      const segment = this.#nextSegment();
      if (segment < 0) return;
      this.#send(now, segment);
    }
  }

  #send(now: number, segment: number): void {
    if (segment < this.#next) {
      const flags = this.#flags[segment]!;
      if ((flags & RETRANSMITTED) === 0) this.#retransmitted++;
      this.#flags[segment] = flags | RETRANSMITTED | AMBIGUOUS;
      this.retransmissions++;
    } else this.#next = segment + 1;
    if (this.#state === RECOVERY) this.#prrOut++;
    if (this.timeoutAt === Number.POSITIVE_INFINITY) this.timeoutAt = now + this.#rto;
    this.#sink.transmit(this, segment);
  }
}
