/** Decoded at once; a whole file might be longer than the longest string. */
const CHUNK = 1 << 20;

/** Returns the offset of the first byte that is not part of well-formed UTF-8, or -1 when all of it is. */
export function invalidUtf8(bytes: Uint8Array): number {
  for (let from = 0; from < bytes.length; ) {
    let to = Math.min(from + CHUNK, bytes.length);
    // A chunk ends between two characters: continuation bytes (10xxxxxx) stay with the byte that they follow.
    for (let back = 0; back < 3 && to < bytes.length && (bytes[to]! & 0xc0) === 0x80; back++) to--;
    const chunk = bytes.subarray(from, to);
    if (!isUtf8(chunk)) return from + firstInvalid(chunk);
    from = to;
  }
  return -1;
}

function firstInvalid(chunk: Uint8Array): number {
  let good = 0;
  let bad = chunk.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (isUtf8(chunk.subarray(0, middle), true)) good = middle;
    else bad = middle;
  }
  // The byte that makes a sequence invalid may follow its first byte.
  while (!isUtf8(chunk.subarray(0, good))) good--;
  return good;
}

/** @param partial whether the last character may be cut off. */
function isUtf8(bytes: Uint8Array, partial = false): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: partial });
    return true;
  } catch {
    return false;
  }
}
