import { WeightedSum } from '../exchange/aggregate.ts';
import { type ExchangeInput, prepare } from '../exchange/prepare.ts';
import { quorumOf } from '../exchange/quorum.ts';
import { limitsOf, type RoundPolicy, RoundServer } from '../exchange/rounds.ts';
import type { Method } from '../method.ts';
import type { SsgdOptions } from './options.ts';

/**
 * Synchronous SGD with a barrier at every step (algorithms D1): w <- w - eta sum D_i g_i / D over the devices that answered.
 * Backup workers as in Chen, Pan, Monga, Bengio, Jozefowicz: "Revisiting distributed synchronous SGD", 2016: a step ends
 * when all but `backup` have answered, and what the slowest then send is thrown away.
 */
export function wireSsgd(input: ExchangeInput<SsgdOptions>): Method {
  const { options } = input;
  const prepared = prepare(input, { kind: 'gradient' });
  const { devices } = prepared;
  const quorum = quorumOf(devices.length, options.quorum, options.backup);
  const sum = new WeightedSum(prepared.model.dimension);
  const policy: RoundPolicy = {
    rounds: options.rounds,
    begin: () => ({ devices, quorum }),
    fields: () => ({}),
    earliestEnd: (startedAt) => startedAt,
    aggregate: (w, arrivals) => {
      sum.clear();
      for (const { vector, rows } of arrivals) sum.add(vector, rows);
      const next = w.slice();
      sum.step(next, options.learner.eta);
      return { w: next, tau: 1, beta: Number.NaN, delta: Number.NaN, rho: Number.NaN };
    },
    goesOn: (round) => round < options.rounds,
    best: () => undefined,
  };
  return new RoundServer({ ...input, prepared, policy, limits: limitsOf(options, prepared) });
}
