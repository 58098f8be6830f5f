import { TableBuilder } from './builder.ts';
import type { Table } from './table.ts';
import { TIMELINE_STATES, TIMELINE_TABLE, type TimelineState } from './tables.ts';

/** States by the number that `change` takes. */
export const TIMELINE: { readonly [S in TimelineState]: number } = {
  compute: 0,
  send: 1,
  receive: 2,
  wait: 3,
  offline: 4,
};

/**
 * Records what chosen devices were doing, for the timeline chart: a device not chosen costs one look-up. Every device
 * starts waiting at 0. Past `limit` stretches the recorder stops and says so, rather than grow without bound.
 */
export class TimelineRecorder {
  readonly devices: readonly number[];
  readonly #slot: Int16Array;
  readonly #state: Uint8Array;
  readonly #since: Float64Array;
  readonly #rows = new TableBuilder(TIMELINE_TABLE);
  readonly #limit: number;
  #cutAt = Number.POSITIVE_INFINITY;

  /** @param options fleet: number of all devices; chosen: ids in ascending order; limit: most stretches kept. */
  constructor(options: { readonly fleet: number; readonly chosen: readonly number[]; readonly limit?: number }) {
    this.devices = options.chosen;
    this.#limit = options.limit ?? 200_000;
    this.#slot = new Int16Array(options.fleet).fill(-1);
    options.chosen.forEach((device, slot) => {
      this.#slot[device] = slot;
    });
    this.#state = new Uint8Array(options.chosen.length).fill(TIMELINE.wait);
    this.#since = new Float64Array(options.chosen.length);
  }

  /** @param atNs simulated time in ns, never falling for one device. */
  change(device: number, state: number, atNs: number): void {
    const slot = this.#slot[device]!;
    if (slot < 0 || this.#state[slot] === state) return;
    this.#end(slot, atNs);
    this.#state[slot] = state;
    this.#since[slot] = atNs;
  }

  /** Ends every open stretch and gives the table, in order of device, then start. */
  finish(atNs: number): Table {
    for (let slot = 0; slot < this.devices.length; slot++) this.#end(slot, Math.min(atNs, this.#cutAt));
    return ordered(this.#rows.build());
  }

  /** When recording stopped because of the limit, in ns; Infinity when it did not. */
  get cutAt(): number {
    return this.#cutAt;
  }

  #end(slot: number, atNs: number): void {
    const since = this.#since[slot]!;
    if (atNs <= since) return;
    if (this.#rows.rows >= this.#limit) {
      this.#cutAt = Math.min(this.#cutAt, atNs);
      return;
    }
    const { device, state, start_s, end_s } = this.#rows.at;
    this.#rows.set(device, this.devices[slot]!);
    this.#rows.setText(state, TIMELINE_STATES[this.#state[slot]!]!);
    this.#rows.set(start_s, since / 1e9);
    this.#rows.set(end_s, atNs / 1e9);
    this.#rows.endRow();
    this.#since[slot] = atNs;
  }
}

function ordered(table: Table): Table {
  const device = table.columns[0] as { readonly values: Uint32Array };
  const start = table.columns[2] as { readonly values: Float64Array };
  const order = Uint32Array.from(device.values.keys()).sort(
    (a, b) => device.values[a]! - device.values[b]! || start.values[a]! - start.values[b]!,
  );
  const columns = table.columns.map((column) => {
    if (column.type === 'utf8') return { ...column, codes: Int32Array.from(order, (row) => column.codes[row]!) };
    if (column.type === 'u32') return { ...column, values: Uint32Array.from(order, (row) => column.values[row]!) };
    if (column.type === 'f64') return { ...column, values: Float64Array.from(order, (row) => column.values[row]!) };
    return column;
  });
  return { ...table, columns };
}

/**
 * Which devices the timeline shows: all when they fit, else an equal share of each group (board, say), spread evenly
 * over the ids of the group, so that every kind of device is seen. Ascending ids.
 * @param groups a group number for each device.
 */
export function chooseDevices(groups: ArrayLike<number>, limit = 40): number[] {
  const members = new Map<number, number[]>();
  for (let device = 0; device < groups.length; device++) {
    const group = groups[device]!;
    const list = members.get(group);
    if (list === undefined) members.set(group, [device]);
    else list.push(device);
  }
  const kinds = [...members.values()].sort((a, b) => a.length - b.length || a[0]! - b[0]!);
  const chosen: number[] = [];
  let left = limit;
  kinds.forEach((list, i) => {
    const share = Math.min(list.length, Math.floor(left / (kinds.length - i)));
    for (let n = 0; n < share; n++) chosen.push(list[Math.floor((n * list.length) / share)]!);
    left -= share;
  });
  return chosen.sort((a, b) => a - b);
}
