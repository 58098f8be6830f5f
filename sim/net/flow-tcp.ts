import { Streams } from '../kernel/random.ts';
import type { NetworkConfig, TcpConfig } from './network.ts';
import { TcpPath } from './tcp-path.ts';

/** A longer transfer is run this far; the rest goes on at the pace of the second half. Segments. */
const LONGEST_RUN = 4096;

/**
 * TCP of the flow network: when packets of a device get lost, how long a transfer would take by itself, how long a
 * connection takes to open. The transfer is the model of `TcpPath`, run with one sender over the device's path as it is.
 */
export class FlowTcp {
  /** Of the last `run`: s from the first byte sent to the last byte received. */
  seconds = 0;
  /** Of these: what it took beyond the way and the time that its bytes need at the rate; losses, mostly. */
  setback = 0;
  /** Bytes put on the wire towards the receiver, those that were lost among them. */
  bytes = 0;
  bytesLost = 0;
  /** Times that the sender noticed a loss. */
  setbacks = 0;

  readonly #config: TcpConfig;
  readonly #path: TcpPath;
  readonly #losses: Streams;
  readonly #loss: Float64Array;
  readonly #profile: Int32Array;
  /** Packets that get through before the next is lost, by device and direction; -1 when not drawn yet. */
  readonly #untilLoss: Float64Array;
  #channel = 0;
  #resumed = false;
  readonly #gap: () => number;

  constructor(config: NetworkConfig) {
    this.#config = config.transport.tcp;
    this.#path = new TcpPath(this.#config);
    this.#losses = new Streams(config.seed, 'net.loss', 2 * config.devices);
    this.#loss = Float64Array.from(config.profiles, (profile) => profile.loss);
    this.#profile = config.profile;
    this.#untilLoss = new Float64Array(2 * config.devices).fill(-1);
    this.#gap = () => {
      if (!this.#resumed) return this.#draw(this.#channel);
      this.#resumed = false;
      return this.#untilLoss[this.#channel]!;
    };
  }

  setLoss(profile: number, loss: number): void {
    this.#loss[profile] = loss;
    for (let device = 0; device < this.#profile.length; device++) {
      if (this.#profile[device] === profile) this.#untilLoss.fill(-1, 2 * device, 2 * device + 2);
    }
  }

  segments(bytes: number): number {
    return Math.max(1, Math.ceil(bytes / this.#config.segmentBytes));
  }

  /** Bytes on the wire for a message, nothing lost. */
  wireBytes(bytes: number): number {
    return bytes + this.segments(bytes) * this.#config.dataHeaderBytes;
  }

  /** What a rate of content, bytes/s, is on the wire. */
  wireRate(bytes: number, rate: number): number {
    return bytes === 0 ? Number.POSITIVE_INFINITY : (rate * this.wireBytes(bytes)) / bytes;
  }

  /** Sends packets; whether all of them get through. If not, none is counted as sent. @param channel 2 device + direction. */
  clear(channel: number, packets: number): boolean {
    const left = this.#left(channel);
    if (left < packets) return false;
    this.#untilLoss[channel] = left - packets;
    return true;
  }

  /** A transfer by itself. Results are left in the public fields. @param rate bytes/s. @param rtt s. */
  run(channel: number, bytes: number, rate: number, rtt: number): void {
    this.#left(channel);
    this.#channel = channel;
    this.#resumed = true;
    const segments = this.segments(bytes);
    const shown = segments > LONGEST_RUN ? LONGEST_RUN * this.#config.segmentBytes : bytes;
    const path = this.#path;
    path.run(
      { rate, accessRate: Number.POSITIVE_INFINITY, rtt, gap: this.#gap },
      { bytes: shown, flows: 1, handshake: false },
    );
    this.#untilLoss[channel] = path.untilLoss;
    const sender = path.sender(0);
    this.seconds = path.completion[0]!;
    this.bytes = path.bytesForward;
    this.bytesLost = path.bytesLost;
    this.setbacks = sender.recoveries + sender.timeouts;
    this.setback = Math.max(0, this.seconds - rtt / 2 - this.bytes / rate);
    if (segments <= LONGEST_RUN) return;
    const more = segments / LONGEST_RUN;
    this.seconds += (this.seconds - path.midway) * 2 * (more - 1);
    this.bytes = Math.round(this.bytes * more);
    this.bytesLost = Math.round(this.bytesLost * more);
  }

  /**
   * A flight of packets and whatever of it must be sent again after time-outs; s lost by these.
   * @param timeout the first time-out, s; doubles each time. Counts into `setbacks`.
   */
  flight(channel: number, packets: number, timeout: number): number {
    let waited = 0;
    let wait = timeout;
    for (let left = packets; left > 0; wait *= 2) {
      let lost = 0;
      for (let i = 0; i < left; i++) if (!this.#packet(channel)) lost++;
      left = lost;
      if (lost === 0) break;
      waited += wait;
      this.setbacks++;
    }
    return waited;
  }

  #packet(channel: number): boolean {
    const left = this.#left(channel);
    this.#untilLoss[channel] = left - 1;
    return left > 0;
  }

  #left(channel: number): number {
    if (this.#untilLoss[channel]! < 0) this.#untilLoss[channel] = this.#draw(channel);
    return this.#untilLoss[channel]!;
  }

  #draw(channel: number): number {
    const loss = this.#loss[this.#profile[channel >> 1]!]!;
    return loss === 0 ? Number.POSITIVE_INFINITY : geometricGap(loss, this.#losses.next(channel));
  }
}

/** Packets that get through before the next loss, for independent losses. @param loss above 0, below 1. @param u [0, 1). */
export function geometricGap(loss: number, u: number): number {
  return Math.floor(Math.log(1 - u) / Math.log(1 - loss));
}
