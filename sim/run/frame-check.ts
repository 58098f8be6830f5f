import { numbersOf, type Table } from '../metrics/table.ts';
import { crc32 } from '../protocol/crc32.ts';
import { FRAME, HEADER } from '../protocol/frame.ts';

/** Which way a recorded row went. */
export type Direction = 'up' | 'down' | 'timer';
const NAMES = new Map(Object.entries(FRAME).map(([name, type]) => [type as number, name]));
const DIRECTIONS: readonly Direction[] = ['up', 'down', 'timer'];

/** A row of the table `frames`, without its type (which is in its bytes) and its check. */
export interface FrameRow {
  readonly at_s: number;
  readonly clock: number;
  readonly device: number;
  readonly direction: Direction;
  readonly bytes: Uint8Array;
}

const head = new Uint8Array(21);
const headView = new DataView(head.buffer);

/** The check of a row. @param before that of the device's row before; 0 for its first. */
export function rowCheck(before: number, { at_s, clock, device, direction, bytes }: FrameRow): number {
  headView.setFloat64(0, at_s, true);
  headView.setFloat64(8, clock, true);
  headView.setUint32(16, device, true);
  head[20] = DIRECTIONS.indexOf(direction);
  return crc32(crc32(before, head, 0, head.length), bytes, 0, bytes.length);
}

/** What the column `type` says of a row. */
export function typeOf(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'timer' : (NAMES.get(bytes[HEADER.type]!) ?? 'unknown');
}

/** What a manifest says of a record, so that one that lost its end is known. */
export interface RecordSeal {
  readonly rows: number;
  /** CRC-32 of the rows' checks, in order. */
  readonly check: number;
}

export function sealOf(frames: Table): RecordSeal {
  const checks = Uint32Array.from(numbersOf(frames, 'check'));
  const bytes = new Uint8Array(checks.buffer);
  return { rows: frames.rows, check: crc32(0, bytes, 0, bytes.length) };
}
