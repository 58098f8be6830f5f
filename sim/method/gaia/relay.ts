/** Differences below this share of a sum of changes are rounding, not changes. */
const ROUNDING = 1e-9;

/**
 * Gaia's mirrors at the server (algorithms D7): the sum of all changes that devices sent, and what of it each device has:
 * its own changes and those it was sent. Changes for a device pile up and are added together until it is next sent them.
 * 8 d bytes a device.
 */
export class GaiaRelay {
  readonly #size: number;
  /** The sum of all changes. */
  readonly total: Float64Array;
  readonly #known: Float64Array;
  /** Changes for the device asked about last: `count` entries of both. */
  readonly indices: Uint32Array;
  readonly changes: Float32Array;

  constructor(devices: number, size: number) {
    this.#size = size;
    this.total = new Float64Array(size);
    this.#known = new Float64Array(devices * size);
    this.indices = new Uint32Array(size);
    this.changes = new Float32Array(size);
  }

  /** A change that `device` made to its own weights and sent. */
  add(device: number, index: number, change: number): void {
    this.total[index]! += change;
    this.#known[device * this.#size + index]! += change;
  }

  /** The device was sent the whole sum. */
  knowsAll(device: number): void {
    this.#known.set(this.total, device * this.#size);
  }

  /** What others changed and the device was not sent; it counts as sent. @returns how many entries. */
  take(device: number): number {
    const from = device * this.#size;
    let count = 0;
    for (let i = 0; i < this.#size; i++) {
      const total = this.total[i]!;
      const known = this.#known[from + i]!;
      const change = Math.fround(total - known);
      if (Math.abs(change) <= ROUNDING * Math.max(Math.abs(total), Math.abs(known))) continue;
      this.indices[count] = i;
      this.changes[count++] = change;
      this.#known[from + i]! += change;
    }
    return count;
  }
}
