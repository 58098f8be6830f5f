import { assert } from '../kernel/errors.ts';
import { Streams, type Uniform } from '../kernel/random.ts';
import { type Instant, LAST_INSTANT, NS_PER_SECOND } from '../kernel/time.ts';
import { Residual } from './renewal.ts';
import { type Distribution, type Sampler, samplerOf } from './sampler.ts';
import type { Dropout } from './weather.ts';

/** How devices of a profile come and go; times in seconds. `dropoutOptions` reads it. */
export type DropoutModel =
  | { readonly kind: 'none' }
  /** Off until the model is changed: a forced outage. */
  | { readonly kind: 'outage' }
  /** Spells online and offline in turn, each drawn anew. */
  | { readonly kind: 'renewal'; readonly up: Distribution; readonly down: Distribution }
  /** Online for the first `on` of every period; each device in a phase of its own, or all in the same. */
  | { readonly kind: 'duty-cycle'; readonly period: number; readonly on: number; readonly phase: 'random' | 'same' }
  /** Offline within the given [from, to) times, the same for every device; repeated when `every` is given. */
  | { readonly kind: 'trace'; readonly off: readonly (readonly [number, number])[]; readonly every?: number };

/**
 * On/off processes of many devices. A device's course is a function of (seed, device) and of its profile's model alone:
 * draws come from the stream ('dropout', device), in the order of its own spells. At the start a renewal process is in
 * its steady state: it has been running for ever, and the first spell is what is left of one.
 *
 * Alternating renewal processes are the usual model of availability; Weibull and heavy-tailed spells are what
 * measurements of churn find (Stutzbach and Rejaie 2006, "Understanding churn in peer-to-peer networks", IMC). Devices are
 * independent: a power cut that takes a whole street is a trace or an intervention.
 *
 * Memory: 23 bytes a device. Queries of one device may not go back behind its present spell (asserted).
 */
export class DropoutProcess implements Dropout {
  readonly #profile: Int32Array;
  /** By profile: the models in force, each from its instant on. */
  readonly #courses: { readonly from: number; readonly course: Course }[][];
  readonly #from: Float64Array;
  readonly #until: Float64Array;
  readonly #on: Uint8Array;
  /** Which of its profile's models a device is under; NOT_YET before its first query. */
  readonly #stage: Uint16Array;
  readonly #streams: Streams;

  constructor(setup: {
    readonly seed: number;
    /** One a profile. */
    readonly models: readonly DropoutModel[];
    /** Index of the profile by device. */
    readonly profile: Int32Array;
  }) {
    const devices = setup.profile.length;
    this.#profile = setup.profile;
    this.#courses = setup.models.map((model) => [{ from: 0, course: courseOf(model) }]);
    this.#from = new Float64Array(devices);
    this.#until = new Float64Array(devices);
    this.#on = new Uint8Array(devices);
    this.#stage = new Uint16Array(devices).fill(NOT_YET);
    this.#streams = new Streams(setup.seed, 'dropout', devices);
  }

  online(device: number, at: Instant): boolean {
    this.#advance(device, at);
    return this.#on[device] === 1;
  }

  nextChange(device: number, at: Instant): Instant {
    this.#advance(device, at);
    return this.#until[device] as Instant;
  }

  /**
   * From `at` on (not before an earlier change) the devices of a profile follow another model. A renewal process that
   * follows another keeps each device's state; after any other model the state is drawn anew. What `nextChange` said
   * before no longer holds.
   */
  change(profile: number, model: DropoutModel, at: Instant): void {
    const courses = this.#courses[profile];
    assert(courses !== undefined, `Expected profile ${profile} to exist`);
    const last = courses[courses.length - 1]!;
    assert(at >= last.from, `Expected a change at ${at} ns not to precede the one at ${last.from} ns`);
    assert(courses.length < NOT_YET, 'Expected fewer than 65,535 changes of one profile');
    courses.push({ from: at, course: courseOf(model) });
  }

  #advance(device: number, at: number): void {
    if (at < this.#from[device]!) backwards(device, at, this.#from[device]!);
    const courses = this.#courses[this.#profile[device]!]!;
    if (this.#stage[device] === NOT_YET) this.#enter(device, 0, 0);
    for (;;) {
      const stage = this.#stage[device]!;
      const next = stage + 1 < courses.length ? courses[stage + 1]!.from : Number.POSITIVE_INFINITY;
      if (next <= at && next <= this.#until[device]!) this.#enter(device, stage + 1, next);
      else if (this.#until[device]! <= at && this.#until[device] !== LAST_INSTANT) this.#turn(device);
      else return;
    }
  }

  /** The device comes under model `stage` at `at`. */
  #enter(device: number, stage: number, at: number): void {
    const courses = this.#courses[this.#profile[device]!]!;
    const { course } = courses[stage]!;
    const before = stage > 0 ? courses[stage - 1]!.course : undefined;
    const keeps = course.renews && before?.renews === true;
    const uniform = this.#streams.source(device);
    if (!keeps) this.#on[device] = course.startsOn(at, uniform);
    this.#stage[device] = stage;
    this.#from[device] = at;
    this.#until[device] = bounded(at, course.rest(at, this.#on[device]!, uniform));
  }

  #turn(device: number): void {
    const course = this.#courses[this.#profile[device]!]![this.#stage[device]!]!.course;
    const at = this.#until[device]!;
    this.#on[device] = 1 - this.#on[device]!;
    this.#from[device] = at;
    this.#until[device] = bounded(at, course.spell(at, this.#on[device]!, this.#streams.source(device)));
  }
}

const NOT_YET = 0xffff;

function bounded(at: number, span: number): number {
  const until = at + (span < 1 ? 1 : span);
  return until < LAST_INSTANT ? until : LAST_INSTANT;
}

function backwards(device: number, at: number, from: number): never {
  throw new Error(`assertion failed: Expected device ${device} not to be asked about ${at} ns after ${from} ns`);
}

/** One model with its tables. Spans are whole ns; Infinity when nothing changes any more. */
interface Course {
  /** Whether its spells are drawn, so that a device's state can outlive a change of the model. */
  readonly renews: boolean;
  startsOn(at: number, uniform: Uniform): 0 | 1;
  /** How long the state that it is found in at `at` still lasts. */
  rest(at: number, on: number, uniform: Uniform): number;
  /** How long the state that begins at `at` lasts. */
  spell(at: number, on: number, uniform: Uniform): number;
}

function courseOf(model: DropoutModel): Course {
  switch (model.kind) {
    case 'none':
      return new Still(1);
    case 'outage':
      return new Still(0);
    case 'renewal':
      return new Renewal(model.up, model.down);
    case 'duty-cycle':
      return new DutyCycle(model);
    case 'trace':
      return new Trace(model.off, model.every);
  }
}

class Still implements Course {
  readonly renews = false;
  readonly #on: 0 | 1;
  constructor(on: 0 | 1) {
    this.#on = on;
  }
  startsOn(): 0 | 1 {
    return this.#on;
  }
  rest(): number {
    return Number.POSITIVE_INFINITY;
  }
  spell(): number {
    return Number.POSITIVE_INFINITY;
  }
}

class Renewal implements Course {
  readonly renews = true;
  readonly #spells: readonly [Sampler, Sampler];
  readonly #rests: readonly [Residual, Residual];
  readonly #availability: number;
  constructor(up: Distribution, down: Distribution) {
    this.#spells = [samplerOf(down), samplerOf(up)];
    this.#rests = [new Residual(down), new Residual(up)];
    const [off, on] = this.#spells;
    this.#availability = on.mean / (on.mean + off.mean);
  }
  startsOn(_at: number, uniform: Uniform): 0 | 1 {
    return uniform() < this.#availability ? 1 : 0;
  }
  rest(_at: number, on: number, uniform: Uniform): number {
    return ns(this.#rests[on as 0 | 1].sample(uniform));
  }
  spell(_at: number, on: number, uniform: Uniform): number {
    return ns(this.#spells[on as 0 | 1].sample(uniform));
  }
}

class DutyCycle implements Course {
  readonly renews = false;
  readonly #period: number;
  readonly #on: number;
  readonly #random: boolean;
  #position = 0;
  constructor(model: { readonly period: number; readonly on: number; readonly phase: 'random' | 'same' }) {
    this.#period = ns(model.period);
    this.#on = ns(model.period * model.on);
    this.#random = model.phase === 'random';
  }
  startsOn(at: number, uniform: Uniform): 0 | 1 {
    const offset = this.#random ? Math.floor(uniform() * this.#period) : 0;
    this.#position = (at + offset) % this.#period;
    return this.#position < this.#on ? 1 : 0;
  }
  /** Follows `startsOn` of the same device at once: the phase is remembered between the two only. */
  rest(_at: number, on: number): number {
    return (on === 1 ? this.#on : this.#period) - this.#position;
  }
  spell(_at: number, on: number): number {
    return on === 1 ? this.#on : this.#period - this.#on;
  }
}

class Trace implements Course {
  readonly renews = false;
  /** Instants at which the state turns: off, on, off, ... */
  readonly #turns: Float64Array;
  readonly #every: number;
  constructor(off: readonly (readonly [number, number])[], every?: number) {
    this.#turns = Float64Array.from(off.flat(), ns);
    this.#every = every === undefined ? Number.POSITIVE_INFINITY : ns(every);
  }
  startsOn(at: number): 0 | 1 {
    return this.#following(at) % 2 === 0 ? 1 : 0;
  }
  rest(at: number): number {
    return this.spell(at);
  }
  spell(at: number): number {
    const next = this.#following(at);
    const within = at % this.#every;
    if (next < this.#turns.length) return this.#turns[next]! - within;
    // The first turn of the next period: a trace begins and ends online, so that nothing changes in between.
    return this.#turns.length === 0 ? Number.POSITIVE_INFINITY : this.#every - within + this.#turns[0]!;
  }
  /** How many turns of the period lie at or before `at`. */
  #following(at: number): number {
    const within = at % this.#every;
    let low = 0;
    let high = this.#turns.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#turns[middle]! <= within) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function ns(seconds: number): number {
  return Math.ceil(seconds * NS_PER_SECOND);
}
