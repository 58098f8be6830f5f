import type { Dataset, Rows } from '../../data/dataset.ts';
import type { FirmwareHost } from '../../device/host-types.ts';
import type { Digest } from '../../kernel/digest.ts';
import { InputError } from '../../kernel/errors.ts';
import { toSeconds } from '../../kernel/time.ts';
import { type Scores, score } from '../../metrics/scores.ts';
import { couple, ESTIMATES, planeScales } from '../combine/coupling.ts';
import { applyOptOvo, fitOptOvo, OPT_OVO_DEFAULTS, optOvoSeconds } from '../combine/opt-ovo.ts';
import { OutputTable } from '../combine/outputs.ts';
import { VoteTally } from '../combine/vote.ts';
import { isFiniteVector } from '../exchange/aggregate.ts';
import { pairCount, pairFirst, pairId, pairSecond } from '../pairs.ts';
import type { G2tOptions } from './options.ts';

/** Where the data set's parts lie in the firmware host's memory; training rows grouped by class. */
export interface HostedRows {
  readonly train: number;
  readonly test: number;
}

export interface ModelDescription {
  readonly schema: 1;
  readonly kind: 'one-vs-one linear';
  readonly dataset: string;
  readonly classes: number;
  readonly class_names: readonly string[];
  readonly features: number;
  readonly classifiers: number;
  /** A feature x becomes (x - shift) * factor before it is scored; with the rule `norm` a row is divided by its length. */
  readonly scaling: { readonly rule: string; readonly shift?: readonly number[]; readonly factor?: readonly number[] };
}

/** Coupling takes the test rows in parts of so many scores, so that many classes do not fill the memory. */
const SCORES_AT_ONCE = 1 << 24;

/** Combining that would take longer than this is refused. */
const LONGEST_SECONDS = 60;

/**
 * The server's copy of all base classifiers, each measured as it arrives: its accuracy on the training rows of its two
 * classes, and its votes on the test rows, so that the accuracy of the whole is known at any moment.
 */
export class Evaluation {
  readonly #host: FirmwareHost;
  readonly #rows: HostedRows;
  readonly #dataset: Dataset;
  readonly #votes: VoteTally;
  readonly #size: number;
  /** n + 1 float32 a pair, bias first. */
  readonly weights: Float32Array;
  readonly trained: Uint8Array;
  /** Classifiers with weights that are not finite, and when the first of them came, ns. */
  #broken = 0;
  #brokenAt = -1;

  constructor(host: FirmwareHost, rows: HostedRows, dataset: Dataset) {
    this.#host = host;
    this.#rows = rows;
    this.#dataset = dataset;
    this.#votes = new VoteTally(dataset.classes, dataset.test.y);
    this.#size = dataset.features + 1;
    this.weights = new Float32Array(pairCount(dataset.classes) * this.#size);
    this.trained = new Uint8Array(pairCount(dataset.classes));
  }

  /**
   * Takes a classifier; a pair that has one already keeps the first.
   * @param now ns.
   * @returns its accuracy on the training rows of its two classes.
   */
  add(pair: number, weights: Float32Array, now: number): number {
    const { classes, test } = this.#dataset;
    const i = pairFirst(pair, classes);
    const j = pairSecond(pair, classes);
    const offset = pair * this.#size;
    if (this.trained[pair] === 0) {
      this.trained[pair] = 1;
      this.weights.set(weights.subarray(0, this.#size), offset);
      if (!isFiniteVector(weights)) {
        if (this.#broken === 0) this.#brokenAt = now;
        this.#broken++;
      }
      if (test.count > 0) {
        this.#host.predict(this.#rows.test, this.weights, offset, 0, test.count);
        this.#votes.add(i, j, this.#host.scores);
      }
    }
    return this.#accuracyOn(offset, i, j);
  }

  /** What a report should say of the classifiers, a sentence each. */
  get notes(): readonly string[] {
    if (this.#broken === 0) return [];
    const count = `${this.#broken} of ${this.trained.reduce((sum, there) => sum + there, 0)} classifiers`;
    const since = `the first came at ${toSeconds(this.#brokenAt)} s`;
    return [`Training diverged: ${count} have weights that are not finite numbers; ${since}.`];
  }

  /** Accuracy and macro-F1 by majority vote of the classifiers that are there. NaN without test rows. */
  scores(): Scores {
    if (this.#dataset.test.count === 0) return { accuracy: Number.NaN, macroF1: Number.NaN };
    return { accuracy: this.#votes.accuracy, macroF1: this.#votes.macroF1() };
  }

  /** The classes of some test rows, by the same vote. */
  votes(rows: Uint32Array): Uint16Array {
    return Uint16Array.from(rows, (row) => this.#votes.predicted[row]!);
  }

  /** What a reader of `model.json` needs to use the weights of `model.arrow`. */
  describe(): ModelDescription {
    const { name, classes, classNames, features, scaling } = this.#dataset;
    const { scale, shift, factor } = scaling;
    const constants = scale === 'standard' || scale === 'minmax' ? { shift: [...shift], factor: [...factor] } : {};
    return {
      schema: 1,
      kind: 'one-vs-one linear',
      dataset: name,
      classes,
      class_names: classNames,
      features,
      classifiers: this.trained.reduce((sum, there) => sum + there, 0),
      scaling: { rule: scale, ...constants },
    };
  }

  /** Folds every classifier, bit for bit, into a digest. */
  fold(digest: Digest): void {
    digest.bytes(this.trained);
    digest.bytes(new Uint8Array(this.weights.buffer));
  }

  /** Scores of the final model, combined as the scenario says. */
  combined(options: G2tOptions): Scores {
    const { test, classes } = this.#dataset;
    if (options.combine === 'vote' || test.count === 0) return this.scores();
    const predicted = options.combine === 'opt-ovo' ? this.#optOvo(options) : this.#coupled(options.combine);
    return score(test.y, predicted, classes);
  }

  /**
   * Accuracy by vote among some classes alone, on their training rows: what the papers report of a round.
   * @param list classes, ascending.
   */
  accuracyAmong(list: readonly number[]): number {
    const { train, classes } = this.#dataset;
    const labels: number[] = [];
    for (const [index, c] of list.entries())
      for (let n = train.first[c]!; n < train.first[c + 1]!; n++) labels.push(index);
    const tally = new VoteTally(list.length, Uint16Array.from(labels));
    const scores = new Float32Array(labels.length);
    list.forEach((i, a) => {
      for (const [b, j] of list.entries()) {
        const pair = b > a ? pairId(i, j, classes) : -1;
        if (pair < 0 || this.trained[pair] === 0) continue;
        let at = 0;
        for (const c of list) {
          const from = train.first[c]!;
          const count = train.first[c + 1]! - from;
          this.#host.predict(this.#rows.train, this.weights, pair * this.#size, from, count);
          scores.set(this.#host.scores.subarray(0, count), at);
          at += count;
        }
        tally.add(a, b, scores);
      }
    });
    return tally.accuracy;
  }

  #accuracyOn(offset: number, i: number, j: number): number {
    const { first } = this.#dataset.train;
    let right = 0;
    let rows = 0;
    for (const c of [i, j]) {
      const count = first[c + 1]! - first[c]!;
      this.#host.predict(this.#rows.train, this.weights, offset, first[c]!, count);
      const { scores } = this.#host;
      for (let n = 0; n < count; n++) if (scores[n]! > 0 === (c === i)) right++;
      rows += count;
    }
    return right / rows;
  }

  /** Outputs of every classifier on rows that lie in the host under `set`. */
  #outputs(rows: Rows, set: number): OutputTable {
    const outputs = new OutputTable(this.trained.length, rows.count);
    for (let pair = 0; pair < this.trained.length; pair++) {
      if (this.trained[pair] === 0) continue;
      this.#host.predict(set, this.weights, pair * this.#size, 0, rows.count);
      outputs.set(pair, this.#host.scores);
    }
    return outputs;
  }

  #optOvo(options: G2tOptions): Uint16Array {
    const { classes, test, validation, train } = this.#dataset;
    refuseSlowOptOvo(this.#dataset);
    const spec = {
      ...OPT_OVO_DEFAULTS,
      threshold: options['opt-ovo'].theta,
      groupLimit: options['opt-ovo']['group-size'],
      smoothing: options['opt-ovo'].smoothing,
      prune: options['opt-ovo'].prune,
    };
    const grouped = groupByClass(train);
    const rows = validation ?? grouped;
    const set = validation === undefined ? this.#rows.train : hostRows(this.#host, validation);
    const model = fitOptOvo(this.#outputs(rows, set), rows.y, classes, spec);
    return applyOptOvo(model, this.#outputs(test, this.#rows.test)).predicted;
  }

  #coupled(method: 'wlw' | 'ht'): Uint16Array {
    const { classes, features, test, train } = this.#dataset;
    const pairs = this.trained.length;
    const scale = planeScales(this.weights, train.x, features);
    const predicted = new Uint16Array(test.count);
    const chunk = Math.max(1, Math.min(test.count, Math.floor(SCORES_AT_ONCE / pairs)));
    for (let from = 0; from < test.count; from += chunk) {
      const rows = Math.min(chunk, test.count - from);
      const scores = new Float32Array(pairs * rows);
      for (let pair = 0; pair < pairs; pair++) {
        if (this.trained[pair] === 0) continue;
        this.#host.predict(this.#rows.test, this.weights, pair * this.#size, from, rows);
        scores.set(this.#host.scores.subarray(0, rows), pair * rows);
      }
      const table = { classes, rows, scores, trained: this.trained, scale };
      predicted.set(couple(table, method, ESTIMATES[method]).predicted, from);
    }
    return predicted;
  }
}

/** Refuses `combine: opt-ovo` where it would take over a minute, before anything is run. */
export function refuseSlowOptOvo({ classes, test, validation, train }: Dataset): void {
  const classifiers = pairCount(classes);
  const validationRows = (validation ?? train).count;
  const seconds = optOvoSeconds({ classifiers, validationRows, testRows: test.count, classes });
  if (seconds <= LONGEST_SECONDS) return;
  throw new InputError(
    `method.combine: expected a combination that takes at most ${LONGEST_SECONDS} s, got opt-ovo over ${classifiers} classifiers, ` +
      `${validationRows} validation and ${test.count} test rows, about ${Math.round(seconds)} s; use vote`,
  );
}

/** The rows grouped by class, classes ascending, in their order within a class. */
export function groupByClass(rows: Rows): Rows {
  const { count, features } = rows;
  const x = new Float32Array(count * features);
  const y = new Uint16Array(count);
  const byClass = new Uint32Array(count);
  for (let n = 0; n < count; n++) {
    const row = rows.byClass[n]!;
    x.set(rows.x.subarray(row * features, (row + 1) * features), n * features);
    y[n] = rows.y[row]!;
    byClass[n] = n;
  }
  return { count, features, x, y, byClass, first: rows.first };
}

/** Puts rows into the firmware host's memory. */
export function hostRows(host: FirmwareHost, rows: Rows): number {
  return host.writeRows(rows.x, rows.features, rows.y);
}
