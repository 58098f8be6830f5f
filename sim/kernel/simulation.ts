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

/** An event as a tracer sees it. */
export interface TracedEvent {
  readonly index: number;
  readonly time: number;
  readonly key: number;
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
  readonly #horizon: Instant;
  #sequences = new Uint32Array(64);
  #sources = 0;
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

  /** Reserves `count` source ids (one a device, link, ...); gives the first. */
  sources(count: number): number {
    const first = this.#sources;
    this.#sources += count;
    assert(this.#sources <= SOURCE_LIMIT, `Expected at most ${SOURCE_LIMIT} event sources, got ${this.#sources}`);
    if (this.#sources > this.#sequences.length) {
      const wider = new Uint32Array(Math.max(this.#sources, this.#sequences.length * 2));
      wider.set(this.#sequences);
      this.#sequences = wider;
    }
    return first;
  }

  /** Schedules an event. Events of one instant run by (priority, source, order of scheduling at that source). */
  schedule(at: number, priority: Priority, source: number, kind: number, a: number, b: number): void {
    const sequence = this.#sequences[source]!++;
    if (!(at >= this.now && sequence < SEQUENCE_LIMIT && priority < PRIORITY_LIMIT && source < this.#sources)) {
      throw this.#unschedulable(at, priority, source, kind, sequence);
    }
    if (at > this.#horizon) return;
    this.#queue.push(at, packKey(priority, source, sequence), kind, a, b);
  }

  #unschedulable(at: number, priority: number, source: number, kind: number, sequence: number): Error {
    const got = `time ${at}, priority ${priority}, source ${source}, sequence ${sequence}`;
    return new Error(
      `assertion failed: Expected an event of kind ${this.#names[kind]} at or after ${this.now} ns with its key in range, got ${got}`,
    );
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
    return this.#queue.size;
  }

  /**
   * Runs events up to and including `until`, at most `limit` of them. Stops early on `stop()`.
   * @returns whether anything is left to do before `until`.
   */
  run(until: Instant, limit = Number.POSITIVE_INFINITY): boolean {
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
    this.tracer?.({ index: this.events, time, key, kind: this.#names[kind]!, a, b });
  }
}
