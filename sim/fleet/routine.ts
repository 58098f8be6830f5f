import { coldStream } from '../kernel/random.ts';
import { fromSeconds } from '../kernel/time.ts';

/** A device's own routine work: it takes `busy` (0 to below 1) of the processor in bursts of `burst` seconds. */
export interface RoutineLoad {
  readonly busy: number;
  readonly burst: number;
}

/**
 * Routine work pre-empts training: periodic bursts with a random phase a device. Training that starts at some instant
 * ends when it has had its time outside the bursts. Modelled after the sporadic-server view of one periodic
 * higher-priority task (Liu and Layland, 1973); the cost of a switch between the two is not modelled.
 */
export class Routine {
  /** ns by device; period 0 means no routine work. */
  readonly #burst: Float64Array;
  readonly #period: Float64Array;
  readonly #phase: Float64Array;

  constructor(seed: number, loads: readonly (RoutineLoad | null)[]) {
    this.#burst = new Float64Array(loads.length);
    this.#period = new Float64Array(loads.length);
    this.#phase = new Float64Array(loads.length);
    const draw = coldStream(seed, 'routine phase');
    loads.forEach((load, device) => {
      const u = draw();
      if (load === null || load.busy === 0) return;
      this.#burst[device] = fromSeconds(load.burst);
      this.#period[device] = fromSeconds(load.burst / load.busy);
      this.#phase[device] = Math.floor(u * this.#period[device]!);
    });
  }

  /** When work of `span` ns that may start at `from` ends, ns. */
  end(device: number, from: number, span: number): number {
    const period = this.#period[device]!;
    if (period === 0 || span === 0) return from + span;
    const burst = this.#burst[device]!;
    const free = period - burst;
    const inPeriod = (from + this.#phase[device]!) % period;
    // A period begins with its burst; what is left of it delays the start.
    const start = inPeriod < burst ? from + burst - inPeriod : from;
    const doneThisPeriod = inPeriod < burst ? 0 : inPeriod - burst;
    const whole = Math.ceil((doneThisPeriod + span) / free) - 1;
    return start + span + whole * burst;
  }
}
