import { Streams, shuffle } from '../../kernel/random.ts';
import { WeightedSum } from '../exchange/aggregate.ts';
import { type ExchangeInput, prepare } from '../exchange/prepare.ts';
import { quorumOf } from '../exchange/quorum.ts';
import { limitsOf, type RoundPolicy, RoundServer } from '../exchange/rounds.ts';
import type { Method } from '../method.ts';
import type { FedavgOptions } from './options.ts';

/**
 * Federated averaging (McMahan, Moore, Ramage, Hampson, Aguera y Arcas, AISTATS 2017), with a fixed number of local steps,
 * as in Wang et al. 2019 (algorithms D5): the mean of the weights of those devices that answered. Over-selection as in
 * Bonawitz et al., "Towards federated learning at scale", 2019. Who takes part is drawn for each round from seed and round
 * alone, whatever the devices do.
 */
export function wireFedavg(input: ExchangeInput<FedavgOptions>): Method {
  const { options } = input;
  const prepared = prepare(input, { kind: 'weights' });
  const { devices, model } = prepared;
  const needed = Math.max(1, Math.round(options.fraction * devices.length));
  const asked = Math.min(devices.length, Math.ceil(needed * (1 + options['over-selection'])));
  const quorum = quorumOf(asked, options.quorum ?? needed);
  const draws = new Streams(input.seed, 'fedavg.clients', 0);
  const sum = new WeightedSum(model.dimension);
  let next = options.tau;
  let tau = next;
  const policy: RoundPolicy = {
    rounds: options.rounds,
    begin: (round) => {
      tau = next;
      return { devices: choose(devices, asked, draws, round), quorum };
    },
    fields: () => ({ tau }),
    setTau: (steps) => {
      if (steps !== 'adaptive') next = steps;
    },
    earliestEnd: (startedAt) => startedAt,
    aggregate: (w, arrivals) => {
      sum.clear();
      for (const { vector, rows } of arrivals) sum.add(vector, options.weights === 'samples' ? rows : 1);
      const mean = new Float32Array(w.length);
      sum.mean(mean);
      return { w: mean, tau, beta: Number.NaN, delta: Number.NaN, rho: Number.NaN };
    },
    goesOn: (round) => round < options.rounds,
    best: () => undefined,
  };
  return new RoundServer({ ...input, prepared, policy, limits: limitsOf(options, prepared) });
}

/** `count` of the devices, drawn for a round, ascending. */
function choose(devices: readonly number[], count: number, draws: Streams, round: number): readonly number[] {
  if (count === devices.length) return devices;
  const order = Uint32Array.from(devices);
  let draw = 0;
  shuffle(order, () => draws.at(round, draw++));
  return Array.from(order.subarray(0, count).sort());
}
