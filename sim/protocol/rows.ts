import { getU16, getU32, putU16 } from './bytes.ts';
import { FRAME, HEADER, HEADER_BYTES } from './frame.ts';
import { putHeader } from './header.ts';

/** Bytes of a row in DATA: float32 features and the label. */
export function rowBytes(features: number): number {
  return 4 * features + 1;
}

/**
 * Writes a DATA frame, for cold paths: `compose` of the host writes the same from rows in linear memory.
 * @param rows row-major. @param labels 0 or 1.
 */
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
  const count = getU32(frame, HEADER.length) / 2;
  return Uint16Array.from({ length: count }, (_, k) => getU16(frame, HEADER_BYTES + 2 * k));
}
