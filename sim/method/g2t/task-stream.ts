import type { Rows } from '../../data/dataset.ts';
import type { FirmwareHost } from '../../device/host-types.ts';
import { RunError } from '../../kernel/errors.ts';
import { Streams, shuffle } from '../../kernel/random.ts';
import { getU32 } from '../../protocol/bytes.ts';
import { DEFAULT_CONFIG } from '../../protocol/config.ts';
import { CODEC, HEADER, HEADER_BYTES, MODE, PAYLOAD_BYTES } from '../../protocol/frame.ts';
import { seal } from '../../protocol/header.ts';
import { type Refuse, readRefuse, writeAck, writeConfig, writePing, writeTask } from '../../protocol/messages.ts';
import { rowBytes } from '../../protocol/rows.ts';
import { BIAS, decodeClassifier, type Found } from '../../protocol/weights.ts';
import { learnerConfig } from './learner.ts';
import type { G2tOptions } from './options.ts';
import type { WorkList } from './work-list.ts';

/** How the server sends a device the rows of a task. */
export type RowSource = 'stream' | 'cache';

export interface TaskStreamConfig {
  readonly host: FirmwareHost;
  readonly options: G2tOptions;
  readonly work: WorkList;
  /** Training rows grouped by class, and their number in the host. */
  readonly train: Rows;
  readonly trainSet: number;
  readonly classes: number;
  readonly seed: number;
  /** How each device gets rows that it does not hold. */
  readonly source: readonly RowSource[];
  /** Classes whose rows each device holds itself, by class; null for none. */
  readonly holds: readonly (Uint8Array | null)[];
  readonly receiveBytes: number;
  /** By device: time of a training step, us, and what a byte takes to come in, ns. */
  readonly benchMicroseconds: Float64Array;
  readonly nanosecondsPerByte: Float64Array;
}

/**
 * What the server streams for a task: CONFIG when the device has none, TASK, then the rows of its two classes in a seeded
 * order, once where the device keeps them, else once a pass in a new order each time (algorithms B.4, B.5). Frames are
 * made when they reach the device, so that what is under way takes no memory.
 */
export class TaskStream {
  readonly #config: TaskStreamConfig;
  readonly #rowBytes: number;
  readonly #rowsAFrame: number;
  readonly #orders: Streams;
  /** The classifiers of the upload at hand. */
  #decoded: Float32Array;
  readonly #decodedTasks: number[] = [];
  readonly #found: Found = { id: 0, count: 0, end: 0 };

  constructor(config: TaskStreamConfig) {
    this.#config = config;
    this.#rowBytes = rowBytes(config.train.features);
    this.#rowsAFrame = Math.floor((config.receiveBytes - HEADER_BYTES) / this.#rowBytes);
    this.#orders = new Streams(config.seed, 'row order', 0);
    this.#decoded = new Float32Array(64 * (config.train.features + 1));
  }

  readonly pingBytes = HEADER_BYTES;

  ping(device: number): number {
    const length = writePing(this.#config.host.inbox, device, 0);
    this.#config.host.seal(length);
    return length;
  }

  /** Bytes of all frames of a task's stream. */
  bytes(device: number, task: number, config: boolean): number {
    const rows = this.#rows(task);
    const { options } = this.#config;
    const from = this.#source(device, task);
    let bytes = HEADER_BYTES + (from === 'stream' ? PAYLOAD_BYTES.task : PAYLOAD_BYTES.taskMost);
    if (config) bytes += HEADER_BYTES + PAYLOAD_BYTES.config;
    if (from === 'held') return bytes;
    const pass = rows * this.#rowBytes + Math.ceil(rows / this.#rowsAFrame) * HEADER_BYTES;
    return bytes + pass * (from === 'stream' ? options.learner.passes : 1);
  }

  /**
   * How fast a device consumes a stream, byte/s: it trains on each row as that comes (on the rows of a cache in the first
   * pass), and takes in every byte. A device slower than the link slows the transfer down.
   */
  sink(device: number, task: number): number {
    if (this.#source(device, task) === 'held') return Number.POSITIVE_INFINITY;
    return (this.#rowBytes * 1e9) / (this.#config.benchMicroseconds[device]! * 1000 + this.#takingRow(device));
  }

  /** What an average task takes on each device by its speed alone, ns. */
  computeTimes(): Float64Array {
    const { train, classes, options, source, benchMicroseconds } = this.#config;
    const { passes } = options.learner;
    const rows = (2 * train.count) / classes;
    return benchMicroseconds.map((us, device) => {
      const sent = source[device] === 'stream' ? passes : 1;
      return rows * (us * 1000 * passes + this.#takingRow(device) * sent);
    });
  }

  /** ns that a device needs for the bytes of a row. */
  #takingRow(device: number): number {
    return this.#rowBytes * this.#config.nanosecondsPerByte[device]!;
  }

  /** Writes frame `index` of a task's stream into the inbox. @returns its length, 0 after the last. */
  fill(frame: { device: number; task: number; last: boolean; config: boolean; index: number }): number {
    const { device, task } = frame;
    const index = frame.config ? frame.index : frame.index + 1;
    if (index === 0) return this.#configure(device);
    if (index === 1) return this.#begin(device, task, frame.last);
    const { options } = this.#config;
    const source = this.#source(device, task);
    if (source === 'held') return 0;
    const rows = this.#rows(task);
    const framesAPass = Math.ceil(rows / this.#rowsAFrame);
    const pass = Math.floor((index - 2) / framesAPass);
    const within = (index - 2) % framesAPass;
    if (pass >= (source === 'stream' ? options.learner.passes : 1)) return 0;
    if (within === 0) this.#order(task, pass);
    const from = within * this.#rowsAFrame;
    return this.#config.host.compose({
      dataSet: this.#config.trainSet,
      device,
      task,
      from,
      count: Math.min(this.#rowsAFrame, rows - from),
      positive: this.#config.work.positive[task]!,
    });
  }

  /** Decodes a WEIGHTS frame; `decodedTask` and `decodedWeights` then give its classifiers. @returns how many. */
  decode(bytes: Uint8Array): number {
    const { train, options } = this.#config;
    const size = train.features + 1;
    // A learner without a bias sends n weights: theirs is 0.
    const missing = 1 - BIAS[options.learner.name];
    const found = this.#found;
    this.#decodedTasks.length = 0;
    for (let at = HEADER_BYTES; at < bytes.length; at = found.end) {
      const n = this.#decodedTasks.length;
      if ((n + 1) * size > this.#decoded.length) {
        const wider = new Float32Array(this.#decoded.length * 2);
        wider.set(this.#decoded);
        this.#decoded = wider;
      }
      const status = decodeClassifier(bytes, at, bytes.length, this.#decoded, n * size + missing, found);
      if (status !== 'ok' || found.count !== size - missing) {
        const got = status === 'ok' ? `${found.count} weights` : status;
        throw new RunError(`Expected an upload of classifiers of ${size - missing} weights, got ${got} at byte ${at}`);
      }
      if (missing === 1) this.#decoded[n * size] = 0;
      this.#decodedTasks.push(found.id);
    }
    return this.#decodedTasks.length;
  }

  decodedTask(n: number): number {
    return this.#decodedTasks[n]!;
  }

  /** Bias first. Valid until the next `decode`. */
  decodedWeights(n: number): Float32Array {
    const size = this.#config.train.features + 1;
    return this.#decoded.subarray(n * size, (n + 1) * size);
  }

  /** Writes the ACK of a WEIGHTS frame. @returns its length. */
  acknowledge(device: number, weights: Uint8Array, out: Uint8Array): number {
    const length = writeAck(out, device, 0, { upload: getU32(weights, HEADER.round) });
    seal(out, length);
    return length;
  }

  refusal(bytes: Uint8Array): Refuse {
    return readRefuse(bytes);
  }

  #configure(device: number): number {
    const { host, options } = this.#config;
    const { learner, hold } = options;
    const length = writeConfig(host.inbox, device, 0, {
      ...DEFAULT_CONFIG,
      ...learnerConfig(learner),
      codec: CODEC[options.codec],
      thresholdBase: hold.w0,
      thresholdLimit: hold['w-max'],
      // A quality that cannot fall below 1 leaves W_t at W_0.
      qualityFloor: hold.by === 'count' ? 1 : DEFAULT_CONFIG.qualityFloor,
      holdMilliseconds: Math.ceil(hold.time * 1000),
    });
    host.seal(length);
    return length;
  }

  #begin(device: number, task: number, last: boolean): number {
    const { host, options, work } = this.#config;
    const from = this.#source(device, task);
    const length = writeTask(host.inbox, device, work.round[task]!, {
      id: task,
      positive: work.positive[task]!,
      negative: work.negative[task]!,
      features: this.#config.train.features,
      rows: this.#rows(task),
      passes: options.learner.passes,
      mode: MODE[from] | (last ? MODE.last : 0) | (from === 'stream' ? 0 : MODE.seeded),
      seed: from === 'stream' ? 0 : Math.floor(this.#orders.at(work.pair[task]!, 0) * 4294967296),
    });
    host.seal(length);
    return length;
  }

  /**
   * The row order of a pass: a permutation drawn for this pair of classes and pass alone, so that a classifier is the same
   * whoever trains it and however tasks are allocated. Draw 0 of a pair is its tasks' seed.
   */
  #order(task: number, pass: number): void {
    const { work, train, host } = this.#config;
    const i = work.positive[task]!;
    const j = work.negative[task]!;
    const pair = work.pair[task]!;
    const { rowNumbers } = host;
    let rows = 0;
    for (let n = train.first[i]!; n < train.first[i + 1]!; n++) rowNumbers[rows++] = n;
    for (let n = train.first[j]!; n < train.first[j + 1]!; n++) rowNumbers[rows++] = n;
    let draw = 1 + pass * rows;
    shuffle(rowNumbers, () => this.#orders.at(pair, draw++), rows);
  }

  #source(device: number, task: number): RowSource | 'held' {
    const { work, holds, source } = this.#config;
    const held = holds[device];
    const both = held != null && held[work.positive[task]!] === 1 && held[work.negative[task]!] === 1;
    return both ? 'held' : source[device]!;
  }

  #rows(task: number): number {
    const { work, train } = this.#config;
    const i = work.positive[task]!;
    const j = work.negative[task]!;
    return train.first[i + 1]! - train.first[i]! + train.first[j + 1]! - train.first[j]!;
  }
}
