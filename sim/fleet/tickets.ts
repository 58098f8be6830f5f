import { type FirmwareHost, STATUS, WORK, WORK_COUNT } from '../device/host-types.ts';
import { assert } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import { Slots } from './slots.ts';

/** ns that a device needs for the work counted, and for `wireBytes` of TLS records in or out. */
export type ComputeTime = (device: number, work: Float64Array, wireBytes: number) => number;

/** What was done. Valid until more is. */
export interface Done {
  /** One of STATUS. */
  status: number;
  /** Of a poll: the frame's length, 0 when there was none. */
  length: number;
  /** What it took on the device, ns. */
  span: number;
}

/**
 * Work for devices' firmware. Small work is done at once. Of large work, `submit` gives a ticket, and `collect` what came of it: between
 * the two the caller knows only that it takes at least `lookahead`, enough to go on with other devices while it is worked on elsewhere.
 */
export class Tickets {
  readonly #host: FirmwareHost;
  readonly #computeTime: ComputeTime;
  readonly #slots = new Slots(['device', 'wireBytes', 'lookahead']);
  readonly #done: Done = { status: 0, length: 0, span: 0 };

  constructor(host: FirmwareHost, computeTime: ComputeTime) {
    this.#host = host;
    this.#computeTime = computeTime;
  }

  /** The frame of `length` bytes in the host's inbox, `wireBytes` of which came over TLS. */
  deliver(device: number, at: number, length: number, wireBytes: number): Done {
    return this.#worked(device, wireBytes, this.#host.deliver(device, length, at as Instant), 0);
  }

  /** The device's timer. */
  timer(device: number, at: number): Done {
    return this.#worked(device, 0, this.#host.timer(device, at as Instant), 0);
  }

  /** Asks for the next outgoing frame; it then lies in the host's outbox. */
  poll(device: number, at: number): Done {
    const length = this.#host.poll(device, at as Instant);
    return this.#worked(device, length, STATUS.ok, length);
  }

  /** As `deliver`, to be collected. @param least what it will count, at least, by WORK index. @returns the ticket. */
  submit(device: number, at: number, length: number, wireBytes: number, least: Float64Array): number {
    assert(least.length === WORK_COUNT, `Expected ${WORK_COUNT} counts, got ${least.length}`);
    const ticket = this.#slots.take();
    this.#slots.set(ticket, 'device', device);
    this.#slots.set(ticket, 'wireBytes', wireBytes);
    this.#slots.set(ticket, 'lookahead', this.#computeTime(device, least, wireBytes));
    this.#host.submit(device, length, at as Instant, least[WORK.multiplyAdds]!);
    return ticket;
  }

  /** The least time that a ticket's work takes on its device, ns. */
  lookahead(ticket: number): number {
    return this.#slots.get(ticket, 'lookahead');
  }

  /** What came of a ticket, which then is no more. */
  collect(ticket: number): Done {
    const device = this.#slots.get(ticket, 'device');
    const least = this.#slots.get(ticket, 'lookahead');
    const status = this.#host.collect(device);
    const done = this.#worked(device, this.#slots.get(ticket, 'wireBytes'), status, 0);
    this.#slots.release(ticket);
    if (status === STATUS.ok && done.span < least)
      assert(false, `Expected work of device ${device} to take at least ${least} ns, got ${done.span}`);
    return done;
  }

  #worked(device: number, wireBytes: number, status: number, length: number): Done {
    const done = this.#done;
    done.status = status;
    done.length = length;
    done.span = this.#computeTime(device, this.#host.work, wireBytes);
    return done;
  }
}
