import { crc32 } from '../protocol/crc32.ts';

/** Bytes of the CRC-32 behind a body. */
const CRC_BYTES = 4;
/** The code of a block with as many bytes as fit, behind which no zero is meant. */
const FULL = 255;

/**
 * A packet as it goes over a wire of bytes: COBS (Cheshire and Baker, Consistent Overhead Byte Stuffing, 1999) of the body and its
 * CRC-32, then one zero byte. The encoding has no zero in it, so that whoever lost a byte finds the next packet at the next
 * zero: a lost or changed byte costs one packet. The mirror of firmware/port/serial/g2t_cobs.h.
 */
export function encodePacket(body: Uint8Array): Uint8Array {
  const plain = new Uint8Array(body.length + CRC_BYTES);
  plain.set(body);
  new DataView(plain.buffer).setUint32(body.length, crc32(0, body, 0, body.length), true);
  const out = new Uint8Array(plain.length + Math.floor(plain.length / (FULL - 1)) + 3);
  let code = 0;
  let at = 1;
  for (const byte of plain) {
    if (byte !== 0) out[at++] = byte;
    if (byte !== 0 && at - code < FULL) continue;
    out[code] = at - code;
    code = at++;
  }
  out[code] = at - code;
  return out.subarray(0, at + 1);
}

/** What a packet's bytes (without its zero) hold: the body; undefined when they do not decode or check. */
function decodePacket(bytes: Uint8Array): Uint8Array | undefined {
  const plain = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; ) {
    const code = bytes[at]!;
    const end = at + code;
    if (end > bytes.length) return undefined;
    plain.set(bytes.subarray(at + 1, end), length);
    length += code - 1;
    if (code !== FULL && end < bytes.length) length++;
    at = end;
  }
  if (length < CRC_BYTES) return undefined;
  const body = plain.subarray(0, length - CRC_BYTES);
  const crc = new DataView(plain.buffer).getUint32(body.length, true);
  return crc === crc32(0, body, 0, body.length) ? body : undefined;
}

/** Takes bytes as they come off a wire and gives the bodies of whole packets. */
export class PacketReader {
  readonly #longest: number;
  #bytes = new Uint8Array(1024);
  #length = 0;
  #overlong = false;
  /** Packets that did not decode or check; a zero between packets is none. */
  dropped = 0;
  /** Bytes that came, whatever they were. */
  received = 0;

  /** @param longest bytes of a packet on the wire; what is longer is dropped. */
  constructor(longest = 1 << 24) {
    this.#longest = longest;
  }

  /** @param take called with each body, in order; the body is its to keep. */
  push(bytes: Uint8Array, take: (body: Uint8Array) => void): void {
    this.received += bytes.length;
    for (let from = 0; from < bytes.length; ) {
      const zero = bytes.indexOf(0, from);
      const end = zero < 0 ? bytes.length : zero;
      this.#keep(bytes.subarray(from, end));
      from = end + 1;
      if (zero >= 0) this.#end(take);
    }
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    this.#overlong ||= length > this.#longest;
    if (this.#overlong) return;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  #end(take: (body: Uint8Array) => void): void {
    const body = this.#overlong ? undefined : decodePacket(this.#bytes.subarray(0, this.#length));
    if (body !== undefined) take(body);
    else if (this.#overlong || this.#length > 0) this.dropped++;
    this.#length = 0;
    this.#overlong = false;
  }
}
