import { fromSeconds } from '../../kernel/time.ts';
import { type ExchangeInput, prepare } from '../exchange/prepare.ts';
import { quorumOf } from '../exchange/quorum.ts';
import { limitsOf, RoundServer } from '../exchange/rounds.ts';
import type { Method } from '../method.ts';
import type { AdaptiveTauOptions } from './options.ts';
import { AdaptiveTauPolicy } from './policy.ts';

/** Adaptive tau over a fleet: see policy.ts. */
export function wireAdaptiveTau(input: ExchangeInput<AdaptiveTauOptions>): Method {
  const { options } = input;
  const { timing, learner } = options;
  const adaptive = options.tau === 'adaptive';
  // A fixed tau needs no estimates: its devices do not send what they would be made of, nor keep a mini-batch for them.
  const prepared = prepare(input, { kind: 'adaptive', reuse: adaptive });
  const { devices, model } = prepared;
  const d = model.dimension;
  const fixed =
    timing === 'measured'
      ? undefined
      : { step: fromSeconds(timing.fixed.step), aggregation: fromSeconds(timing.fixed.aggregation) };
  const policy = new AdaptiveTauPolicy({
    control: {
      eta: learner.eta,
      phi: options.phi,
      most: options['tau-max'],
      minLoss: options['min-loss'],
    },
    tau: options.tau === 'adaptive' ? undefined : options.tau,
    devices,
    quorum: quorumOf(devices.length, options.quorum),
    smoothing: options.smoothing,
    timeBudget: fromSeconds(options.budget.time),
    trafficBudget: options.budget.traffic,
    // Sizes of algorithms D6: 4d + 3 down, 8d + 27 up; without estimates 4d + 19 up.
    bytesARound: adaptive ? 12 * d + 30 : 8 * d + 22,
    energyBudget: options.budget.energy,
    meter: input.meter,
    batch: learner.batch === 'full' ? 0 : learner.batch,
    timing: fixed,
  });
  const notes =
    timing === 'measured'
      ? []
      : [
          `Times are fixed, not measured: a local step counts ${timing.fixed.step} s and an aggregation ${timing.fixed.aggregation} s, ` +
            'and a round lasts at least what they come to, whatever boards and network take.',
        ];
  return new RoundServer({
    ...input,
    prepared: { ...prepared, notes: [...prepared.notes, ...notes] },
    policy,
    limits: limitsOf(options, prepared),
  });
}
