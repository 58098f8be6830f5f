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
  /** J; undefined for no such budget. */
  readonly energyBudget: number | undefined;
  /** What all devices have used so far. */
  readonly meter: () => Meter;
  /** Rows of a mini-batch; 0 for all rows. */
  readonly batch: number;
  readonly timing: FixedTiming | undefined;
}

/** Energy of all devices since the run began, J: in all, and what their processors took. */
export interface Meter {
  readonly all: number;
  readonly compute: number;
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
  /** What was used of each resource, in its unit: seconds, bytes, joules. */
  #seconds = 0;
  #traffic = 0;
  #energy: Meter = { all: 0, compute: 0 };
  #costs: readonly Resource[] = [];
  #state: 'running' | 'last' | 'evaluating' | 'over' = 'running';
  #failed = false;
  #failures = 0;
  /** Whether devices need not compute what the control would ask of the next round: there is none, or tau is fixed. */
  #uncontrolled: boolean;
  /** The incumbent's loss on each device that measured it. */
  #leastLosses: ReadonlyMap<number, number> = new Map();
  #best: Float32Array | undefined;
  #previousIsMin = false;

  constructor(config: AdaptiveTauPolicyConfig) {
    this.#config = config;
    this.#tau = config.tau ?? 1;
    this.#fixed = config.tau;
    this.#uncontrolled = config.tau !== undefined;
  }

  setTau(tau: number | 'adaptive'): void {
    this.#fixed = tau === 'adaptive' ? undefined : tau;
  }

  begin(): { readonly devices: readonly number[]; readonly quorum: number } {
    return this.#config;
  }

  fields(): ParamsFields {
    return { tau: this.#tau, last: this.#uncontrolled, previousIsMin: this.#previousIsMin };
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
    if (this.#failed) this.#failures++;
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
    const last = this.#state === 'evaluating' || (this.#state === 'last' && !control.minLoss);
    this.#uncontrolled = fixed !== undefined || last;
    return this.#state !== 'over';
  }

  best(): Float32Array | undefined {
    return this.#config.control.minLoss ? this.#best : undefined;
  }

  get notes(): readonly string[] {
    if (this.#failures === 0) return [];
    const rounds = this.#failures === 1 ? 'One round' : `${this.#failures} rounds`;
    return [`${rounds} gave weights that are no numbers and changed nothing: the step (learner.eta) is too large.`];
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

  /**
   * c of the slowest device and b, the rest of the round, in each resource. A local step is a pass over a mini-batch; what a device
   * computes beside its steps, the gradient at its final weights and the incumbent's loss, belongs to the rest.
   */
  #spend(arrivals: readonly Arrival[], span: number): void {
    const { timing, timeBudget, trafficBudget, energyBudget, bytesARound } = this.#config;
    const tau = this.#tau;
    let slowest = 0;
    let passes = tau;
    for (const arrival of arrivals) {
      const own = this.#passes(arrival);
      slowest = Math.max(slowest, arrival.update.microseconds / 1e6 / own);
      passes = Math.max(passes, own);
    }
    const step = timing === undefined ? Math.max(1e-8, slowest) : timing.step / 1e9;
    const rest = timing === undefined ? Math.max(1e-8, span / 1e9 - tau * slowest) : timing.aggregation / 1e9;
    this.#seconds += timing === undefined ? span / 1e9 : tau * step + rest;
    const costs: Resource[] = [{ budget: timeBudget / 1e9, used: this.#seconds, step, aggregation: rest }];
    const bytes = arrivals.length * bytesARound;
    this.#traffic += bytes;
    if (trafficBudget !== undefined)
      costs.push({ budget: trafficBudget, used: this.#traffic, step: 0, aggregation: bytes });
    if (energyBudget !== undefined) costs.push(this.#joules(energyBudget, passes));
    this.#costs = costs;
  }

  /** What a round took of the energy of all devices, those included that wait. */
  #joules(budget: number, passes: number): Resource {
    const before = this.#energy;
    const now = this.#config.meter();
    this.#energy = now;
    const step = (now.compute - before.compute) / passes;
    return { budget, used: now.all, step, aggregation: now.all - before.all - this.#tau * step };
  }

  /** Passes over a mini-batch that a device's time went into; one for a loss alone is half of one. */
  #passes({ rows, update }: Arrival): number {
    const { batch } = this.#config;
    const measured = batch > 0 && batch < rows && !Number.isNaN(update.lossMin);
    return this.#tau + (this.#uncontrolled ? 0 : 1) + (measured ? 0.5 : 0);
  }
}
