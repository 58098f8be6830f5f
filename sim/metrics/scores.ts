import { assert } from '../kernel/errors.ts';

export interface Scores {
  /** Correct over total, 0 to 1. */
  readonly accuracy: number;
  /** Mean of 2TP / (2TP + FP + FN) over the classes that occur among the truths or the answers. */
  readonly macroF1: number;
}

/**
 * Counts right and wrong answers by class, row by row. Macro-F1 is that of scikit-learn's `f1_score` with
 * `average='macro'` and `zero_division=0`: a class that is neither a truth nor an answer is left out.
 */
export class Tally {
  readonly classes: number;
  readonly #truePositive: Uint32Array;
  readonly #truths: Uint32Array;
  readonly #answers: Uint32Array;
  #rows = 0;
  #correct = 0;

  /** @param classes k, at least 1. */
  constructor(classes: number) {
    assert(Number.isInteger(classes) && classes > 0, `Expected classes to be a whole number above 0, got ${classes}`);
    this.classes = classes;
    this.#truePositive = new Uint32Array(classes);
    this.#truths = new Uint32Array(classes);
    this.#answers = new Uint32Array(classes);
  }

  /** @param truth and @param answer 0-based classes below k. */
  add(truth: number, answer: number): void {
    this.#rows++;
    this.#truths[truth]!++;
    this.#answers[answer]!++;
    if (truth !== answer) return;
    this.#correct++;
    this.#truePositive[truth]!++;
  }

  clear(): void {
    this.#rows = 0;
    this.#correct = 0;
    this.#truePositive.fill(0);
    this.#truths.fill(0);
    this.#answers.fill(0);
  }

  /** @returns NaN in both when no row was added. */
  scores(): Scores {
    if (this.#rows === 0) return { accuracy: Number.NaN, macroF1: Number.NaN };
    const macroF1 = macroF1Of(this.#truePositive, this.#truths, this.#answers);
    return { accuracy: this.#correct / this.#rows, macroF1 };
  }
}

/**
 * The mean F1 score of the classes that occur; NaN where none does.
 * @param right, @param truths and @param answers how often each class was answered rightly, was the truth, was the answer.
 */
export function macroF1Of(right: Uint32Array, truths: Uint32Array, answers: Uint32Array): number {
  let sum = 0;
  let classes = 0;
  for (let c = 0; c < right.length; c++) {
    // 2TP + FP + FN is how often the class was the truth plus how often it was the answer.
    const denominator = truths[c]! + answers[c]!;
    if (denominator === 0) continue;
    sum += (2 * right[c]!) / denominator;
    classes++;
  }
  return sum / classes;
}

/** Accuracy and macro-F1 of answers beside the truth, both as 0-based classes below `classes`. */
export function score(truth: ArrayLike<number>, answers: ArrayLike<number>, classes: number): Scores {
  assert(truth.length === answers.length, `Expected ${truth.length} answers, got ${answers.length}`);
  const tally = new Tally(classes);
  for (let i = 0; i < truth.length; i++) tally.add(truth[i]!, answers[i]!);
  return tally.scores();
}
