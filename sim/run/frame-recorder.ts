import { toSeconds } from '../kernel/time.ts';
import { TableBuilder } from '../metrics/builder.ts';
import type { Table } from '../metrics/table.ts';
import { FRAMES_TABLE } from '../metrics/tables.ts';
import { type Direction, rowCheck, typeOf } from './frame-check.ts';

/**
 * Keeps every frame that a device's firmware was given or gave, LINK reports included, and the calls of its timer: all that a
 * replay needs, in the order in which the firmware saw it. Asking a device that has nothing to say changes nothing in it, and
 * is not kept.
 */
export class FrameRecorder {
  readonly #table = new TableBuilder(FRAMES_TABLE);
  /** The check of each device's last row. */
  readonly #checks: number[] = [];
  readonly #devices: ReadonlySet<number> | undefined;

  /** @param devices those that are recorded; all when left out. */
  constructor(devices?: ReadonlySet<number>) {
    this.#devices = devices;
  }

  readonly observe = (at: number, device: number, out: boolean, bytes: Uint8Array): void => {
    if (this.#devices?.has(device) === false) return;
    const columns = this.#table.at;
    const direction: Direction = bytes.length === 0 ? 'timer' : out ? 'up' : 'down';
    // As the firmware's port rounds it.
    const clock = Math.floor(at / 1000);
    const at_s = toSeconds(at);
    const check = rowCheck(this.#checks[device] ?? 0, { at_s, clock, device, direction, bytes });
    this.#checks[device] = check;
    this.#table.set(columns.at_s, at_s);
    this.#table.set(columns.clock_us, clock);
    this.#table.set(columns.device, device);
    this.#table.setText(columns.direction, direction);
    this.#table.setText(columns.type, typeOf(bytes));
    this.#table.set(columns.check, check);
    this.#table.setBytes(columns.bytes, bytes);
    this.#table.endRow();
  };

  table(): Table {
    return this.#table.build();
  }
}
