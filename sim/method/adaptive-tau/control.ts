import { pow } from '../../kernel/numeric.ts';

/** One resource of the budget: what all of it is, and what a local step and an aggregation take of it, in the same unit. */
export interface Resource {
  readonly budget: number;
  readonly used: number;
  /** c: one local step of the slowest device, in the previous round. */
  readonly step: number;
  /** b: the rest of a round, in the previous round. */
  readonly aggregation: number;
}

/** What the server knows of the loss from its devices: smoothness, divergence of gradients, Lipschitz constant. */
export interface Estimates {
  readonly beta: number;
  readonly delta: number;
  readonly rho: number;
}

export interface ControlSettings {
  /** Step of gradient descent. */
  readonly eta: number;
  /** Weight of the control parameter in G. */
  readonly phi: number;
  /** The largest tau. */
  readonly most: number;
  /** Whether the model with the least loss is returned, which costs one more round at the end. */
  readonly minLoss: boolean;
}

/** How far beyond the present tau the search looks. */
const SEARCH = 10;

/**
 * h of the convergence bound: the gap between distributed and centralised descent after tau local steps. Rounding makes
 * it a little above 0 at tau = 1, where it is 0.
 */
export function gap(tau: number, eta: number, { beta, delta }: Estimates): number {
  if (tau === 1) return 0;
  return Math.max(0, (delta / beta) * (pow(eta * beta + 1, tau) - 1) - eta * delta * tau);
}

/** G, the bound on the loss that tau is chosen to minimise. @param T local steps that the budget allows. */
function bound(tau: number, T: number, { eta, phi }: ControlSettings, estimates: Estimates): number {
  const h = gap(tau, eta, estimates);
  const { rho } = estimates;
  const root = Math.sqrt(1 + (4 * T * T * phi * rho * eta * h) / tau);
  return (1 + root) / (2 * T * eta * phi) + rho * h;
}

/** Local steps that the resources allow with `tau` steps a round: the scarcest decides. */
function stepsAllowed(tau: number, resources: readonly Resource[], minLoss: boolean): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { budget, step, aggregation } of resources) {
    const left = minLoss ? budget - step - aggregation : budget;
    least = Math.min(least, left / (step * tau + aggregation));
  }
  return tau * least;
}

/** G(tau) of algorithms D6. */
export function boundAt(
  tau: number,
  settings: ControlSettings,
  estimates: Estimates,
  resources: readonly Resource[],
): number {
  return bound(tau, stepsAllowed(tau, resources, settings.minLoss), settings, estimates);
}

/**
 * The next number of local steps: the first minimum of G over 1 to 10 times the present tau, at most `most`.
 *
 * Wang, Tuor, Salonidis, Leung, Makaya, He, Chan: "Adaptive Federated Learning in Resource Constrained Edge Computing
 * Systems", IEEE JSAC 37(6), 2019, algorithm 2, with the control parameter phi of their published code (algorithms D6).
 */
export function nextTau(
  tau: number,
  settings: ControlSettings,
  estimates: Estimates,
  resources: readonly Resource[],
): number {
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let candidate = 1; candidate <= SEARCH * tau; candidate++) {
    const value = boundAt(candidate, settings, estimates, resources);
    if (value < least) {
      least = value;
      best = candidate;
    }
  }
  return Math.min(best, settings.most);
}

/**
 * The stopping rule: a next round that the budget would not survive is cut to what is left, and is the last (but for the
 * round that measures the loss of its result, with the min-loss option).
 */
export function fitBudget(
  tau: number,
  resources: readonly Resource[],
  minLoss: boolean,
): { readonly tau: number; readonly last: boolean } {
  let fitted = tau;
  let last = false;
  for (const { budget, used, step, aggregation } of resources) {
    const need = minLoss ? step * (tau + 1) + 2 * aggregation : step * tau + aggregation;
    if (used + need < budget) continue;
    last = true;
    // A resource that no step takes of cannot be saved by fewer steps.
    if (step === 0) continue;
    const left = minLoss ? budget - used - 2 * aggregation - step : budget - used - aggregation;
    fitted = Math.min(fitted, Math.max(1, Math.floor(left / step)));
  }
  return { tau: fitted, last };
}

/** The first value as it is, later ones smoothed: v <- mu v + (1 - mu) new. */
export function smooth(mu: number, before: Estimates | undefined, now: Estimates): Estimates {
  if (before === undefined || mu === 0) return now;
  const mix = (a: number, b: number): number => mu * a + (1 - mu) * b;
  return { beta: mix(before.beta, now.beta), delta: mix(before.delta, now.delta), rho: mix(before.rho, now.rho) };
}
