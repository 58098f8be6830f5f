// Generated from sim/protocol/table.ts by `npm run messages`: change the table, not this file.
import { getF32, getU16, getU32, putF32, putU16, putU32 } from './bytes.ts';
import { FRAME, HEADER_BYTES } from './frame.ts';
import { putHeader } from './header.ts';

// Readers take a frame whose header and length were checked.

/** SETUP, server to device. What is trained by exchange of gradients or parameters, and how. */
export interface Setup {
  /** Number of the model. */
  readonly model: number;
  /** What UPDATE brings. */
  readonly kind: number;
  /** Reuse, versioned. */
  readonly flags: number;
  /** 2 for binary models; softmax: 2 to 65,535. */
  readonly classes: number;
  /** Numbers a row. */
  readonly features: number;
  /** Rows of a mini-batch; 0, or as many as the device holds or more: all. */
  readonly batch: number;
  /** Step, finite, above 0. */
  readonly eta: number;
  /** Weight of the squared norm (biases left out), finite, at least 0. */
  readonly lambda: number;
  /** v_0 of Gaia, finite, at least 0. */
  readonly significance: number;
  /** Of the order of mini-batches. */
  readonly seed: number;
}

/** Puts a whole SETUP frame into out[0, length), its CRC to be sealed. @returns length. */
export function writeSetup(out: Uint8Array, device: number, round: number, message: Setup): number {
  const length = 28;
  const p = putHeader(out, FRAME.setup, device, round, length);
  out[p] = message.model;
  out[p + 1] = message.kind;
  out[p + 2] = message.flags;
  out[p + 3] = 0;
  putU16(out, p + 4, message.classes);
  putU16(out, p + 6, message.features);
  putU32(out, p + 8, message.batch);
  putF32(out, p + 12, message.eta);
  putF32(out, p + 16, message.lambda);
  putF32(out, p + 20, message.significance);
  putU32(out, p + 24, message.seed);
  return p + length;
}

export function readSetup(frame: Uint8Array): Setup {
  const p = HEADER_BYTES;
  return {
    model: frame[p]!,
    kind: frame[p + 1]!,
    flags: frame[p + 2]!,
    classes: getU16(frame, p + 4),
    features: getU16(frame, p + 6),
    batch: getU32(frame, p + 8),
    eta: getF32(frame, p + 12),
    lambda: getF32(frame, p + 16),
    significance: getF32(frame, p + 20),
    seed: getU32(frame, p + 24),
  };
}

/** PARAMS, server to device. The model for the next steps of the device, in chunks. */
export interface Params {
  /** Of the model before this chunk, whole floats; 0 starts afresh; B. */
  readonly offset: number;
}

/** Puts the header and the first fields of PARAMS, which `rest` bytes follow. @returns where they start. */
export function beginParams(out: Uint8Array, device: number, round: number, message: Params, rest: number): number {
  const length = 4 + rest;
  const p = putHeader(out, FRAME.params, device, round, length);
  putU32(out, p, message.offset);
  return p + 4;
}

export function readParams(frame: Uint8Array): Params {
  const p = HEADER_BYTES;
  return {
    offset: getU32(frame, p),
  };
}

/** PARAMS, gradient, with the flag versioned. */
export interface ParamsVersioned {
  /** Repeated in UPDATE. */
  readonly version: number;
}

export function putParamsVersioned(out: Uint8Array, p: number, message: ParamsVersioned): number {
  putU32(out, p, message.version);
  return p + 4;
}

export function readParamsVersioned(frame: Uint8Array, p: number): ParamsVersioned {
  return {
    version: getU32(frame, p),
  };
}

/** PARAMS, weights, gaia. */
export interface ParamsSteps {
  /** Local steps, weights: 1 to 65,535; gaia: 0 to 65,535 before an UPDATE. */
  readonly tau: number;
}

export function putParamsSteps(out: Uint8Array, p: number, message: ParamsSteps): number {
  putU16(out, p, message.tau);
  return p + 2;
}

export function readParamsSteps(frame: Uint8Array, p: number): ParamsSteps {
  return {
    tau: getU16(frame, p),
  };
}

/** PARAMS, adaptive. */
export interface ParamsAdaptive {
  /** Local steps, 1 to 65,535. */
  readonly tau: number;
  /** No round follows. */
  readonly last: boolean;
  /** The global weights of the round before had the least loss so far. */
  readonly previousIsMin: boolean;
}

export function putParamsAdaptive(out: Uint8Array, p: number, message: ParamsAdaptive): number {
  putU16(out, p, message.tau);
  out[p + 2] = (message.last ? 1 : 0) | (message.previousIsMin ? 2 : 0);
  return p + 3;
}

export function readParamsAdaptive(frame: Uint8Array, p: number): ParamsAdaptive {
  return {
    tau: getU16(frame, p),
    last: (frame[p + 2]! & 1) !== 0,
    previousIsMin: (frame[p + 2]! & 2) !== 0,
  };
}

/** UPDATE, gradient, weights. */
export interface UpdatePlain {
  /** D_i: rows that the device holds. */
  readonly rows: number;
}

export function putUpdatePlain(out: Uint8Array, p: number, message: UpdatePlain): number {
  putU32(out, p, message.rows);
  return p + 4;
}

export function readUpdatePlain(frame: Uint8Array, p: number): UpdatePlain {
  return {
    rows: getU32(frame, p),
  };
}

/** UPDATE, gradient, with the flag versioned. */
export interface UpdateVersioned {
  /** That of PARAMS. */
  readonly version: number;
}

export function putUpdateVersioned(out: Uint8Array, p: number, message: UpdateVersioned): number {
  putU32(out, p, message.version);
  return p + 4;
}

export function readUpdateVersioned(frame: Uint8Array, p: number): UpdateVersioned {
  return {
    version: getU32(frame, p),
  };
}

/** UPDATE, adaptive; the gradient at the global weights follows the weights where `control` is 1. */
export interface UpdateAdaptive {
  /** D_i: rows that the device holds. */
  readonly rows: number;
  /** From the last byte of PARAMS to now, as measured; us. */
  readonly microseconds: number;
  /** Steps made. */
  readonly tau: number;
  /** F_i at the global weights. */
  readonly lossGlobal: number;
  /** F_i at the incumbent on the same mini-batch; not a number where there is none. */
  readonly lossMin: number;
  /** 1 where beta and rho follow, from the second round in a row; else 0. */
  readonly control: number;
  /** beta_i; 0 where it is absent. */
  readonly beta: number;
  /** rho_i; 0 where it is absent. */
  readonly rho: number;
}

export function putUpdateAdaptive(out: Uint8Array, p: number, message: UpdateAdaptive): number {
  putU32(out, p, message.rows);
  putU32(out, p + 4, message.microseconds);
  putU16(out, p + 8, message.tau);
  putF32(out, p + 10, message.lossGlobal);
  putF32(out, p + 14, message.lossMin);
  out[p + 18] = message.control;
  if ((message.control & 1) !== 0) putF32(out, p + 19, message.beta);
  if ((message.control & 1) !== 0) putF32(out, p + 23, message.rho);
  return p + ((message.control & 1) !== 0 ? 27 : 19);
}

export function readUpdateAdaptive(frame: Uint8Array, p: number): UpdateAdaptive {
  return {
    rows: getU32(frame, p),
    microseconds: getU32(frame, p + 4),
    tau: getU16(frame, p + 8),
    lossGlobal: getF32(frame, p + 10),
    lossMin: getF32(frame, p + 14),
    control: frame[p + 18]!,
    beta: (frame[p + 18]! & 1) !== 0 ? getF32(frame, p + 19) : 0,
    rho: (frame[p + 18]! & 1) !== 0 ? getF32(frame, p + 23) : 0,
  };
}

/** UPDATE, gaia; all parameters instead of changes where that is not longer. */
export interface UpdateClock {
  /** UPDATEs of the device, 1 for its first. */
  readonly clock: number;
}

export function putUpdateClock(out: Uint8Array, p: number, message: UpdateClock): number {
  putU32(out, p, message.clock);
  return p + 4;
}

export function readUpdateClock(frame: Uint8Array, p: number): UpdateClock {
  return {
    clock: getU32(frame, p),
  };
}

/** MIRROR, server to device. Gaia: changes that other devices made. */
export interface Mirror {
  /** Of the slowest device, told only. */
  readonly clock: number;
  /** Steps before the next UPDATE; 0: none, the changes are only added. */
  readonly steps: number;
}

/** Puts the header and the first fields of MIRROR, which `rest` bytes follow. @returns where they start. */
export function beginMirror(out: Uint8Array, device: number, round: number, message: Mirror, rest: number): number {
  const length = 8 + rest;
  const p = putHeader(out, FRAME.mirror, device, round, length);
  putU32(out, p, message.clock);
  putU16(out, p + 4, message.steps);
  putU16(out, p + 6, 0);
  return p + 8;
}

export function readMirror(frame: Uint8Array): Mirror {
  const p = HEADER_BYTES;
  return {
    clock: getU32(frame, p),
    steps: getU16(frame, p + 4),
  };
}
