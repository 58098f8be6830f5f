import type { Dataset } from '../../data/dataset.ts';
import type { FirmwareHost } from '../../device/host-types.ts';
import { type Scores, score } from '../../metrics/scores.ts';
import { dimension } from '../../protocol/exchange.ts';
import { EXCHANGE_MODEL } from '../../protocol/frame.ts';
import type { ExchangeLearner } from './options.ts';

/** Lambda of the published reference, and none for the models that have no such reference. */
const DEFAULT_LAMBDA = { svm: 0.1, logistic: 0, softmax: 0 } as const;

export function lambdaOf({ name, lambda }: ExchangeLearner): number {
  return lambda ?? DEFAULT_LAMBDA[name];
}

/**
 * The server's side of a model (algorithms A4, A7): its loss over the rows that devices hold and its accuracy on the test
 * rows, computed by the firmware's own kernels.
 */
export class ServerModel {
  readonly dimension: number;
  readonly #host: FirmwareHost;
  readonly #learner: ExchangeLearner;
  readonly #dataset: Dataset;
  readonly #trainSet: number;
  readonly #testSet: number;
  readonly #model: number;
  /** Rows that are held, once for each device that does; undefined where all rows are held equally often. */
  readonly #list: Uint32Array | undefined;

  constructor(given: {
    readonly host: FirmwareHost;
    readonly learner: ExchangeLearner;
    readonly dataset: Dataset;
    readonly trainSet: number;
    readonly testSet: number;
    /** Row numbers by device. */
    readonly held: readonly Uint32Array[];
  }) {
    const { learner, dataset } = given;
    this.#host = given.host;
    this.#learner = learner;
    this.#dataset = dataset;
    this.#trainSet = given.trainSet;
    this.#testSet = given.testSet;
    this.#model = EXCHANGE_MODEL[learner.name];
    this.dimension = dimension(this.#model, dataset.classes, dataset.features);
    this.#list = listOf(given.held, dataset.train.count);
  }

  /** Multiply-adds of one measurement of loss and accuracy. */
  get multiplyAdds(): number {
    const { train, test } = this.#dataset;
    return ((this.#list?.length ?? train.count) + test.count) * this.dimension;
  }

  /** Multiply-adds of one measurement of the accuracy alone. */
  get scoreMultiplyAdds(): number {
    return this.#dataset.test.count * this.dimension;
  }

  /** Mean loss over all held rows, the penalty included. */
  loss(w: Float32Array): number {
    const list = this.#list;
    const { count } = this.#dataset.train;
    const rows = list === undefined ? this.#lossOf(w, count, false) : this.#lossOfList(w, list);
    return rows / (list?.length ?? count) + 0.5 * lambdaOf(this.#learner) * this.#squaredNorm(w);
  }

  /** Accuracy and macro-F1 on the test rows; NaN without any. */
  scores(w: Float32Array): Scores {
    const { test, classes } = this.#dataset;
    if (test.count === 0) return { accuracy: Number.NaN, macroF1: Number.NaN };
    const rows = { dataSet: this.#testSet, first: 0, count: test.count, listed: false };
    return score(test.y, this.#host.evaluate(rows, this.#model, classes, w).predicted, classes);
  }

  /** Classes of some test rows. */
  predict(w: Float32Array, rows: Uint32Array): Uint16Array {
    this.#host.rowNumbers.set(rows);
    const listed = { dataSet: this.#testSet, first: 0, count: rows.length, listed: true };
    return this.#host.evaluate(listed, this.#model, this.#dataset.classes, w).predicted.slice(0, rows.length);
  }

  #lossOf(w: Float32Array, count: number, listed: boolean): number {
    const rows = { dataSet: this.#trainSet, first: 0, count, listed };
    return this.#host.evaluate(rows, this.#model, this.#dataset.classes, w).loss;
  }

  #lossOfList(w: Float32Array, list: Uint32Array): number {
    const most = this.#host.rowNumbers.length;
    let sum = 0;
    for (let from = 0; from < list.length; from += most) {
      const part = list.subarray(from, from + most);
      this.#host.rowNumbers.set(part);
      sum += this.#lossOf(w, part.length, true);
    }
    return sum;
  }

  #squaredNorm(w: Float32Array): number {
    const stride = this.#learner.name === 'svm' ? 0 : this.#dataset.features + 1;
    let sum = 0;
    for (let i = 0; i < w.length; i++) if (stride === 0 || i % stride !== 0) sum += w[i]! * w[i]!;
    return sum;
  }
}

/** All held rows, ascending; undefined where each row is held equally often. */
function listOf(held: readonly Uint32Array[], count: number): Uint32Array | undefined {
  const times = new Uint32Array(count);
  for (const rows of held) for (const row of rows) times[row]!++;
  if (times[0]! > 0 && times.every((each) => each === times[0])) return undefined;
  const list = new Uint32Array(held.reduce((sum, rows) => sum + rows.length, 0));
  let at = 0;
  for (let row = 0; row < count; row++) for (let n = 0; n < times[row]!; n++) list[at++] = row;
  return list;
}
