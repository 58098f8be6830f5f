import { type EventSource, PRIORITY, type Simulation } from '../kernel/simulation.ts';
import { type Instant, LAST_INSTANT } from '../kernel/time.ts';
import { FlowLinks, type Path } from './flow-links.ts';
import type { NetworkConfig } from './network.ts';
import { Sharing, type SharingHost } from './sharing.ts';

/** Ties the shared links and those who share them to the simulation: wake-ups, and background load that changes. */
export class FlowShared implements SharingHost {
  readonly links: FlowLinks;
  readonly sharing: Sharing;

  readonly #simulation: Simulation;
  readonly #finished: (slot: number) => void;
  readonly #links: EventSource;
  readonly #bundles: EventSource;
  readonly #look: number;
  readonly #load: number;
  /** By link: when an event looks at its background load; -1 for none. */
  readonly #loadAt: Float64Array;

  /** @param finished a transfer that shared links has put its last byte on the wire. */
  constructor(simulation: Simulation, config: NetworkConfig, finished: (slot: number) => void) {
    this.#simulation = simulation;
    this.#finished = finished;
    this.links = new FlowLinks(config);
    this.sharing = new Sharing(this, this.links.capacity);
    this.#links = simulation.source('net.links', PRIORITY.network, this.links.count);
    this.#bundles = simulation.source('net.bundles', PRIORITY.network);
    this.#loadAt = new Float64Array(this.links.count).fill(-1);
    this.#look = simulation.kind('net.flow.share', (bundle, generation) => this.sharing.look(bundle, generation));
    this.#load = simulation.kind('net.flow.load', (link) => this.#onLoad(link));
  }

  get now(): Instant {
    return this.#simulation.now;
  }

  wake(at: number, bundle: number, generation: number): void {
    this.#simulation.schedule(at, this.#bundles, 0, this.#look, bundle, generation);
  }

  finished(slot: number): void {
    this.#finished(slot);
  }

  /** Whether somebody shares a link of the path, or is about to. */
  crowded(path: Path): boolean {
    for (const link of path.links) if (this.sharing.flows(link) > 0 || this.links.pending[link]! > 0) return true;
    return false;
  }

  /** A transfer is about to share the path's links: who comes now shares them too. */
  announce(path: Path): void {
    for (const link of path.links) this.links.pending[link]!++;
  }

  /** It will not, or does so now. */
  retract(path: Path): void {
    for (const link of path.links) this.links.pending[link]!--;
  }

  /** @param bytes above 0. @param cap bytes/s, finite. */
  begin(slot: number, path: Path, bytes: number, cap: number): void {
    for (const link of path.links) {
      this.links.refresh(link, this.now);
      if (this.sharing.flows(link) === 0) this.sharing.setCapacity(link, this.links.available[link]!);
      this.#watch(link);
    }
    this.sharing.add(slot, path.number, path.links, bytes, cap);
  }

  /** Capacities or background loads are not what they were. */
  refresh(): void {
    for (let link = 0; link < this.links.count; link++) if (this.sharing.flows(link) > 0) this.#refresh(link);
  }

  #onLoad(link: number): void {
    if (this.#loadAt[link] !== this.now) return;
    this.#loadAt[link] = -1;
    if (this.sharing.flows(link) > 0) this.#refresh(link);
  }

  #refresh(link: number): void {
    this.links.refresh(link, this.now);
    this.sharing.setCapacity(link, this.links.available[link]!);
    this.#watch(link);
  }

  /** A link with flows is looked at whenever its background load may differ. */
  #watch(link: number): void {
    const at = this.links.changeAt[link]!;
    if (at >= LAST_INSTANT || this.#loadAt[link] === at) return;
    this.#loadAt[link] = at;
    this.#simulation.schedule(at, this.#links, link, this.#load, link, 0);
  }
}
