import { TableBuilder } from './builder.ts';
import { GrowableF64, GrowableI32 } from './growable.ts';
import type { Table } from './table.ts';
import { TIMELINE_STATES, TIMELINE_TABLE, type TimelineState } from './tables.ts';

/** States by the number that `span` takes; `wait` is never recorded. */
export const TIMELINE: { readonly [S in TimelineState]: number } = {
  compute: 0,
  send: 1,
  receive: 2,
  wait: 3,
  offline: 4,
};

/** Which state is shown where several hold: first in the list, first shown. What is in no span is waiting. */
const PRIORITY = [TIMELINE.compute, TIMELINE.send, TIMELINE.receive, TIMELINE.offline] as const;

/**
 * Records what chosen devices were doing, as spans that may overlap and come in any order: a transfer goes on while the
 * device computes. The table has one state at a time: computing before sending, sending before receiving, and waiting
 * where there is no span. A device not chosen costs one look-up. Past `limit` spans the recorder stops and the table
 * ends there, rather than grow without bound.
 */
export class TimelineRecorder {
  readonly devices: readonly number[];
  readonly #slot: Int16Array;
  readonly #slots = new GrowableI32();
  readonly #states = new GrowableI32();
  readonly #from = new GrowableF64();
  readonly #to = new GrowableF64();
  readonly #limit: number;
  #cutAt = Number.POSITIVE_INFINITY;

  /** @param options fleet: number of all devices; chosen: ids in ascending order; limit: most spans kept. */
  constructor(options: { readonly fleet: number; readonly chosen: readonly number[]; readonly limit?: number }) {
    this.devices = options.chosen;
    this.#limit = options.limit ?? 200_000;
    this.#slot = new Int16Array(options.fleet).fill(-1);
    options.chosen.forEach((device, slot) => {
      this.#slot[device] = slot;
    });
  }

  /** The device was in `state` (a number of TIMELINE, not wait) from one instant to another, in ns. */
  span(device: number, state: number, fromNs: number, toNs: number): void {
    const slot = this.#slot[device]!;
    if (slot < 0 || toNs <= fromNs) return;
    if (this.#from.length >= this.#limit) {
      this.#cutAt = Math.min(this.#cutAt, fromNs);
      return;
    }
    this.#slots.push(slot);
    this.#states.push(state);
    this.#from.push(fromNs);
    this.#to.push(toNs);
  }

  /** Calling what this gives forgets every span that came after. */
  checkpoint(): () => void {
    const { length } = this.#from;
    const cutAt = this.#cutAt;
    return () => {
      for (const column of [this.#slots, this.#states, this.#from, this.#to]) column.truncate(length);
      this.#cutAt = cutAt;
    };
  }

  /** When the table ends because of the limit, in ns; Infinity when it was not met. */
  get cutAt(): number {
    return this.#cutAt;
  }

  /** The table up to `endNs`, in order of device, then start. */
  finish(endNs: number): Table {
    const end = Math.min(endNs, this.#cutAt);
    const rows = new TableBuilder(TIMELINE_TABLE);
    const spans: number[][] = this.devices.map(() => []);
    for (let i = 0; i < this.#from.length; i++) spans[this.#slots.at(i)]!.push(i);
    this.devices.forEach((device, slot) => {
      this.#sweep(spans[slot]!, end, (state, from, to) => {
        rows.set(rows.at.device, device);
        rows.setText(rows.at.state, TIMELINE_STATES[state]!);
        rows.set(rows.at.start_s, from / 1e9);
        rows.set(rows.at.end_s, to / 1e9);
        rows.endRow();
      });
    });
    return rows.build();
  }

  /** Goes through one device's instants in order, counts the open spans of each state, and emits what is shown. */
  #sweep(spans: readonly number[], end: number, emit: (state: number, from: number, to: number) => void): void {
    const changes = spans.flatMap((i) => [
      { at: this.#from.at(i), state: this.#states.at(i), by: 1 },
      { at: this.#to.at(i), state: this.#states.at(i), by: -1 },
    ]);
    changes.sort((a, b) => a.at - b.at);
    const open = new Int32Array(TIMELINE_STATES.length);
    let shown = TIMELINE.wait;
    let since = 0;
    for (let i = 0; i < changes.length && changes[i]!.at < end; ) {
      const { at } = changes[i]!;
      for (; i < changes.length && changes[i]!.at === at; i++) open[changes[i]!.state]! += changes[i]!.by;
      const next = PRIORITY.find((state) => open[state]! > 0) ?? TIMELINE.wait;
      if (next === shown) continue;
      if (at > since) emit(shown, since, at);
      shown = next;
      since = at;
    }
    if (end > since) emit(shown, since, end);
  }
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
