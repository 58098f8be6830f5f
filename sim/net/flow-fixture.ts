import type { Simulation } from '../kernel/simulation.ts';
import { type Duration, type Instant, LAST_INSTANT } from '../kernel/time.ts';
import type { Network, NetworkConfig, NetworkListener, TcpConfig, TransportConfig } from './network.ts';
import type { Weather } from './weather.ts';

/** For tests: a device's connection changes (on to off first) at the listed instants. */
class ListedDropout {
  readonly changes: number[][] = [];
  online(device: number, at: Instant): boolean {
    return (this.changes[device] ?? []).filter((change) => change <= at).length % 2 === 0;
  }
  nextChange(device: number, at: Instant): Instant {
    return ((this.changes[device] ?? []).find((change) => change > at) ?? LAST_INSTANT) as Instant;
  }
}

/** For tests: a link's background share, as [from, share] steps. */
class ListedCongestion {
  readonly steps: [number, number][][] = [];
  share(link: number, at: Instant): number {
    return (this.steps[link] ?? []).findLast((step) => step[0] <= at)?.[1] ?? 0;
  }
  nextChange(link: number, at: Instant): Instant {
    return ((this.steps[link] ?? []).find((step) => step[0] > at)?.[0] ?? LAST_INSTANT) as Instant;
  }
}

/** For tests: weather that stays as it is told to: 10 ms of access latency, no congestion, no dropout, no movement. */
export function stillWeather(latency = 10_000_000) {
  return {
    dropout: new ListedDropout(),
    congestion: new ListedCongestion(),
    mobility: {
      latencyFactor: () => 1,
      rateFactor: () => 1,
      gap: () => 0 as Duration,
      nextChange: () => LAST_INSTANT,
    },
    latency: { draw: () => latency as Duration },
  } satisfies Weather;
}

/** For tests: bare TCP with round numbers. */
export const testTcp: TcpConfig = {
  segmentBytes: 1448,
  dataHeaderBytes: 52,
  ackBytes: 52,
  synBytes: 60,
  initialWindow: 10,
  minRto: 200_000_000,
  synTimeout: 1_000_000_000,
  queuePackets: 100,
  fairQueue: false,
};

/** For tests: TCP alone, no TLS and no HTTP, connections kept for a minute. */
export const testTransport: TransportConfig = {
  tls: false,
  tlsFullUpBytes: 0,
  tlsFullDownBytes: 0,
  tlsResumedUpBytes: 0,
  tlsResumedDownBytes: 0,
  tlsRecordBytes: 16_384,
  tlsRecordOverhead: 0,
  tlsTicketLifetime: 0,
  requestHeaderBytes: 0,
  responseHeaderBytes: 0,
  keepAlive: true,
  idleTimeout: 60_000_000_000,
  tcp: testTcp,
};

/** For tests: 8 Mbit/s each way, 5 ms of propagation, nothing shared, unless told otherwise. */
export function testConfig(given: Partial<NetworkConfig> & { devices: number }): NetworkConfig {
  const { devices } = given;
  return {
    seed: 1,
    profiles: [{ up: 8e6, down: 8e6, loss: 0 }],
    profile: new Int32Array(devices),
    propagation: new Float64Array(devices).fill(5_000_000),
    accessPoint: new Int32Array(devices).fill(-1),
    accessPointRate: new Float64Array(0),
    bottleneck: new Int32Array(devices).fill(-1),
    bottleneckUp: new Float64Array(0),
    bottleneckDown: new Float64Array(0),
    serverUp: Number.POSITIVE_INFINITY,
    serverDown: Number.POSITIVE_INFINITY,
    tlsFull: new Float64Array(devices),
    tlsResumed: new Float64Array(devices),
    transport: testTransport,
    weather: stillWeather(),
    ...given,
  };
}

/** A transfer's end as a recorder has it: what happened, when, to what, and the facts that the network gave. */
export interface Ending {
  readonly what: 'delivered' | 'failed';
  readonly at: number;
  readonly tag: number;
  readonly device: number;
}

export interface EndingFacts extends Ending {
  readonly span: number;
  readonly firstByteAt: number;
  readonly wireBytes: number;
  readonly handshake: number;
  readonly rtt: number;
  readonly attempts: number;
}

/** For tests: writes down what the network says; may react to it. */
export class Recorder implements NetworkListener {
  readonly log: Ending[] = [];
  readonly facts: EndingFacts[] = [];
  network: Network | undefined;
  react: ((ending: Ending) => void) | undefined;
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  delivered(transfer: number): void {
    this.#note('delivered', transfer);
  }

  failed(transfer: number): void {
    this.#note('failed', transfer);
  }

  #note(what: 'delivered' | 'failed', transfer: number): void {
    const { facts } = this.network!;
    const ending = { what, at: this.#simulation.now, tag: facts.tag[transfer]!, device: facts.device[transfer]! };
    this.log.push(ending);
    this.facts.push({
      ...ending,
      span: facts.lastByteAt[transfer]! - facts.startedAt[transfer]!,
      firstByteAt: facts.firstByteAt[transfer]!,
      wireBytes: facts.wireBytes[transfer]!,
      handshake: facts.handshake[transfer]!,
      rtt: facts.rtt[transfer]!,
      attempts: facts.attempts[transfer]!,
    });
    this.react?.(ending);
  }
}
