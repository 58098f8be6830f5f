import { assert } from '../kernel/errors.ts';

export interface Scores {
  /** Correct over total, 0 to 1. */
  readonly accuracy: number;
  /** Mean over all classes of 2TP / (2TP + FP + FN), 0 for a class whose denominator is 0. */
  readonly macroF1: number;
}

/**
 * Counts of right and wrong answers a class, filled row by row; scoring it allocates nothing but the answer.
 * Macro-F1 is taken over all k classes, those that never occur included (algorithms F).
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
    let sum = 0;
    for (let c = 0; c < this.classes; c++) {
      // 2TP + FP + FN is how often the class was the truth plus how often it was the answer.
      const denominator = this.#truths[c]! + this.#answers[c]!;
      if (denominator > 0) sum += (2 * this.#truePositive[c]!) / denominator;
    }
    if (this.#rows === 0) return { accuracy: Number.NaN, macroF1: Number.NaN };
    return { accuracy: this.#correct / this.#rows, macroF1: sum / this.classes };
  }
}

/** Accuracy and macro-F1 of answers beside the truth, both as 0-based classes below `classes`. */
export function score(truth: ArrayLike<number>, answers: ArrayLike<number>, classes: number): Scores {
  assert(truth.length === answers.length, `Expected ${truth.length} answers, got ${answers.length}`);
  const tally = new Tally(classes);
  for (let i = 0; i < truth.length; i++) tally.add(truth[i]!, answers[i]!);
  return tally.scores();
}

/**
 * Time-to-accuracy (algorithms F): the first evaluation with accuracy at least `target` that holds for `hold`
 * consecutive evaluations. With bytes in place of seconds it is bytes-to-accuracy.
 */
export class TimeToAccuracy {
  readonly target: number;
  readonly #hold: number;
  #held = 0;
  #candidate = Number.POSITIVE_INFINITY;

  constructor(target: number, hold = 1) {
    this.target = target;
    this.#hold = hold;
  }

  /** @param at seconds (or bytes) so far, never falling. */
  add(at: number, accuracy: number): void {
    if (this.#held >= this.#hold) return;
    if (!(accuracy >= this.target)) {
      this.#held = 0;
      return;
    }
    if (this.#held === 0) this.#candidate = at;
    this.#held++;
  }

  /** Infinity while the target was not met and held. */
  get value(): number {
    return this.#held >= this.#hold ? this.#candidate : Number.POSITIVE_INFINITY;
  }
}
