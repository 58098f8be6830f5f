import type { FlowTcp } from './flow-tcp.ts';
import { HANDSHAKE, type NetworkConfig } from './network.ts';

/** What the opening of a connection meets. */
export interface HandshakeConditions {
  /** ns. */
  readonly rtt: number;
  /** Bytes/s from the device and to it. */
  readonly rates: readonly [number, number];
  /** Whether a session ticket is at hand. */
  readonly resumed: boolean;
}

/**
 * The opening of a connection by a device: TCP's three-way handshake, one round trip (RFC 9293), then TLS 1.3's, one more
 * (RFC 8446, 2), full or resumed, with the time that the device computes. A lost SYN (or its answer) costs the SYN
 * time-out, doubled each time (RFC 6298); a lost packet of TLS, which no later packets follow, a retransmission time-out of
 * 3 round trips (the estimate after one sample) or the least one. Results are left in the public fields.
 *
 * Not modelled: TLS 1.3 early data, TCP fast open, renegotiation, the server's computing.
 */
export class FlowHandshake {
  /** From the SYN to the instant at which the device may send its request, ns; queueing at shared links not included. */
  span = 0;
  bytesUp = 0;
  bytesDown = 0;
  /** One of HANDSHAKE. */
  kind = 0;
  /** Time-outs. */
  setbacks = 0;

  readonly #config: NetworkConfig;
  readonly #tcp: FlowTcp;

  constructor(config: NetworkConfig, tcp: FlowTcp) {
    this.#config = config;
    this.#tcp = tcp;
  }

  play(device: number, conditions: HandshakeConditions): void {
    const { rtt, rates, resumed } = conditions;
    const { transport } = this.#config;
    const { tcp } = transport;
    this.#tcp.setbacks = 0;
    this.bytesUp = tcp.synBytes + tcp.ackBytes;
    this.bytesDown = tcp.synBytes;
    this.kind = HANDSHAKE.full;
    const syn = tcp.synTimeout / 1e9;
    const up = 2 * device;
    let span = rtt + (this.#tcp.flight(up, 1, syn) + this.#tcp.flight(up + 1, 1, syn)) * 1e9;
    if (transport.tls) {
      if (resumed) this.kind = HANDSHAKE.resumed;
      const hello = resumed ? transport.tlsResumedUpBytes : transport.tlsFullUpBytes;
      const answer = resumed ? transport.tlsResumedDownBytes : transport.tlsFullDownBytes;
      const timeout = Math.max(tcp.minRto, 3 * rtt) / 1e9;
      const { tlsResumed, tlsFull } = this.#config;
      span += rtt + (resumed ? tlsResumed : tlsFull)[device]!;
      span += this.#tcp.flight(up, 1, timeout) * 1e9;
      span += this.#tcp.flight(up + 1, this.#tcp.segments(answer), timeout) * 1e9;
      this.bytesUp += this.#tcp.wireBytes(hello);
      this.bytesDown += this.#tcp.wireBytes(answer);
    }
    this.span = span + (this.bytesUp * 1e9) / rates[0] + (this.bytesDown * 1e9) / rates[1];
    this.setbacks = this.#tcp.setbacks;
  }
}
