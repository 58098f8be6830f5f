import type { Fleet } from '../../fleet/fleet.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import { getU32 } from '../../protocol/bytes.ts';
import { readVector, type Update } from '../../protocol/exchange.ts';
import { FRAME, HEADER } from '../../protocol/frame.ts';
import { seal } from '../../protocol/header.ts';
import { writePing } from '../../protocol/messages.ts';
import { descend } from '../exchange/aggregate.ts';
import type { Prepared } from '../exchange/prepare.ts';
import { ExchangeServer, type ServerListener } from '../exchange/server.ts';
import type { MethodProgress } from '../method.ts';
import type { AsgdOptions } from './options.ts';

/**
 * Asynchronous SGD with a parameter server (Tsitsiklis, Bertsekas, Athans 1986; Dean et al. 2012, Downpour; algorithms
 * D2): a device's gradient is applied as it arrives, however many others were applied since it read the model; that
 * number is its staleness. With a bound, a device whose clock is ahead of the slowest by more waits (Ho et al. 2013,
 * stale synchronous parallel). With `combined` the model follows the answer to the push. With `separate` a device pulls it: the
 * answer to the push is a PING, and the device's PONG, a request of its own, is what the server answers with the model.
 */
export class AsgdServer extends ExchangeServer {
  readonly #options: AsgdOptions;
  /** Version that a device's model was read at, and gradients of it that were taken. */
  readonly #readVersion: Float64Array;
  readonly #clock: Uint32Array;
  readonly #waiting: Uint8Array;
  /** Whether a device has pushed and its own pull has not come yet. */
  readonly #pulls: Uint8Array;
  readonly #gradient: Float32Array;

  constructor(
    given: ServerListener & { readonly sim: Simulation; readonly fleet: Fleet },
    prepared: Prepared,
    options: AsgdOptions,
  ) {
    super(given, prepared);
    this.#options = options;
    const { devices } = given.fleet;
    this.#readVersion = new Float64Array(devices);
    this.#clock = new Uint32Array(devices);
    this.#waiting = new Uint8Array(devices);
    this.#pulls = new Uint8Array(devices);
    this.#gradient = new Float32Array(prepared.model.dimension);
  }

  get progress(): MethodProgress {
    const { updates } = this.#options;
    return {
      tasksDone: this.version,
      tasksTotal: updates,
      tasksDistinct: updates,
      tasksReassigned: 0,
      tasksAssigned: this.sent,
    };
  }

  start(): void {
    // Devices are given the model as they say HELLO.
  }

  override frame(device: number, type: number, bytes: Uint8Array): number {
    if (type === FRAME.pong) {
      // One that comes twice, for its answer was lost, is of an older push or finds the device at work.
      if (getU32(bytes, HEADER.round) === this.#clock[device]) this.#pulls[device] = 0;
      if (this.#pulls[device] === 0) this.available(device);
      return 0;
    }
    super.frame(device, type, bytes);
    if (type !== FRAME.update || this.#pulls[device] === 0 || this.finished) return 0;
    const length = writePing(this.fleet.reply, device, this.#clock[device]!);
    seal(this.fleet.reply, length);
    return length;
  }

  protected available(device: number): void {
    if (this.finished || this.working[device] === 1 || this.prepared.rows[device] === 0) return;
    if (this.#pulls[device] === 1) return;
    const { bound } = this.#options;
    if (bound !== undefined && this.#clock[device]! - this.#slowest() > bound) {
      this.#waiting[device] = 1;
      return;
    }
    this.#waiting[device] = 0;
    this.#readVersion[device] = this.version;
    // The header's round counts the device's own models; the version is in the payload.
    this.sendModel(device, this.#clock[device]! + 1, { version: this.version });
  }

  protected updated(device: number, _round: number, update: Update, bytes: Uint8Array): void {
    const { records, learner } = this.prepared;
    const lag = this.version - this.#readVersion[device]!;
    const eta = this.#options.step === 'plain' ? learner.eta : learner.eta / (1 + lag);
    readVector(bytes, update.vector, this.#gradient);
    const next = this.w.slice();
    descend(next, this.#gradient, eta);
    this.w = next;
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
        tau: 1,
        loss: unknown,
        accuracy: unknown,
        beta: unknown,
        delta: unknown,
        rho: unknown,
      },
      lag,
    );
    if (this.version >= this.#options.updates) {
      this.finish();
      return;
    }
    this.applied();
    if (this.sim.stopped) return;
    if (this.#options.exchange === 'combined') this.available(device);
    else this.#pulls[device] = 1;
    this.#release();
  }

  /** The least clock of the devices that take part, whether they are there or not. */
  #slowest(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const device of this.prepared.devices) least = Math.min(least, this.#clock[device]!);
    return least;
  }

  #release(): void {
    const { bound } = this.#options;
    if (bound === undefined) return;
    const slowest = this.#slowest();
    for (const device of this.prepared.devices) {
      if (this.#waiting[device] === 1 && this.#clock[device]! - slowest <= bound) this.available(device);
    }
  }
}
