import type { Board, Kernel } from './board.ts';
import { microsecondsPerFit } from './cycles.ts';
import type { DeviceSpec } from './host-types.ts';
import { type LearnerName, learnerBytes } from './learner-work.ts';

/** What a device is asked to hold at once. */
export interface MemoryNeed {
  /** opt-sgd by default. */
  readonly learner?: LearnerName;
  readonly features: number;
  /** Finished classifiers that may wait to be sent: W_max. */
  readonly held: number;
  /** Rows kept for further passes, 0 when rows are sent anew. */
  readonly cachedRows: number;
  /** The receive buffer, bytes. */
  readonly receiveBytes: number;
}

/** RAM in bytes, by what takes it. */
export interface MemoryUse {
  readonly record: number;
  readonly learner: number;
  readonly held: number;
  readonly cache: number;
  readonly receive: number;
  readonly needed: number;
  /** What the board leaves to training: RAM less system, stack, radio and TLS. */
  readonly available: number;
  /** available - needed: negative when it does not fit. */
  readonly margin: number;
  readonly fits: boolean;
}

/** The fixed part of a device: its record, its queue of tasks and the window of one row's work. Estimate; the firmware's own `taskBytes` decides in a run. */
const RECORD_BYTES = 768;
/** Heading of an encoded classifier: mode, id, count (algorithms C.3). */
const HEADING_BYTES = 9;

/** RAM that the board leaves to training, bytes. */
export function trainingBytes(board: Board): number {
  return Math.max(0, board.ramBytes - board.systemBytes - board.tls.ramBytes);
}

/**
 * RAM that the firmware needs, by part, against what the board leaves: the learner's state, a held classifier of 4 (n + 1) + 9 bytes, a cached row of 4 n (padded) + 1 bytes and 2 of its place in the
 * order. For planning and `g2t board`; in a run the firmware counts and refuses for itself.
 */
export function memoryOf(board: Board, need: MemoryNeed): MemoryUse {
  const padded = 4 * Math.ceil(need.features / 4);
  const learner = learnerBytes(need.learner ?? 'opt-sgd', need.features);
  const held = need.held * (4 * (need.features + 1) + HEADING_BYTES);
  const cache = need.cachedRows * (4 * padded + 1 + 2);
  const receive = need.receiveBytes;
  const needed = RECORD_BYTES + learner + held + cache + receive;
  const available = trainingBytes(board);
  const margin = available - needed;
  return { record: RECORD_BYTES, learner, held, cache, receive, needed, available, margin, fits: margin >= 0 };
}

/** The firmware counts RAM in 31 bits; what a board has beyond that is of no use to it. */
const LARGEST = 0x7fff_ffff;

/** The board as its firmware knows it. @param options features and learner of the scenario: the benchmark in HELLO is taken with them. */
export function deviceSpec(
  board: Board,
  options: {
    readonly kernel: Kernel;
    readonly learner?: LearnerName;
    readonly features: number;
    readonly receiveBytes: number;
  },
): DeviceSpec {
  return {
    ramBytes: Math.min(LARGEST, trainingBytes(board)),
    flashBytes: Math.min(LARGEST, board.flashBytes),
    receiveBytes: options.receiveBytes,
    megahertz: Math.floor(board.kilohertz / 1000),
    fpu: board.fpu !== 'none',
    benchMicroseconds: microsecondsPerFit(board, options.kernel, options.features, options.learner),
  };
}
