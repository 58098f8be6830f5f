import { RunError } from '../kernel/errors.ts';
import { toSeconds } from '../kernel/time.ts';
import type { Session } from './session.ts';

/** The most events at one instant, beside those of each device: all of them may start, send or be measured together. */
const MOST_EVENTS = { all: 1_000_000, device: 1000 } as const;

/** Notices a run whose simulated clock stands still: firmware that asks for its timer again at once, for ever. */
export class Standstill {
  readonly #session: Session;
  readonly #most: number;
  #now = -1;
  #events = 0;

  constructor(session: Session) {
    this.#session = session;
    this.#most = MOST_EVENTS.all + MOST_EVENTS.device * session.world.places.devices;
  }

  /** Asked between batches of events. @throws RunError when too many came at one instant. */
  check(): void {
    const { sim } = this.#session.world;
    if (sim.now !== this.#now) {
      this.#now = sim.now;
      this.#events = sim.events;
    } else if (sim.events - this.#events > this.#most) {
      throw new RunError(
        `at ${toSeconds(sim.now)} s: the foreign firmware made no progress: more than ${this.#most} events at one instant`,
      );
    }
  }
}
