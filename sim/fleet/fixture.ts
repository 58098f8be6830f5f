import { readFileSync } from 'node:fs';
import { PooledHost } from '../device/host.ts';
import type { DeviceSpec, FirmwareHost } from '../device/host-types.ts';
import { type EventSource, PRIORITY, Simulation } from '../kernel/simulation.ts';
import { type Instant, LAST_INSTANT } from '../kernel/time.ts';
import { TimelineRecorder } from '../metrics/timeline.ts';
import { Totals, TransferTable } from '../net/flow-table.ts';
import type { Network, NetworkListener } from '../net/network.ts';
import { FRAME, HEADER } from '../protocol/frame.ts';
import type { FleetClient, FleetConfig } from './client.ts';
import { Fleet } from './fleet.ts';
import { Routine, type RoutineLoad } from './routine.ts';

/** For tests: the built firmware. */
export const firmware = new WebAssembly.Module(readFileSync(new URL('../../wasm/g2t.wasm', import.meta.url)));

/** For tests: ms in ns. */
export const MS = 1e6;

/** For tests: how one transfer goes. Times in ns after `send`. */
export interface Way {
  readonly first: number;
  readonly last: number;
  readonly fails?: boolean;
  readonly rtt?: number;
}

/** For tests: what was sent, as the network was told. */
export interface Sent {
  readonly at: number;
  readonly device: number;
  readonly up: boolean;
  readonly bytes: number;
  readonly sink: number;
}

/** For tests: a network in which a script says of every transfer how it goes; transfers of a device may overlap. */
export class ScriptedNetwork implements Network {
  readonly facts = new TransferTable();
  readonly totals: Totals;
  readonly sent: Sent[] = [];
  /** When each device is back, ns; 0 for online all along. */
  readonly backAt: number[] = [];
  readonly #sim: Simulation;
  readonly #script: (sent: Sent, number: number) => Way;
  readonly #kind: number;
  readonly #source: EventSource;
  readonly #fails: boolean[] = [];

  constructor(sim: Simulation, devices: number, script: (sent: Sent, number: number) => Way, to: NetworkListener) {
    this.#sim = sim;
    this.#script = script;
    this.totals = new Totals(devices);
    this.#source = sim.source('scripted', PRIORITY.network);
    this.#kind = sim.kind('scripted.end', (slot) => {
      if (this.#fails[slot]) to.failed(slot);
      else to.delivered(slot);
      this.facts.release(slot);
    });
  }

  get active(): number {
    return this.facts.active;
  }

  send(device: number, up: boolean, bytes: number, header: number, sink: number, tag: number): number {
    const { now } = this.#sim;
    const sent = { at: now, device, up, bytes, sink };
    const way = this.#script(sent, this.sent.push(sent) - 1);
    const slot = this.facts.take(device, up, bytes, header, tag, now);
    this.facts.firstByteAt[slot] = now + way.first;
    this.facts.lastByteAt[slot] = now + way.last;
    this.facts.rtt[slot] = way.rtt ?? 2 * way.first;
    this.#fails[slot] = way.fails === true;
    this.#sim.schedule(now + way.last, this.#source, 0, this.#kind, slot, 0);
    return slot;
  }

  cancel(): void {}
  online(device: number): boolean {
    return this.#sim.now >= (this.backAt[device] ?? 0);
  }
  nextOnline(device: number): Instant {
    return Math.max(this.#sim.now, this.backAt[device] ?? 0) as Instant;
  }
  setProfileRates(): void {}
  setProfileLoss(): void {}
  setServerRates(): void {}
  setBottleneckRates(): void {}
  weatherChanged(): void {}
}

/** For tests: a frame as a device's firmware saw it. */
export interface Seen {
  readonly at: number;
  readonly device: number;
  readonly out: boolean;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** For tests: a client that takes whatever comes and answers as told. */
export class ScriptedClient implements FleetClient {
  readonly log: string[] = [];
  /** Frames of each stream, by its number; each writes into the inbox and gives its length. */
  readonly streams = new Map<number, readonly ((inbox: Uint8Array) => number)[]>();
  onFrame: ((device: number, type: number, bytes: Uint8Array) => number) | undefined;
  onAnswered: ((device: number) => void) | undefined;
  onLost: ((device: number, stream: number) => void) | undefined;
  host: FirmwareHost | undefined;
  readonly #sim: Simulation;

  constructor(sim: Simulation) {
    this.#sim = sim;
  }

  frame(device: number, type: number, bytes: Uint8Array): number {
    this.#note(`frame ${nameOf(type)} of ${device}`);
    return this.onFrame?.(device, type, bytes) ?? 0;
  }

  answered(device: number): void {
    this.onAnswered?.(device);
  }

  lost(device: number, stream: number): void {
    this.#note(`lost ${stream} of ${device}`);
    this.onLost?.(device, stream);
  }

  connected(device: number): void {
    this.#note(`connected ${device}`);
  }

  fill(_device: number, stream: number, index: number): number {
    const write = this.streams.get(stream)![index];
    if (write === undefined) return 0;
    const length = write(this.host!.inbox);
    this.host!.seal(length);
    return length;
  }

  worked(device: number, stream: number, at: number): void {
    this.#note(`worked ${stream} of ${device} until ${at / MS}`);
  }

  drained(device: number, stream: number): void {
    this.#note(`drained ${stream} of ${device}`);
  }

  #note(what: string): void {
    this.log.push(`${this.#sim.now / MS} ${what}`);
  }
}

export function nameOf(type: number): string {
  return Object.entries(FRAME).find(([, number]) => number === type)?.[0] ?? String(type);
}

export const spec: DeviceSpec = {
  ramBytes: 20_000,
  flashBytes: 100_000,
  receiveBytes: 1024,
  megahertz: 64,
  fpu: true,
  benchMicroseconds: 40,
};

/** For tests: a fleet of devices with real firmware, each call of which takes `cost` ns, in a scripted network. */
export function scriptedFleet(given: {
  readonly devices?: number;
  readonly script: (sent: Sent, number: number) => Way;
  readonly cost?: FleetConfig['computeTime'];
  readonly routine?: readonly (RoutineLoad | null)[];
  readonly ingress?: number;
  readonly spec?: Partial<DeviceSpec>;
}) {
  const devices = given.devices ?? 1;
  const sim = new Simulation();
  const host = new PooledHost(firmware);
  for (let n = 0; n < devices; n++) host.add({ ...spec, ...given.spec });
  const listener: NetworkListener = {
    delivered: (transfer) => fleet.delivered(transfer),
    failed: (transfer) => fleet.failed(transfer),
  };
  const network = new ScriptedNetwork(sim, devices, given.script, listener);
  const seen: Seen[] = [];
  const timeline = new TimelineRecorder({ fleet: devices, chosen: [0] });
  const fleet: Fleet = new Fleet({
    sim,
    host,
    network,
    devices,
    seed: 1,
    computeTime: given.cost ?? (() => MS),
    ingress: new Float64Array(devices).fill(given.ingress ?? Number.POSITIVE_INFINITY),
    routine: new Routine(1, given.routine ?? new Array<null>(devices).fill(null)),
    backoff: { first: 100 * MS, longest: 400 * MS },
    timeline,
    observe: (at, device, out, bytes) => {
      if (bytes.length > 0) seen.push({ at, device, out, type: nameOf(bytes[HEADER.type]!), bytes: bytes.slice() });
    },
  });
  const client = new ScriptedClient(sim);
  client.host = host;
  return {
    sim,
    host,
    network,
    fleet,
    client,
    timeline,
    seen,
    /** Frames that went in or out, as "time type". */
    times: (out: boolean) => seen.filter((s) => s.out === out).map((s) => `${s.at / MS} ${s.type}`),
    run: (until = LAST_INSTANT as number) => sim.run(until as Instant),
  };
}
