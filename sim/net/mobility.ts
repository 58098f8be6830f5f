import { Streams } from '../kernel/random.ts';
import { type Duration, type Instant, LAST_INSTANT, NONE, NS_PER_SECOND } from '../kernel/time.ts';
import { samplerOf } from './sampler.ts';
import type { Mobility } from './weather.ts';

/** How a device moves through cells; times in seconds. `mobilityOptions` reads it. */
export type MobilityModel =
  | { readonly kind: 'still' }
  | {
      readonly kind: 'cells';
      /** Mean time in a cell. */
      readonly dwell: number;
      /** 95th percentile over cells of the factor on the latency, whose median is 1; at least 1. */
      readonly spread: number;
      /** Least factor on the rates, above 0 to 1; a cell's is uniform from there to 1. */
      readonly rate: number;
      /** How long nothing passes at a handover. */
      readonly gap: number;
    };

/**
 * Movement between cells: in each cell a device meets a latency factor (lognormal, median 1) and a rate factor (uniform)
 * of its own, for an exponential dwell time; at each change of cell comes a gap in which nothing passes.
 *
 * Exponential dwell times are the common simplification (Hong and Rappaport 1986, IEEE Trans. Vehicular Technology 35(3));
 * the residence time is better described by a generalised gamma (Zonoozi and Dassanayake 1997, IEEE JSAC 15(7)). There is
 * no geometry: no paths, no neighbouring cells, no two devices in the same cell. The spread of the factors is an estimate
 * that the scenario sets.
 *
 * A function of (seed, device). 36 bytes a device, only when some device moves. Queries of one device may not go back
 * behind its present cell (asserted).
 */
export class CellMobility implements Mobility {
  readonly #models: readonly MobilityModel[];
  readonly #profile: Int32Array;
  readonly #from: Float64Array;
  readonly #until: Float64Array;
  readonly #latency: Float64Array;
  readonly #rate: Float64Array;
  readonly #spreads: readonly ReturnType<typeof samplerOf>[];
  readonly #streams: Streams;

  constructor(setup: {
    readonly seed: number;
    /** One a profile. */
    readonly models: readonly MobilityModel[];
    readonly profile: Int32Array;
  }) {
    this.#models = setup.models;
    this.#profile = setup.profile;
    const moving = setup.profile.some((profile) => setup.models[profile]!.kind === 'cells');
    const devices = moving ? setup.profile.length : 0;
    this.#from = new Float64Array(devices);
    this.#until = new Float64Array(devices);
    this.#latency = new Float64Array(devices);
    this.#rate = new Float64Array(devices);
    this.#streams = new Streams(setup.seed, 'mobility', devices);
    this.#spreads = setup.models.map((model) =>
      samplerOf({ kind: 'lognormal', median: 1, p95: model.kind === 'cells' ? model.spread : 1 }),
    );
  }

  latencyFactor(device: number, at: Instant): number {
    return this.#moves(device, at) ? this.#latency[device]! : 1;
  }

  rateFactor(device: number, at: Instant): number {
    return this.#moves(device, at) ? this.#rate[device]! : 1;
  }

  gap(device: number, at: Instant): Duration {
    if (!this.#moves(device, at)) return NONE;
    const model = this.#models[this.#profile[device]!]!;
    const from = this.#from[device]!;
    // The first cell began before the run did.
    if (model.kind === 'still' || from === 0) return NONE;
    const left = from + Math.ceil(model.gap * NS_PER_SECOND) - at;
    return (left > 0 ? left : 0) as Duration;
  }

  nextChange(device: number, at: Instant): Instant {
    return this.#moves(device, at) ? (this.#until[device] as Instant) : LAST_INSTANT;
  }

  /** Brings the device to its cell at `at`; false for one that stands still. */
  #moves(device: number, at: number): boolean {
    const profile = this.#profile[device]!;
    const model = this.#models[profile]!;
    if (model.kind === 'still') return false;
    if (at < this.#from[device]!) backwards(device, at, this.#from[device]!);
    while (this.#until[device]! <= at && this.#until[device] !== LAST_INSTANT) {
      const uniform = this.#streams.source(device);
      this.#from[device] = this.#until[device]!;
      this.#latency[device] = this.#spreads[profile]!.sample(uniform);
      this.#rate[device] = model.rate + (1 - model.rate) * (1 - uniform());
      const dwell = Math.ceil(-model.dwell * Math.log(1 - uniform()) * NS_PER_SECOND);
      this.#until[device] = Math.min(LAST_INSTANT, this.#from[device]! + Math.max(1, dwell));
    }
    return true;
  }
}

function backwards(device: number, at: number, from: number): never {
  throw new Error(`assertion failed: Expected device ${device} not to be asked about ${at} ns after ${from} ns`);
}
