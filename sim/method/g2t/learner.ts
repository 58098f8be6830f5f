import { z } from 'zod';
import type { Dataset } from '../../data/dataset.ts';
import type { Kernel } from '../../device/board.ts';
import { InputError } from '../../kernel/errors.ts';
import { LEARNER, VARIANT } from '../../protocol/frame.ts';

function passes(usual: number): z.ZodDefault<z.ZodInt> {
  return z.int().min(1).max(255).default(usual).describe('passes over the rows of a task');
}

/** For learners that take each row once. */
function onePass(name: string): z.ZodDefault<z.ZodLiteral<1>> {
  return z
    .literal(1, { error: `expected 1: ${name} learns all there is in one pass` })
    .default(1)
    .describe('always 1: a second pass would teach nothing');
}

const optSgd = z
  .strictObject({
    name: z.literal('opt-sgd'),
    variant: z
      .enum(['correct', 'normalised', 'as-published'])
      .default('correct')
      .describe(
        'correct; normalised: step divided by 1 + alpha |x|^2; as-published: with the fault of the released sketch, for replays',
      ),
    alpha: z
      .number()
      .positive()
      .max(1e6)
      .default(1)
      .describe('step size; without `normalised` it only scales the weights'),
    momentum: z.number().min(0).lt(1.5).default(0).describe('momentum, 0 for none'),
    passes: passes(30),
  })
  .describe('Opt-SGD (ML-MCU): a perceptron with momentum');

const svm = z
  .strictObject({
    name: z.literal('svm'),
    eta: z.number().min(1e-9).max(1e6).default(0.01).describe('step size'),
    lambda: z.number().min(0).max(1e6).default(0.1).describe('weight of |w|^2 / 2 in the loss'),
    passes: passes(30),
  })
  .describe('linear SVM with a smooth (squared) hinge and no bias, row by row');

const logistic = z
  .strictObject({
    name: z.literal('logistic'),
    eta: z.number().min(1e-9).max(1e6).default(0.1).describe('step size'),
    passes: passes(30),
  })
  .describe('logistic regression, row by row');

const lda = z
  .strictObject({
    name: z.literal('lda'),
    lambda: z
      .number()
      .min(1e-4)
      .max(1)
      .default(0.1)
      .describe('shrinkage of the covariance towards its mean variance; 1 leaves that alone'),
    passes: onePass('lda'),
  })
  .describe('linear discriminant analysis; RAM grows with the square of the features');

const sefr = z
  .strictObject({ name: z.literal('sefr'), passes: onePass('sefr') })
  .describe('SEFR: one pass of sums; features must not be negative (scale: minmax)');

const trainPp = z
  .strictObject({
    name: z.literal('train-pp'),
    c: z.number().min(1e-9).max(1e9).default(0.01).describe('aggressiveness C of PA-II; the released sketch sets 1'),
    passes: passes(1),
  })
  .describe('Train++: passive-aggressive (PA-II), no bias');

/** The learner that each device runs, told apart by `name`. A learner of the firmware is an entry here and one in `parametersOf`. */
export const learnerOptions = z
  .discriminatedUnion('name', [optSgd, svm, logistic, lda, sefr, trainPp])
  .describe('the learner that each device runs');

export type LearnerOptions = z.output<typeof learnerOptions>;

/** What CONFIG tells a device of its learner. */
export interface LearnerConfig {
  readonly learner: number;
  readonly variant: number;
  readonly first: number;
  readonly second: number;
}

export function learnerConfig(options: LearnerOptions): LearnerConfig {
  const variant = options.name === 'opt-sgd' ? VARIANT[options.variant] : 0;
  const [first, second] = parametersOf(options);
  return { learner: LEARNER[options.name], variant, first, second };
}

/** In the order of firmware/include/g2t_learner.h; 0 where a learner has none. */
function parametersOf(options: LearnerOptions): readonly [number, number] {
  switch (options.name) {
    case 'opt-sgd':
      return [options.alpha, options.momentum];
    case 'svm':
      return [options.eta, options.lambda];
    case 'logistic':
      return [options.eta, 0];
    case 'lda':
      return [options.lambda, 0];
    case 'sefr':
      return [0, 0];
    case 'train-pp':
      return [options.c, 0];
  }
}

/** Whose cost model holds: the published sketch's for its own learner alone. */
export function kernelOf(options: LearnerOptions): Kernel {
  return options.name === 'opt-sgd' && options.variant === 'as-published' ? 'as-published' : 'ours';
}

/** @throws InputError when the learner cannot be trained on these rows. */
export function checkLearner(options: LearnerOptions, dataset: Dataset): void {
  if (options.name !== 'sefr') return;
  const { x, features } = dataset.train;
  const at = x.findIndex((value) => value < 0);
  if (at < 0) return;
  const where = `training row ${Math.floor(at / features) + 1}, feature ${(at % features) + 1}`;
  throw new InputError(
    `method.learner: expected features of at least 0 for sefr (dataset.scale: minmax makes them so), got ${x[at]} in ${where}`,
  );
}
