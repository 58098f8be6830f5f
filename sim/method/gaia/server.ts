import type { Fleet } from '../../fleet/fleet.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import { getF32, getU32 } from '../../protocol/bytes.ts';
import { CHANGE_BYTES, mirrorCapacity, type Update, writeMirror } from '../../protocol/exchange.ts';
import { HEADER_BYTES, PAYLOAD_BYTES } from '../../protocol/frame.ts';
import type { Prepared } from '../exchange/prepare.ts';
import { ExchangeServer, type ServerListener } from '../exchange/server.ts';
import type { MethodProgress } from '../method.ts';
import type { GaiaOptions } from './options.ts';
import { GaiaRelay } from './relay.ts';

/**
 * Gaia (Hsieh et al., NSDI 2017; algorithms D7), its mirrors relayed by the server: devices keep weights of their own and
 * send only changes that are significant; the server passes them on to all others. The mirror clock holds back a device
 * that is more than the slack ahead of the slowest. The selective barrier: the next steps of a device begin only when
 * every change that waits for it has arrived, so that no step reads a weight whose significant change is announced and
 * still under way. Each device steps by eta / N, for the changes of N devices are added up.
 *
 * Not modelled: direct links between devices, and the rule that moves the threshold with the bandwidth used.
 */
export class GaiaServer extends ExchangeServer {
  readonly #options: GaiaOptions;
  readonly #relay: GaiaRelay;
  readonly #clock: Uint32Array;
  readonly #waiting: Uint8Array;
  /** Whether a device has the model and MIRROR frames are enough from now on. */
  readonly #started: Uint8Array;
  readonly #readVersion: Float64Array;
  readonly #dense: Float32Array;

  constructor(
    given: ServerListener & { readonly sim: Simulation; readonly fleet: Fleet },
    prepared: Prepared,
    options: GaiaOptions,
  ) {
    super(given, prepared);
    this.#options = options;
    const { devices } = given.fleet;
    this.#relay = new GaiaRelay(devices, prepared.model.dimension);
    this.#clock = new Uint32Array(devices);
    this.#waiting = new Uint8Array(devices);
    this.#started = new Uint8Array(devices);
    this.#readVersion = new Float64Array(devices);
    this.#dense = new Float32Array(prepared.model.dimension);
  }

  get progress(): MethodProgress {
    const total = this.#options.steps * this.prepared.devices.length;
    return {
      tasksDone: this.version,
      tasksTotal: total,
      tasksDistinct: total,
      tasksReassigned: 0,
      tasksAssigned: this.sent,
    };
  }

  start(): void {
    // Devices are given the model as they say HELLO.
  }

  override lost(device: number, stream: number): void {
    super.lost(device, stream);
    // What the relay counted as sent did not arrive: the device begins again from the whole model.
    this.#started[device] = 0;
  }

  protected available(device: number): void {
    const { steps, slack } = this.#options;
    if (this.working[device] === 1 || this.prepared.rows[device] === 0 || this.#clock[device]! >= steps) return;
    if (this.#clock[device]! - this.#slowest() > slack) {
      this.#waiting[device] = 1;
      return;
    }
    this.#waiting[device] = 0;
    this.#readVersion[device] = this.version;
    if (this.#started[device] === 1) this.#mirror(device);
    else {
      this.#started[device] = 1;
      this.#relay.knowsAll(device);
      this.w = Float32Array.from(this.#relay.total);
      this.sendModel(device, this.#clock[device]! + 1, { tau: this.#options.tau });
    }
  }

  protected updated(device: number, _round: number, update: Update, bytes: Uint8Array): void {
    const { records } = this.prepared;
    this.#apply(device, update, bytes);
    const lag = this.version - this.#readVersion[device]!;
    this.version++;
    this.#clock[device]!++;
    const now = this.sim.now;
    records.applied(device, lag, now - this.readAt[device]!);
    const unknown = Number.NaN;
    records.row(
      device,
      {
        round: this.#clock[device]!,
        startedAt: this.readAt[device]!,
        endedAt: now,
        tau: this.#options.tau,
        loss: unknown,
        accuracy: unknown,
        beta: unknown,
        delta: unknown,
        rho: unknown,
      },
      lag,
    );
    if (this.#slowest() >= this.#options.steps) {
      this.w = Float32Array.from(this.#relay.total);
      this.finish();
      return;
    }
    this.applied();
    if (this.sim.stopped) return;
    this.available(device);
    this.#release();
  }

  override scores() {
    this.w = Float32Array.from(this.#relay.total);
    return super.scores();
  }

  override loss(): number {
    this.w = Float32Array.from(this.#relay.total);
    return super.loss();
  }

  #apply(device: number, update: Update, bytes: Uint8Array): void {
    for (let k = 0; k < update.pairCount; k++) {
      const at = update.pairs + CHANGE_BYTES * k;
      this.#relay.add(device, getU32(bytes, at), getF32(bytes, at + 4));
    }
    if (update.vector < 0) return;
    for (let i = 0; i < this.#dense.length; i++) this.#relay.add(device, i, getF32(bytes, update.vector + 4 * i));
  }

  /** Sends a device what others changed, and sets it to its next steps. */
  #mirror(device: number): void {
    const { host } = this.fleet;
    const relay = this.#relay;
    const count = relay.take(device);
    const indices = relay.indices.slice(0, count);
    const changes = relay.changes.slice(0, count);
    const round = this.#clock[device]! + 1;
    const capacity = mirrorCapacity(this.prepared.receiveBytes);
    const frames = Math.max(1, Math.ceil(count / capacity));
    const clock = this.#slowest();
    const { tau } = this.#options;
    this.send(device, round, frames * (HEADER_BYTES + PAYLOAD_BYTES.mirror) + CHANGE_BYTES * count, (index) => {
      if (index >= frames) return 0;
      const from = index * capacity;
      const steps = index === frames - 1 ? tau : 0;
      const each = Math.min(capacity, count - from);
      return writeMirror(host.inbox, device, round, clock, steps, indices, changes, from, each);
    });
  }

  #slowest(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const device of this.prepared.devices) least = Math.min(least, this.#clock[device]!);
    return least;
  }

  #release(): void {
    const slowest = this.#slowest();
    for (const device of this.prepared.devices) {
      if (this.#waiting[device] === 1 && this.#clock[device]! - slowest <= this.#options.slack) this.available(device);
    }
  }
}
