import { type FirmwareHost, STATUS, statusName, WORK_COUNT } from '../device/host-types.ts';
import { FirmwareError } from '../kernel/errors.ts';
import type { Simulation } from '../kernel/simulation.ts';
import { FRAME, HEADER } from '../protocol/frame.ts';
import type { Accounts } from './accounts.ts';
import type { FleetConfig } from './client.ts';
import { Foresight } from './foresight.ts';
import { Tickets } from './tickets.ts';

/** Multiply-adds from which work is large, some 100 us of a desktop's: far more than an event and the way to another thread. */
const LARGE = 100_000;
const NONE = -1;
const NO_BYTES = new Uint8Array(0);

/**
 * The devices' processors: each one server, whose work starts at max(arrival, busy until). Large work is handed over for as long
 * as it takes at least (its lookahead); until that instant all else at the device waits, and only then is known when it ends. What
 * is large goes by what the frame asks for, not by who works on it, so that a simulation is the same on any number of threads.
 */
export class Processors {
  readonly #config: FleetConfig;
  readonly #sim: Simulation;
  readonly #host: FirmwareHost;
  readonly #accounts: Accounts;
  readonly #tickets: Tickets;
  readonly #foresight: Foresight;
  readonly #busyUntil: Float64Array;
  /** Of large work under way: its ticket, and when it began. */
  readonly #ticket: Int32Array;
  readonly #begunAt: Float64Array;
  readonly #nothing = new Float64Array(WORK_COUNT);

  constructor(config: FleetConfig, accounts: Accounts) {
    const { host, devices } = config;
    this.#config = config;
    this.#sim = config.sim;
    this.#host = host;
    this.#accounts = accounts;
    this.#tickets = new Tickets(host, config.computeTime);
    this.#foresight = new Foresight(devices, (device) => host.heldRows(device));
    this.#busyUntil = new Float64Array(devices);
    this.#ticket = new Int32Array(devices).fill(NONE);
    this.#begunAt = new Float64Array(devices);
  }

  /** When the device has done all work that it has so far, ns; while large work is under way, the earliest that this can be. */
  busyUntil(device: number): number {
    return this.#busyUntil[device]!;
  }

  /** Whether large work is under way: until it is collected, nothing else can be asked of the device. */
  underWay(device: number): boolean {
    return this.#ticket[device] !== NONE;
  }

  /** Whether the device has nothing to do at present. */
  free(device: number): boolean {
    return this.#busyUntil[device]! <= this.#sim.now && this.#ticket[device] === NONE;
  }

  /**
   * Gives the frame in the inbox to the firmware once the device is free; moves its clock by the counted work.
   * @param refused whether the frame belongs to a task that the device has just refused: it then knows nothing of it.
   */
  deliver(device: number, length: number, arrival: number, wireBytes = length, refused = false): void {
    const at = this.#take(device, length, arrival);
    const { status, span } = this.#tickets.deliver(device, at, length, wireBytes);
    if (!(refused && status === STATUS['unknown-task'])) this.#good(device, at, status);
    this.#worked(device, at, span);
  }

  /**
   * As `deliver`, for the last frame of a stream: if what that sets off is large, it is begun.
   * @returns whether it is under way, to be collected at `busyUntil`.
   */
  begin(device: number, length: number, arrival: number): boolean {
    const { inbox } = this.#host;
    this.#note(device, inbox);
    if (this.#config.atOnce === true || this.#foresight.foresee(device, inbox, length) < LARGE) {
      this.deliver(device, length, arrival);
      return false;
    }
    const at = this.#take(device, length, arrival);
    const { least } = this.#foresight;
    const ticket = this.#tickets.submit(device, at, length, length, least);
    this.#ticket[device] = ticket;
    this.#begunAt[device] = at;
    const lookahead = this.#tickets.lookahead(ticket);
    const until = this.#config.routine.end(device, at, lookahead);
    this.#accounts.computed(device, lookahead, until, this.#sim.now, this.#nothing);
    this.#busyUntil[device] = until;
    return true;
  }

  /** Ends large work, at the instant until which it takes at least. */
  collect(device: number): void {
    const ticket = this.#ticket[device]!;
    const at = this.#begunAt[device]!;
    const lookahead = this.#tickets.lookahead(ticket);
    const { status, span } = this.#tickets.collect(ticket);
    this.#ticket[device] = NONE;
    this.#good(device, at, status);
    const until = this.#config.routine.end(device, at, span);
    this.#accounts.computed(device, span - lookahead, until, this.#sim.now, this.#host.work);
    this.#busyUntil[device] = until;
  }

  /** @returns whether the device's timer has gone off; not while its firmware wants it later. */
  timer(device: number): boolean {
    const at = Math.max(this.#sim.now, this.#busyUntil[device]!);
    if (this.#host.deadline(device) > at) return false;
    this.#config.observe?.(at, device, false, NO_BYTES);
    const { status, span } = this.#tickets.timer(device, at);
    this.#good(device, at, status);
    this.#worked(device, at, span);
    return true;
  }

  /** Takes the next frame that the device wants to send; it leaves at `busyUntil`. @returns its length, 0 for none; it lies in the outbox. */
  poll(device: number): number {
    const at = Math.max(this.#sim.now, this.#busyUntil[device]!);
    const { length, span } = this.#tickets.poll(device, at);
    if (length === 0) return 0;
    this.#observe(at, device, true, this.#host.outbox.subarray(0, length));
    this.#worked(device, at, span);
    return length;
  }

  /** The frame in the inbox begins to be worked on. */
  #take(device: number, length: number, arrival: number): number {
    const at = Math.max(arrival, this.#busyUntil[device]!);
    const { inbox } = this.#host;
    this.#note(device, inbox);
    this.#observe(at, device, false, inbox.subarray(0, length));
    return at;
  }

  #note(device: number, frame: Uint8Array): void {
    if (frame[HEADER.type] !== FRAME.data) this.#foresight.note(device, frame);
  }

  #good(device: number, at: number, status: number): void {
    if (status !== STATUS.ok) throw new FirmwareError({ device, at, status: statusName(status) });
  }

  /** Moves the device's clock by the time that the firmware's last call took. */
  #worked(device: number, at: number, span: number): void {
    const until = this.#config.routine.end(device, at, span);
    this.#accounts.computed(device, span, until, this.#sim.now, this.#host.work);
    this.#busyUntil[device] = until;
  }

  #observe(at: number, device: number, out: boolean, bytes: Uint8Array): void {
    this.#sim.digest.bytes(bytes);
    this.#config.observe?.(at, device, out, bytes);
  }
}
