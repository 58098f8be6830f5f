import { z } from 'zod';
import { quantity } from '../../kernel/quantity.ts';

/** What every device trains on its own rows, for methods that exchange gradients or parameters. */
const exchangeLearner = z
  .strictObject({
    name: z
      .enum(['svm', 'logistic', 'softmax'])
      .describe(
        'svm: smooth squared hinge, two classes, no bias; logistic: two classes; softmax: any number of classes, linear',
      ),
    eta: z.number().positive().max(1e6).default(0.01).describe('step of gradient descent'),
    lambda: z
      .number()
      .min(0)
      .max(1e6)
      .optional()
      .describe('weight of the squared norm (biases left out); 0.1 for svm and 0 for the others when left out'),
    batch: z
      .union([z.literal('full'), z.int().min(1).max(1_000_000)])
      .default(32)
      .describe('rows of a mini-batch; full: all rows of the device in every step'),
  })
  .describe('the model that all devices train together');

export type ExchangeLearner = z.output<typeof exchangeLearner>;

/** Keys that all methods of exchange have. */
export const exchangeShape = {
  learner: exchangeLearner,
};

/** Keys of methods that go in rounds. */
export const roundShape = {
  deadline: quantity('time', { above: 0, max: 86_400 })
    .optional()
    .describe(
      'a round ends so long after its start with the devices that have answered, at least one; none: it waits for its quorum',
    ),
  quorum: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('a round ends when so many devices have answered; all that take part when left out'),
  evaluate: z
    .enum(['auto', 'rounds', 'measurements'])
    .default('auto')
    .describe(
      'when the server’s model is measured for the table of rounds: after each round; only every `measure.every` (the table then has no loss); auto: after each round where that is quick',
    ),
};

export const rounds = z.int().min(1).max(1_000_000);

/** Multiply-adds that a measurement of the model may take to be made after each round with `evaluate: auto`; some 10 ms. */
const QUICK = 8e6;

/** Whether the model is measured after each round. @param multiplyAdds what a measurement takes. */
export function evaluatesRounds(evaluate: 'auto' | 'rounds' | 'measurements', multiplyAdds: number): boolean {
  return evaluate === 'rounds' || (evaluate === 'auto' && multiplyAdds <= QUICK);
}

/** Options that every method of exchange has, as the shared parts read them. */
export interface ExchangeOptions {
  readonly learner: ExchangeLearner;
}
