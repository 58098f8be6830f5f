import { NS_PER_SECOND } from '../../kernel/time.ts';

/** RFC 6298: smoothing of the round trip and of its variation, and the first time-out. */
const ALPHA = 1 / 8;
const BETA = 1 / 4;
const FIRST_RTO = 1 * NS_PER_SECOND;

/**
 * What the server believes of its devices: when it last heard of each, how long a round trip and a task take there, and
 * whether it takes the device for online. Times in ns.
 */
export class DeviceTable {
  readonly online: Uint8Array;
  readonly heardAt: Float64Array;
  /** When the server last asked for a sign of life; below heardAt when it has one. */
  readonly pingedAt: Float64Array;
  readonly #smoothed: Float64Array;
  readonly #variation: Float64Array;
  readonly #taskTime: Float64Array;

  /** @param computeTime by device, ns that one task takes by the device's speed alone. */
  constructor(computeTime: Float64Array) {
    const devices = computeTime.length;
    this.online = new Uint8Array(devices).fill(1);
    this.heardAt = new Float64Array(devices);
    this.pingedAt = new Float64Array(devices).fill(-1);
    this.#smoothed = new Float64Array(devices).fill(-1);
    this.#variation = new Float64Array(devices);
    this.#taskTime = computeTime.slice();
  }

  heard(device: number, at: number, rtt: number): void {
    this.heardAt[device] = at;
    const smoothed = this.#smoothed[device]!;
    if (smoothed < 0) {
      this.#smoothed[device] = rtt;
      this.#variation[device] = rtt / 2;
      return;
    }
    this.#variation[device] = (1 - BETA) * this.#variation[device]! + BETA * Math.abs(smoothed - rtt);
    this.#smoothed[device] = (1 - ALPHA) * smoothed + ALPHA * rtt;
  }

  /** A task took `span` ns from its first byte sent until the device had taken it in. */
  tookTask(device: number, span: number): void {
    const known = this.#taskTime[device]!;
    this.#taskTime[device] = span > known ? span : known + ALPHA * (span - known);
  }

  /** How long a task is expected to take on a device, ns. */
  taskTime(device: number): number {
    return this.#taskTime[device]!;
  }

  /** T_off of algorithms B.7: max(3 RTO, 2 x predicted task time), whole ns. */
  offlineAfter(device: number): number {
    const smoothed = this.#smoothed[device]!;
    const rto = smoothed < 0 ? FIRST_RTO : Math.max(FIRST_RTO, smoothed + 4 * this.#variation[device]!);
    return Math.ceil(Math.max(3 * rto, 2 * this.#taskTime[device]!));
  }
}
