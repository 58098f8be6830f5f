import { toSeconds } from '../kernel/time.ts';
import { TableBuilder } from '../metrics/builder.ts';
import type { Table } from '../metrics/table.ts';
import { FRAMES_TABLE } from '../metrics/tables.ts';
import { FRAME, HEADER } from '../protocol/frame.ts';

const NAMES = new Map(Object.entries(FRAME).map(([name, type]) => [type as number, name]));

/** Keeps every frame that a device's firmware was given or gave, LINK reports included: all that a replay needs. */
export class FrameRecorder {
  readonly #table = new TableBuilder(FRAMES_TABLE);

  readonly observe = (at: number, device: number, out: boolean, bytes: Uint8Array): void => {
    const columns = this.#table.at;
    this.#table.set(columns.at_s, toSeconds(at));
    this.#table.set(columns.device, device);
    this.#table.setText(columns.direction, out ? 'up' : 'down');
    this.#table.setText(columns.type, NAMES.get(bytes[HEADER.type]!) ?? 'unknown');
    this.#table.setBytes(columns.bytes, bytes);
    this.#table.endRow();
  };

  table(): Table {
    return this.#table.build();
  }
}
