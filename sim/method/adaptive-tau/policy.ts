import type { ParamsFields } from '../../protocol/exchange.ts';
import { distance, isFiniteVector, WeightedSum } from '../exchange/aggregate.ts';
import type { Arrival, RoundPolicy } from '../exchange/rounds.ts';
import { type ControlSettings, type Estimates, fitBudget, nextTau, type Resource, smooth } from './control.ts';

/** Constant times in place of those that devices and network take, ns. */
export interface FixedTiming {
  readonly step: number;
  readonly aggregation: number;
}

export interface AdaptiveTauPolicyConfig {
  readonly control: ControlSettings;
  /** Undefined: adaptive; else a tau that stays. */
  readonly tau: number | undefined;
  /** Devices that take part, ascending; how many answers a round needs. */
  readonly devices: readonly number[];
  readonly quorum: number;
  readonly smoothing: number;
  /** ns. */
  readonly timeBudget: number;
  /** Bytes; undefined for no such budget. */
  readonly trafficBudget: number | undefined;
  /** Payload of one device's round, down and up, bytes. */
  readonly bytesARound: number;
  readonly timing: FixedTiming | undefined;
}

const NO_ESTIMATES: Estimates = { beta: Number.NaN, delta: Number.NaN, rho: Number.NaN };

/**
 * The server's part of adaptive tau (Wang et al., IEEE JSAC 37(6), 2019; algorithms D6): the mean of the weights, the
 * estimates of smoothness, divergence and Lipschitz constant from what devices measured, the next tau, the end, and the
 * model with the least loss, which is known a round late. Every mean is weighted by rows over the devices that answered;
 * one that has just come back has no estimates yet and is left out of theirs.
 */
export class AdaptiveTauPolicy implements RoundPolicy {
  readonly rounds = undefined;
  readonly #config: AdaptiveTauPolicyConfig;
  #tau: number;
  /** A tau that stays; undefined: adaptive. */
  #fixed: number | undefined;
  #estimates: Estimates | undefined;
  /** What was used of each resource, in its unit: seconds, bytes. */
  #seconds = 0;
  #traffic = 0;
  #costs: readonly Resource[] = [];
  #state: 'running' | 'last' | 'evaluating' | 'over' = 'running';
  #failed = false;
  /** The incumbent's loss on each device that measured it. */
  #leastLosses: ReadonlyMap<number, number> = new Map();
  #best: Float32Array | undefined;
  #previousIsMin = false;

  constructor(config: AdaptiveTauPolicyConfig) {
    this.#config = config;
    this.#tau = config.tau ?? 1;
    this.#fixed = config.tau;
  }

  setTau(tau: number | 'adaptive'): void {
    this.#fixed = tau === 'adaptive' ? undefined : tau;
  }

  begin(): { readonly devices: readonly number[]; readonly quorum: number } {
    return this.#config;
  }

  fields(): ParamsFields {
    const { minLoss } = this.#config.control;
    const last = this.#state === 'evaluating' || (this.#state === 'last' && !minLoss);
    return { tau: this.#tau, last, previousIsMin: this.#previousIsMin };
  }

  earliestEnd(startedAt: number): number {
    const { timing } = this.#config;
    return timing === undefined ? startedAt : startedAt + this.#tau * timing.step + timing.aggregation;
  }

  aggregate(w: Float32Array, arrivals: readonly Arrival[], span: number) {
    const tau = this.#tau;
    this.#noteLoss(w, arrivals);
    this.#estimate(arrivals);
    this.#spend(arrivals, span);
    const sum = new WeightedSum(w.length);
    for (const { vector, rows } of arrivals) sum.add(vector, rows);
    const next = new Float32Array(w.length);
    sum.mean(next);
    this.#failed = !isFiniteVector(next);
    return { w: this.#failed ? w : next, tau, ...(this.#estimates ?? NO_ESTIMATES) };
  }

  goesOn(): boolean {
    const { control } = this.#config;
    const fixed = this.#fixed;
    if (this.#state === 'evaluating') this.#state = 'over';
    else if (this.#state === 'last') {
      this.#state = control.minLoss ? 'evaluating' : 'over';
      this.#tau = 1;
    } else {
      const resources = this.#costs;
      let tau = fixed ?? this.#tau;
      if (this.#failed) tau = 1;
      else if (fixed === undefined && this.#estimates !== undefined)
        tau = nextTau(this.#tau, control, this.#estimates, resources);
      const fitted = fitBudget(tau, resources, control.minLoss);
      this.#tau = fitted.tau;
      if (fitted.last) this.#state = 'last';
    }
    return this.#state !== 'over';
  }

  best(): Float32Array | undefined {
    return this.#config.control.minLoss ? this.#best : undefined;
  }

  /**
   * Holds the model that this round began with against the incumbent, over those devices whose loss is known for both:
   * measured again with mini-batches, else as it was when the incumbent was new.
   */
  #noteLoss(w: Float32Array, arrivals: readonly Arrival[]): void {
    let loss = 0;
    let incumbent = 0;
    let rows = 0;
    for (const { device, update, rows: own } of arrivals) {
      const least = Number.isNaN(update.lossMin) ? this.#leastLosses.get(device) : update.lossMin;
      if (least === undefined) continue;
      loss += own * update.lossGlobal;
      incumbent += own * least;
      rows += own;
    }
    this.#previousIsMin = this.#best === undefined || (rows > 0 && loss < incumbent);
    if (!this.#previousIsMin) return;
    this.#best = w;
    this.#leastLosses = new Map(arrivals.map(({ device, update }) => [device, update.lossGlobal]));
  }

  #estimate(arrivals: readonly Arrival[]): void {
    const known = arrivals.filter(
      ({ gradient, update }) => gradient !== undefined && Number.isFinite(update.beta) && Number.isFinite(update.rho),
    );
    if (known.length === 0) return;
    const mean = new WeightedSum(known[0]!.gradient!.length);
    let beta = 0;
    let rho = 0;
    for (const { gradient, rows, update } of known) {
      mean.add(gradient!, rows);
      beta += rows * update.beta;
      rho += rows * update.rho;
    }
    const centre = new Float64Array(known[0]!.gradient!.length);
    mean.mean(centre);
    let delta = 0;
    for (const { gradient, rows } of known) delta += rows * distance(gradient!, centre);
    const now = { beta: beta / mean.weight, delta: delta / mean.weight, rho: rho / mean.weight };
    if (!Number.isFinite(now.beta) || !Number.isFinite(now.delta) || !Number.isFinite(now.rho)) return;
    this.#estimates = smooth(this.#config.smoothing, this.#estimates, now);
  }

  /** c of the slowest device and b, the rest of the round: seconds; and the traffic, which no step adds to. */
  #spend(arrivals: readonly Arrival[], span: number): void {
    const { timing, timeBudget, trafficBudget, bytesARound } = this.#config;
    const tau = this.#tau;
    let slowest = 0;
    for (const { update } of arrivals) slowest = Math.max(slowest, update.microseconds / 1e6);
    const step = timing === undefined ? Math.max(1e-8, slowest / tau) : timing.step / 1e9;
    const rest = timing === undefined ? Math.max(1e-8, span / 1e9 - slowest) : timing.aggregation / 1e9;
    this.#seconds += timing === undefined ? span / 1e9 : tau * step + rest;
    const bytes = arrivals.length * bytesARound;
    this.#traffic += bytes;
    const time = { budget: timeBudget / 1e9, used: this.#seconds, step, aggregation: rest };
    const traffic = { budget: trafficBudget ?? 0, used: this.#traffic, step: 0, aggregation: bytes };
    this.#costs = trafficBudget === undefined ? [time] : [time, traffic];
  }
}
