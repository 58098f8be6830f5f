import { assert } from '../kernel/errors.ts';
import { type EventSource, PRIORITY, type Simulation } from '../kernel/simulation.ts';
import { type Instant, LAST_INSTANT } from '../kernel/time.ts';
import { FlowBooks } from './flow-books.ts';
import { FlowDevices } from './flow-device.ts';
import { FlowHandshake } from './flow-handshake.ts';
import type { Path } from './flow-links.ts';
import { FlowShared } from './flow-shared.ts';
import { TransferTable } from './flow-table.ts';
import { FlowTcp } from './flow-tcp.ts';
import { messageBytes } from './http.ts';
import type { Network, NetworkConfig, NetworkListener, NetworkTotals, TransferFacts } from './network.ts';

/** What a transfer is doing. */
const STATE = { free: 0, refused: 1, waiting: 2, opening: 3, queued: 4, pending: 5, sharing: 6, landing: 7 } as const;

/**
 * The network in full: HTTPS over TCP over access links, access points, regional bottlenecks and the server's link, with
 * background load, loss and dropouts.
 *
 * A message goes through these stages. Its device's connection is opened, if it is not open (TCP, then TLS 1.3, full or
 * resumed). Then its bytes go out, behind those that the device sent in the same direction before. A message of at most
 * one initial window is one burst: it takes its turn in the queue of each shared link, first in, first out. A longer one,
 * and any that finds a link shared at the time, is a flow: links are shared max-min fairly (`Sharing`), and a
 * flow's cap is the pace at which the transfer would go by itself over the same path (`TcpPath`: slow start, CUBIC, loss
 * recovery), or what its receiver consumes, if that is less. After the last byte was sent it takes the latency to arrive.
 *
 * Approximations: bursts queue in the order in which they are sent, as though all devices were equally far from a link; a
 * flow that starts waits for the bursts queued before it; TCP's pace is played once, when the flow starts, with the rates of
 * that time; a device's rate under mobility too; each message starts with the initial window; bytes of handshakes queue as
 * bursts; acknowledgements are counted but take no capacity. Not modelled: queueing delay that long flows cause
 * to bursts beyond their fair share, reordering, loss of acknowledgements.
 */
export class FlowNetwork implements Network {
  readonly totals: NetworkTotals;
  /** For tests and figures. */
  readonly shared: FlowShared;

  readonly #simulation: Simulation;
  readonly #config: NetworkConfig;
  readonly #listener: NetworkListener;
  readonly #table = new TransferTable();
  readonly #books: FlowBooks;
  readonly #devices: FlowDevices;
  readonly #tcp: FlowTcp;
  readonly #handshake: FlowHandshake;
  readonly #source: EventSource;
  readonly #next: number;
  readonly #cut: number;
  readonly #rates: readonly [Float64Array, Float64Array];

  constructor(simulation: Simulation, config: NetworkConfig, listener: NetworkListener) {
    this.#simulation = simulation;
    this.#config = config;
    this.#listener = listener;
    this.#books = new FlowBooks(this.#table, config.devices);
    this.totals = this.#books.totals;
    this.#devices = new FlowDevices(config.devices, config.weather.dropout);
    this.#tcp = new FlowTcp(config);
    this.shared = new FlowShared(simulation, config, (slot) => this.#sent(slot));
    this.#handshake = new FlowHandshake(config, {
      table: this.#table,
      books: this.#books,
      devices: this.#devices,
      links: this.shared.links,
      tcp: this.#tcp,
    });
    this.#source = simulation.source('net.devices', PRIORITY.network, config.devices);
    this.#rates = [
      Float64Array.from(config.profiles, (profile) => profile.up / 8),
      Float64Array.from(config.profiles, (profile) => profile.down / 8),
    ];
    this.#next = simulation.kind('net.flow.next', (slot, generation) => this.#onNext(slot, generation));
    this.#cut = simulation.kind('net.flow.cut', (device) => this.#onCut(device));
  }

  get facts(): TransferFacts {
    return this.#table;
  }

  get active(): number {
    return this.#table.active;
  }

  get #now(): Instant {
    return this.#simulation.now;
  }

  send(
    device: number,
    up: boolean,
    payloadBytes: number,
    headerBytes: number,
    sinkBytesPerSecond: number,
    tag: number,
  ): number {
    assert(sinkBytesPerSecond > 0, `Expected a receiver to consume something, got ${sinkBytesPerSecond} B/s`);
    const now = this.#now;
    const table = this.#table;
    const slot = table.take(device, up, payloadBytes, headerBytes, tag, now);
    const { transport, weather, propagation } = this.#config;
    const books = this.#books;
    const devices = this.#devices;
    books.open(slot);
    devices.widen(table.capacity);
    devices.link(device, slot);
    if (!devices.online(device, now)) {
      this.#wake(slot, STATE.refused, now);
      return slot;
    }
    const latency = weather.latency.draw(device, now) + propagation[device]!;
    books.latency[slot] = latency + weather.mobility.gap(device, now);
    table.rtt[slot] = 2 * latency;
    books.carried[slot] = messageBytes(transport, up, payloadBytes + headerBytes);
    books.sink[slot] = this.#tcp.wireRate(books.carried[slot]!, sinkBytesPerSecond);
    const readyAt = this.#handshake.open(slot, now, this.#rates);
    if (readyAt > now) this.#wake(slot, STATE.opening, readyAt);
    else this.#admit(slot, now);
    return slot;
  }

  cancel(slot: number): void {
    const device = this.#table.device[slot]!;
    const channel = this.#channel(slot);
    this.#waste(slot, this.#now);
    this.#devices.unlink(device, slot);
    this.#table.release(slot);
    if (this.#devices.sharing[channel] === slot) this.#admitWaiting(channel);
  }

  online(device: number): boolean {
    return this.#devices.online(device, this.#now);
  }

  nextOnline(device: number): Instant {
    return this.online(device) ? this.#now : (this.#devices.changeAt[device]! as Instant);
  }

  setProfileRates(profile: number, up: number, down: number): void {
    const before = [this.#rates[0][profile]!, this.#rates[1][profile]!] as const;
    this.#rates[0][profile] = up / 8;
    this.#rates[1][profile] = down / 8;
    for (let slot = 0; slot < this.#table.high; slot++) {
      const device = this.#table.device[slot]!;
      if (this.#table.state[slot] !== STATE.sharing || this.#config.profile[device] !== profile) continue;
      const direction = this.#channel(slot) & 1;
      const pace = (this.#books.cap[slot]! * this.#rates[direction]![profile]!) / before[direction]!;
      this.#books.cap[slot] = Math.min(pace, this.#books.sink[slot]!);
      this.shared.sharing.setCap(slot, this.#path(slot).number, this.#books.cap[slot]!);
    }
  }

  setProfileLoss(profile: number, loss: number): void {
    this.#tcp.setLoss(profile, loss);
  }

  setServerRates(up: number, down: number): void {
    this.shared.links.setServer(up, down);
    this.shared.refresh();
  }

  setBottleneckRates(bottleneck: number, up: number, down: number): void {
    this.shared.links.setBottleneck(bottleneck, up, down);
    this.shared.refresh();
  }

  weatherChanged(): void {
    const now = this.#now;
    for (let device = 0; device < this.#config.devices; device++) {
      this.#devices.reconsider(device, now);
      if (this.#devices.first(device) < 0) continue;
      if (!this.#devices.online(device, now)) this.#cutAll(device);
      else this.#guard(device, LAST_INSTANT);
    }
    this.shared.links.changeAt.fill(-1);
    this.shared.refresh();
  }

  /** A transfer that shared links has put its last byte on the wire. */
  #sent(slot: number): void {
    const now = this.#now;
    const channel = this.#channel(slot);
    this.#books.end[slot] = now;
    this.#devices.freeAt[channel] = now;
    this.#land(slot, channel, STATE.landing, 0);
    this.#admitWaiting(channel);
  }

  #channel(slot: number): number {
    return 2 * this.#table.device[slot]! + (this.#table.up[slot] === 1 ? 0 : 1);
  }

  #path(slot: number): Path {
    return this.shared.links.path(this.#table.device[slot]!, this.#table.up[slot] === 1);
  }

  /** Rate of the device's own link, bytes/s. */
  #accessRate(device: number, direction: number, now: Instant): number {
    const rate = this.#rates[direction]![this.#config.profile[device]!]!;
    return rate * this.#config.weather.mobility.rateFactor(device, now);
  }

  /** The slot's next event comes at `at`; what was planned before is off. */
  #wake(slot: number, state: number, at: number): void {
    const table = this.#table;
    table.state[slot] = state;
    const generation = ++table.generation[slot]!;
    const device = table.device[slot]!;
    if (state !== STATE.refused) this.#guard(device, at);
    const when = Math.min(Math.ceil(at), LAST_INSTANT);
    this.#simulation.schedule(when, this.#source, device, this.#next, slot, generation);
  }

  /** Sees to it that the device's transfers are cut if it goes offline before `until`. */
  #guard(device: number, until: number): void {
    const at = this.#devices.changeAt[device]!;
    if (at >= until || at === LAST_INSTANT || this.#devices.cutAt[device] === at) return;
    this.#devices.cutAt[device] = at;
    this.#simulation.schedule(at, this.#source, device, this.#cut, device, 0);
  }

  #onNext(slot: number, generation: number): void {
    if (!this.#table.current(slot, generation)) return;
    const now = this.#now;
    switch (this.#table.state[slot]) {
      case STATE.refused:
        this.#fail(slot);
        break;
      case STATE.opening:
        this.#admit(slot, now);
        break;
      case STATE.pending:
        this.#share(slot, now);
        break;
      default:
        this.#deliver(slot, now);
    }
  }

  /** The connection is open: the message takes its turn on it. */
  #admit(slot: number, now: Instant): void {
    const devices = this.#devices;
    const channel = this.#channel(slot);
    if (devices.sharing[channel]! >= 0 || devices.waiting(channel)) {
      this.#table.state[slot] = STATE.waiting;
      devices.wait(channel, slot);
    } else this.#start(slot, channel, now);
  }

  #start(slot: number, channel: number, now: Instant): void {
    const path = this.#path(slot);
    const packets = this.#tcp.segments(this.#books.carried[slot]!);
    const short = packets <= this.#config.transport.tcp.initialWindow;
    const rate = this.#accessRate(channel >> 1, channel & 1, now);
    const clear = short && this.#tcp.clear(channel, packets);
    if (clear) this.#books.forward[slot] = this.#tcp.wireBytes(this.#books.carried[slot]!);
    else this.#play(slot, channel, path, rate, now);
    const alone = clear ? 0 : this.#tcp.seconds;
    if (short && !this.shared.crowded(path)) this.#burst(slot, channel, path, alone, rate, now);
    else this.#flow(slot, channel, path, alone, rate, now);
  }

  /** Plays the transfer by itself; notes what it puts on the wire. */
  #play(slot: number, channel: number, path: Path, rate: number, now: Instant): void {
    const carried = this.#books.carried[slot]!;
    const pace = Math.min(rate, this.shared.links.rate(path, now), this.#books.sink[slot]!);
    this.#tcp.run(channel, carried, pace, this.#table.rtt[slot]! / 1e9);
    this.#books.forward[slot] = this.#tcp.bytes;
    this.#books.lost[slot] = this.#tcp.bytesLost;
    this.#table.attempts[slot] = Math.min(255, this.#table.attempts[slot]! + this.#tcp.setbacks);
  }

  /** One initial window at most, and no link shared at the time: first in, first out. @param alone s by itself, 0 if nothing is lost. */
  #burst(slot: number, channel: number, path: Path, alone: number, rate: number, now: Instant): void {
    const bytes = this.#books.forward[slot]!;
    const begin = Math.max(now, this.#devices.freeAt[channel]!);
    const own = begin + (bytes * 1e9) / Math.min(rate, this.#books.sink[slot]!);
    const end = Math.max(own, this.shared.links.enqueue(path, bytes, now));
    this.#devices.freeAt[channel] = own;
    this.#books.begin[slot] = begin;
    this.#books.end[slot] = end;
    this.#land(slot, channel, STATE.queued, alone === 0 ? 0 : this.#tcp.setback * 1e9);
  }

  /** Shares links with others. */
  #flow(slot: number, channel: number, path: Path, alone: number, rate: number, now: Instant): void {
    const bytes = this.#books.forward[slot]!;
    const half = this.#table.rtt[slot]! / 2e9;
    const pace = alone === 0 ? rate : bytes / (alone - half);
    this.#books.cap[slot] = Math.min(pace, rate, this.#books.sink[slot]!);
    this.#devices.sharing[channel] = slot;
    this.shared.announce(path);
    this.#guard(this.#table.device[slot]!, LAST_INSTANT);
    const start = Math.max(this.#devices.freeAt[channel]!, this.shared.links.idle(path, now));
    if (start > now) this.#wake(slot, STATE.pending, start);
    else this.#share(slot, now);
  }

  #share(slot: number, now: Instant): void {
    const path = this.#path(slot);
    this.#table.state[slot] = STATE.sharing;
    this.#table.generation[slot]!++;
    this.#books.begin[slot] = now;
    this.shared.retract(path);
    this.shared.begin(slot, path, this.#books.forward[slot]!, this.#books.cap[slot]!);
  }

  /** Its last byte goes out when the books say; it arrives a latency later, and not before what was sent before it. */
  #land(slot: number, channel: number, state: number, setback: number): void {
    const { end, latency } = this.#books;
    const { lastArrival } = this.#devices;
    const arrival = Math.max(end[slot]! + latency[slot]! + setback, lastArrival[channel]!);
    lastArrival[channel] = Math.min(Math.ceil(arrival), LAST_INSTANT);
    this.#wake(slot, state, lastArrival[channel]!);
  }

  /** The transfer that others of its channel waited for is out of their way. */
  #admitWaiting(channel: number): void {
    const devices = this.#devices;
    devices.sharing[channel] = -1;
    while (devices.sharing[channel]! < 0 && devices.waiting(channel)) {
      this.#start(devices.takeWaiting(channel), channel, this.#now);
    }
  }

  #deliver(slot: number, now: Instant): void {
    const table = this.#table;
    const books = this.#books;
    const devices = this.#devices;
    const { transport } = this.#config;
    const device = table.device[slot]!;
    books.backward[slot] = this.#tcp.segments(books.carried[slot]!) * transport.tcp.ackBytes;
    books.delivered(slot);
    table.lastByteAt[slot] = now;
    table.firstByteAt[slot] = Math.min(now, Math.ceil(books.begin[slot]! + books.latency[slot]!));
    devices.openUntil[device] = transport.keepAlive ? now + transport.idleTimeout : -1;
    devices.ticketUntil[device] = now + transport.tlsTicketLifetime;
    devices.unlink(device, slot);
    this.#listener.delivered(slot);
    table.release(slot);
  }

  /** Ends a transfer that did not get through. */
  #fail(slot: number): void {
    const table = this.#table;
    this.#waste(slot, this.#now);
    this.#devices.unlink(table.device[slot]!, slot);
    table.lastByteAt[slot] = this.#now;
    table.firstByteAt[slot] = this.#now;
    this.#listener.failed(slot);
    table.release(slot);
  }

  /** Takes a transfer out of wherever it is, and counts what it sent so far as wasted. */
  #waste(slot: number, now: Instant): void {
    const books = this.#books;
    let sent = 0;
    switch (this.#table.state[slot]) {
      case STATE.waiting:
        this.#devices.unwait(this.#channel(slot), slot);
        break;
      case STATE.pending:
        this.shared.retract(this.#path(slot));
        break;
      case STATE.queued:
        sent = books.sentBy(slot, now);
        break;
      case STATE.sharing:
        sent = books.forward[slot]! - this.shared.sharing.remove(slot);
        break;
      case STATE.landing:
        sent = books.forward[slot]!;
        break;
    }
    books.wasted(slot, sent);
  }

  #onCut(device: number): void {
    const now = this.#now;
    if (this.#devices.cutAt[device] !== now) return;
    this.#devices.cutAt[device] = -1;
    if (!this.#devices.online(device, now)) this.#cutAll(device);
  }

  /** Fails all transfers of a device, in the order in which they were sent. */
  #cutAll(device: number): void {
    const slots: number[] = [];
    const generations: number[] = [];
    for (let slot = this.#devices.first(device); slot >= 0; slot = this.#devices.following(slot)) {
      if (this.#table.state[slot] === STATE.refused) continue;
      slots.push(slot);
      generations.push(this.#table.generation[slot]!);
    }
    this.#devices.reset(device, this.#now);
    // A listener may cancel one of the others, or send anew, from within its callback.
    slots.forEach((slot, i) => {
      if (this.#table.current(slot, generations[i]!)) this.#fail(slot);
    });
  }
}
