import { getU32, putF32, putU32 } from './bytes.ts';
import {
  beginMirror,
  beginParams,
  putParamsAdaptive,
  putParamsSteps,
  putParamsVersioned,
  readUpdateAdaptive,
  readUpdateClock,
  readUpdatePlain,
  readUpdateVersioned,
  type Setup,
} from './exchange-messages.ts';
import { EXCHANGE_FLAG, EXCHANGE_KIND, EXCHANGE_MODEL, HEADER, HEADER_BYTES, PAYLOAD_BYTES } from './frame.ts';

/**
 * Messages of methods that exchange gradients or parameters: the mirror of firmware/include/g2t_exchange.h, which says what
 * a device does on each. Sizes are those of algorithms.md, section D; the 4 bytes of a chunk's offset are framing. Writers put a
 * whole frame into out[0, length), its CRC to be sealed; readers take a frame whose header has been checked.
 */

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

/** Bytes of a change: index u32, change f32. */
export const CHANGE_BYTES = 8;

/** d: how many parameters a model has. Layouts: svm w[n]; logistic bias, w[n]; softmax the same for each class in turn. */
export function dimension(model: number, classes: number, features: number): number {
  if (model === EXCHANGE_MODEL.svm) return features;
  return model === EXCHANGE_MODEL.logistic ? features + 1 : classes * (features + 1);
}

/** Bytes of PARAMS between the offset and the model, in the first chunk. */
export function paramsFieldBytes(setup: Pick<Setup, 'kind' | 'flags'>): number {
  switch (setup.kind) {
    case EXCHANGE_KIND.gradient:
      return isVersioned(setup) ? PAYLOAD_BYTES.paramsVersioned : 0;
    case EXCHANGE_KIND.adaptive:
      return PAYLOAD_BYTES.paramsAdaptive;
    default:
      return PAYLOAD_BYTES.paramsSteps;
  }
}

/** The form of PARAMS or UPDATE for a device that was set up so; undefined where there are no fields. */
export function formOf(message: 'params' | 'update', setup: Pick<Setup, 'kind' | 'flags'>): string | undefined {
  if (isVersioned(setup)) return 'versioned';
  if (setup.kind === EXCHANGE_KIND.adaptive) return 'adaptive';
  if (message === 'params') return setup.kind === EXCHANGE_KIND.gradient ? undefined : 'steps';
  return setup.kind === EXCHANGE_KIND.gaia ? 'clock' : 'plain';
}

function isVersioned({ kind, flags }: Pick<Setup, 'kind' | 'flags'>): boolean {
  return kind === EXCHANGE_KIND.gradient && (flags & EXCHANGE_FLAG.versioned) !== 0;
}

function putFields(out: Uint8Array, p: number, setup: Pick<Setup, 'kind' | 'flags'>, fields: ParamsFields): number {
  const { version = 0, tau = 0, last = false, previousIsMin = false } = fields;
  switch (setup.kind) {
    case EXCHANGE_KIND.gradient:
      return isVersioned(setup) ? putParamsVersioned(out, p, { version }) : p;
    case EXCHANGE_KIND.adaptive:
      return putParamsAdaptive(out, p, { tau, last, previousIsMin });
    default:
      return putParamsSteps(out, p, { tau });
  }
}

/** The first parameter of PARAMS frame `index` of a model of d parameters; d when there is no such frame. */
export function paramsChunk(
  setup: Pick<Setup, 'kind' | 'flags'>,
  d: number,
  receiveBytes: number,
  index: number,
): number {
  const room = receiveBytes - HEADER_BYTES - PAYLOAD_BYTES.params;
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
  return { frames, bytes: frames * (HEADER_BYTES + PAYLOAD_BYTES.params) + paramsFieldBytes(setup) + 4 * d };
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
  let p = beginParams(out, device, round, { offset: 4 * from }, extra + 4 * (to - from));
  if (from === 0) p = putFields(out, p, setup, fields);
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
  let p = beginMirror(out, device, round, { clock, steps }, CHANGE_BYTES * count);
  for (let k = from; k < from + count; k++, p += CHANGE_BYTES) {
    putU32(out, p, indices[k]!);
    putF32(out, p + 4, changes[k]!);
  }
  return p;
}

/** The most changes of one MIRROR frame. */
export function mirrorCapacity(receiveBytes: number): number {
  return Math.floor((receiveBytes - HEADER_BYTES - PAYLOAD_BYTES.mirror) / CHANGE_BYTES);
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
  const length = getU32(frame, HEADER.length);
  switch (setup.kind) {
    case EXCHANGE_KIND.gradient:
    case EXCHANGE_KIND.weights: {
      if (length !== 4 * d + PAYLOAD_BYTES.updatePlain) return undefined;
      const fields = isVersioned(setup) ? readUpdateVersioned(frame, p) : readUpdatePlain(frame, p);
      return { ...NONE, ...fields, vector: p + PAYLOAD_BYTES.updatePlain };
    }
    case EXCHANGE_KIND.gaia: {
      const rest = length - PAYLOAD_BYTES.updateClock;
      if (rest < 0 || rest > 4 * d) return undefined;
      const version = readUpdateClock(frame, p).clock;
      const at = p + PAYLOAD_BYTES.updateClock;
      if (rest === 4 * d) return { ...NONE, version, vector: at };
      return rest % CHANGE_BYTES === 0 ? { ...NONE, version, pairs: at, pairCount: rest / CHANGE_BYTES } : undefined;
    }
    default:
      return readAdaptive(frame, length, d);
  }
}

function readAdaptive(frame: Uint8Array, length: number, d: number): Update | undefined {
  const p = HEADER_BYTES;
  if (length < PAYLOAD_BYTES.updateAdaptive) return undefined;
  const { control, ...fields } = readUpdateAdaptive(frame, p);
  const vector = p + (control === 0 ? PAYLOAD_BYTES.updateAdaptive : PAYLOAD_BYTES.updateAdaptiveMost);
  if (control > 1 || p + length !== vector + 4 * d * (1 + control)) return undefined;
  if (control === 1) return { ...NONE, ...fields, vector, gradient: vector + 4 * d };
  return { ...NONE, ...fields, beta: Number.NaN, rho: Number.NaN, vector };
}

/** Copies `out.length` float32 from any place of a frame. */
export function readVector(frame: Uint8Array, at: number, out: Float32Array): void {
  new Uint8Array(out.buffer, out.byteOffset, 4 * out.length).set(frame.subarray(at, at + 4 * out.length));
}
