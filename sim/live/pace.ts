/**
 * Where a simulation's clock is to be: so many simulated seconds a second of real time since it was let go. A simulation
 * that cannot keep up is not pushed to catch up later.
 */
export class Pace {
  /** Simulated seconds a second; null: as fast as it goes. */
  #speed: number | null;
  #since = { real: 0, simulated: 0 };

  constructor(speed: number | null) {
    this.#speed = speed;
  }

  get speed(): number | null {
    return this.#speed;
  }

  setSpeed(speed: number | null, now: { readonly real: number; readonly simulated: number }): void {
    this.#speed = speed;
    this.#since = now;
  }

  /** Lets the clock go from here. @param now ms of real time, simulated ns. */
  start(now: { readonly real: number; readonly simulated: number }): void {
    this.#since = now;
  }

  /** Until when to simulate, ns; Infinity where nothing holds it back. */
  target(real: number): number {
    if (this.#speed === null) return Number.POSITIVE_INFINITY;
    return Math.floor(this.#since.simulated + (real - this.#since.real) * 1e6 * this.#speed);
  }
}
