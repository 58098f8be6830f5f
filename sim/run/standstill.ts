import type { Guard } from '../device/guard.ts';
import { RunError } from '../kernel/errors.ts';
import type { Session } from './session.ts';

/** Events in which the simulated clock must move on by `LEAST_NS`: so many, and more for each device, since all may start or send at once. */
const EVENTS = { all: 1_000_000, device: 1000 } as const;
/** 10 ms. A device that trains and sends without a pause causes some hundred events in it. */
const LEAST_NS = 10_000_000;

/** Notices a run whose simulated clock stands still or hardly moves: firmware that asks for its timer again at once, for ever. */
export class Standstill {
  readonly #session: Session;
  readonly #guard: Guard;
  readonly #most: number;
  #since = 0;
  #events = 0;

  constructor(session: Session, guard: Guard) {
    this.#session = session;
    this.#guard = guard;
    this.#most = EVENTS.all + EVENTS.device * session.world.places.devices;
  }

  /** Asked between batches of events. @throws RunError when too many came without the clock moving on. */
  check(): void {
    const { now, events } = this.#session.world.sim;
    if (now - this.#since >= LEAST_NS) {
      this.#since = now;
      this.#events = events;
    } else if (events - this.#events > this.#most) {
      throw new RunError(
        `${this.#guard.place}: the foreign firmware made no progress: more than ${this.#most} events within ${LEAST_NS / 1e6} ms of simulated time`,
      );
    }
  }
}
