import { findColumn, numbersOf, type Table, wordsOf } from '../../metrics/table.ts';
import { getU32 } from '../../protocol/bytes.ts';
import { FRAME, HEADER, HEADER_BYTES } from '../../protocol/frame.ts';
import { type Direction, rowCheck, typeOf } from '../../run/frame-check.ts';
import { byDevice, type Invariant, sum } from './observed.ts';

/** The record of frames: whole, in order, and enough for what rounds and devices say. */
export const FRAMES: readonly Invariant[] = [
  {
    name: 'frames-chain',
    says: 'Every recorded frame follows from the one before it: its check, its type, its clock.',
    *broken(run) {
      const { frames } = run.tables;
      if ((frames === undefined) !== (run.scenario.record === 'none')) yield 'expected frames where they are recorded';
      if (frames === undefined) return;
      const checks = numbersOf(frames, 'check');
      const clock = numbersOf(frames, 'clock_us');
      const type = wordsOf(frames, 'type');
      const last = new Map<number, number>();
      for (const [row, frame] of framesOf(frames).entries()) {
        const check = rowCheck(last.get(frame.device) ?? 0, { ...frame, clock: clock[row]! });
        last.set(frame.device, check);
        const isWhole =
          frame.bytes.length === 0 || frame.bytes.length === HEADER_BYTES + getU32(frame.bytes, HEADER.length);
        if (check === checks[row] && type[row] === typeOf(frame.bytes) && type[row] !== 'unknown' && isWhole) continue;
        yield `expected frame ${row} (${type[row]} of device ${frame.device}) to be whole and to have the check ${check}, got ${checks[row]}`;
        return;
      }
    },
  },
  {
    name: 'frames-order',
    says: 'The frames of a device are in the order of time, within the run.',
    *broken(run) {
      const { frames } = run.tables;
      if (frames === undefined) return;
      const last = new Map<number, number>();
      for (const [row, { at_s, device }] of framesOf(frames).entries()) {
        if (at_s >= (last.get(device) ?? 0)) last.set(device, at_s);
        else yield `expected frame ${row} of device ${device} at or after ${last.get(device)} s, got ${at_s} s`;
      }
    },
  },
  {
    name: 'frames-of-rounds',
    says: 'For every upload in the rounds the record has a frame with results that the device had given before.',
    *broken({ tables: { frames, rounds, devices } }) {
      if (frames === undefined) return;
      const given = new Map<number, number[]>();
      for (const { at_s, device, direction, bytes } of framesOf(frames)) {
        const type = bytes[HEADER.type];
        if (direction !== 'up' || (type !== FRAME.weights && type !== FRAME.update)) continue;
        given.set(device, [...(given.get(device) ?? []), at_s]);
      }
      const ended = numbersOf(rounds, 'ended_s');
      for (const [device, rows] of byDevice(rounds)) {
        const times = given.get(device) ?? [];
        const missing = rows.find((row, n) => !(times[n]! <= ended[row]!));
        if (missing !== undefined)
          yield `expected a result of device ${device} before its round ended at ${ended[missing]} s, got none`;
      }
      const up = numbersOf(devices, 'bytes_up');
      for (const [device, sizes] of payloadUp(frames, byDevice(rounds)))
        if (up[device]! < sizes)
          yield `expected device ${device} to send at least the ${sizes} B of its results, got ${up[device]} B`;
    },
  },
  {
    name: 'frames-down',
    says: 'The frames that a device was given came over the network: it was sent at least as many bytes.',
    *broken({ tables: { frames, devices } }) {
      if (frames === undefined) return;
      const got = new Map<number, number>();
      for (const { device, direction, bytes } of framesOf(frames)) {
        if (direction === 'down' && bytes[HEADER.type] !== FRAME.link)
          got.set(device, (got.get(device) ?? 0) + bytes.length);
      }
      const down = numbersOf(devices, 'bytes_down');
      for (const [device, bytes] of got)
        if (down[device]! < bytes)
          yield `expected device ${device} to be sent at least ${bytes} B, got ${down[device]} B`;
    },
  },
];

interface RecordedFrame {
  readonly at_s: number;
  readonly device: number;
  readonly direction: Direction;
  readonly bytes: Uint8Array;
}

function framesOf(frames: Table): RecordedFrame[] {
  const at = numbersOf(frames, 'at_s');
  const device = numbersOf(frames, 'device');
  const direction = wordsOf(frames, 'direction') as readonly Direction[];
  const column = findColumn(frames, 'bytes');
  if (column?.type !== 'binary') throw new Error('Expected frames.bytes to be binary');
  const { offsets, bytes } = column;
  return Array.from({ length: frames.rows }, (_, row) => ({
    at_s: at[row]!,
    device: device[row]!,
    direction: direction[row]!,
    bytes: bytes.subarray(offsets[row]!, offsets[row + 1]!),
  }));
}

/** The least bytes that each device's uploads can have come to: as many results as it has rounds, the smallest. */
function payloadUp(frames: Table, rounds: Map<number, number[]>): Map<number, number> {
  const sizes = new Map<number, number[]>();
  for (const { device, direction, bytes } of framesOf(frames)) {
    const type = bytes[HEADER.type];
    if (direction === 'up' && (type === FRAME.weights || type === FRAME.update))
      sizes.set(device, [...(sizes.get(device) ?? []), bytes.length]);
  }
  return new Map(
    [...sizes].map(([device, list]) => [
      device,
      sum(list.sort((a, b) => a - b).slice(0, rounds.get(device)?.length ?? 0)),
    ]),
  );
}
