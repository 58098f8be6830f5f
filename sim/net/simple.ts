import { type EventSource, PRIORITY, type Simulation } from '../kernel/simulation.ts';
import { type Instant, LAST_INSTANT } from '../kernel/time.ts';
import { Totals, TransferTable, wider } from './flow-table.ts';
import type { Network, NetworkConfig, NetworkListener, NetworkTotals, TransferFacts } from './network.ts';

const DELIVERED = 1;
const FAILED = 2;
/** The device was offline when it was asked to send. */
const REFUSED = 3;

/**
 * The network of the paper: t_c = latency + size / bandwidth, where latency is the device's access latency (a draw) plus
 * propagation, bandwidth the rate of its access link in that direction (or what the receiver consumes, if less) and size
 * what the sender gave, payload and framing. Nothing is shared, nothing is lost, no handshake, no HTTP, TLS or TCP/IP.
 *
 * Two things are added: a dropout cuts a transfer, and the messages of one device in one direction arrive in the order
 * in which they were sent (a later one with a smaller draw waits for the earlier).
 */
export class SimpleNetwork implements Network {
  readonly facts: TransferFacts;
  readonly totals: NetworkTotals;

  readonly #simulation: Simulation;
  readonly #config: NetworkConfig;
  readonly #listener: NetworkListener;
  readonly #table = new TransferTable();
  readonly #totals: Totals;
  readonly #source: EventSource;
  readonly #end: number;
  readonly #rateUp: Float64Array;
  readonly #rateDown: Float64Array;
  /** When the last message of each device arrives, by direction (up, down). */
  readonly #lastUp: Float64Array;
  readonly #lastDown: Float64Array;
  /** When a transfer would arrive if nothing cut it. */
  #arrival: Float64Array = new Float64Array(256);

  constructor(simulation: Simulation, config: NetworkConfig, listener: NetworkListener) {
    this.#simulation = simulation;
    this.#config = config;
    this.#listener = listener;
    this.#totals = new Totals(config.devices);
    this.facts = this.#table;
    this.totals = this.#totals;
    this.#source = simulation.source('net.devices', PRIORITY.network, config.devices);
    this.#end = simulation.kind('net.simple.end', (slot, generation) => this.#ended(slot, generation));
    this.#rateUp = Float64Array.from(config.profiles, (profile) => profile.up);
    this.#rateDown = Float64Array.from(config.profiles, (profile) => profile.down);
    this.#lastUp = new Float64Array(config.devices);
    this.#lastDown = new Float64Array(config.devices);
  }

  get active(): number {
    return this.#table.active;
  }

  send(
    device: number,
    up: boolean,
    payloadBytes: number,
    headerBytes: number,
    sinkBytesPerSecond: number,
    tag: number,
  ): number {
    const table = this.#table;
    const now = this.#simulation.now;
    const slot = table.take(device, up, payloadBytes, headerBytes, tag, now);
    if (this.#arrival.length < table.capacity) this.#arrival = wider(this.#arrival, new Float64Array(table.capacity));
    if (!this.#config.weather.dropout.online(device, now)) {
      table.state[slot] = REFUSED;
      this.#schedule(slot, now);
      return slot;
    }
    const bytes = payloadBytes + headerBytes;
    const profile = this.#config.profile[device]!;
    const mobility = this.#config.weather.mobility;
    const rate = (up ? this.#rateUp : this.#rateDown)[profile]! * mobility.rateFactor(device, now);
    const latency =
      this.#config.weather.latency.draw(device, now) + mobility.gap(device, now) + this.#config.propagation[device]!;
    const span = Math.ceil(latency + (bytes * 8e9) / Math.min(rate, sinkBytesPerSecond * 8));
    const last = up ? this.#lastUp : this.#lastDown;
    const arrival = Math.min(Math.max(now + span, last[device]!), LAST_INSTANT);
    last[device] = arrival;
    this.#arrival[slot] = arrival;
    table.rtt[slot] = 2 * latency;
    table.firstByteAt[slot] = Math.min(arrival, Math.ceil(now + latency));
    table.wireBytes[slot] = bytes;
    this.#totals.sent(device, up, bytes);
    this.#plan(slot);
    return slot;
  }

  cancel(slot: number): void {
    const table = this.#table;
    const device = table.device[slot]!;
    this.#totals.bytesWasted[device] = this.#totals.bytesWasted[device]! + table.wireBytes[slot]!;
    table.release(slot);
  }

  online(device: number): boolean {
    return this.#config.weather.dropout.online(device, this.#simulation.now);
  }

  nextOnline(device: number): Instant {
    const now = this.#simulation.now;
    return this.online(device) ? now : this.#config.weather.dropout.nextChange(device, now);
  }

  setProfileRates(profile: number, up: number, down: number): void {
    this.#rateUp[profile] = up;
    this.#rateDown[profile] = down;
  }

  /** The paper's formula knows no loss. */
  setProfileLoss(): void {}

  /** The paper's formula knows no shared link. */
  setServerRates(): void {}

  /** The paper's formula knows no shared link. */
  setBottleneckRates(): void {}

  weatherChanged(): void {
    for (let slot = 0; slot < this.#table.high; slot++) {
      const state = this.#table.state[slot];
      if (state === 0 || state === REFUSED) continue;
      this.#table.generation[slot]!++;
      if (this.online(this.#table.device[slot]!)) this.#plan(slot);
      else {
        this.#table.state[slot] = FAILED;
        this.#schedule(slot, this.#simulation.now);
      }
    }
  }

  /** Decides whether the transfer arrives or is cut before, as the weather stands. */
  #plan(slot: number): void {
    const cut = this.#config.weather.dropout.nextChange(this.#table.device[slot]!, this.#simulation.now);
    const arrival = this.#arrival[slot]!;
    this.#table.state[slot] = cut < arrival ? FAILED : DELIVERED;
    this.#schedule(slot, Math.min(cut, arrival));
  }

  #schedule(slot: number, at: number): void {
    const table = this.#table;
    this.#simulation.schedule(at, this.#source, table.device[slot]!, this.#end, slot, table.generation[slot]!);
  }

  #ended(slot: number, generation: number): void {
    const table = this.#table;
    if (!table.current(slot, generation)) return;
    const device = table.device[slot]!;
    const delivered = table.state[slot] === DELIVERED;
    const now = this.#simulation.now;
    table.lastByteAt[slot] = now;
    const total = delivered ? this.#totals.bytesDelivered : this.#totals.bytesWasted;
    total[device] = total[device]! + table.wireBytes[slot]!;
    if (delivered) this.#listener.delivered(slot);
    else {
      table.firstByteAt[slot] = now;
      this.#listener.failed(slot);
    }
    table.release(slot);
  }
}
