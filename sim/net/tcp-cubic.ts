import { pow } from '../kernel/numeric.ts';

const BETA = 0.7;
const C = 0.4;
/** Acknowledged segments per added segment of window before the first loss, at most (Linux: `cnt` clamp of 5 % a round trip). */
const COUNT_CLAMP = 20;
/** HyStart acts from this window on, segments. */
const HYSTART_LOW_WINDOW = 16;
const HYSTART_SAMPLES = 8;
/** Acknowledgements of one train are at most this far apart, s. */
const HYSTART_ACK_SPACING = 0.002;
const HYSTART_DELAY_MIN = 0.004;
const HYSTART_DELAY_MAX = 1;
/** Delay samples this soon after an epoch began are not used, s. */
const EPOCH_SETTLE = 0.01;

/**
 * The congestion window of one sender: CUBIC (RFC 9438) with fast convergence and the Reno-friendly region, and HyStart (Ha,
 * Rhee: "Taming the elephants: new TCP slow start", Computer Networks 55, 2011) for leaving slow start by delay or by
 * the length of the train of acknowledgements. Windows in segments, times in seconds.
 *
 * The delay threshold of HyStart is the whole least delay (4 ms to 1 s), as in ns-3, not an eighth of it, as in Linux:
 * so a sender leaves slow start when the queue has doubled its round trip. Counts are whole numbers, as in both.
 */
export class CubicWindow {
  cwnd = 0;
  ssthresh = 0;

  #lastMax = 0;
  #origin = 0;
  #k = 0;
  #epoch = -1;
  #count = 0;
  #renoCount = 0;
  #renoWindow = 0;
  #delayMin = -1;

  #found = false;
  #roundStart = 0;
  #roundEnd = 0;
  #lastAck = 0;
  #roundDelay = -1;
  #samples = 0;

  /** @param sent segments sent so far (a round ends when they are acknowledged). */
  start(initialWindow: number, now: number, sent: number): void {
    this.cwnd = initialWindow;
    this.ssthresh = Number.POSITIVE_INFINITY;
    this.#count = 0;
    this.#epoch = -1;
    this.forget(now, sent);
  }

  /** After a time-out: nothing learnt before holds. */
  forget(now: number, sent: number): void {
    this.#lastMax = 0;
    this.#origin = 0;
    this.#k = 0;
    this.#delayMin = -1;
    this.#found = false;
    this.#newRound(now, sent);
  }

  /** A loss was detected: the slow start threshold becomes 0.7 of the window (RFC 9438, 4.6), 2 segments at least. */
  reduce(): void {
    const window = Math.floor(this.cwnd);
    this.#lastMax = window < this.#lastMax ? Math.floor((window * (1 + BETA)) / 2) : window;
    this.#epoch = -1;
    this.ssthresh = Math.max(Math.floor(window * BETA), 2);
  }

  /** An acknowledgement came in: notes the delay, and ends slow start where HyStart says so. */
  sample(now: number, delay: number): void {
    if (this.#epoch >= 0 && now - this.#epoch < EPOCH_SETTLE) return;
    if (this.#delayMin < 0 || delay < this.#delayMin) this.#delayMin = delay;
    if (this.#found || this.cwnd > this.ssthresh || this.cwnd < HYSTART_LOW_WINDOW) return;
    if (now - this.#lastAck <= HYSTART_ACK_SPACING) {
      this.#lastAck = now;
      if (now - this.#roundStart > this.#delayMin) this.#found = true;
    }
    if (this.#samples < HYSTART_SAMPLES) {
      if (this.#roundDelay < 0 || delay < this.#roundDelay) this.#roundDelay = delay;
      this.#samples++;
    } else {
      const slack = Math.min(Math.max(this.#delayMin, HYSTART_DELAY_MIN), HYSTART_DELAY_MAX);
      if (this.#roundDelay > this.#delayMin + slack) this.#found = true;
    }
    if (this.#found) this.ssthresh = this.cwnd;
  }

  /**
   * New data was acknowledged outside loss recovery: the window grows.
   * @param acknowledged segments newly acknowledged. @param upTo all segments acknowledged. @param sent all segments sent.
   */
  grow(now: number, acknowledged: number, upTo: number, sent: number): void {
    if (this.cwnd < this.ssthresh) {
      if (upTo > this.#roundEnd) this.#newRound(now, sent);
      this.cwnd += acknowledged;
      return;
    }
    if (acknowledged <= 0) return;
    this.#count += acknowledged;
    const needed = this.#acksPerSegment(now, acknowledged);
    if (this.#count >= needed) {
      this.cwnd++;
      this.#count -= needed;
    }
  }

  #newRound(now: number, sent: number): void {
    this.#roundStart = now;
    this.#lastAck = now;
    this.#roundEnd = sent;
    this.#roundDelay = -1;
    this.#samples = 0;
  }

  /** W_cubic(t) = C (t - K)^3 + W_max (RFC 9438, eq. 1) as a number of acknowledgements per added segment. */
  #acksPerSegment(now: number, acknowledged: number): number {
    const window = Math.floor(this.cwnd);
    this.#renoCount += acknowledged;
    if (this.#epoch < 0) {
      this.#epoch = now;
      this.#renoCount = acknowledged;
      this.#renoWindow = window;
      if (this.#lastMax <= window) {
        this.#k = 0;
        this.#origin = window;
      } else {
        this.#k = pow((this.#lastMax - window) / C, 1 / 3);
        this.#origin = this.#lastMax;
      }
    }
    const t = now + Math.max(this.#delayMin, 0) - this.#epoch;
    const offset = Math.abs(t - this.#k);
    const delta = Math.floor(C * offset * offset * offset);
    const target = t < this.#k ? this.#origin - delta : this.#origin + delta;
    let count = target > window ? Math.floor(window / (target - window)) : 100 * window;
    if (this.#lastMax === 0 && count > COUNT_CLAMP) count = COUNT_CLAMP;
    // The Reno-friendly region (RFC 9438, 4.3): the window that Reno with the same decrease would have by now.
    const perSegment = Math.floor((window * Math.floor((8 * (1 + BETA)) / 3 / (1 - BETA))) / 8);
    while (this.#renoCount > perSegment) {
      this.#renoCount -= perSegment;
      this.#renoWindow++;
    }
    if (this.#renoWindow > window) count = Math.min(count, Math.floor(window / (this.#renoWindow - window)));
    return Math.max(count, 2);
  }
}
