import { getF32, getU16, getU32, putF32, putU16, putU32 } from './bytes.ts';
import { EXCHANGE_BYTES, EXCHANGE_FLAG, EXCHANGE_KIND, EXCHANGE_MODEL, FRAME, HEADER_BYTES } from './frame.ts';
import { putHeader } from './header.ts';

/**
 * Messages of methods that exchange gradients or parameters: the mirror of firmware/include/g2t_exchange.h, which says what
 * a device does on each. Sizes are those of algorithms.md, section D; the 4 bytes of a chunk's offset are framing. Writers put a
 * whole frame into out[0, length), its CRC to be sealed; readers take a frame whose header has been checked.
 */

/** Server to device: what is trained and how. Ends whatever the device did before; with no REFUSE it waits for PARAMS. */
export interface Setup {
  /** One of EXCHANGE_MODEL, EXCHANGE_KIND; bits of EXCHANGE_FLAG. */
  readonly model: number;
  readonly kind: number;
  readonly flags: number;
  /** 2 for binary models; softmax: 2 to 65,535. */
  readonly classes: number;
  readonly features: number;
  /** Rows of a mini-batch; 0, or as many as the device holds or more: all of them. */
  readonly batch: number;
  /** Step, finite, above 0. */
  readonly eta: number;
  /** Weight of the squared norm (biases left out), finite, at least 0. */
  readonly lambda: number;
  /** Gaia's v_0, finite, at least 0. */
  readonly significance: number;
  /** Of the order of mini-batches: batch b of pass p is order[b B, (b + 1) B) of the rows shuffled by order.ts, a rest left out. */
  readonly seed: number;
}

/** Which of its fields are sent goes by the kind. */
export interface ParamsFields {
  /** gradient with EXCHANGE_FLAG.versioned: repeated in UPDATE. */
  readonly version?: number;
  /** weights, adaptive: local steps, 1 to 65,535. gaia: 0 to 65,535 steps before an UPDATE; 0 none, just the model. */
  readonly tau?: number;
  /** adaptive: no round follows (the device leaves the gradient at its final weights uncomputed). */
  readonly last?: boolean;
  /** adaptive: the global weights of the round before (this round - 1) had the least loss so far. */
  readonly previousIsMin?: boolean;
}

/** What a device sends when its steps are done; the header's `round` is that of its PARAMS. */
export interface Update {
  /** D_i: rows that the device holds (0 where the kind sends none). */
  readonly rows: number;
  /** gradient with `versioned`: that of PARAMS. gaia: the device's clock, 1 for its first UPDATE. Else 0. */
  readonly version: number;
  /** adaptive: from the last byte of PARAMS to now as the device measured it, us. Else 0. */
  readonly microseconds: number;
  /** adaptive: steps made. Else 0. */
  readonly tau: number;
  /** adaptive: F_i at the global weights received. Else NaN. */
  readonly lossGlobal: number;
  /**
   * adaptive, mini-batches: F_i at the incumbent on the same mini-batch; NaN while the device has none, or has not the one that
   * the server means. Batch 0: always NaN (the server knows it from the round before).
   */
  readonly lossMin: number;
  /** adaptive, from the device's second round in a row: beta_i, rho_i; NaN before. */
  readonly beta: number;
  readonly rho: number;
  /** Where the vector starts in the frame (copy it: it may lie unaligned), float32: gradient, weights or changes; gaia: -1 when sparse. */
  readonly vector: number;
  /** adaptive, with beta: where g_i at the global weights starts; -1 else. */
  readonly gradient: number;
  /** gaia, sparse: where the (index u32, change f32) pairs start, and how many; else -1 and 0. */
  readonly pairs: number;
  readonly pairCount: number;
}

const SETUP_BYTES = EXCHANGE_BYTES.setup;
const OFFSET_BYTES = 4;

/** d: how many parameters a model has. Layouts: svm w[n]; logistic bias, w[n]; softmax the same for each class in turn. */
export function dimension(model: number, classes: number, features: number): number {
  if (model === EXCHANGE_MODEL.svm) return features;
  return model === EXCHANGE_MODEL.logistic ? features + 1 : classes * (features + 1);
}

export function writeSetup(out: Uint8Array, device: number, round: number, setup: Setup): number {
  const p = putHeader(out, FRAME.setup, device, round, SETUP_BYTES);
  out[p] = setup.model;
  out[p + 1] = setup.kind;
  out[p + 2] = setup.flags;
  out[p + 3] = 0;
  putU16(out, p + 4, setup.classes);
  putU16(out, p + 6, setup.features);
  putU32(out, p + 8, setup.batch);
  putF32(out, p + 12, setup.eta);
  putF32(out, p + 16, setup.lambda);
  putF32(out, p + 20, setup.significance);
  putU32(out, p + 24, setup.seed);
  return HEADER_BYTES + SETUP_BYTES;
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

/** Bytes of PARAMS beside the model: 0 or 4 gradient, 2 weights and gaia, 3 adaptive. */
export function paramsFieldBytes(setup: Pick<Setup, 'kind' | 'flags'>): number {
  switch (setup.kind) {
    case EXCHANGE_KIND.gradient:
      return (setup.flags & EXCHANGE_FLAG.versioned) !== 0 ? 4 : 0;
    case EXCHANGE_KIND.adaptive:
      return 3;
    default:
      return 2;
  }
}

/** The first parameter of PARAMS frame `index` of a model of d parameters; d when there is no such frame. */
export function paramsChunk(
  setup: Pick<Setup, 'kind' | 'flags'>,
  d: number,
  receiveBytes: number,
  index: number,
): number {
  const room = receiveBytes - HEADER_BYTES - OFFSET_BYTES;
  const first = Math.floor((room - paramsFieldBytes(setup)) / 4);
  return index === 0 ? 0 : Math.min(d, first + (index - 1) * Math.floor(room / 4));
}

/** How many frames PARAMS takes, and the bytes of all, headers included. */
export function paramsSize(
  setup: Pick<Setup, 'kind' | 'flags'>,
  d: number,
  receiveBytes: number,
): { readonly frames: number; readonly bytes: number } {
  let frames = 1;
  while (paramsChunk(setup, d, receiveBytes, frames) < d) frames++;
  return { frames, bytes: frames * (HEADER_BYTES + OFFSET_BYTES) + paramsFieldBytes(setup) + 4 * d };
}

/**
 * Frame `index` of PARAMS: the model w, as much of it as the device's receive buffer takes.
 * @param w d parameters. @param round counts models; UPDATE repeats it.
 * @returns the frame's length; 0 after the last.
 */
export function writeParams(
  out: Uint8Array,
  device: number,
  round: number,
  setup: Pick<Setup, 'kind' | 'flags'>,
  fields: ParamsFields,
  w: Float32Array,
  receiveBytes: number,
  index: number,
): number {
  const from = paramsChunk(setup, w.length, receiveBytes, index);
  if (index > 0 && from >= w.length) return 0;
  const to = paramsChunk(setup, w.length, receiveBytes, index + 1);
  const extra = from === 0 ? paramsFieldBytes(setup) : 0;
  let p = putHeader(out, FRAME.params, device, round, OFFSET_BYTES + extra + 4 * (to - from));
  putU32(out, p, 4 * from);
  p += OFFSET_BYTES;
  if (extra === 4) putU32(out, p, fields.version ?? 0);
  else if (extra > 0) putU16(out, p, fields.tau ?? 0);
  if (extra === 3) out[p + 2] = (fields.last === true ? 1 : 0) | (fields.previousIsMin === true ? 2 : 0);
  p += extra;
  out.set(new Uint8Array(w.buffer, w.byteOffset + 4 * from, 4 * (to - from)), p);
  return p + 4 * (to - from);
}

/**
 * Gaia, server to device: changes of other devices, which the device adds to its weights, and how many steps it then makes
 * before its UPDATE (0: none, it only adds). Any number of such frames may follow one another.
 * @param clock of the slowest device, told only.
 * @param indices below d; entries [from, from + count) are sent.
 */
export function writeMirror(
  out: Uint8Array,
  device: number,
  round: number,
  clock: number,
  steps: number,
  indices: ArrayLike<number>,
  changes: ArrayLike<number>,
  from: number,
  count: number,
): number {
  let p = putHeader(out, FRAME.mirror, device, round, EXCHANGE_BYTES.mirror + 8 * count);
  putU32(out, p, clock);
  putU16(out, p + 4, steps);
  putU16(out, p + 6, 0);
  p += EXCHANGE_BYTES.mirror;
  for (let k = from; k < from + count; k++, p += 8) {
    putU32(out, p, indices[k]!);
    putF32(out, p + 4, changes[k]!);
  }
  return p;
}

/** The most changes of one MIRROR frame. */
export function mirrorCapacity(receiveBytes: number): number {
  return Math.floor((receiveBytes - HEADER_BYTES - EXCHANGE_BYTES.mirror) / 8);
}

const NONE = {
  rows: 0,
  version: 0,
  microseconds: 0,
  tau: 0,
  lossGlobal: Number.NaN,
  lossMin: Number.NaN,
  beta: Number.NaN,
  rho: Number.NaN,
  vector: -1,
  gradient: -1,
  pairs: -1,
  pairCount: 0,
} as const;

/** @returns the UPDATE of a device that was set up so; undefined when its length is not right. @param d parameters of the model. */
export function readUpdate(frame: Uint8Array, setup: Pick<Setup, 'kind' | 'flags'>, d: number): Update | undefined {
  const p = HEADER_BYTES;
  const length = getU32(frame, 12);
  const first = length >= 4 ? getU32(frame, p) : 0;
  switch (setup.kind) {
    case EXCHANGE_KIND.gradient:
    case EXCHANGE_KIND.weights: {
      const versioned = setup.kind === EXCHANGE_KIND.gradient && (setup.flags & EXCHANGE_FLAG.versioned) !== 0;
      if (length !== 4 * d + 4) return undefined;
      return { ...NONE, rows: versioned ? 0 : first, version: versioned ? first : 0, vector: p + 4 };
    }
    case EXCHANGE_KIND.gaia: {
      const rest = length - 4;
      if (rest === 4 * d) return { ...NONE, version: first, vector: p + 4 };
      if (rest < 0 || rest > 4 * d || rest % 8 !== 0) return undefined;
      return { ...NONE, version: first, pairs: p + 4, pairCount: rest / 8 };
    }
    default:
      return readAdaptive(frame, length, d);
  }
}

function readAdaptive(frame: Uint8Array, length: number, d: number): Update | undefined {
  const p = HEADER_BYTES;
  const controlled = length === 8 * d + 27;
  if ((!controlled && length !== 4 * d + 19) || frame[p + 18] !== (controlled ? 1 : 0)) return undefined;
  const vector = p + (controlled ? 27 : 19);
  return {
    ...NONE,
    rows: getU32(frame, p),
    microseconds: getU32(frame, p + 4),
    tau: getU16(frame, p + 8),
    lossGlobal: getF32(frame, p + 10),
    lossMin: getF32(frame, p + 14),
    beta: controlled ? getF32(frame, p + 19) : Number.NaN,
    rho: controlled ? getF32(frame, p + 23) : Number.NaN,
    vector,
    gradient: controlled ? vector + 4 * d : -1,
  };
}

/** Copies `out.length` float32 from any place of a frame. */
export function readVector(frame: Uint8Array, at: number, out: Float32Array): void {
  new Uint8Array(out.buffer, out.byteOffset, 4 * out.length).set(frame.subarray(at, at + 4 * out.length));
}
