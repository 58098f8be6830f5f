import { Streams } from '../kernel/random.ts';
import { LAST_INSTANT } from '../kernel/time.ts';

/** Doublings past which a wait grows no more, whatever the longest is. */
const MOST_DOUBLINGS = 30;

/**
 * How long a device waits before it tries a failed exchange again: the wait doubles with each failure in a row up to the
 * longest, and half of it is jitter (as "equal jitter" in M. Brooker, Exponential Backoff and Jitter, AWS, 2015).
 */
export class BackOff {
  readonly #first: number;
  readonly #longest: number;
  readonly #failures: Uint8Array;
  readonly #jitter: Streams;

  /** @param wait the first wait and the longest, ns. */
  constructor(seed: number, devices: number, wait: { readonly first: number; readonly longest: number }) {
    this.#first = wait.first;
    this.#longest = wait.longest;
    this.#failures = new Uint8Array(devices);
    this.#jitter = new Streams(seed, 'fleet back-off', devices);
  }

  /** Something got through: the next wait is the first again. */
  succeeded(device: number): void {
    this.#failures[device] = 0;
  }

  /**
   * A failure at `now`. A device that is offline tries again soon after it is `back`: that it was away says nothing of the
   * server's load, and the jitter keeps devices that return together apart.
   * @returns when to try again, ns.
   */
  retryAt(device: number, now: number, back: number): number {
    if (back > now) this.#failures[device] = 0;
    const failures = this.#failures[device]!;
    if (failures < MOST_DOUBLINGS) this.#failures[device] = failures + 1;
    const wait = Math.min(this.#first * (1 << failures), this.#longest);
    return Math.min(LAST_INSTANT, back + Math.ceil(wait * (0.5 + 0.5 * this.#jitter.next(device))));
  }
}
