/** Little-endian numbers at any place of a byte array, without allocation: the mirror of firmware/include/g2t_bytes.h. */
const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

export function getU16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

export function getU32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Not for weights: a signalling NaN may come back quiet. Copy their bits. */
export function getF32(bytes: Uint8Array, at: number): number {
  bits[0] = getU32(bytes, at);
  return float[0]!;
}

export function putU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

export function putF32(bytes: Uint8Array, at: number, value: number): void {
  float[0] = value;
  putU32(bytes, at, bits[0]!);
}
