import type { FirmwareHost } from '../device/host-types.ts';
import { assert, RunError } from '../kernel/errors.ts';
import { type EventSource, PRIORITY, type Simulation } from '../kernel/simulation.ts';
import { LAST_INSTANT, toSeconds } from '../kernel/time.ts';
import type { Network, NetworkListener } from '../net/network.ts';
import { getU32 } from '../protocol/bytes.ts';
import { FRAME, HEADER, HEADER_BYTES } from '../protocol/frame.ts';
import { Accounts } from './accounts.ts';
import { Arrivals } from './arrivals.ts';
import { BackOff } from './back-off.ts';
import type { FleetClient, FleetConfig } from './client.ts';
import { FrameStore } from './frame-store.ts';
import { type Exchange, putReport } from './link-report.ts';
import { Processors } from './processors.ts';
import { Slots } from './slots.ts';

/** What a transfer's tag says: its role in the low two bits, a slot above. */
const ROLE = { upload: 0, answer: 1, stream: 2, knock: 3 } as const;

const NEVER = Number.POSITIVE_INFINITY;
/** The most frames that firmware may want to send at once. Ours sends a few: one that always has another would never let time go on. */
const MOST_FRAMES = 65_536;
/** By how much a transfer exceeds the time that its receiver needs when something else slowed it down. */
const SLOWED = 1.05;

/**
 * The devices of a run, each one firmware, one board, one place in the network. A device is one server: work starts at
 * max(arrival, busy until), what it wants to say leaves when its work is done, and everything waits its turn. Devices
 * are HTTPS clients: an upload is a request whose answer carries the acknowledgement; what the server streams is the
 * answer to a request that the device has left waiting, and a device whose connection broke knocks again when it is back.
 *
 * Modelled: the time of all counted work, pre-emption by routine work, retries with exponential back-off and jitter,
 * frames that reach the firmware at the time their last byte arrives. Not modelled: work on the part of a stream that
 * arrived before a cut (the server sends all of it again), and the loss of a device's state.
 */
export class Fleet implements NetworkListener {
  readonly host: FirmwareHost;
  readonly devices: number;
  readonly accounts: Accounts;
  /** Where a client writes its answer to a frame. */
  readonly reply = new Uint8Array(4096);

  readonly #config: FleetConfig;
  readonly #sim: Simulation;
  readonly #network: Network;
  #client: FleetClient | undefined;

  readonly #processors: Processors;
  /** Instant of the one timer event that counts for a device; others are stale. */
  readonly #timerAt: Float64Array;
  readonly #knocking: Uint8Array;
  /** Tags of streams and answers that have arrived at a device while it was at work. */
  readonly arrivals: Arrivals;
  /** Slots of streams that did not get through. */
  readonly #lost: Arrivals;
  /** Round trip of the device's connection when last something got through, ns: what TCP at the server measures. */
  readonly #rtt: Float64Array;
  readonly #backOff: BackOff;
  readonly #store = new FrameStore();
  /** Exchanges: an upload and its answer. */
  readonly #exchanges = new Slots(['device', 'frame', 'answer', 'attempts', 'rtt', 'bytes', 'time']);
  readonly #streams = new Slots(['device', 'stream', 'bytes', 'first', 'last', 'rtt', 'pace', 'flop']);

  readonly #source: EventSource;
  readonly #kinds: Record<'poll' | 'collect' | 'leave' | 'timer' | 'retry' | 'drained' | 'knock', number>;

  constructor(config: FleetConfig) {
    const { sim, devices } = config;
    this.#config = config;
    this.#sim = sim;
    this.#network = config.network;
    this.host = config.host;
    this.devices = devices;
    this.accounts = new Accounts(devices, config.timeline);
    this.#processors = new Processors(config, this.accounts);
    this.#timerAt = new Float64Array(devices).fill(NEVER);
    this.#knocking = new Uint8Array(devices);
    this.arrivals = new Arrivals(devices);
    this.#lost = new Arrivals(devices);
    this.#rtt = new Float64Array(devices);
    this.#backOff = new BackOff(config.seed, devices, config.backoff);
    this.#source = sim.source('fleet', PRIORITY.fleet, devices);
    this.#kinds = {
      poll: sim.kind('fleet.poll', (device) => this.#poll(device)),
      collect: sim.kind('fleet.collect', (device, stream) => this.#collect(device, stream)),
      leave: sim.kind('fleet.leave', (_device, exchange) => this.#upload(exchange)),
      timer: sim.kind('fleet.timer', (device) => this.#timer(device)),
      retry: sim.kind('fleet.retry', (_device, exchange) => this.#upload(exchange)),
      drained: sim.kind('fleet.drained', (device, stream) => this.#client!.drained(device, stream)),
      knock: sim.kind('fleet.knock', (device) => this.#send(device, true, 0, NEVER, device * 4 + ROLE.knock)),
    };
  }

  /** Turns every device on at the present instant; each will say HELLO. */
  start(client: FleetClient): void {
    this.#client = client;
    for (let device = 0; device < this.devices; device++) this.#schedule(this.#sim.now, device, this.#kinds.poll, 0);
  }

  /**
   * Streams frames to a device; the client is asked for them when they reach it. Streams to one device go one after another.
   * @param stream the client's number for it.
   * @param bytes what all its frames come to.
   * @param sinkBytesPerSecond how fast the device can consume it.
   */
  stream(device: number, stream: number, bytes: number, sinkBytesPerSecond: number): void {
    const slot = this.#streams.take();
    this.#streams.set(slot, 'device', device);
    this.#streams.set(slot, 'stream', stream);
    this.#streams.set(slot, 'bytes', bytes);
    this.#streams.set(slot, 'pace', (bytes * 1e9) / sinkBytesPerSecond);
    const sink = Math.min(sinkBytesPerSecond, this.#config.ingress[device]!);
    this.#send(device, false, bytes, sink, slot * 4 + ROLE.stream);
  }

  /** The last round trip that TCP at the server measured with the device, ns. */
  rtt(device: number): number {
    return this.#rtt[device]!;
  }

  /** When the device has done all work that it has so far, ns; while large work is under way, the earliest that this can be. */
  busyUntil(device: number): number {
    return this.#processors.busyUntil(device);
  }

  delivered(transfer: number): void {
    const { facts } = this.#network;
    const tag = facts.tag[transfer]!;
    const slot = Math.floor(tag / 4);
    const device = facts.device[transfer]!;
    this.#received(transfer, device);
    switch (tag % 4) {
      case ROLE.upload:
        this.#uploaded(transfer, device, slot);
        break;
      case ROLE.stream:
        this.#streams.set(slot, 'first', facts.firstByteAt[transfer]!);
        this.#streams.set(slot, 'last', facts.lastByteAt[transfer]!);
        this.#streams.set(slot, 'rtt', facts.rtt[transfer]!);
        this.#arrived(device, tag);
        break;
      case ROLE.answer:
        this.#arrived(device, tag);
        break;
      default:
        this.#knocking[device] = 0;
        this.#backOff.succeeded(device);
        this.#back(device);
    }
  }

  failed(transfer: number): void {
    const { facts } = this.#network;
    const tag = facts.tag[transfer]!;
    const slot = Math.floor(tag / 4);
    const device = facts.device[transfer]!;
    this.accounts.failed(facts, transfer, this.#sim.now);
    switch (tag % 4) {
      case ROLE.upload:
        this.#tryAgain(device, slot);
        break;
      case ROLE.answer:
        // The server makes its answer anew when the upload comes again.
        this.#store.release(this.#exchanges.get(slot, 'answer'));
        this.#tryAgain(device, slot);
        break;
      case ROLE.stream:
        this.#lost.push(device, slot);
        this.#knockLater(device);
        break;
      default:
        this.#knocking[device] = 0;
        this.#knockLater(device);
    }
  }

  #schedule(at: number, device: number, kind: number, argument: number): void {
    this.#sim.schedule(at, this.#source, device, kind, device, argument);
  }

  #send(device: number, up: boolean, bytes: number, sink: number, tag: number): void {
    this.accounts.transferStarted(device, up, this.#sim.now);
    this.#network.send(device, up, bytes, 0, sink, tag);
  }

  #received(transfer: number, device: number): void {
    const { facts } = this.#network;
    this.accounts.received(facts, transfer, this.#sim.now);
    this.#rtt[device] = facts.rtt[transfer]!;
  }

  // --- the device's side -------------------------------------------------------------------------------------------

  /** What arrives while the device is at work waits its turn, behind what the work leaves to say. */
  #arrived(device: number, tag: number): void {
    this.#backOff.succeeded(device);
    this.arrivals.push(device, tag);
    if (this.#processors.free(device)) this.#takeArrival(device);
    else this.#pollWhenFree(device);
  }

  #takeArrival(device: number): void {
    const tag = this.arrivals.shift(device);
    const slot = Math.floor(tag / 4);
    if (tag % 4 === ROLE.stream) this.#streamed(device, slot);
    else this.#answered(device, slot);
  }

  /** Not while large work is under way: what comes of that is polled for when it is collected. */
  #pollWhenFree(device: number): void {
    if (this.#processors.underWay(device)) return;
    this.#schedule(Math.max(this.#sim.now, this.busyUntil(device)), device, this.#kinds.poll, 0);
  }

  #poll(device: number): void {
    const { host } = this;
    if (!this.#processors.free(device)) {
      // Other work came in between; whatever it leaves to say is polled for when that is done.
      this.#pollWhenFree(device);
      return;
    }
    for (let frames = 0; ; frames++) {
      const length = this.#processors.poll(device);
      if (length === 0) break;
      if (frames === MOST_FRAMES) throw this.#tooManyFrames(device);
      const exchange = this.#exchanges.take();
      this.#exchanges.set(exchange, 'device', device);
      this.#exchanges.set(exchange, 'frame', this.#store.keep(host.outbox, length));
      this.#exchanges.set(exchange, 'attempts', 0);
      this.#schedule(this.busyUntil(device), device, this.#kinds.leave, exchange);
    }
    this.#setTimer(device);
    if (this.arrivals.any(device)) this.#takeArrival(device);
  }

  #tooManyFrames(device: number): RunError {
    return new RunError(
      `device ${device} at ${toSeconds(this.#sim.now)} s: expected its firmware to have at most ${MOST_FRAMES} frames to send at once, got more`,
    );
  }

  #setTimer(device: number): void {
    const wanted = Math.max(this.host.deadline(device), this.#sim.now);
    if (wanted >= this.#timerAt[device]! || wanted > LAST_INSTANT) return;
    this.#timerAt[device] = wanted;
    this.#schedule(wanted, device, this.#kinds.timer, 0);
  }

  #timer(device: number): void {
    if (this.#timerAt[device] !== this.#sim.now) return;
    this.#timerAt[device] = NEVER;
    // The poll after large work sets it anew.
    if (this.#processors.underWay(device)) return;
    if (this.#processors.timer(device)) this.#pollWhenFree(device);
    else this.#setTimer(device);
  }

  /** Sends the frame that an exchange holds, for the first time or again. */
  #upload(exchange: number): void {
    const device = this.#exchanges.get(exchange, 'device');
    const bytes = this.#store.length(this.#exchanges.get(exchange, 'frame'));
    this.#send(device, true, bytes, NEVER, exchange * 4 + ROLE.upload);
  }

  #uploaded(transfer: number, device: number, exchange: number): void {
    const { facts } = this.#network;
    this.#exchanges.set(exchange, 'rtt', facts.rtt[transfer]!);
    this.#exchanges.set(exchange, 'bytes', facts.payloadBytes[transfer]!);
    this.#exchanges.set(exchange, 'time', facts.lastByteAt[transfer]! - facts.firstByteAt[transfer]!);
    const bytes = this.#store.view(this.#exchanges.get(exchange, 'frame'));
    const answer = this.#client!.frame(device, bytes[HEADER.type]!, bytes);
    assert(answer <= this.reply.length, `Expected an answer of at most ${this.reply.length} bytes, got ${answer}`);
    this.#exchanges.set(exchange, 'answer', this.#store.keep(this.reply, answer));
    this.#send(device, false, answer, this.#config.ingress[device]!, exchange * 4 + ROLE.answer);
    this.#client!.answered(device);
  }

  /** The answer is with the device: its frames go to the firmware, after the port's report of how the exchange went. */
  #answered(device: number, exchange: number): void {
    const answer = this.#exchanges.get(exchange, 'answer');
    const frame = this.#store.view(this.#exchanges.get(exchange, 'frame'));
    this.#report(device, {
      rtt: this.#exchanges.get(exchange, 'rtt'),
      bytes: this.#exchanges.get(exchange, 'bytes'),
      time: this.#exchanges.get(exchange, 'time'),
      failures: this.#exchanges.get(exchange, 'attempts'),
      upload: frame[HEADER.type] === FRAME.weights ? getU32(frame, HEADER.round) : undefined,
    });
    const length = this.#store.length(answer);
    for (let from = 0; from < length; ) {
      const bytes = this.#store.view(answer);
      const size = HEADER_BYTES + getU32(bytes, from + HEADER.length);
      this.host.inbox.set(bytes.subarray(from, from + size));
      this.#processors.deliver(device, size, this.#sim.now);
      from += size;
    }
    this.#store.release(answer);
    this.#store.release(this.#exchanges.get(exchange, 'frame'));
    this.#exchanges.release(exchange);
    this.#pollWhenFree(device);
  }

  /** A stream has arrived: its frames go to the firmware at the times at which their last bytes did. */
  #streamed(device: number, slot: number): void {
    const first = this.#streams.get(slot, 'first');
    const last = this.#streams.get(slot, 'last');
    const rtt = this.#streams.get(slot, 'rtt');
    const stream = this.#streams.get(slot, 'stream');
    const total = this.#streams.get(slot, 'bytes');
    this.#streams.set(slot, 'flop', this.accounts.flop[device]!);
    let sent = 0;
    let taken = last;
    let refused = false;
    let underWay = false;
    for (let index = 0; ; index++) {
      const length = this.#client!.fill(device, stream, index);
      if (length === 0) break;
      sent += length;
      const arrival = sent >= total ? last : Math.ceil(first + ((last - first) * sent) / total);
      taken = Math.max(arrival, this.busyUntil(device));
      const isTask = this.host.inbox[HEADER.type] === FRAME.task;
      if (sent === total && !refused) underWay = this.#processors.begin(device, length, arrival);
      else this.#processors.deliver(device, length, arrival, length, refused);
      // The server learns of a refusal only after it has sent the rows.
      if (isTask) refused = !this.host.busy(device);
    }
    assert(sent === total, `Expected a stream of ${total} bytes, got ${sent}`);
    this.#schedule(taken + Math.ceil(rtt / 2), device, this.#kinds.drained, stream);
    if (underWay) this.#schedule(Math.max(this.#sim.now, this.busyUntil(device)), device, this.#kinds.collect, slot);
    else this.#workedOff(device, slot);
  }

  /** Large work that a stream began has taken the least that it can take: what came of it is due. */
  #collect(device: number, slot: number): void {
    this.#processors.collect(device);
    this.#workedOff(device, slot);
  }

  /** All work that a stream brought is done, or it is known when it will be. */
  #workedOff(device: number, slot: number): void {
    const first = this.#streams.get(slot, 'first');
    const last = this.#streams.get(slot, 'last');
    const rtt = this.#streams.get(slot, 'rtt');
    // A transfer that took no longer than the device itself needs for it says nothing of the network's goodput.
    const measured = last - first > SLOWED * this.#streams.get(slot, 'pace') ? this.#streams.get(slot, 'bytes') : 0;
    const flop = this.accounts.flop[device]! - this.#streams.get(slot, 'flop');
    this.#client!.worked(device, this.#streams.get(slot, 'stream'), this.busyUntil(device), flop);
    this.#streams.release(slot);
    // Last: at its time, now, the frames before it are long taken.
    this.#report(device, { rtt, bytes: measured, time: last - first, failures: 0, upload: undefined });
    this.#pollWhenFree(device);
  }

  /** The port tells the firmware how an exchange went. */
  #report(device: number, exchange: Exchange): void {
    const length = putReport(this.host.inbox, device, exchange);
    this.host.seal(length);
    this.#processors.deliver(device, length, this.#sim.now, 0);
  }

  // --- failure and return ------------------------------------------------------------------------------------------

  #retryAt(device: number): number {
    return this.#backOff.retryAt(device, this.#sim.now, Math.max(this.#sim.now, this.#network.nextOnline(device)));
  }

  #tryAgain(device: number, exchange: number): void {
    this.#exchanges.add(exchange, 'attempts', 1);
    this.#schedule(this.#retryAt(device), device, this.#kinds.retry, exchange);
  }

  /** A device whose waiting request broke asks again once it is back. */
  #knockLater(device: number): void {
    if (this.#knocking[device] === 1) return;
    this.#knocking[device] = 1;
    this.#schedule(this.#retryAt(device), device, this.#kinds.knock, 0);
  }

  /** The server learns that a device is back, and of every stream that broke. */
  #back(device: number): void {
    while (this.#lost.any(device)) {
      const slot = this.#lost.shift(device);
      const stream = this.#streams.get(slot, 'stream');
      this.#streams.release(slot);
      this.#client!.lost(device, stream);
    }
    this.#client!.connected(device);
  }
}
