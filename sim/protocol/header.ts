import { getU16, getU32, putU16, putU32 } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { HEADER, HEADER_BYTES, MAGIC, VERSION } from './frame.ts';

export interface Header {
  /** One of FRAME. */
  readonly type: number;
  readonly device: number;
  /** What it means goes by the type: see FRAME. */
  readonly round: number;
  /** Payload bytes. */
  readonly length: number;
}

/** What may be wrong with a frame: the names of the firmware's statuses. */
export type FrameFault = 'too-short' | 'bad-magic' | 'bad-version' | 'bad-length' | 'bad-crc';

/** Writes all of the header but its CRC (see `seal`, or the host's). @returns where the payload starts. */
export function putHeader(out: Uint8Array, type: number, device: number, round: number, length: number): number {
  putU16(out, HEADER.magic, MAGIC);
  out[HEADER.version] = VERSION;
  out[HEADER.type] = type;
  putU32(out, HEADER.device, device);
  putU32(out, HEADER.round, round);
  putU32(out, HEADER.length, length);
  return HEADER_BYTES;
}

function crcOf(frame: Uint8Array, length: number): number {
  return crc32(crc32(0, frame, 0, HEADER.crc), frame, HEADER_BYTES, length);
}

/** Fills the payload length and the CRC of the frame frame[0, length). */
export function seal(frame: Uint8Array, length: number): void {
  putU32(frame, HEADER.length, length - HEADER_BYTES);
  putU32(frame, HEADER.crc, crcOf(frame, length));
}

/** Reads and checks the frame frame[0, length): any bytes give a header or the name of a fault. */
export function readHeader(frame: Uint8Array, length: number = frame.length): Header | FrameFault {
  if (length < HEADER_BYTES) return 'too-short';
  if (getU16(frame, HEADER.magic) !== MAGIC) return 'bad-magic';
  if (frame[HEADER.version] !== VERSION) return 'bad-version';
  const payload = getU32(frame, HEADER.length);
  if (payload > length - HEADER_BYTES) return 'too-short';
  if (payload < length - HEADER_BYTES) return 'bad-length';
  if (getU32(frame, HEADER.crc) !== crcOf(frame, length)) return 'bad-crc';
  return {
    type: frame[HEADER.type]!,
    device: getU32(frame, HEADER.device),
    round: getU32(frame, HEADER.round),
    length: payload,
  };
}
