import type { DeviceSpec } from '../device/host-types.ts';
import type { HeldRow } from '../device/noting-host.ts';

/** Kinds of packets from the host; an answer's kind has the highest bit too. The table of firmware/port/serial/README.md. */
export const PACKET = { info: 1, begin: 2, frame: 3, timer: 4, poll: 5, row: 6 } as const;
export const ANSWER = 0x80;
const ERROR = 0xff;

/** What a board may complain of. */
export const BOARD_ERROR = { 'no-begin': 1, kind: 2, length: 3, row: 4 } as const;

/** The protocol that this program speaks. */
export const PROTOCOL = 1;
/** Kind and sequence number before the fields of any packet; time before those of a frame. */
export const HEAD_BYTES = 3;
export const FRAME_HEAD_BYTES = HEAD_BYTES + 8;
const FPU = 1;
const SHA256_BYTES = 32;

/** What a board counts while it works. */
export const COUNTERS = ['none', 'cycles', 'instructions', 'ns'] as const;
export type Counter = (typeof COUNTERS)[number];

/** What a board is. */
export interface BoardInfo {
  readonly name: string;
  readonly counter: Counter;
  readonly clockHz: number;
  /** The largest body that it takes, bytes. */
  readonly maxBody: number;
  /** Working memory, bytes. */
  readonly memory: number;
  /** SHA-256 of the sources of the firmware's core, hex. */
  readonly firmware: string;
}

/** What FRAME, TIMER and POLL answer. */
export interface Answer {
  /** One of STATUS. */
  readonly status: number;
  /** What the call took, as the board counts. */
  readonly counter: number;
  /** When the firmware wants its timer, us; Infinity when never. */
  readonly deadline: number;
  /** Counts of the work, by WORK index. */
  readonly work: Float64Array;
  /** POLL: the outgoing frame; empty when there is none. */
  readonly frame: Uint8Array;
}

/** One packet as its parts. */
export interface Packet {
  readonly kind: number;
  readonly sequence: number;
  readonly fields: Uint8Array;
}

export function readPacket(body: Uint8Array): Packet | undefined {
  if (body.length < HEAD_BYTES) return undefined;
  return { kind: body[0]!, sequence: body[1]! | (body[2]! << 8), fields: body.subarray(HEAD_BYTES) };
}

export function writePacket(kind: number, sequence: number, fields: Uint8Array): Uint8Array {
  const body = new Uint8Array(HEAD_BYTES + fields.length);
  body[0] = kind;
  body[1] = sequence;
  body[2] = sequence >>> 8;
  body.set(fields, HEAD_BYTES);
  return body;
}

/** Which error an ERROR packet tells; undefined when it is none. */
export function errorCode({ kind, fields }: Packet): number | undefined {
  return kind === ERROR ? fields[0] : undefined;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** BEGIN's fields: puts one device into its state after power-on. */
export function beginFields(device: number, spec: DeviceSpec, heldRows: number): Uint8Array {
  const fields = new Uint8Array(28);
  const view = viewOf(fields);
  view.setUint32(0, device, true);
  view.setUint32(4, spec.ramBytes, true);
  view.setUint32(8, spec.flashBytes, true);
  view.setUint32(12, spec.receiveBytes, true);
  view.setFloat32(16, spec.benchMicroseconds, true);
  view.setUint16(20, spec.megahertz, true);
  view.setUint16(22, spec.fpu ? FPU : 0, true);
  view.setUint32(24, heldRows, true);
  return fields;
}

/** The fields of FRAME, TIMER and POLL. @param us the device's clock, whole. */
export function timedFields(us: number, frame: Uint8Array = new Uint8Array(0)): Uint8Array {
  const fields = new Uint8Array(8 + frame.length);
  viewOf(fields).setBigUint64(0, BigInt(us), true);
  fields.set(frame, 8);
  return fields;
}

/** ROW's fields. @param wanted features that the board asked for; a row that is not there, or shorter, has none. */
export function rowFields(row: HeldRow | undefined, wanted: number): Uint8Array {
  const count = row === undefined || row.features.length < wanted ? 0 : wanted;
  const fields = new Uint8Array(2 + 4 * count);
  viewOf(fields).setUint16(0, row?.class ?? 0, true);
  // As bits: a NaN stays the NaN that it is.
  if (row !== undefined) fields.set(new Uint8Array(row.features.buffer, row.features.byteOffset, 4 * count), 2);
  return fields;
}

/** Which held row a board asks for. */
export function readRowRequest(fields: Uint8Array): { readonly index: number; readonly features: number } | undefined {
  if (fields.length !== 6) return undefined;
  const view = viewOf(fields);
  return { index: view.getUint32(0, true), features: view.getUint16(4, true) };
}

/** The protocol's number stands first, whatever its version: undefined when there is none. */
export function readProtocol(fields: Uint8Array): number | undefined {
  return fields[0];
}

export function readInfo(fields: Uint8Array): BoardInfo | undefined {
  const nameAt = 14 + SHA256_BYTES;
  if (fields.length < nameAt + 1 || fields.length !== nameAt + 1 + fields[nameAt]!) return undefined;
  const view = viewOf(fields);
  const counter = COUNTERS[fields[1]!];
  if (counter === undefined) return undefined;
  const hex = Array.from(fields.subarray(14, nameAt), (byte) => byte.toString(16).padStart(2, '0'));
  return {
    name: new TextDecoder().decode(fields.subarray(nameAt + 1)),
    counter,
    clockHz: view.getUint32(2, true),
    maxBody: view.getUint32(6, true),
    memory: view.getUint32(10, true),
    firmware: hex.join(''),
  };
}

export function readStatus(fields: Uint8Array): number | undefined {
  return fields.length === 4 ? viewOf(fields).getInt32(0, true) : undefined;
}

const ANSWER_HEAD = 21;
const NEVER = 0xffff_ffff_ffff_ffffn;

export function readAnswer(fields: Uint8Array): Answer | undefined {
  if (fields.length < ANSWER_HEAD) return undefined;
  const view = viewOf(fields);
  const count = fields[20]!;
  const end = ANSWER_HEAD + 8 * count;
  if (fields.length < end) return undefined;
  const deadline = view.getBigUint64(12, true);
  return {
    status: view.getInt32(0, true),
    counter: Number(view.getBigUint64(4, true)),
    deadline: deadline === NEVER ? Number.POSITIVE_INFINITY : Number(deadline),
    work: Float64Array.from({ length: count }, (_, i) => Number(view.getBigUint64(ANSWER_HEAD + 8 * i, true))),
    frame: fields.slice(end),
  };
}
