import { Digest, hashName } from './digest.ts';
import { assert } from './errors.ts';
import { EventQueue, PRIORITY_LIMIT, packKey, SEQUENCE_LIMIT, SOURCE_LIMIT } from './queue.ts';
import { type Instant, LAST_INSTANT, START } from './time.ts';

/** Who goes first among events of one instant. */
export const PRIORITY = {
  intervention: 0,
  weather: 1,
  network: 2,
  device: 3,
  fleet: 4,
  method: 5,
  measure: 6,
} as const;
export type Priority = (typeof PRIORITY)[keyof typeof PRIORITY];

export type Handler = (a: number, b: number) => void;

/**
 * A named group of things that schedule events: the devices of the fleet, the links of the network. Its members are numbered
 * from 0. All of its events have one priority.
 */
export interface EventSource {
  readonly name: string;
  readonly priority: Priority;
  readonly members: number;
}

/** A source as the kernel keeps it. */
interface OrderedSource extends EventSource {
  /** Place of its first member among all members of its priority; known once the simulation runs. */
  first: number;
  /** Events scheduled so far, by member. */
  readonly sequences: Uint32Array;
}

/** An event that was scheduled before the simulation ran, when the order of sources was not known. */
interface EarlyEvent {
  readonly at: number;
  readonly source: OrderedSource;
  readonly member: number;
  readonly sequence: number;
  readonly kind: number;
  readonly a: number;
  readonly b: number;
}

/** An event as a tracer sees it. */
export interface TracedEvent {
  readonly index: number;
  readonly time: number;
  readonly key: number;
  /** Who scheduled it: the name of its source, and the member. */
  readonly source: string;
  readonly kind: string;
  readonly a: number;
  readonly b: number;
}

/** Events between two checkpoints of the digest. */
export const CHECKPOINT_EVERY = 65_536;

/**
 * The discrete-event simulation: a clock, a queue with a total order, a table of handlers. Handlers run to completion
 * and may schedule at the present instant or later; an event in the past throws. An event past the horizon could never run: it is
 * left out, though it takes its sequence number.
 */
export class Simulation {
  now: Instant = START;
  /** Events handled so far. */
  events = 0;
  readonly digest = new Digest();
  /** The digest after every 65,536 events. */
  readonly checkpoints: string[] = [];
  /** Called before each event; for finding the first difference of two runs. */
  tracer: ((event: TracedEvent) => void) | undefined;

  readonly #queue = new EventQueue(4096);
  readonly #handlers: Handler[] = [];
  readonly #names: string[] = [];
  readonly #hashes: number[] = [];
  readonly #sources: OrderedSource[] = [];
  readonly #horizon: Instant;
  /** Undefined once the simulation runs. */
  #early: EarlyEvent[] | undefined = [];
  #stopped = false;

  /** @param horizon the last instant that is simulated. */
  constructor(horizon = LAST_INSTANT) {
    this.#horizon = horizon;
  }

  /** Registers a kind of event under a name of its own, e.g. `net.delivered`; gives the number to schedule it with. */
  kind(name: string, handler: Handler): number {
    assert(!this.#names.includes(name), `Expected event kind ${name} to be registered once, got it twice`);
    this.#names.push(name);
    this.#hashes.push(hashName(name) | 0);
    return this.#handlers.push(handler) - 1;
  }

  /**
   * Registers a source of events under a name of its own. The order of events does not depend on the order in which sources
   * are registered: those of one priority are ordered by name. All are registered before the simulation runs.
   */
  source(name: string, priority: Priority, members = 1): EventSource {
    assert(this.#early !== undefined, `Expected event source ${name} to be registered before the simulation runs`);
    assert(
      !this.#sources.some((other) => other.name === name),
      `Expected event source ${name} to be registered once, got it twice`,
    );
    const source = { name, priority, members, first: 0, sequences: new Uint32Array(members) };
    this.#sources.push(source);
    return source;
  }

  /** Schedules an event. Events of one instant run by priority, source, member, then order of scheduling by that member. */
  schedule(at: number, source: EventSource, member: number, kind: number, a: number, b: number): void {
    const { priority, first, sequences } = source as OrderedSource;
    const sequence = sequences[member]!++;
    // A member out of range has no sequence, which fails the comparison.
    if (!(at >= this.now && sequence < SEQUENCE_LIMIT)) throw this.#unschedulable(at, source, member, kind, sequence);
    if (at > this.#horizon) return;
    if (this.#early === undefined) this.#queue.push(at, packKey(priority, first + member, sequence), kind, a, b);
    else this.#early.push({ at, source: source as OrderedSource, member, sequence, kind, a, b });
  }

  #unschedulable(at: number, { name, members }: EventSource, member: number, kind: number, sequence: number): Error {
    const got = `time ${at}, member ${member} of ${members}, sequence ${sequence}`;
    return new Error(
      `assertion failed: Expected an event of kind ${this.#names[kind]} from ${name} at or after ${this.now} ns with its key in range, got ${got}`,
    );
  }

  /** Fixes the order of the sources and queues what was scheduled before it was known. */
  #begin(early: readonly EarlyEvent[]): void {
    this.#early = undefined;
    const next = new Uint32Array(PRIORITY_LIMIT);
    for (const source of this.#sources.sort((x, y) => (x.name < y.name ? -1 : 1))) {
      source.first = next[source.priority]!;
      next[source.priority]! += source.members;
      assert(
        next[source.priority]! <= SOURCE_LIMIT,
        `Expected at most ${SOURCE_LIMIT} members of event sources of one priority, got more with ${source.name}`,
      );
    }
    for (const { at, source, member, sequence, kind, a, b } of early)
      this.#queue.push(at, packKey(source.priority, source.first + member, sequence), kind, a, b);
  }

  /** Ends `run` after the event at hand. */
  stop(): void {
    this.#stopped = true;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Events waiting. */
  get pending(): number {
    return this.#queue.size + (this.#early?.length ?? 0);
  }

  /**
   * Runs events up to and including `until`, at most `limit` of them. Stops early on `stop()`.
   * @returns whether anything is left to do before `until`.
   */
  run(until: Instant, limit = Number.POSITIVE_INFINITY): boolean {
    if (this.#early !== undefined) this.#begin(this.#early);
    const queue = this.#queue;
    const handlers = this.#handlers;
    const digest = this.digest;
    let left = limit;
    while (!this.#stopped && queue.nextTime <= until) {
      if (left-- <= 0) return true;
      queue.pop();
      this.now = queue.time as Instant;
      const kind = queue.kind;
      if (this.tracer !== undefined) this.#trace();
      digest.event(queue.time, queue.key, this.#hashes[kind]!, queue.a, queue.b);
      if (++this.events % CHECKPOINT_EVERY === 0) this.checkpoints.push(digest.hex());
      handlers[kind]!(queue.a, queue.b);
    }
    return false;
  }

  #trace(): void {
    const { time, key, kind, a, b } = this.#queue;
    this.tracer?.({ index: this.events, time, key, source: this.#sourceOf(key), kind: this.#names[kind]!, a, b });
  }

  #sourceOf(key: number): string {
    const among = Math.floor(key / SEQUENCE_LIMIT);
    const [priority, place] = [Math.floor(among / SOURCE_LIMIT), among % SOURCE_LIMIT];
    const source = this.#sources.find(
      ({ priority: own, first, members }) => own === priority && place >= first && place < first + members,
    )!;
    return source.members === 1 ? source.name : `${source.name} ${place - source.first}`;
  }
}
