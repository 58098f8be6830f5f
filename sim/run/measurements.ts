import { RunError } from '../kernel/errors.ts';
import { toSeconds } from '../kernel/time.ts';
import { TableBuilder } from '../metrics/builder.ts';
import { ratioByBytes, ratioByTime, sumInOrder } from '../metrics/ratios.ts';
import type { Table } from '../metrics/table.ts';
import { METRICS_TABLE } from '../metrics/tables.ts';
import type { World } from './world.ts';

/** Some 1.5 GB of a time series. */
const MOST_ROWS = 1 << 24;

/** The time series of a run: a row a measurement. Sums run in device-id order. */
export class Measurements {
  readonly #world: World;
  readonly #table: TableBuilder<(typeof METRICS_TABLE.columns)[number]['name']>;
  #lastAt = -1;

  constructor(world: World) {
    this.#world = world;
    const { method } = world;
    this.#table = new TableBuilder(METRICS_TABLE, [
      ...(method.records.staleness === null ? [] : (['staleness_mean'] as const)),
      ...(method.loss === undefined ? [] : (['loss'] as const)),
    ]);
  }

  /** Measures now. @throws RunError when there are too many measurements. */
  take(): void {
    if (this.#table.rows >= MOST_ROWS) {
      throw new RunError(`measure.every: expected at most ${MOST_ROWS} measurements, got more; measure less often`);
    }
    const { sim, method } = this.#world;
    this.#row(sim.now);
    method.records.ages.mark();
    method.records.staleness?.mark();
    this.#lastAt = sim.now;
  }

  /** The table of a run that ends at `at`: its last row is of then. The run may go on: nothing of it stays. */
  endedAt(at: number): Table {
    return this.#lastAt >= at ? this.#table.build() : this.#with(at, 0);
  }

  /** How the run stands at `at`, as a table of one row; of none where the last measurement is of then. */
  standing(at: number): Table {
    const { rows } = this.#table;
    return this.#lastAt >= at ? this.#table.build(rows) : this.#with(at, rows);
  }

  /** The measurements so far, from a row on. */
  from(row: number): Table {
    return this.#table.build(row);
  }

  /** The rows from a number on, and one of `at` that is taken back. */
  #with(at: number, from: number): Table {
    this.#row(at);
    const table = this.#table.build(from);
    this.#table.dropRow();
    return table;
  }

  #row(now: number): void {
    const { method, fleet, network, places } = this.#world;
    const { records } = method;
    const { totals } = network;
    const { accounts } = fleet;
    const table = this.#table;
    const { at } = table;
    const { accuracy, macroF1 } = method.scores();
    let compute = 0;
    let communication = 0;
    let energy = 0;
    let online = 0;
    let wasted = 0;
    for (let device = 0; device < places.devices; device++) {
      compute += accounts.computeUntil(device, now);
      communication += accounts.communicationUntil(device, now);
      energy += this.#world.energy(device, now);
      wasted += totals.bytesWasted[device]! + records.bytesWasted[device]!;
      if (network.online(device)) online++;
    }
    const up = sumInOrder(totals.bytesUp);
    const down = sumInOrder(totals.bytesDown);
    table.set(at.at_s, toSeconds(now));
    table.set(at.tasks_done, method.progress.tasksDone);
    table.set(at.accuracy, accuracy);
    table.set(at.macro_f1, macroF1);
    table.set(at.comm_to_comp_time, ratioByTime(communication, compute) ?? Number.NaN);
    table.set(at.comm_to_comp_bytes_per_flop, ratioByBytes(up + down, sumInOrder(accounts.flop)) ?? Number.NaN);
    table.set(at.bytes_up, up);
    table.set(at.bytes_down, down);
    table.set(at.bytes_wasted, wasted);
    table.set(at.energy_j, energy);
    table.set(at.online, online);
    table.set(at.age_mean_s, records.ages.meanSinceMark());
    if (records.staleness !== null) table.set(at.staleness_mean, records.staleness.meanSinceMark());
    if (method.loss !== undefined) table.set(at.loss, method.loss());
    table.endRow();
  }
}
