import { assert } from '../../kernel/errors.ts';
import { macroF1Of } from '../../metrics/scores.ts';

/**
 * The majority vote of one-against-one classifiers over a fixed set of rows, kept up to date as classifiers arrive, so
 * that accuracy at any moment costs nothing. A classifier votes for one of its two classes; one that is not trained yet
 * does not vote; a tie (no votes at all too) goes to the lowest class.
 */
export class VoteTally {
  readonly classes: number;
  readonly labels: Uint16Array;
  /** The class of each row by the votes so far. */
  readonly predicted: Uint16Array;
  /** Rows whose prediction is right. */
  correct = 0;
  /** Classifiers that have voted. */
  voters = 0;

  /** Votes, class by class, so that one classifier touches two runs of memory. */
  readonly #votes: Uint16Array;
  /** Votes of the predicted class of each row. */
  readonly #most: Uint16Array;
  readonly #rightOf: Uint32Array;
  readonly #predictedAs: Uint32Array;
  readonly #labelled: Uint32Array;

  /** @param labels the true class of each row. */
  constructor(classes: number, labels: Uint16Array) {
    this.classes = classes;
    this.labels = labels;
    this.predicted = new Uint16Array(labels.length);
    this.#votes = new Uint16Array(classes * labels.length);
    this.#most = new Uint16Array(labels.length);
    this.#rightOf = new Uint32Array(classes);
    this.#predictedAs = new Uint32Array(classes);
    this.#labelled = new Uint32Array(classes);
    for (const label of labels) this.#labelled[label]!++;
    this.#predictedAs[0] = labels.length;
    this.correct = this.#rightOf[0] = this.#labelled[0]!;
  }

  /**
   * Lets the classifier of classes i < j vote.
   * @param scores its score of each row from `from` on: above 0 is class i, anything else class j.
   */
  add(i: number, j: number, scores: Float32Array, from = 0): void {
    const { length } = this.predicted;
    assert(i < j && j < this.classes, `Expected classes i < j < ${this.classes}, got ${i} and ${j}`);
    assert(scores.length >= from + length, `Expected ${length} scores from ${from} on, got ${scores.length - from}`);
    const votes = this.#votes;
    const most = this.#most;
    const { predicted } = this;
    const ofI = i * length;
    const ofJ = j * length;
    for (let row = 0; row < length; row++) {
      const winner = scores[from + row]! > 0 ? i : j;
      const count = ++votes[(winner === i ? ofI : ofJ) + row]!;
      const best = most[row]!;
      if (count < best) continue;
      const before = predicted[row]!;
      if (count > best) most[row] = count;
      else if (winner >= before) continue;
      if (winner !== before) this.#change(row, before, winner);
    }
    this.voters++;
  }

  /** Right predictions over rows, 0 to 1. */
  get accuracy(): number {
    return this.correct / this.predicted.length;
  }

  /** Macro-F1 over the classes that occur among labels or predictions, as `scores.ts` defines it. Costs one step a class. */
  macroF1(): number {
    return macroF1Of(this.#rightOf, this.#labelled, this.#predictedAs);
  }

  #change(row: number, before: number, winner: number): void {
    const label = this.labels[row]!;
    this.predicted[row] = winner;
    this.#predictedAs[before]!--;
    this.#predictedAs[winner]!++;
    if (before === label) {
      this.correct--;
      this.#rightOf[label]!--;
    } else if (winner === label) {
      this.correct++;
      this.#rightOf[label]!++;
    }
  }
}
