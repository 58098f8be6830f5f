import { WORK, WORK_COUNT } from './host-types.ts';

/** The firmware's learners, as scenarios name them. */
export type LearnerName = 'opt-sgd' | 'svm' | 'logistic' | 'lda' | 'sefr' | 'train-pp';

/**
 * Work of one row trained on, beside its copy from the buffer: the benchmark that HELLO reports and planning rest on it. Rows of svm and
 * train-pp count as ones with a loss, which most are (0.8 and more on Auslan). What lda and sefr do once at the end of a task is not in it.
 * @param updateShare of opt-sgd: share of rows with an error.
 */
export function rowWorkOf(learner: LearnerName, n: number, updateShare: number): Float64Array {
  const work = new Float64Array(WORK_COUNT);
  work[WORK.rows] = 1;
  const counts = COUNTS[learner](n);
  if (learner === 'opt-sgd') {
    work[WORK.updates] = updateShare;
    work[WORK.updatedWeights] = updateShare * (n + 1);
  }
  work[WORK.multiplyAdds] = counts.multiplyAdds;
  work[WORK.rewritten] = counts.rewritten;
  work[WORK.operations] = counts.operations;
  work[WORK.divisions] = counts.divisions;
  work[WORK.functions] = counts.functions;
  return work;
}

interface Counts {
  readonly multiplyAdds: number;
  readonly rewritten: number;
  readonly operations: number;
  readonly divisions: number;
  readonly functions: number;
}

const NONE: Counts = { multiplyAdds: 0, rewritten: 0, operations: 0, divisions: 0, functions: 0 };

/** As firmware/src/learner_*.c count a row. */
const COUNTS: Readonly<Record<LearnerName, (n: number) => Counts>> = {
  'opt-sgd': (n) => ({ ...NONE, multiplyAdds: n }),
  svm: (n) => ({ ...NONE, multiplyAdds: n, rewritten: n, operations: 5 * n + 3 }),
  logistic: (n) => ({ multiplyAdds: n, rewritten: n + 1, operations: 2 * n + 4, divisions: 1, functions: 1 }),
  lda: (n) => ({ ...NONE, rewritten: 3 * n + (n * (n + 1)) / 2, operations: 4 * n + n * (n + 1), divisions: 1 }),
  sefr: (n) => ({ ...NONE, rewritten: n, operations: n }),
  'train-pp': (n) => ({ ...NONE, multiplyAdds: 2 * n, rewritten: n, operations: 2 * n + 4, divisions: 1 }),
};

/** Bytes of a learner's state in the firmware, n features (padded to four in vectors). */
export function learnerBytes(learner: LearnerName, n: number): number {
  const padded = 4 * Math.ceil(n / 4);
  switch (learner) {
    case 'opt-sgd':
      return 16 + 8 * (4 + padded);
    case 'svm':
    case 'train-pp':
      return 16 + 4 * padded;
    case 'logistic':
      return 16 + 4 * (4 + padded);
    case 'lda':
      return 16 + 4 * (4 + 4 * padded + (n * (n + 1)) / 2);
    case 'sefr':
      return 16 + 4 * (4 + 3 * padded);
  }
}
