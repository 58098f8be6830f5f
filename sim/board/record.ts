import { InputError } from '../kernel/errors.ts';
import { type BinaryColumn, findColumn, numbersOf, type Table, wordsOf } from '../metrics/table.ts';
import { FRAMES_TABLE } from '../metrics/tables.ts';
import type { FRAME } from '../protocol/frame.ts';
import { type Direction, type RecordSeal, rowCheck, sealOf, typeOf } from '../run/frame-check.ts';

/** One call of a device's firmware, as it was recorded. */
export interface Step {
  readonly direction: Direction;
  /** The device's clock, us. */
  readonly clock: number;
  readonly at_s: number;
  /** Its number among the device's recorded frames, from 1; of a timer, that of the frame before. */
  readonly frame: number;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Where a record is not what was recorded. */
export interface RecordFault {
  /** Row of the table, from 0. */
  readonly row: number;
  /** -1 where a record that lost its end tells no device. */
  readonly device: number;
  readonly frame: number;
  readonly what: string;
}

/** Types of frames that carry what a device trained. */
const TRAINED: readonly string[] = ['weights', 'update'] satisfies (keyof typeof FRAME)[];

/** The table `frames` of a result, device by device. */
export class FrameRecord {
  readonly rows: number;
  readonly devices: number;
  /** The first place where the record is not whole; undefined where it is. */
  readonly fault: RecordFault | undefined;
  readonly #table: Table;
  readonly #rowsOf = new Map<number, number[]>();

  /** @param seal what the result's manifest says of the record. */
  constructor(table: Table, seal: RecordSeal) {
    for (const { name, type } of FRAMES_TABLE.columns)
      if (findColumn(table, name)?.type !== type)
        throw new InputError(`frames.arrow: expected a column ${name} (${type}); it was recorded by another version`);
    this.#table = table;
    this.rows = table.rows;
    numbersOf(table, 'device').forEach((device, row) => {
      const rows = this.#rowsOf.get(device);
      if (rows === undefined) this.#rowsOf.set(device, [row]);
      else rows.push(row);
    });
    this.devices = this.#rowsOf.size;
    this.fault = this.#firstFault(seal);
  }

  /** The devices that are in the record, by id. */
  get recorded(): readonly number[] {
    return [...this.#rowsOf.keys()].sort((a, b) => a - b);
  }

  /** The devices that sent weights or an update in the record, by id. */
  get trained(): readonly number[] {
    const { devices, directions, types } = this.#columns();
    const found = new Set<number>();
    for (let row = 0; row < this.rows; row++)
      if (directions[row] === 'up' && TRAINED.includes(types[row]!)) found.add(devices[row]!);
    return [...found].sort((a, b) => a - b);
  }

  steps(device: number): Step[] {
    const { at, clocks, directions, types, bytesOf } = this.#columns();
    let frame = 0;
    return (this.#rowsOf.get(device) ?? []).map((row) => {
      const direction = directions[row] as Direction;
      if (direction !== 'timer') frame++;
      return { direction, clock: clocks[row]!, at_s: at[row]!, frame, type: types[row]!, bytes: bytesOf(row) };
    });
  }

  #columns() {
    const table = this.#table;
    const bytes = findColumn(table, 'bytes') as BinaryColumn;
    return {
      at: numbersOf(table, 'at_s'),
      clocks: numbersOf(table, 'clock_us'),
      devices: numbersOf(table, 'device'),
      checks: numbersOf(table, 'check'),
      directions: wordsOf(table, 'direction'),
      types: wordsOf(table, 'type'),
      bytesOf: (row: number) => bytes.bytes.subarray(bytes.offsets[row], bytes.offsets[row + 1]),
    };
  }

  /** Each row checks the device's rows before it, so that the first that was changed, or stands behind a lost one, is known. */
  #firstFault(seal: RecordSeal): RecordFault | undefined {
    const { at, devices, clocks, directions, types, checks, bytesOf } = this.#columns();
    const last = new Map<number, { check: number; frame: number }>();
    for (let row = 0; row < this.rows; row++) {
      const device = devices[row]!;
      const state = last.get(device) ?? { check: 0, frame: 0 };
      const direction = directions[row] as Direction;
      const frame = state.frame + (direction === 'timer' ? 0 : 1);
      const bytes = bytesOf(row);
      const check = rowCheck(state.check, { at_s: at[row]!, clock: clocks[row]!, device, direction, bytes });
      if (check !== checks[row] || types[row] !== typeOf(bytes))
        return { row, device, frame, what: 'was changed, or something before it was left out' };
      last.set(device, { check, frame });
    }
    if (this.rows < seal.rows) {
      const what = `the record ends after ${this.rows} of ${seal.rows} rows`;
      return { row: this.rows, device: -1, frame: 0, what };
    }
    if (this.rows > seal.rows) return this.#place(seal.rows, 'was added behind the end of the record');
    if (sealOf(this.#table).check === seal.check) return undefined;
    return {
      row: 0,
      device: -1,
      frame: 0,
      what: 'rows were changed together with their checks, or put in another order',
    };
  }

  #place(row: number, what: string): RecordFault {
    const device = numbersOf(this.#table, 'device')[row]!;
    const rows = this.#rowsOf.get(device)!;
    return { row, device, frame: rows.indexOf(row) + 1, what };
  }
}
