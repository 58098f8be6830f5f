import type { Instant } from '../kernel/time.ts';
import { type NetworkConfig, sharedLinks } from './network.ts';

/** The shared links between a device and the server in one direction. */
export interface Path {
  readonly number: number;
  /** Numbers of the links: at least the server's. */
  readonly links: Int32Array;
}

/**
 * The shared links: what each can carry now (its capacity less the background load), until when the messages that were
 * put into its queue keep it busy, and which of them lie between a device and the server.
 */
export class FlowLinks {
  readonly count: number;
  /** Whole capacity, bytes/s. */
  readonly capacity: Float64Array;
  /** What is left of it now, bytes/s: right after `refresh`. */
  readonly available: Float64Array;
  /** Instant up to which messages that go one after another keep the link busy, ns. */
  readonly busy: Float64Array;
  /** Bytes that such messages have put through. */
  readonly queued: Float64Array;
  /** When the background load may next differ. */
  readonly changeAt: Float64Array;
  /** Transfers that are about to share the link with others. */
  readonly pending: Int32Array;

  readonly #config: NetworkConfig;
  readonly #numbers: ReturnType<typeof sharedLinks>;
  readonly #paths: Path[] = [];
  readonly #pathOf: Int32Array;

  constructor(config: NetworkConfig) {
    const numbers = sharedLinks(config);
    this.#config = config;
    this.#numbers = numbers;
    this.count = numbers.count;
    this.capacity = new Float64Array(numbers.count);
    this.available = new Float64Array(numbers.count);
    this.busy = new Float64Array(numbers.count);
    this.queued = new Float64Array(numbers.count);
    this.changeAt = new Float64Array(numbers.count).fill(-1);
    this.pending = new Int32Array(numbers.count);
    config.accessPointRate.forEach((rate, i) => {
      this.capacity[numbers.accessPoint(i)] = rate / 8;
    });
    for (let i = 0; i < config.bottleneckUp.length; i++) {
      this.setBottleneck(i, config.bottleneckUp[i]!, config.bottleneckDown[i]!);
    }
    this.setServer(config.serverUp, config.serverDown);
    this.#pathOf = this.#lay();
  }

  /** @param up whether the device sends. */
  path(device: number, up: boolean): Path {
    return this.#paths[this.#pathOf[2 * device + (up ? 0 : 1)]!]!;
  }

  /** Rates in bit/s, seen from the region: `up` leaves it. */
  setBottleneck(index: number, up: number, down: number): void {
    this.capacity[this.#numbers.bottleneck(index, true)] = up / 8;
    this.capacity[this.#numbers.bottleneck(index, false)] = down / 8;
    this.changeAt.fill(-1);
  }

  /** Rates in bit/s, seen from the server: `up` leaves it, towards devices. */
  setServer(up: number, down: number): void {
    this.capacity[this.#numbers.server(true)] = down / 8;
    this.capacity[this.#numbers.server(false)] = up / 8;
    this.changeAt.fill(-1);
  }

  /** Brings `available` up to date; whether it was anew. */
  refresh(link: number, now: Instant): boolean {
    if (now < this.changeAt[link]!) return false;
    const { congestion } = this.#config.weather;
    this.changeAt[link] = congestion.nextChange(link, now);
    this.available[link] = this.capacity[link]! * (1 - congestion.share(link, now));
    return true;
  }

  /** The least that a link of the path has left now, bytes/s; Infinity for none. */
  rate(path: Path, now: Instant): number {
    let rate = Number.POSITIVE_INFINITY;
    for (const link of path.links) {
      this.refresh(link, now);
      if (this.available[link]! < rate) rate = this.available[link]!;
    }
    return rate;
  }

  /**
   * Puts a message into the queue of every link of the path, as though it reached all of them now.
   * @returns when the last of them has sent it, ns (not whole).
   */
  enqueue(path: Path, bytes: number, now: Instant): number {
    let end: number = now;
    for (const link of path.links) {
      this.refresh(link, now);
      const busy = Math.max(this.busy[link]!, now) + (bytes * 1e9) / this.available[link]!;
      this.busy[link] = busy;
      this.queued[link]! += bytes;
      if (busy > end) end = busy;
    }
    return end;
  }

  /** When the queues of all links of the path are empty, ns. */
  idle(path: Path, now: Instant): number {
    let at: number = now;
    for (const link of path.links) if (this.busy[link]! > at) at = this.busy[link]!;
    return at;
  }

  /** Gives every device its path each way; devices with the same links have the same path. */
  #lay(): Int32Array {
    const config = this.#config;
    const known = new Map<number, number>();
    const pathOf = new Int32Array(2 * config.devices);
    const bottlenecks = config.bottleneckUp.length + 1;
    for (let device = 0; device < config.devices; device++) {
      const accessPoint = config.accessPoint[device]!;
      const bottleneck = config.bottleneck[device]!;
      for (let direction = 0; direction < 2; direction++) {
        const key = ((accessPoint + 1) * bottlenecks + bottleneck + 1) * 2 + direction;
        let number = known.get(key);
        if (number === undefined) {
          number = this.#paths.length;
          this.#paths.push({ number, links: this.#linksOf(accessPoint, bottleneck, direction === 0) });
          known.set(key, number);
        }
        pathOf[2 * device + direction] = number;
      }
    }
    return pathOf;
  }

  #linksOf(accessPoint: number, bottleneck: number, up: boolean): Int32Array {
    const links: number[] = [];
    if (accessPoint >= 0) links.push(this.#numbers.accessPoint(accessPoint));
    if (bottleneck >= 0) links.push(this.#numbers.bottleneck(bottleneck, up));
    links.push(this.#numbers.server(up));
    return Int32Array.from(links);
  }
}
