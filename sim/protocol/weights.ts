import { getU16, getU32, putU16, putU32 } from './bytes.ts';
import { CODEC, FRAME, HEADER_BYTES, type LearnerName } from './frame.ts';
import { putHeader } from './header.ts';

/**
 * The encodings of finished classifiers (algorithms.md, section C.3; firmware/src/codec_*.c): mode u8, id u32, N u32, body.
 * Weights are moved as bits, so that a NaN keeps its payload. -0 comes back as +0 but from E0.
 */
export const ENCODING_HEAD = 9;
const MAX_WEIGHTS = 65_535;

/** Biases of a classifier: its upload has n + 1 weights, bias first, or n where there is none. */
export const BIAS = { 'opt-sgd': 1, svm: 0, logistic: 1, lda: 1, sefr: 1, 'train-pp': 0 } as const satisfies Record<
  LearnerName,
  0 | 1
>;

export interface Classifier {
  readonly id: number;
  /** N = n + 1 weights, bias first. */
  readonly weights: Float32Array;
}

export type WeightsFault = 'too-short' | 'bad-value' | 'bad-encoding';

/** Where a classifier was found. */
export interface Found {
  id: number;
  count: number;
  /** The byte after it. */
  end: number;
}

function isSent(bits: number): boolean {
  return (bits & 0x7fffffff) !== 0;
}

function bitsOf(weights: Float32Array): Uint32Array {
  return new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
}

/** Reads E2's varint at `at`; the bytes taken go into `varintEnd`. -1: too short, -2: no encoder writes that. */
let varintEnd = 0;
function getVarint(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = 0; i < 3; i++) {
    if (at + i >= end) return -1;
    const byte = bytes[at + i]!;
    value |= (byte & 127) << (7 * i);
    if (byte >= 128) continue;
    varintEnd = at + i + 1;
    return i > 0 && byte === 0 ? -2 : value;
  }
  return -2;
}

type Decoder = (bytes: Uint8Array, at: number, end: number, n: number, w: Uint32Array) => number | WeightsFault;

const dense: Decoder = (bytes, at, end, n, w) => {
  if (end - at < 4 * n) return 'too-short';
  for (let i = 0; i < n; i++) w[i] = getU32(bytes, at + 4 * i);
  return at + 4 * n;
};

const bitmap: Decoder = (bytes, at, end, n, w) => {
  let value = at + ((n + 7) >>> 3);
  if (value > end) return 'too-short';
  if ((n & 7) !== 0 && bytes[value - 1]! >>> (n & 7) !== 0) return 'bad-encoding';
  for (let i = 0; i < n; i++) {
    w[i] = 0;
    if (((bytes[at + (i >>> 3)]! >>> (i & 7)) & 1) === 0) continue;
    if (end - value < 4) return 'too-short';
    w[i] = getU32(bytes, value);
    value += 4;
  }
  return value;
};

const sparse: Decoder = (bytes, at, end, n, w) => {
  const z = getVarint(bytes, at, end);
  if (z < 0) return z === -1 ? 'too-short' : 'bad-encoding';
  if (z > n) return 'bad-encoding';
  w.fill(0, 0, n);
  const gaps = varintEnd;
  let value = gaps;
  for (let k = 0; k < z; k++) {
    const gap = getVarint(bytes, value, end);
    if (gap < 0) return gap === -1 ? 'too-short' : 'bad-encoding';
    value = varintEnd;
  }
  if (end - value < 4 * z) return 'too-short';
  let next = 0;
  varintEnd = gaps;
  for (let k = 0; k < z; k++) {
    const gap = getVarint(bytes, varintEnd, end);
    if (gap >= n - next) return 'bad-encoding';
    w[next + gap] = getU32(bytes, value + 4 * k);
    next += gap + 1;
  }
  return value + 4 * z;
};

const dgc: Decoder = (bytes, at, end, n, w) => {
  if (end - at < 2) return 'too-short';
  const z = getU16(bytes, at);
  if (z > n) return 'bad-encoding';
  if (end - at < 2 + 6 * z) return 'too-short';
  w.fill(0, 0, n);
  let next = 0;
  for (let k = 0; k < z; k++) {
    const run = getU16(bytes, at + 2 + 6 * k);
    if (run >= n - next) return 'bad-encoding';
    w[next + run] = getU32(bytes, at + 4 + 6 * k);
    next += run + 1;
  }
  return at + 2 + 6 * z;
};

const DECODERS: readonly Decoder[] = [dense, bitmap, sparse, dgc];

/**
 * Decodes the classifier at bytes[at, end) into weights[offset, ...). Any bytes give 'ok' or a fault.
 * @param found where id, N and the byte after the classifier are left.
 */
export function decodeClassifier(
  bytes: Uint8Array,
  at: number,
  end: number,
  weights: Float32Array,
  offset: number,
  found: Found,
): 'ok' | WeightsFault {
  if (end - at < ENCODING_HEAD) return 'too-short';
  const decoder = DECODERS[bytes[at]!];
  if (decoder === undefined) return 'bad-encoding';
  const count = getU32(bytes, at + 5);
  if (count === 0 || count > MAX_WEIGHTS || count > weights.length - offset) return 'bad-value';
  const target = new Uint32Array(weights.buffer, weights.byteOffset + 4 * offset, count);
  const after = decoder(bytes, at + ENCODING_HEAD, end, count, target);
  if (typeof after === 'string') return after;
  found.id = getU32(bytes, at + 1);
  found.count = count;
  found.end = after;
  return 'ok';
}

/** Every classifier of a WEIGHTS payload bytes[start, end), or the first fault. */
export function decodeWeights(bytes: Uint8Array, start: number, end: number): Classifier[] | WeightsFault {
  const classifiers: Classifier[] = [];
  const found: Found = { id: 0, count: 0, end: start };
  while (found.end < end) {
    const at = found.end;
    if (end - at < ENCODING_HEAD) return 'too-short';
    const count = getU32(bytes, at + 5);
    if (count === 0 || count > MAX_WEIGHTS) return 'bad-value';
    const weights = new Float32Array(count);
    const status = decodeClassifier(bytes, at, end, weights, 0, found);
    if (status !== 'ok') return status;
    classifiers.push({ id: found.id, weights });
  }
  return classifiers;
}

function putVarint(out: number[], value: number): void {
  for (; value >= 128; value >>>= 7) out.push((value & 127) | 128);
  out.push(value);
}

function body(mode: number, w: Uint32Array): Uint8Array {
  const sent = [...w.keys()].filter((i) => isSent(w[i]!));
  const gap = (k: number): number => sent[k]! - (k === 0 ? 0 : sent[k - 1]! + 1);
  const values = mode === 0 ? [...w.keys()] : sent;
  const head: number[] = [];
  if (mode === 1) {
    for (let i = 0; i < (w.length + 7) >>> 3; i++) head.push(0);
    for (const i of sent) head[i >>> 3]! |= 1 << (i & 7);
  } else if (mode === 2) {
    putVarint(head, sent.length);
    for (let k = 0; k < sent.length; k++) putVarint(head, gap(k));
  }
  const stride = mode === 3 ? 6 : 4;
  const start = mode === 3 ? 2 : head.length;
  const out = new Uint8Array(start + stride * values.length);
  out.set(head);
  if (mode === 3) putU16(out, 0, sent.length);
  values.forEach((i, k) => {
    if (mode === 3) putU16(out, start + stride * k, gap(k));
    putU32(out, start + stride * k + stride - 4, w[i]!);
  });
  return out;
}

/** The bytes of one classifier. @param codec one of CODEC. For cold paths and checks: devices encode in firmware. */
export function encodeClassifier(codec: number, id: number, weights: Float32Array): Uint8Array {
  const w = bitsOf(weights);
  const modes = codec === CODEC.smallest ? [0, 1, 2] : [codec - 1];
  let best = modes[0]!;
  let least = body(best, w);
  for (const mode of modes.slice(1)) {
    const candidate = body(mode, w);
    if (candidate.length >= least.length) continue;
    best = mode;
    least = candidate;
  }
  const out = new Uint8Array(ENCODING_HEAD + least.length);
  out[0] = best;
  putU32(out, 1, id);
  putU32(out, 5, w.length);
  out.set(least, ENCODING_HEAD);
  return out;
}

/** @param upload the device's upload number. */
export function writeWeights(
  out: Uint8Array,
  device: number,
  upload: number,
  encodings: readonly Uint8Array[],
): number {
  const length = encodings.reduce((sum, bytes) => sum + bytes.length, 0);
  let p = putHeader(out, FRAME.weights, device, upload, length);
  for (const bytes of encodings) {
    out.set(bytes, p);
    p += bytes.length;
  }
  return HEADER_BYTES + length;
}
