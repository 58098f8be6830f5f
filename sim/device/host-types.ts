import type { Instant } from '../kernel/time.ts';

/** What a device is, as its firmware knows it (and as HELLO tells the server). */
export interface DeviceSpec {
  /** RAM that the firmware may use for training, bytes: its own record, receive buffer, learner, cache, held classifiers. */
  readonly ramBytes: number;
  /** Flash that rows held by the device may fill, bytes. */
  readonly flashBytes: number;
  /** Receive buffer, bytes: a power of two, 128 to 65,536. A longer frame is answered with status `too-long`. */
  readonly receiveBytes: number;
  /** Clock in MHz, whole, 0 to 65,535: told in HELLO, not used by the firmware. */
  readonly megahertz: number;
  readonly fpu: boolean;
  /** Time of one training step as measured by the device itself, in us: told in HELLO. */
  readonly benchMicroseconds: number;
}

/**
 * Indices into `FirmwareHost.work`: what the last deliver, timer or poll did. The firmware counts these itself, the same
 * on every target; a board's cycle model multiplies them.
 * `flopOf` makes FLOP of them.
 */
export const WORK = {
  /** Multiply-adds of dot products: n a prediction (n + 1 as published), and n a squared norm (normalised). */
  multiplyAdds: 0,
  /** Opt-SGD alone: weights rewritten by updates, velocity included: n + 1 a row with an error. */
  updatedWeights: 1,
  /** Opt-SGD alone: rows with an error. */
  updates: 2,
  /** Rows trained on (a row counts once a pass). */
  rows: 3,
  /** Bytes of the frames taken in, header included. */
  bytesReceived: 4,
  /** Bytes copied from the receive buffer or from held rows into the row window or cache: 4n + 1 a row. */
  bytesCopied: 5,
  /** Bytes run through CRC-32, in and out. */
  bytesChecked: 6,
  /** Bytes that an encoder wrote. */
  bytesEncoded: 7,
  /** Exponentials of the published code: one a prediction as published, else none. */
  exps: 8,
  /** Frames handled, in or out. */
  frames: 9,
  /** Labels of held rows looked at, and positions of a seeded order drawn. */
  scans: 10,
  /** All learners but Opt-SGD: elements of a vector or matrix loaded, changed and stored. */
  rewritten: 11,
  /** The same: sums and products outside dot products. */
  operations: 12,
  /** The same: divisions. */
  divisions: 13,
  /** The same: exponentials and logarithms of the firmware's own (`exps` are those of the published code). */
  functions: 14,
} as const;
export const WORK_COUNT = 15;

/** Sums and products of an exponential of the firmware's (G2T_FUNCTION_FLOP); a logarithm counts for as many. */
export const FUNCTION_FLOP = 21;

/**
 * Floating-point operations of counted training: every sum, product and division is one.
 *
 * | learner | a row | at the end of a task |
 * |---|---|---|
 * | opt-sgd (algorithms, section F) | 2n, with an error 7n + 4 | - |
 * | svm | 5n + 2, with a loss 7n + 3 | - |
 * | logistic | 4n + 5 + FUNCTION_FLOP | - |
 * | lda | n (n + 1) + 4n + 1 | n^3 / 3 + O(n^2) + FUNCTION_FLOP |
 * | sefr | n | 10n + 6 |
 * | train-pp | 2n + 2, with a loss 6n + 5 | - |
 *
 * @param work counts by WORK index.
 */
export function flopOf(work: Float64Array): number {
  const optSgd = 5 * work[WORK.updatedWeights]! - work[WORK.updates]!;
  const others = work[WORK.operations]! + work[WORK.divisions]! + FUNCTION_FLOP * work[WORK.functions]!;
  return 2 * work[WORK.multiplyAdds]! + optSgd + others;
}

/** What `deliver`, `timer` and `poll` may answer: 0 good, negative an error. The same numbers as firmware/include/g2t_status.h. */
export const STATUS = {
  ok: 0,
  'too-short': -1,
  'bad-magic': -2,
  'bad-version': -3,
  'bad-length': -4,
  'bad-crc': -5,
  'bad-type': -6,
  'bad-value': -7,
  'wrong-state': -8,
  'wrong-device': -9,
  'unknown-task': -10,
  'too-long': -11,
  'no-memory': -12,
  'bad-encoding': -13,
} as const;

export function statusName(status: number): string {
  for (const [name, value] of Object.entries(STATUS)) if (value === status) return name;
  return `unknown (${status})`;
}

/** Longest frame that any device takes, bytes: the largest receive buffer. */
export const INBOX_BYTES = 65_536;

/** What decides how much RAM a task takes. */
export interface TaskShape {
  readonly learner: number;
  readonly features: number;
  readonly rows: number;
  readonly mode: number;
  readonly codec: number;
  readonly receiveBytes: number;
}

/** Firmware of many devices, all in one WASI instance (pooled) or each in its own (isolated): the same behaviour. */
export interface FirmwareHost {
  /** How many WASI instances exist. */
  readonly instances: number;
  readonly devices: number;
  /** Bytes of linear memory in all instances. */
  readonly memoryBytes: number;

  /** Adds a device in its state after power-on: it wants to send HELLO (poll it). Ids are 0, 1, 2, ... */
  add(spec: DeviceSpec): number;

  /** Where a frame for a device is written before `deliver` or `submit`. */
  readonly inbox: Uint8Array;
  /** Fills payload length and CRC-32 of the frame of `length` bytes that lies in the inbox. */
  seal(length: number): void;
  /** Gives inbox[0, length) to the device. Any bytes give a status, never a trap; a bad frame changes nothing. */
  deliver(device: number, length: number, at: Instant): number;
  /**
   * The same as `deliver`, which may go on in another thread: one frame a device at a time, until `collect`. Whatever else is asked of the
   * device in between waits for it.
   * @param weight multiply-adds that it takes at least.
   */
  submit(device: number, length: number, at: Instant, weight: number): void;
  /** Waits for what was submitted for the device; `work` then has its counts. @returns the status. @throws RunError when its thread failed. */
  collect(device: number): number;
  /** Lets the device act on time: call at `deadline`. */
  timer(device: number, at: Instant): number;
  /** Takes the next outgoing frame: its length, 0 when there is none. The bytes are outbox[0, length), taken anew after this call, until the next. */
  poll(device: number, at: Instant): number;
  readonly outbox: Uint8Array;
  /** When the firmware wants `timer` next, in ns; Infinity when never. */
  deadline(device: number): number;
  /** Counts of the last deliver, collect, timer or poll: see WORK. */
  readonly work: Float64Array;

  /** W_t: how many finished classifiers the device gathers before it sends, 1 to W_max. */
  threshold(device: number): number;
  /** Finished classifiers that the device holds: waiting, or sent and not yet acknowledged. */
  held(device: number): number;
  /** Rows that the device holds itself. */
  heldRows(device: number): number;
  /** Whether a task is being trained. */
  busy(device: number): boolean;

  /**
   * RAM that a task needs on a device, bytes (to choose `mode` before TASK is sent): fixed part, receive buffer, learner,
   * cache, row order and room for its result.
   * @param task `learner`: as in CONFIG.
   */
  taskBytes(task: TaskShape): number;

  /**
   * Puts a data set into linear memory, once (isolated: into every instance that needs it).
   * @param rows row-major, `features` float32 a row. @param classes one class a row, 0 to 65,535.
   * @returns the data set's number.
   */
  writeRows(rows: Float32Array, features: number, classes: Uint16Array): number;
  /** The device holds these rows of a data set itself (tasks with source `held` train on them, unsent). */
  hold(device: number, dataSet: number, rows: Uint32Array): void;

  /** Row numbers for `compose`: capacity 65,536. Take it anew for each use. */
  readonly rowNumbers: Uint32Array;
  /**
   * Writes a sealed DATA frame into the inbox: rows rowNumbers[from, from + count) of the data set, label 1 where the class is
   * `positive`, else 0.
   * @returns the frame's length.
   */
  compose(frame: {
    dataSet: number;
    device: number;
    task: number;
    from: number;
    count: number;
    positive: number;
  }): number;

  /**
   * Scores of one linear classifier on rows [first, first + count) of a data set: z = w0 + x.w with the firmware's own
   * dot product. Leaves z in `scores` and bit r of `bits` (r counted from `first`; word r >> 5, bit r & 31) = z > 0.
   * @param weights n + 1 float32 from `offset`, bias first.
   */
  predict(dataSet: number, weights: Float32Array, offset: number, first: number, count: number): void;
  /** Results of the last `predict`. Take them anew after each. */
  readonly scores: Float32Array;
  readonly bits: Uint32Array;

  /** RAM that an exchange needs on a device that holds `rows` rows, bytes, all included: what its SETUP is refused for beyond. */
  exchangeBytes(exchange: ExchangeSize): number;

  /**
   * Loss and predictions of an exchange's model, by the firmware's own kernels.
   * @param model 0 svm, 1 logistic, 2 softmax. @param weights its parameters, laid out as in PARAMS.
   */
  evaluate(rows: EvaluatedRows, model: number, classes: number, weights: Float32Array): Evaluation;
}

/** What the RAM of an exchange goes by; numbers as in SETUP. */
export interface ExchangeSize {
  readonly model: number;
  readonly kind: number;
  readonly classes: number;
  readonly features: number;
  readonly batch: number;
  readonly rows: number;
  readonly receiveBytes: number;
}

/** Rows [first, first + count) of a data set; `listed`: rows rowNumbers[first, first + count) of it. */
export interface EvaluatedRows {
  readonly dataSet: number;
  readonly first: number;
  readonly count: number;
  readonly listed: boolean;
}

export interface Evaluation {
  /** Sum of the rows' losses, without the penalty on the weights. */
  readonly loss: number;
  readonly right: number;
  /** By row; binary models: 1 where z > 0 (right where the class is odd), else 0. Valid until the host is used again. */
  readonly predicted: Uint16Array;
}
