import { cyclesToDuration, type Duration } from '../kernel/time.ts';
import { type Board, type Kernel, publishedFixed } from './board.ts';
import { WORK, WORK_COUNT } from './host-types.ts';
import { finishWorkOf, type LearnerName, rowWorkOf } from './learner-work.ts';

/**
 * Cycles of counted work on a board: whole, rounded up once. `as-published` charges training alone (exponentials,
 * multiply-adds, updated weights) times the whole number of passes of the published runs, and holds for replays only.
 * @param work counts by WORK index, as the firmware leaves them.
 *
 * Not modelled: caches beyond an average, interrupts, and a second core.
 */
export function cyclesOf(board: Board, kernel: Kernel, work: Float64Array): number {
  const costs = board.costs[kernel];
  let cycles = 0;
  for (let i = 0; i < WORK_COUNT; i++) cycles += costs[i]! * work[i]!;
  return Math.ceil(cycles);
}

/** The time that the cycles of `cyclesOf` take at the board's clock, rounded up to whole ns. */
export function workTime(board: Board, kernel: Kernel, work: Float64Array): Duration {
  return cyclesToDuration(cyclesOf(board, kernel, work), board.kilohertz);
}

/** Cycles of the board's own CPU to encrypt or decrypt the bytes of TLS records: 0 where TLS ends on a modem or a bridge. */
export function recordCycles(board: Board, bytes: number): number {
  return Math.ceil(board.tls.cyclesPerByte * bytes);
}

/** ns of the board's CPU for each byte of a frame that comes in, before anything is done with it: taken, checked, decrypted. */
export function nanosecondsPerByteTaken(board: Board, kernel: Kernel, tls: boolean): number {
  const costs = board.costs[kernel];
  const cycles = costs[WORK.bytesReceived]! + costs[WORK.bytesChecked]! + (tls ? board.tls.cyclesPerByte : 0);
  return (cycles * 1e6) / board.kilohertz;
}

/** Computing time of a TLS 1.3 handshake on the client's side, wherever it ends: what the network adds to its round trips. */
export function handshakeTimes(board: Board): { readonly full: Duration; readonly resumed: Duration } {
  const { kilohertz, fullCycles, resumedCycles } = board.tls;
  return { full: cyclesToDuration(fullCycles, kilohertz), resumed: cyclesToDuration(resumedCycles, kilohertz) };
}

/** Work of one row trained on, with its copy from the buffer: an average row, of which `updateShare` (by default UPDATE_SHARE) has an error or a loss. */
export function rowWork(
  features: number,
  kernel: Kernel,
  updateShare?: number,
  learner: LearnerName = 'opt-sgd',
): Float64Array {
  const work = rowWorkOf(learner, features, updateShare);
  if (kernel === 'as-published') {
    work[WORK.multiplyAdds] = features + 1;
    work[WORK.exps] = 1;
  }
  work[WORK.bytesCopied] = 4 * features + 1;
  return work;
}

/** Cycles of one training step on an average row, not rounded. */
export function fitCycles(
  board: Board,
  kernel: Kernel,
  features: number,
  updateShare?: number,
  learner: LearnerName = 'opt-sgd',
): number {
  const work = rowWork(features, kernel, updateShare, learner);
  const costs = board.costs[kernel];
  return work.reduce((sum, count, i) => sum + count * costs[i]!, 0);
}

/** Cycles of what a learner does once at the end of a task, not rounded. */
export function finishCycles(board: Board, learner: LearnerName, features: number): number {
  return finishWorkOf(learner, features).reduce((sum, count, i) => sum + count * board.costs.ours[i]!, 0);
}

/** Cycles of one classifier's score on one row, not rounded: no passes, no update. */
export function scoreCycles(board: Board, kernel: Kernel, features: number): number {
  if (kernel === 'ours') return board.own.row + board.own.multiplyAdd * features;
  const { asPublished } = board;
  return publishedFixed(asPublished) + asPublished.multiplyAdd * (features + 1);
}

/** The benchmark that HELLO reports: time of one training step in us (a device sends it as float32). */
export function microsecondsPerFit(
  board: Board,
  kernel: Kernel,
  features: number,
  learner: LearnerName = 'opt-sgd',
): number {
  return (fitCycles(board, kernel, features, undefined, learner) * 1000) / board.kilohertz;
}
