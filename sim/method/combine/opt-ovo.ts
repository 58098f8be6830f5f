import { assert } from '../../kernel/errors.ts';
import { groupClassifiers, withoutDuplicates } from './groups.ts';
import type { OutputTable } from './outputs.ts';

/**
 * Opt-OVO: B. Sudharsan, "Optimised One-vs-One", AAAI-22 student abstract (10.1609/aaai.v36i11.21666) and the README of
 * its repository: outputs of all classifiers on evaluation rows, their correlation, groups of highly correlated ones, a
 * joint probability table a group, and the class that maximises P(l) x product over groups of P(outputs of the group | l).
 * Threshold, grouping rule, smoothing and pruning rule are not published; those here are ours (defaults below).
 */
export interface OptOvoSpec {
  /** Correlation, 0 to 1, from which two classifiers may share a group. */
  readonly threshold: number;
  /** Classifiers a group, 1 to 16. */
  readonly groupLimit: number;
  /** Added to every count of a probability table, above 0. */
  readonly smoothing: number;
  /**
   * What may be dropped: nothing; inside a group (highest number first) what tells less than `information` bits about the
   * class beside the rest of the group; or what correlates with a kept one by at least `duplicate`.
   */
  readonly prune: 'none' | 'info' | 'dup';
  readonly information: number;
  readonly duplicate: number;
}

export const OPT_OVO_DEFAULTS: OptOvoSpec = {
  threshold: 0.9,
  groupLimit: 8,
  smoothing: 1,
  prune: 'none',
  information: 0.01,
  duplicate: 0.98,
};

interface Group {
  readonly members: readonly number[];
  /** Which row of `logs` a pattern of outputs has (bit m is member m); the last row is for patterns never seen. */
  readonly rowOf: Uint16Array;
  /** ln P(pattern | class): patterns x classes. */
  readonly logs: Float64Array;
}

export interface OptOvoModel {
  readonly classes: number;
  readonly groups: readonly Group[];
  /** ln P(class). */
  readonly prior: Float64Array;
  /** 1 for a classifier that the model needs. */
  readonly kept: Uint8Array;
}

/**
 * Fits the groups and their tables. Classifiers that are not trained are left out.
 * @param outputs on validation rows, which must not be the test rows.
 * @param labels the class of each of these rows.
 */
export function fitOptOvo(outputs: OutputTable, labels: Uint16Array, classes: number, spec: OptOvoSpec): OptOvoModel {
  assert(labels.length === outputs.rows, `Expected ${outputs.rows} labels, got ${labels.length}`);
  const ofClass = new Uint32Array(classes);
  for (const label of labels) ofClass[label]!++;
  const trained = Uint32Array.from(outputs.trained, (_, c) => c).filter((c) => outputs.trained[c] === 1);
  const candidates = spec.prune === 'dup' ? withoutDuplicates(outputs, trained, spec.duplicate) : trained;
  const groups: Group[] = [];
  const kept = new Uint8Array(outputs.classifiers);
  for (const all of groupClassifiers(outputs, candidates, spec)) {
    const members = spec.prune === 'info' ? informative(all, outputs, labels, classes, spec.information) : all;
    if (members.length === 0) continue;
    for (const member of members) kept[member] = 1;
    groups.push(tabulate(members, outputs, labels, ofClass, spec.smoothing));
  }
  const total = labels.length + spec.smoothing * classes;
  const prior = Float64Array.from(ofClass, (count) => Math.log((count + spec.smoothing) / total));
  return { classes, groups, prior, kept };
}

/**
 * @param outputs of the same classifiers on the rows to be classified.
 * @returns ln of P(class) x product of P(pattern | class), rows x classes, and the best class of each row (lowest of equals).
 */
export function applyOptOvo(
  model: OptOvoModel,
  outputs: OutputTable,
): { readonly predicted: Uint16Array; readonly logs: Float64Array } {
  const { classes, groups, prior } = model;
  const logs = new Float64Array(outputs.rows * classes);
  for (let row = 0; row < outputs.rows; row++) logs.set(prior, row * classes);
  for (const group of groups) {
    for (let row = 0; row < outputs.rows; row++) {
      const from = group.rowOf[pattern(outputs, group.members, row)]! * classes;
      const at = row * classes;
      for (let c = 0; c < classes; c++) logs[at + c]! += group.logs[from + c]!;
    }
  }
  const predicted = new Uint16Array(outputs.rows);
  for (let row = 0; row < outputs.rows; row++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (logs[row * classes + c]! > logs[row * classes + best]!) best = c;
    predicted[row] = best;
  }
  return { predicted, logs };
}

/**
 * The time that fitting and applying take at most, in seconds on the machine this was measured on (estimate): every pair
 * of classifiers compared over all words, then every group's table read for every row.
 */
export function optOvoSeconds(size: {
  readonly classifiers: number;
  readonly validationRows: number;
  readonly testRows: number;
  readonly classes: number;
}): number {
  const { classifiers, validationRows, testRows, classes } = size;
  const comparisons = classifiers * (classifiers - 1) * 0.5 * Math.ceil(validationRows / 32);
  const tables = classifiers * (testRows * classes + validationRows);
  return comparisons * SECONDS_PER_WORD + tables * SECONDS_PER_ENTRY;
}

const SECONDS_PER_WORD = 2.5e-9;
const SECONDS_PER_ENTRY = 1.5e-9;

/** Drops members, the highest number first, as long as the rest of the group tells the class about as well. */
function informative(
  members: readonly number[],
  outputs: OutputTable,
  labels: Uint16Array,
  classes: number,
  least: number,
): readonly number[] {
  let rest = [...members];
  let entropy = classEntropy(rest, outputs, labels, classes);
  for (const member of [...members].reverse()) {
    const without = rest.filter((each) => each !== member);
    const coarser = classEntropy(without, outputs, labels, classes);
    if (coarser - entropy >= least) continue;
    rest = without;
    entropy = coarser;
  }
  return rest;
}

/** H(class | outputs of the members) in bits, from the counts of the validation rows. */
function classEntropy(members: readonly number[], outputs: OutputTable, labels: Uint16Array, classes: number): number {
  const { counts, distinct } = countPatterns(members, outputs, labels, classes);
  let bits = 0;
  for (let p = 0; p < distinct; p++) {
    let total = 0;
    for (let c = 0; c < classes; c++) total += counts[p * classes + c]!;
    for (let c = 0; c < classes; c++) {
      const count = counts[p * classes + c]!;
      if (count > 0) bits += count * Math.log(total / count);
    }
  }
  return bits / (labels.length * Math.LN2);
}

function tabulate(
  members: readonly number[],
  outputs: OutputTable,
  labels: Uint16Array,
  ofClass: Uint32Array,
  smoothing: number,
): Group {
  const classes = ofClass.length;
  const { counts, distinct, rowOf } = countPatterns(members, outputs, labels, classes);
  const logs = new Float64Array((distinct + 1) * classes);
  for (let c = 0; c < classes; c++) {
    const total = ofClass[c]! + smoothing * (distinct + 1);
    for (let p = 0; p < distinct; p++) logs[p * classes + c] = Math.log((counts[p * classes + c]! + smoothing) / total);
    logs[distinct * classes + c] = Math.log(smoothing / total);
  }
  return { members, rowOf, logs };
}

/** Patterns numbered in the order they are met; a pattern never seen has the number `distinct`. */
function countPatterns(
  members: readonly number[],
  outputs: OutputTable,
  labels: Uint16Array,
  classes: number,
): { readonly counts: Uint32Array; readonly distinct: number; readonly rowOf: Uint16Array } {
  const most = Math.min(1 << members.length, labels.length);
  const counts = new Uint32Array(most * classes);
  const rowOf = new Uint16Array(1 << members.length).fill(0xffff);
  let distinct = 0;
  for (let row = 0; row < labels.length; row++) {
    const key = pattern(outputs, members, row);
    if (rowOf[key] === 0xffff) rowOf[key] = distinct++;
    counts[rowOf[key]! * classes + labels[row]!]!++;
  }
  for (let key = 0; key < rowOf.length; key++) if (rowOf[key] === 0xffff) rowOf[key] = distinct;
  return { counts, distinct, rowOf };
}

function pattern(outputs: OutputTable, members: readonly number[], row: number): number {
  let key = 0;
  for (let m = 0; m < members.length; m++) key |= outputs.bit(members[m]!, row) << m;
  return key;
}
