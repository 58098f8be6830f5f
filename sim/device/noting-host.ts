import { PooledHost } from './host.ts';
import type { DeviceSpec } from './host-types.ts';

/** A row that a device holds itself. */
export interface HeldRow {
  readonly class: number;
  readonly features: Float32Array;
}

interface DataSet {
  readonly rows: Float32Array;
  readonly features: number;
  readonly classes: Uint16Array;
}

/** Notes what devices are and hold: what firmware elsewhere (a board, a process) must be given to answer as they do. */
export class NotingHost extends PooledHost {
  readonly specs: DeviceSpec[] = [];
  readonly #sets: DataSet[] = [];
  readonly #held = new Map<number, { readonly set: DataSet; readonly rows: Uint32Array }>();

  override add(spec: DeviceSpec): number {
    this.specs.push(spec);
    return super.add(spec);
  }

  override writeRows(rows: Float32Array, features: number, classes: Uint16Array): number {
    const set = super.writeRows(rows, features, classes);
    this.#sets[set] = { rows, features, classes };
    return set;
  }

  override hold(device: number, dataSet: number, rows: Uint32Array): void {
    super.hold(device, dataSet, rows);
    this.#held.set(device, { set: this.#sets[dataSet]!, rows });
  }

  /** The rows that a device holds, in its order; none where it holds none. */
  rowsOf(device: number): HeldRow[] {
    const held = this.#held.get(device);
    if (held === undefined) return [];
    const { rows, features, classes } = held.set;
    return Array.from(held.rows, (row) => ({
      class: classes[row]!,
      features: rows.subarray(row * features, (row + 1) * features),
    }));
  }
}
