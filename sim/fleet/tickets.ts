import { type FirmwareHost, STATUS, WORK, WORK_COUNT } from '../device/host-types.ts';
import type { Instant } from '../kernel/time.ts';
import { Slots } from './slots.ts';

/** ns that a device needs for the work counted, and for `wireBytes` of TLS records in or out. */
export type ComputeTime = (device: number, work: Float64Array, wireBytes: number) => number;

/** What was done, when a ticket is collected. */
export interface Done {
  /** One of STATUS. */
  status: number;
  /** Of a poll: the frame's length, 0 when there was none. */
  length: number;
  /** What it took on the device, ns. */
  span: number;
}

/**
 * Work for devices' firmware: `submit...` hands it over and gives a ticket, `collect` gives what came of it. Between the
 * two the caller knows of the work only that it takes at least `lookahead`: enough to go on with other devices, so that
 * tickets can be worked on elsewhere. Today they are worked on at once, inside `submit`.
 */
export class Tickets {
  readonly #host: FirmwareHost;
  readonly #computeTime: ComputeTime;
  readonly #slots = new Slots(['device', 'frameBytes', 'wireBytes', 'status', 'length', 'span']);
  readonly #least = new Float64Array(WORK_COUNT);
  readonly #done: Done = { status: 0, length: 0, span: 0 };

  constructor(host: FirmwareHost, computeTime: ComputeTime) {
    this.#host = host;
    this.#computeTime = computeTime;
  }

  /** The frame of `length` bytes in the host's inbox, `wireBytes` of which came over TLS. */
  submitFrame(device: number, at: number, length: number, wireBytes: number): number {
    const status = this.#host.deliver(device, length, at as Instant);
    return this.#worked(device, length, wireBytes, status, 0);
  }

  /** The device's timer. */
  submitTimer(device: number, at: number): number {
    return this.#worked(device, 0, 0, this.#host.timer(device, at as Instant), 0);
  }

  /** Asks for the next outgoing frame; once collected, it lies in the host's outbox. */
  submitPoll(device: number, at: number): number {
    const length = this.#host.poll(device, at as Instant);
    return this.#worked(device, 0, length, STATUS.ok, length);
  }

  /** The least time that a ticket's work takes on its device, ns: a frame must at least be received and checked. */
  lookahead(ticket: number): number {
    const frameBytes = this.#slots.get(ticket, 'frameBytes');
    this.#least[WORK.bytesReceived] = frameBytes;
    this.#least[WORK.frames] = frameBytes > 0 ? 1 : 0;
    return this.#computeTime(this.#slots.get(ticket, 'device'), this.#least, this.#slots.get(ticket, 'wireBytes'));
  }

  /** What came of a ticket, which then is no more. Valid until the next `collect`. */
  collect(ticket: number): Done {
    const done = this.#done;
    done.status = this.#slots.get(ticket, 'status');
    done.length = this.#slots.get(ticket, 'length');
    done.span = this.#slots.get(ticket, 'span');
    this.#slots.release(ticket);
    return done;
  }

  #worked(device: number, frameBytes: number, wireBytes: number, status: number, length: number): number {
    const ticket = this.#slots.take();
    this.#slots.set(ticket, 'device', device);
    this.#slots.set(ticket, 'frameBytes', frameBytes);
    this.#slots.set(ticket, 'wireBytes', wireBytes);
    this.#slots.set(ticket, 'status', status);
    this.#slots.set(ticket, 'length', length);
    this.#slots.set(ticket, 'span', this.#computeTime(device, this.#host.work, wireBytes));
    return ticket;
  }
}
