import { assert } from '../kernel/errors.ts';
import { Streams, type Uniform } from '../kernel/random.ts';
import { type Instant, LAST_INSTANT, NS_PER_SECOND } from '../kernel/time.ts';
import { localHour, type Place } from './regions.ts';
import type { Congestion } from './weather.ts';

/** How much of a shared link others use: shares 0 to below 1, times in seconds. `congestionOptions` reads it. */
export type CongestionModel =
  | { readonly kind: 'constant'; readonly share: number }
  /** mean + swing x cos(2 pi (local hour - peak) / 24), held for `step` at its value in the middle of the step. */
  | {
      readonly kind: 'diurnal';
      readonly mean: number;
      readonly swing: number;
      readonly peak: number;
      readonly step: number;
    }
  /** States held for exponential times; from one to any other alike. */
  | { readonly kind: 'markov'; readonly states: readonly { readonly share: number; readonly hold: number }[] }
  /** The share from each time on; before the first, the first. Repeated when `every` is given. */
  | { readonly kind: 'trace'; readonly points: readonly (readonly [number, number])[]; readonly every?: number };

export interface CongestedLink {
  /** Names the link's stream: links keep their weather when others are added. */
  readonly name: string;
  readonly model: CongestionModel;
  /** Where the link stands: its local time moves the diurnal peak. */
  readonly place: Place;
}

/**
 * Background load of shared links: a share of the capacity that others take, piecewise constant in time, a function of
 * (seed, link name) alone. It does not react to what the simulated devices send.
 *
 * Diurnal: a cosine, the first harmonic of the daily cycle of residential traffic, whose evening peak the FCC puts at 7 to
 * 11 p.m. local time (Measuring Broadband America). Markov: the Markov-modulated process of teletraffic (Fischer and
 * Meier-Hellstern 1993, "The Markov-modulated Poisson process (MMPP) cookbook", Performance Evaluation 18), as a rate; it starts
 * in its steady state. Queries of one link may not go back behind its present step (asserted).
 */
export class CongestionProcess implements Congestion {
  readonly #links: { readonly from: number; readonly course: Course }[][];
  readonly #setup: { readonly seed: number; readonly startOfDay: number };
  readonly #named: readonly CongestedLink[];
  readonly #share: Float64Array;
  readonly #from: Float64Array;
  readonly #until: Float64Array;
  readonly #stage: Int32Array;

  constructor(setup: {
    readonly seed: number;
    /** By number, as `share` is asked. */
    readonly links: readonly CongestedLink[];
    /** Seconds since midnight UTC at instant 0. */
    readonly startOfDay: number;
  }) {
    this.#setup = setup;
    this.#named = setup.links;
    this.#links = setup.links.map((link) => [{ from: 0, course: this.#course(link, link.model, 0) }]);
    this.#share = new Float64Array(setup.links.length);
    this.#from = new Float64Array(setup.links.length);
    this.#until = new Float64Array(setup.links.length);
    this.#stage = new Int32Array(setup.links.length).fill(-1);
  }

  share(link: number, at: Instant): number {
    this.#advance(link, at);
    return this.#share[link]!;
  }

  nextChange(link: number, at: Instant): Instant {
    this.#advance(link, at);
    return this.#until[link] as Instant;
  }

  /** From `at` on (not before an earlier change) a link follows another model. What `nextChange` said no longer holds. */
  change(link: number, model: CongestionModel, at: Instant): void {
    const courses = this.#links[link];
    assert(courses !== undefined, `Expected link ${link} to exist`);
    const last = courses[courses.length - 1]!;
    assert(at >= last.from, `Expected a change at ${at} ns not to precede the one at ${last.from} ns`);
    courses.push({ from: at, course: this.#course(this.#named[link]!, model, courses.length) });
  }

  #advance(link: number, at: number): void {
    if (at < this.#from[link]!) backwards(link, at, this.#from[link]!);
    const courses = this.#links[link]!;
    for (;;) {
      const stage = this.#stage[link]!;
      const next = stage + 1 < courses.length ? courses[stage + 1]!.from : Number.POSITIVE_INFINITY;
      if (stage < 0 || (next <= at && next <= this.#until[link]!)) {
        this.#stage[link] = stage + 1;
        this.#step(link, Math.max(next, 0), true);
      } else if (this.#until[link]! <= at && this.#until[link] !== LAST_INSTANT) {
        this.#step(link, this.#until[link]!, false);
      } else return;
    }
  }

  #step(link: number, at: number, fresh: boolean): void {
    const { course } = this.#links[link]![this.#stage[link]!]!;
    const until = at + Math.max(1, course.enter(at, fresh));
    this.#from[link] = at;
    this.#share[link] = course.share;
    this.#until[link] = until < LAST_INSTANT ? until : LAST_INSTANT;
  }

  #course(link: CongestedLink, model: CongestionModel, stage: number): Course {
    switch (model.kind) {
      case 'constant':
        return new Constant(model.share);
      case 'diurnal':
        return new Diurnal(model, link.place, this.#setup.startOfDay);
      case 'trace':
        return new Trace(model.points, model.every);
      case 'markov': {
        const purpose = stage === 0 ? `congestion/${link.name}` : `congestion/${link.name}/${stage}`;
        return new Markov(model.states, new Streams(this.#setup.seed, purpose, 1).source(0));
      }
    }
  }
}

function backwards(link: number, at: number, from: number): never {
  throw new Error(`assertion failed: Expected link ${link} not to be asked about ${at} ns after ${from} ns`);
}

/** One model on one link. `enter` moves it to the step that begins at `at`, and says how many ns that lasts. */
interface Course {
  readonly share: number;
  enter(at: number, fresh: boolean): number;
}

class Constant implements Course {
  readonly share: number;
  constructor(share: number) {
    this.share = share;
  }
  enter(): number {
    return Number.POSITIVE_INFINITY;
  }
}

class Diurnal implements Course {
  share = 0;
  readonly #model: { readonly mean: number; readonly swing: number; readonly peak: number };
  readonly #step: number;
  readonly #place: Place;
  readonly #startOfDay: number;
  constructor(
    model: { readonly mean: number; readonly swing: number; readonly peak: number; readonly step: number },
    place: Place,
    startOfDay: number,
  ) {
    this.#model = model;
    this.#step = Math.ceil(model.step * NS_PER_SECOND);
    this.#place = place;
    this.#startOfDay = startOfDay;
  }
  enter(at: number): number {
    const { mean, swing, peak } = this.#model;
    const into = at % this.#step;
    const middle = (at - into + this.#step / 2) / NS_PER_SECOND + this.#startOfDay;
    const angle = (2 * Math.PI * (localHour(this.#place, middle) - peak / 3600)) / 24;
    // The options keep mean +- swing within 0 to below 1; rounding may step out by 1e-16.
    this.share = Math.max(0, mean + swing * Math.cos(angle));
    return this.#step - into;
  }
}

class Markov implements Course {
  share = 0;
  readonly #states: readonly { readonly share: number; readonly hold: number }[];
  readonly #uniform: Uniform;
  #state = 0;
  constructor(states: readonly { readonly share: number; readonly hold: number }[], uniform: Uniform) {
    this.#states = states;
    this.#uniform = uniform;
  }
  enter(_at: number, fresh: boolean): number {
    this.#state = fresh ? this.#anyByTime() : this.#another();
    const { share, hold } = this.#states[this.#state]!;
    this.share = share;
    return Math.ceil(-hold * Math.log(1 - this.#uniform()) * NS_PER_SECOND);
  }
  /** Jumps go to all others alike, so all states are entered as often, and time is spent in proportion to `hold`. */
  #anyByTime(): number {
    let total = 0;
    for (const { hold } of this.#states) total += hold;
    let left = this.#uniform() * total;
    for (let i = 0; i < this.#states.length - 1; i++) {
      left -= this.#states[i]!.hold;
      if (left < 0) return i;
    }
    return this.#states.length - 1;
  }
  #another(): number {
    const jump = 1 + Math.floor(this.#uniform() * (this.#states.length - 1));
    return (this.#state + jump) % this.#states.length;
  }
}

class Trace implements Course {
  share = 0;
  readonly #times: Float64Array;
  readonly #shares: Float64Array;
  readonly #every: number;
  constructor(points: readonly (readonly [number, number])[], every?: number) {
    this.#times = Float64Array.from(points, ([time]) => Math.ceil(time * NS_PER_SECOND));
    this.#shares = Float64Array.from(points, ([, share]) => share);
    this.#every = every === undefined ? Number.POSITIVE_INFINITY : Math.ceil(every * NS_PER_SECOND);
  }
  enter(at: number): number {
    const within = at % this.#every;
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! <= within) low = middle + 1;
      else high = middle;
    }
    // Before the first point of a later period the last share goes on; before the very first, the first.
    const before = at < this.#every ? 0 : this.#shares.length - 1;
    this.share = this.#shares[low === 0 ? before : low - 1]!;
    const next = low < this.#times.length ? this.#times[low]! : this.#every;
    return next - within;
  }
}
