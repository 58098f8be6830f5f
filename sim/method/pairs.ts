import { assert } from '../kernel/errors.ts';

/**
 * One-against-one tasks of k classes, numbered row by row: (0,1), (0,2), ... (0,k-1), (1,2), ... In the task (i, j),
 * i < j, rows of class i are positive (label 1), rows of class j are negative (label 0).
 */

/** How many tasks k classes make: k (k - 1) / 2. */
export function pairCount(classes: number): number {
  return (classes * (classes - 1)) / 2;
}

/** The task of classes i < j. */
export function pairId(i: number, j: number, classes: number): number {
  assert(i >= 0 && i < j && j < classes, `Expected classes i < j < ${classes}, got ${i} and ${j}`);
  return (i * (2 * classes - i - 1)) / 2 + (j - i - 1);
}

/** The positive class i of a task, by the root of i (2k - i - 1) / 2 = id, set right where rounding misleads it. */
export function pairFirst(id: number, classes: number): number {
  assert(id >= 0 && id < pairCount(classes), `Expected a task below ${pairCount(classes)}, got ${id}`);
  const b = 2 * classes - 1;
  let i = Math.floor((b - Math.sqrt(b * b - 8 * id)) / 2);
  while (firstTask(i, classes) > id) i--;
  while (firstTask(i + 1, classes) <= id) i++;
  return i;
}

/** The negative class j of a task. */
export function pairSecond(id: number, classes: number): number {
  const i = pairFirst(id, classes);
  return id - firstTask(i, classes) + i + 1;
}

/** The task (i, i + 1). */
function firstTask(i: number, classes: number): number {
  return (i * (2 * classes - i - 1)) / 2;
}
