import { getF32, getU16, getU32, putF32, putU16, putU32 } from './bytes.ts';
import { FRAME, HEADER_BYTES, LINK, MODE, PAYLOAD_BYTES } from './frame.ts';
import { putHeader } from './header.ts';

/**
 * One writer a frame type: each puts a whole frame into out[0, length) and returns the length. The CRC stays to be filled: the
 * host's `seal` does it in WASM, header.ts's on cold paths. Readers take the payload, whose length the caller has checked.
 */

/** Device to server, once after power-on. */
export interface Hello {
  readonly ramBytes: number;
  readonly flashBytes: number;
  readonly megahertz: number;
  readonly fpu: boolean;
  /** Receive buffer: the longest frame the device takes. */
  readonly receiveBytes: number;
  readonly benchMicroseconds: number;
}

/** Server to device, after HELLO; again whenever a setting changes (learner and codec not during a task). */
export interface Config {
  /** LEARNER, VARIANT and CODEC of frame.ts. */
  readonly learner: number;
  readonly variant: number;
  readonly codec: number;
  /**
   * The learner's parameters: opt-sgd alpha and momentum, svm eta and lambda, logistic eta, lda lambda, train-pp C; what a learner has not
   * got is ignored. One out of its range (g2t_learner.h) is answered with `bad-value`.
   */
  readonly first: number;
  readonly second: number;
  /** W_0 and W_max, classifiers, 1 to 65,535. */
  readonly thresholdBase: number;
  readonly thresholdLimit: number;
  /** q_min, above 0, at most 1. */
  readonly qualityFloor: number;
  /** t_ref: transfer time of S_ref bytes on the reference network, us, at least 1. */
  readonly referenceMicroseconds: number;
  /** S_ref, bytes. */
  readonly referenceBytes: number;
  /** T_hold, ms; 0 never. */
  readonly holdMilliseconds: number;
  /** Uploads without an ACK for this long are sent again, ms; 0 never. */
  readonly ackMilliseconds: number;
}

/** The defaults of algorithms.md, sections A1 (in Opt-OVO) and C.2. */
export const DEFAULT_CONFIG: Config = {
  learner: 0,
  variant: 0,
  codec: 0,
  first: 1,
  second: 0,
  thresholdBase: 1,
  thresholdLimit: 64,
  qualityFloor: 1 / 64,
  referenceMicroseconds: 24_096,
  referenceBytes: 512,
  holdMilliseconds: 60_000,
  ackMilliseconds: 0,
};

export interface Task {
  readonly id: number;
  /** Classes i (label 1) and j (label 0): told, and used by `held` tasks to choose rows. */
  readonly positive: number;
  readonly negative: number;
  readonly features: number;
  /** Rows a pass; `held`: at most so many, 0 for all. */
  readonly rows: number;
  /** 1 to 255. */
  readonly passes: number;
  /** Bits of MODE; with MODE.seeded the seed follows. */
  readonly mode: number;
  /** Used with MODE.seeded only. */
  readonly seed: number;
}

export interface Refusal {
  readonly task: number;
  /** One of REFUSAL. */
  readonly reason: number;
  /** RAM that the task would have taken, bytes (0 where RAM is not the reason), and what there is. */
  readonly needsBytes: number;
  readonly ramBytes: number;
}

/** The port's report of an exchange; never on the wire. */
export interface LinkReport {
  /** 0: none measured. */
  readonly rttMicroseconds: number;
  readonly transferMicroseconds: number;
  readonly bytes: number;
  /** Attempts that failed, 0 to 65,535. */
  readonly failed: number;
  readonly delivered: boolean;
  /** Undefined: not an upload of the device's; else the upload's number. */
  readonly upload: number | undefined;
}

const FPU = 1;

export function writeHello(out: Uint8Array, device: number, hello: Hello): number {
  const p = putHeader(out, FRAME.hello, device, 0, PAYLOAD_BYTES.hello);
  putU32(out, p, hello.ramBytes);
  putU32(out, p + 4, hello.flashBytes);
  putU16(out, p + 8, hello.megahertz);
  putU16(out, p + 10, (hello.fpu ? FPU : 0) | ((31 - Math.clz32(hello.receiveBytes)) << 8));
  putF32(out, p + 12, hello.benchMicroseconds);
  return HEADER_BYTES + PAYLOAD_BYTES.hello;
}

export function readHello(frame: Uint8Array): Hello {
  const p = HEADER_BYTES;
  const flags = getU16(frame, p + 10);
  return {
    ramBytes: getU32(frame, p),
    flashBytes: getU32(frame, p + 4),
    megahertz: getU16(frame, p + 8),
    fpu: (flags & FPU) !== 0,
    receiveBytes: (1 << ((flags >>> 8) & 31)) >>> 0,
    benchMicroseconds: getF32(frame, p + 12),
  };
}

export function writeConfig(out: Uint8Array, device: number, round: number, config: Config): number {
  const p = putHeader(out, FRAME.config, device, round, PAYLOAD_BYTES.config);
  out[p] = config.learner;
  out[p + 1] = config.variant;
  out[p + 2] = config.codec;
  out[p + 3] = 0;
  putF32(out, p + 4, config.first);
  putF32(out, p + 8, config.second);
  putU16(out, p + 12, config.thresholdBase);
  putU16(out, p + 14, config.thresholdLimit);
  putF32(out, p + 16, config.qualityFloor);
  putU32(out, p + 20, config.referenceMicroseconds);
  putU32(out, p + 24, config.referenceBytes);
  putU32(out, p + 28, config.holdMilliseconds);
  putU32(out, p + 32, config.ackMilliseconds);
  return HEADER_BYTES + PAYLOAD_BYTES.config;
}

export function readConfig(frame: Uint8Array): Config {
  const p = HEADER_BYTES;
  return {
    learner: frame[p]!,
    variant: frame[p + 1]!,
    codec: frame[p + 2]!,
    first: getF32(frame, p + 4),
    second: getF32(frame, p + 8),
    thresholdBase: getU16(frame, p + 12),
    thresholdLimit: getU16(frame, p + 14),
    qualityFloor: getF32(frame, p + 16),
    referenceMicroseconds: getU32(frame, p + 20),
    referenceBytes: getU32(frame, p + 24),
    holdMilliseconds: getU32(frame, p + 28),
    ackMilliseconds: getU32(frame, p + 32),
  };
}

export function writeTask(out: Uint8Array, device: number, round: number, task: Task): number {
  const seeded = (task.mode & MODE.seeded) !== 0;
  const length = seeded ? PAYLOAD_BYTES.taskSeeded : PAYLOAD_BYTES.task;
  const p = putHeader(out, FRAME.task, device, round, length);
  putU32(out, p, task.id);
  putU16(out, p + 4, task.positive);
  putU16(out, p + 6, task.negative);
  putU16(out, p + 8, task.features);
  putU32(out, p + 10, task.rows);
  out[p + 14] = task.passes;
  out[p + 15] = task.mode;
  if (seeded) putU32(out, p + 16, task.seed);
  return HEADER_BYTES + length;
}

export function readTask(frame: Uint8Array): Task {
  const p = HEADER_BYTES;
  const mode = frame[p + 15]!;
  return {
    id: getU32(frame, p),
    positive: getU16(frame, p + 4),
    negative: getU16(frame, p + 6),
    features: getU16(frame, p + 8),
    rows: getU32(frame, p + 10),
    passes: frame[p + 14]!,
    mode,
    seed: (mode & MODE.seeded) !== 0 ? getU32(frame, p + 16) : 0,
  };
}

/** Bytes of a row in DATA: float32 features and the label. */
export function rowBytes(features: number): number {
  return 4 * features + 1;
}

/** For cold paths; the host's `compose` writes the same from rows in linear memory. @param rows row-major. @param labels 0 or 1. */
export function writeData(
  out: Uint8Array,
  device: number,
  task: number,
  rows: Float32Array,
  labels: Uint8Array,
): number {
  const features = rows.length / labels.length;
  let p = putHeader(out, FRAME.data, device, task, labels.length * rowBytes(features));
  const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
  for (let r = 0; r < labels.length; r++) {
    out.set(bytes.subarray(r * features * 4, (r + 1) * features * 4), p);
    out[p + features * 4] = labels[r]!;
    p += rowBytes(features);
  }
  return p;
}

/** Row order for passes over cached rows. @param order row numbers below 65,536; order[from, from + count) is sent. */
export function writeOrder(
  out: Uint8Array,
  device: number,
  task: number,
  order: ArrayLike<number>,
  from: number,
  count: number,
): number {
  const p = putHeader(out, FRAME.order, device, task, 2 * count);
  for (let k = 0; k < count; k++) putU16(out, p + 2 * k, order[from + k]!);
  return p + 2 * count;
}

export function readOrder(frame: Uint8Array): Uint16Array {
  const count = getU32(frame, 12) / 2;
  return Uint16Array.from({ length: count }, (_, k) => getU16(frame, HEADER_BYTES + 2 * k));
}

/** @param upload the number in the header of the WEIGHTS frame that arrived. */
export function writeAck(out: Uint8Array, device: number, round: number, upload: number): number {
  putU32(out, putHeader(out, FRAME.ack, device, round, PAYLOAD_BYTES.ack), upload);
  return HEADER_BYTES + PAYLOAD_BYTES.ack;
}

export function readAck(frame: Uint8Array): number {
  return getU32(frame, HEADER_BYTES);
}

export function writePing(out: Uint8Array, device: number, round: number): number {
  return putHeader(out, FRAME.ping, device, round, 0);
}

export function writePong(out: Uint8Array, device: number, round: number): number {
  return putHeader(out, FRAME.pong, device, round, 0);
}

/** Asks for whatever is finished and held. */
export function writeFlush(out: Uint8Array, device: number, round: number): number {
  return putHeader(out, FRAME.flush, device, round, 0);
}

export function writeRefusal(out: Uint8Array, device: number, refusal: Refusal): number {
  const p = putHeader(out, FRAME.refuse, device, 0, PAYLOAD_BYTES.refuse);
  putU32(out, p, refusal.task);
  putU32(out, p + 4, refusal.reason);
  putU32(out, p + 8, refusal.needsBytes);
  putU32(out, p + 12, refusal.ramBytes);
  return HEADER_BYTES + PAYLOAD_BYTES.refuse;
}

export function readRefusal(frame: Uint8Array): Refusal {
  const p = HEADER_BYTES;
  return {
    task: getU32(frame, p),
    reason: getU32(frame, p + 4),
    needsBytes: getU32(frame, p + 8),
    ramBytes: getU32(frame, p + 12),
  };
}

export function writeLink(out: Uint8Array, device: number, report: LinkReport): number {
  const p = putHeader(out, FRAME.link, device, report.upload ?? 0, PAYLOAD_BYTES.link);
  putU32(out, p, report.rttMicroseconds);
  putU32(out, p + 4, report.transferMicroseconds);
  putU32(out, p + 8, report.bytes);
  putU16(out, p + 12, report.failed);
  putU16(out, p + 14, (report.delivered ? LINK.delivered : 0) | (report.upload === undefined ? 0 : LINK.upload));
  return HEADER_BYTES + PAYLOAD_BYTES.link;
}

export function readLink(frame: Uint8Array): LinkReport {
  const p = HEADER_BYTES;
  const flags = getU16(frame, p + 14);
  return {
    rttMicroseconds: getU32(frame, p),
    transferMicroseconds: getU32(frame, p + 4),
    bytes: getU32(frame, p + 8),
    failed: getU16(frame, p + 12),
    delivered: (flags & LINK.delivered) !== 0,
    upload: (flags & LINK.upload) !== 0 ? getU32(frame, 8) : undefined,
  };
}
