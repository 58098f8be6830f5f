import { toSeconds } from '../kernel/time.ts';
import { TableBuilder } from '../metrics/builder.ts';
import { sumInOrder } from '../metrics/ratios.ts';
import type { Table } from '../metrics/table.ts';
import { IMPROVEMENTS_TABLE } from '../metrics/tables.ts';
import type { World } from './world.ts';

/**
 * The aggregations after which the model was more accurate than ever before, with what the run had spent by then. The first
 * row with at least an accuracy tells what that accuracy cost, whatever it is and however seldom the run is measured.
 */
export class Improvements {
  readonly #world: World;
  readonly #table = new TableBuilder(IMPROVEMENTS_TABLE);
  #best = Number.NEGATIVE_INFINITY;

  constructor(world: World) {
    this.#world = world;
  }

  /** Measures the model after an aggregation. @returns its accuracy, NaN without test rows. */
  note(): number {
    const { sim, method, network, places } = this.#world;
    const { accuracy } = method.scores();
    if (!(accuracy > this.#best)) return accuracy;
    this.#best = accuracy;
    let energy = 0;
    for (let device = 0; device < places.devices; device++) energy += this.#world.energy(device, sim.now);
    const table = this.#table;
    const { at } = table;
    table.set(at.at_s, toSeconds(sim.now));
    table.set(at.tasks_done, method.progress.tasksDone);
    table.set(at.accuracy, accuracy);
    table.set(at.bytes_up, sumInOrder(network.totals.bytesUp));
    table.set(at.bytes_down, sumInOrder(network.totals.bytesDown));
    table.set(at.energy_j, energy);
    table.endRow();
    return accuracy;
  }

  table(): Table {
    return this.#table.build();
  }
}
