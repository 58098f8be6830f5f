import { InputError } from '../kernel/errors.ts';
import { cyclesToDuration, toSeconds } from '../kernel/time.ts';
import { type Board, type Kernel, publishedFixed } from './board.ts';
import { finishCycles, fitCycles, rowWork, scoreCycles } from './cycles.ts';
import { type EnergyMode, energyOf } from './energy.ts';
import { WORK } from './host-types.ts';
import type { LearnerName } from './learner-work.ts';

export interface Question {
  readonly board: Board;
  readonly learner: LearnerName;
  /** Features n, 1 to 65,534. */
  readonly features: number;
  /** Classes k, 2 to 65,535: k (k - 1) / 2 classifiers, each row trains k - 1 of them. */
  readonly classes: number;
  /** Rows in all classes together; `infer` answers for one row and ignores it. */
  readonly rows: number;
  /** How often training goes over the rows, 1 to 255; `infer` ignores it. */
  readonly passes: number;
  readonly op: 'train' | 'infer';
  readonly kernel: Kernel;
  /** Share of rows that lead to an error or a loss, 0 to 1; by default UPDATE_SHARE. */
  readonly updateShare?: number | undefined;
  readonly energy?: EnergyMode | undefined;
}

export interface Prediction {
  readonly time_s: number;
  readonly cycles: number;
  readonly energy_j: number;
  /** What the cycles are made of, greatest first; they add up to `cycles`, but for its rounding. */
  readonly parts: readonly Part[];
  /** What the figures rest on, in a sentence for people. */
  readonly basis: string;
}

export interface Part {
  readonly name: string;
  /** Cycles in all. */
  readonly cycles: number;
}

/**
 * Time, cycles and energy of one-vs-one training on a board whose rows lie in its own memory, or of classifying one row:
 * all k (k - 1) / 2 classifiers, as the published Opt-OVO does. Nothing is received or sent.
 * `as-published` training counts the board's whole number of passes of the published runs as one: with `passes: 1` it answers
 * what was published; its inference is one prediction a classifier.
 * @throws InputError when a number is out of its range.
 */
export function predictBoard(question: Question): Prediction {
  check(question);
  const { board, kernel, learner, features, classes } = question;
  const classifiers = (classes * (classes - 1)) / 2;
  const times = question.op === 'infer' ? classifiers : question.rows * (classes - 1) * question.passes;
  const ends = question.op === 'infer' ? 0 : classifiers * finishCycles(board, learner, features);
  const parts = [
    ...stepParts(question).map(({ name, cycles }) => ({ name, cycles: cycles * times })),
    { name: 'end of each task', cycles: ends },
  ]
    .filter(({ cycles }) => cycles > 0)
    .sort((a, b) => b.cycles - a.cycles);
  const cycles = Math.ceil(
    (question.op === 'infer'
      ? scoreCycles(board, kernel, features)
      : fitCycles(board, kernel, features, question.updateShare, learner)) *
      times +
      ends,
  );
  if (!Number.isSafeInteger(cycles * 1000)) throw new InputError('board predict: expected work of less than 104 days');
  const time_s = toSeconds(cyclesToDuration(cycles, board.kilohertz));
  const busy = { compute: time_s, transmit: 0, receive: 0, idle: 0 };
  return { time_s, cycles, energy_j: energyOf(board, busy, question.energy), parts, basis: basisOf(question) };
}

/** What one step, or one score, is made of. */
function stepParts({ board, kernel, op, features, learner, updateShare }: Question): readonly Part[] {
  const published = board.asPublished;
  if (op === 'infer') {
    if (kernel === 'as-published') {
      return [
        { name: 'multiply-adds', cycles: published.multiplyAdd * (features + 1) },
        { name: 'exp and division', cycles: publishedFixed(published) },
      ];
    }
    return [
      { name: 'multiply-adds', cycles: board.own.multiplyAdd * features },
      { name: 'row', cycles: board.own.row },
    ];
  }
  const work = rowWork(features, kernel, updateShare, learner);
  return PARTS.map(([name, counted]) => ({
    name,
    cycles: counted.reduce((sum, index) => sum + work[index]! * board.costs[kernel][index]!, 0),
  }));
}

const PARTS: readonly (readonly [string, readonly number[]])[] = [
  ['multiply-adds', [WORK.multiplyAdds]],
  ['updates', [WORK.updatedWeights, WORK.updates, WORK.rewritten, WORK.operations, WORK.divisions]],
  ['exp and division', [WORK.exps]],
  ['exponentials', [WORK.functions]],
  ['row', [WORK.rows, WORK.bytesCopied]],
];

function basisOf({ board, kernel, op }: Question): string {
  if (kernel === 'ours') return `our kernel; ${board.sources.own}`;
  const { passes, basis } = board.asPublished;
  const rests = `as-published kernel; ${board.sources.asPublished}`;
  return op === 'infer' || basis === 'estimate'
    ? rests
    : `${rests}; each pass here stands for the ${passes} of the published runs`;
}

function check(question: Question): void {
  whole('features', question.features, 1, 65_534);
  whole('classes', question.classes, 2, 65_535);
  whole('rows', question.rows, 1, 2_147_483_648);
  whole('passes', question.passes, 1, 255);
  const { learner, kernel } = question;
  if (kernel === 'as-published' && learner !== 'opt-sgd') {
    throw new InputError(`board predict: expected learner opt-sgd with kernel as-published, got ${learner}`);
  }
  if (learner === 'lda' || learner === 'sefr') whole(`passes of ${learner}`, question.passes, 1, 1);
  const { updateShare = 0 } = question;
  if (!(updateShare >= 0 && updateShare <= 1)) {
    throw new InputError(`board predict: expected the share of updates to be 0 to 1, got ${updateShare}`);
  }
}

function whole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new InputError(`board predict: expected ${name} to be a whole number from ${least} to ${most}, got ${value}`);
}
