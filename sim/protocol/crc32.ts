const table = new Uint32Array(256).map((_, i) => {
  let c = i;
  for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c >>> 0;
});

/**
 * CRC-32 of IEEE 802.3 in parts: start with 0, feed the answer back in. For cold paths: the host seals frames in WASM.
 * @returns 0 to 2^32 - 1; of "123456789" 0xcbf43926.
 */
export function crc32(crc: number, bytes: Uint8Array, start: number, end: number): number {
  let c = ~crc;
  for (let i = start; i < end; i++) c = (c >>> 8) ^ table[(c ^ bytes[i]!) & 255]!;
  return ~c >>> 0;
}
