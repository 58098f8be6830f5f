import { type Instant, LAST_INSTANT } from '../kernel/time.ts';
import type { FlowBooks } from './flow-books.ts';
import type { FlowDevices } from './flow-device.ts';
import type { FlowLinks } from './flow-links.ts';
import type { TransferTable } from './flow-table.ts';
import type { FlowTcp } from './flow-tcp.ts';
import { HANDSHAKE, type NetworkConfig } from './network.ts';

/** The parts of a flow network that the opening of a connection touches. */
interface Parts {
  readonly table: TransferTable;
  readonly books: FlowBooks;
  readonly devices: FlowDevices;
  readonly links: FlowLinks;
  readonly tcp: FlowTcp;
}

/**
 * The opening of a connection by a device: TCP's three-way handshake, one round trip (RFC 9293), then TLS 1.3's, one more
 * (RFC 8446, 2), full or resumed, with the time that the device computes. A lost SYN (or its answer) costs the SYN
 * time-out, doubled each time (RFC 6298); a lost packet of TLS, which no later packets follow, a retransmission time-out of
 * 3 round trips (the estimate after one sample) or the least one. The bytes queue on shared links as bursts do.
 *
 * Not modelled: TLS 1.3 early data, TCP fast open, renegotiation, the server's computing.
 */
export class FlowHandshake {
  readonly #config: NetworkConfig;
  readonly #parts: Parts;
  #bytesUp = 0;
  #bytesDown = 0;

  constructor(config: NetworkConfig, parts: Parts) {
    this.#config = config;
    this.#parts = parts;
  }

  /**
   * Opens the connection of a transfer's device, if it is not open, and notes what that cost.
   * @param rates bytes/s from devices and to them, by profile.
   * @returns when the transfer may begin.
   */
  open(slot: number, now: Instant, rates: readonly [Float64Array, Float64Array]): number {
    const { table, books, devices, links, tcp } = this.#parts;
    const device = table.device[slot]!;
    if (devices.readyAt[device]! > now) return devices.readyAt[device]!;
    // A connection on which something is under way does not time out.
    if (now < devices.openUntil[device]! || devices.first(device) !== slot) return now;
    tcp.setbacks = 0;
    const resumed = this.#config.transport.tls && now < devices.ticketUntil[device]!;
    const profile = this.#config.profile[device]!;
    const factor = this.#config.weather.mobility.rateFactor(device, now);
    let span = this.#roundTrips(device, table.rtt[slot]!, resumed);
    span += (this.#bytesUp * 1e9) / (rates[0][profile]! * factor);
    span += (this.#bytesDown * 1e9) / (rates[1][profile]! * factor);
    span += links.enqueue(links.path(device, true), this.#bytesUp, now) - now;
    span += links.enqueue(links.path(device, false), this.#bytesDown, now) - now;
    // What the server has for a device waits for the device's request.
    if (table.up[slot] === 0) span += table.rtt[slot]! / 2;
    table.handshake[slot] = resumed ? HANDSHAKE.resumed : HANDSHAKE.full;
    table.attempts[slot] = Math.min(255, 1 + tcp.setbacks);
    books.shakenUp[slot] = this.#bytesUp;
    books.shakenDown[slot] = this.#bytesDown;
    const readyAt = Math.min(now + Math.ceil(span), LAST_INSTANT);
    devices.readyAt[device] = readyAt;
    devices.openUntil[device] = readyAt + this.#config.transport.idleTimeout;
    return readyAt;
  }

  /** Time of both handshakes but for their bytes, ns; leaves these in the fields. */
  #roundTrips(device: number, rtt: number, resumed: boolean): number {
    const { transport, tlsResumed, tlsFull } = this.#config;
    const { synTimeout, synBytes, ackBytes, minRto } = transport.tcp;
    const { tcp } = this.#parts;
    const up = 2 * device;
    this.#bytesUp = synBytes + ackBytes;
    this.#bytesDown = synBytes;
    const syn = synTimeout / 1e9;
    const span = rtt + (tcp.flight(up, 1, syn) + tcp.flight(up + 1, 1, syn)) * 1e9;
    if (!transport.tls) return span;
    const hello = resumed ? transport.tlsResumedUpBytes : transport.tlsFullUpBytes;
    const answer = resumed ? transport.tlsResumedDownBytes : transport.tlsFullDownBytes;
    const timeout = Math.max(minRto, 3 * rtt) / 1e9;
    this.#bytesUp += tcp.wireBytes(hello);
    this.#bytesDown += tcp.wireBytes(answer);
    const waited = tcp.flight(up, 1, timeout) + tcp.flight(up + 1, tcp.segments(answer), timeout);
    return span + rtt + waited * 1e9 + (resumed ? tlsResumed : tlsFull)[device]!;
  }
}
