// Generated from sim/protocol/table.ts by `npm run messages`: change the table, not this file.
import { getF32, getU16, getU32, putF32, putU16, putU32 } from './bytes.ts';
import { FRAME, HEADER_BYTES } from './frame.ts';
import { putHeader } from './header.ts';

// Readers take a frame whose header and length were checked.

/** HELLO, device to server. Sent once after power-on. */
export interface Hello {
  /** RAM for everything; B. */
  readonly ramBytes: number;
  /** Flash for rows that the device holds; B. */
  readonly flashBytes: number;
  /** Clock of the core; MHz. */
  readonly megahertz: number;
  /** Has a floating-point unit. */
  readonly fpu: boolean;
  /** Receive buffer: the longest frame that it takes, B. */
  readonly receiveBytes: number;
  /** A training step, as measured; us. */
  readonly benchMicroseconds: number;
}

/** Puts a whole HELLO frame into out[0, length), its CRC to be sealed. @returns length. */
export function writeHello(out: Uint8Array, device: number, message: Hello): number {
  const length = 16;
  const p = putHeader(out, FRAME.hello, device, 0, length);
  putU32(out, p, message.ramBytes);
  putU32(out, p + 4, message.flashBytes);
  putU16(out, p + 8, message.megahertz);
  putU16(out, p + 10, (message.fpu ? 1 : 0) | ((31 - Math.clz32(message.receiveBytes)) << 8));
  putF32(out, p + 12, message.benchMicroseconds);
  return p + length;
}

export function readHello(frame: Uint8Array): Hello {
  const p = HEADER_BYTES;
  return {
    ramBytes: getU32(frame, p),
    flashBytes: getU32(frame, p + 4),
    megahertz: getU16(frame, p + 8),
    fpu: (getU16(frame, p + 10) & 1) !== 0,
    receiveBytes: (1 << ((getU16(frame, p + 10) >>> 8) & 31)) >>> 0,
    benchMicroseconds: getF32(frame, p + 12),
  };
}

/**
 * CONFIG, server to device. Sent after HELLO, and again whenever a setting changes (learner and codec not
 * during a task).
 */
export interface Config {
  /** Number of the learner. */
  readonly learner: number;
  /** Variant of the learner. */
  readonly variant: number;
  /** How classifiers are encoded. */
  readonly codec: number;
  /** First parameter of the learner (g2t_learner.h). */
  readonly first: number;
  /** Second parameter of the learner. */
  readonly second: number;
  /** W_0, classifiers, 1 to 65,535. */
  readonly thresholdBase: number;
  /** W_max, classifiers, 1 to 65,535. */
  readonly thresholdLimit: number;
  /** q_min, above 0, at most 1. */
  readonly qualityFloor: number;
  /** t_ref: transfer time of S_ref bytes on the reference network, at least 1; us. */
  readonly referenceMicroseconds: number;
  /** S_ref; B. */
  readonly referenceBytes: number;
  /** T_hold; 0 never; ms. */
  readonly holdMilliseconds: number;
  /** Uploads without an ACK for this long are sent again; 0 never; ms. */
  readonly ackMilliseconds: number;
}

/** Puts a whole CONFIG frame into out[0, length), its CRC to be sealed. @returns length. */
export function writeConfig(out: Uint8Array, device: number, round: number, message: Config): number {
  const length = 36;
  const p = putHeader(out, FRAME.config, device, round, length);
  out[p] = message.learner;
  out[p + 1] = message.variant;
  out[p + 2] = message.codec;
  out[p + 3] = 0;
  putF32(out, p + 4, message.first);
  putF32(out, p + 8, message.second);
  putU16(out, p + 12, message.thresholdBase);
  putU16(out, p + 14, message.thresholdLimit);
  putF32(out, p + 16, message.qualityFloor);
  putU32(out, p + 20, message.referenceMicroseconds);
  putU32(out, p + 24, message.referenceBytes);
  putU32(out, p + 28, message.holdMilliseconds);
  putU32(out, p + 32, message.ackMilliseconds);
  return p + length;
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

/** TASK, server to device. A pairwise task: class i against class j. */
export interface Task {
  /** Number of the task. */
  readonly id: number;
  /** Class i, label 1. */
  readonly positive: number;
  /** Class j, label 0. */
  readonly negative: number;
  /** Numbers a row. */
  readonly features: number;
  /** Rows a pass; held: at most so many, 0 for all. */
  readonly rows: number;
  /** Passes over the rows, 1 to 255. */
  readonly passes: number;
  /** Where rows come from, flags, variant. */
  readonly mode: number;
  /**
   * From which the device draws the row order of each pass (cache: from the second); 0 where it is absent.
   */
  readonly seed: number;
}

/** Puts a whole TASK frame into out[0, length), its CRC to be sealed. @returns length. */
export function writeTask(out: Uint8Array, device: number, round: number, message: Task): number {
  const length = ((message.mode & 8) !== 0 ? 20 : 16);
  const p = putHeader(out, FRAME.task, device, round, length);
  putU32(out, p, message.id);
  putU16(out, p + 4, message.positive);
  putU16(out, p + 6, message.negative);
  putU16(out, p + 8, message.features);
  putU32(out, p + 10, message.rows);
  out[p + 14] = message.passes;
  out[p + 15] = message.mode;
  if ((message.mode & 8) !== 0) putU32(out, p + 16, message.seed);
  return p + length;
}

export function readTask(frame: Uint8Array): Task {
  const p = HEADER_BYTES;
  return {
    id: getU32(frame, p),
    positive: getU16(frame, p + 4),
    negative: getU16(frame, p + 6),
    features: getU16(frame, p + 8),
    rows: getU32(frame, p + 10),
    passes: frame[p + 14]!,
    mode: frame[p + 15]!,
    seed: (frame[p + 15]! & 8) !== 0 ? getU32(frame, p + 16) : 0,
  };
}

/** ACK, server to device. An upload has arrived. */
export interface Ack {
  /** Number of the upload. */
  readonly upload: number;
}

/** Puts a whole ACK frame into out[0, length), its CRC to be sealed. @returns length. */
export function writeAck(out: Uint8Array, device: number, round: number, message: Ack): number {
  const length = 4;
  const p = putHeader(out, FRAME.ack, device, round, length);
  putU32(out, p, message.upload);
  return p + length;
}

export function readAck(frame: Uint8Array): Ack {
  const p = HEADER_BYTES;
  return {
    upload: getU32(frame, p),
  };
}

/** Puts a whole PING frame into out[0, length), its CRC to be sealed. @returns length. */
export function writePing(out: Uint8Array, device: number, round: number): number {
  const length = 0;
  const p = putHeader(out, FRAME.ping, device, round, length);
  return p + length;
}

/** Puts a whole PONG frame into out[0, length), its CRC to be sealed. @returns length. */
export function writePong(out: Uint8Array, device: number, round: number): number {
  const length = 0;
  const p = putHeader(out, FRAME.pong, device, round, length);
  return p + length;
}

/** REFUSE, device to server. The device does not take a task or an exchange. */
export interface Refuse {
  /** Number of the task; of an exchange the round of its SETUP. */
  readonly task: number;
  /** Why. */
  readonly reason: number;
  /** RAM that it would have taken; 0 where RAM is not the reason; B. */
  readonly needsBytes: number;
  /** RAM that there is; B. */
  readonly ramBytes: number;
}

/** Puts a whole REFUSE frame into out[0, length), its CRC to be sealed. @returns length. */
export function writeRefuse(out: Uint8Array, device: number, message: Refuse): number {
  const length = 16;
  const p = putHeader(out, FRAME.refuse, device, 0, length);
  putU32(out, p, message.task);
  putU32(out, p + 4, message.reason);
  putU32(out, p + 8, message.needsBytes);
  putU32(out, p + 12, message.ramBytes);
  return p + length;
}

export function readRefuse(frame: Uint8Array): Refuse {
  const p = HEADER_BYTES;
  return {
    task: getU32(frame, p),
    reason: getU32(frame, p + 4),
    needsBytes: getU32(frame, p + 8),
    ramBytes: getU32(frame, p + 12),
  };
}

/** LINK, port to device. The report of the port on a transfer. Never on the wire. */
export interface Link {
  /** Round trip; 0 where none was measured; us. */
  readonly rttMicroseconds: number;
  /** Time of the transfer; us. */
  readonly transferMicroseconds: number;
  /** Bytes of the transfer; B. */
  readonly bytes: number;
  /** Attempts that failed. */
  readonly failed: number;
  /** It succeeded in the end (else the port gave up). */
  readonly delivered: boolean;
  /** It was an upload of the device, by the number in `round`. */
  readonly isUpload: boolean;
}

/** Puts a whole LINK frame into out[0, length), its CRC to be sealed. @returns length. */
export function writeLink(out: Uint8Array, device: number, round: number, message: Link): number {
  const length = 16;
  const p = putHeader(out, FRAME.link, device, round, length);
  putU32(out, p, message.rttMicroseconds);
  putU32(out, p + 4, message.transferMicroseconds);
  putU32(out, p + 8, message.bytes);
  putU16(out, p + 12, message.failed);
  putU16(out, p + 14, (message.delivered ? 1 : 0) | (message.isUpload ? 2 : 0));
  return p + length;
}

export function readLink(frame: Uint8Array): Link {
  const p = HEADER_BYTES;
  return {
    rttMicroseconds: getU32(frame, p),
    transferMicroseconds: getU32(frame, p + 4),
    bytes: getU32(frame, p + 8),
    failed: getU16(frame, p + 12),
    delivered: (getU16(frame, p + 14) & 1) !== 0,
    isUpload: (getU16(frame, p + 14) & 2) !== 0,
  };
}

/** Puts a whole FLUSH frame into out[0, length), its CRC to be sealed. @returns length. */
export function writeFlush(out: Uint8Array, device: number, round: number): number {
  const length = 0;
  const p = putHeader(out, FRAME.flush, device, round, length);
  return p + length;
}
