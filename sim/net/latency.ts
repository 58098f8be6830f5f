import { assert } from '../kernel/errors.ts';
import { philox, rootKey, type Uniform } from '../kernel/random.ts';
import { type Duration, type Instant, NS_PER_SECOND } from '../kernel/time.ts';
import { LIMITS } from './limits.ts';
import { type Distribution, type Sampler, samplerOf } from './sampler.ts';
import type { AccessLatency, Mobility } from './weather.ts';

/** For how long one draw of a device's latency holds: a choice, the order of a radio's scheduling and of a short queue. */
export const COHERENCE_NS = 100_000_000;

/**
 * Access latency of devices: a draw from the profile's distribution, times the factor of the device's cell. The draw of a
 * device is a function of (seed, device, interval of 100 ms): however often and by whichever method it is asked, the same
 * interval gives the same latency, and nothing is stored a device. Successive intervals are independent; queueing on
 * shared links is not in it (the network models that).
 */
export class AccessLatencyProcess implements AccessLatency {
  readonly #profile: Int32Array;
  readonly #mobility: Mobility;
  /** By profile: the distributions in force, each from its instant on. */
  readonly #stages: Stage[][];
  readonly #chance: IntervalDraws;

  constructor(setup: {
    readonly seed: number;
    /** One a profile, in seconds. */
    readonly distributions: readonly Distribution[];
    /** Added to every latency, one a profile, in seconds. */
    readonly delays: readonly number[];
    readonly profile: Int32Array;
    readonly mobility: Mobility;
  }) {
    this.#profile = setup.profile;
    this.#mobility = setup.mobility;
    this.#stages = setup.distributions.map((latency, i) => [stageOf({ latency, delay: setup.delays[i]! }, 0)]);
    this.#chance = new IntervalDraws(setup.seed);
  }

  draw(device: number, at: Instant): Duration {
    const stages = this.#stages[this.#profile[device]!]!;
    let stage = stages[stages.length - 1]!;
    for (let i = stages.length - 1; stage.from > at; stage = stages[--i]!);
    const factor = this.#mobility.latencyFactor(device, at);
    if (stage.constant >= 0 && factor === 1) return stage.constant as Duration;
    const seconds = Math.min(LIMITS.latency.max, stage.sampler.sample(this.#chance.of(device, at)) * factor);
    return (Math.ceil(seconds * NS_PER_SECOND) + stage.added) as Duration;
  }

  /** From `at` on (not before an earlier change) the devices of a profile have another latency. */
  change(profile: number, now: ProfileLatency, at: Instant): void {
    const stages = this.#stages[profile];
    assert(stages !== undefined, `Expected profile ${profile} to exist`);
    const last = stages[stages.length - 1]!;
    assert(at >= last.from, `Expected a change at ${at} ns not to precede the one at ${last.from} ns`);
    stages.push(stageOf(now, at));
  }
}

/** What a profile's latency is drawn from, and what is added to each draw whatever cell the device is in; seconds. */
interface ProfileLatency {
  readonly latency: Distribution;
  readonly delay: number;
}

interface Stage {
  readonly from: number;
  readonly sampler: Sampler;
  /** Whole ns of a constant, what is added included; -1 when it is drawn. */
  readonly constant: number;
  /** ns. */
  readonly added: number;
}

function stageOf({ latency, delay }: ProfileLatency, from: number): Stage {
  const added = Math.ceil(delay * NS_PER_SECOND);
  const constant = latency.kind === 'constant' ? Math.ceil(latency.value * NS_PER_SECOND) + added : -1;
  return { from, sampler: samplerOf(latency), constant, added };
}

/** Uniforms keyed by (device, interval): the counter of each block is (which draw, device, interval). */
class IntervalDraws {
  readonly #key: readonly [number, number];
  readonly #counter: [number, number, number, number] = [0, 0, 0, 0];
  readonly #words = new Int32Array(4);
  readonly #next: Uniform = () => {
    philox(this.#key[0], this.#key[1], this.#counter, this.#words);
    this.#counter[0]++;
    return ((this.#words[0]! >>> 5) * 67108864 + (this.#words[1]! >>> 6)) / 9007199254740992;
  };

  constructor(seed: number) {
    this.#key = rootKey(seed, 'latency');
  }

  /** Valid until the next call. 104 days are 9e7 intervals: they fit a word. */
  of(device: number, at: number): Uniform {
    this.#counter[0] = 0;
    this.#counter[1] = device;
    this.#counter[2] = Math.floor(at / COHERENCE_NS);
    return this.#next;
  }
}
