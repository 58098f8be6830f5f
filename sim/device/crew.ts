import { RunError } from '../kernel/errors.ts';
import { Desk, JOBS } from './desk.ts';
import type { Place } from './hand.ts';
import { WORK_COUNT } from './host-types.ts';

/** Threads that take jobs from a desk. They are started from above: a simulation by itself has one thread. */
export interface Hands {
  /** How many, at least 1. */
  readonly count: number;
  /** Multiply-adds of jobs after which there is work enough to be worth their start. */
  readonly worthwhile: number;
  start(desk: SharedArrayBuffer): void;
  /** Shows all of them a memory to work in: number 0, then 1, ... */
  show(place: Place): void;
}

/** What a crew asks of a memory's owner. */
export interface Owner {
  /** Gives a frame to a device, in the helper's lane, and leaves what was counted in `counts`. @returns the status. */
  workOn(device: number, frame: Uint8Array, at: number, counts: Float64Array): number;
  /** The memory with a lane for each of that many hands. */
  place(hands: number): Place;
}

interface Done {
  status: number;
  readonly counts: Float64Array;
}

/**
 * Who works on the jobs of devices: with no hands, or before their start is worth it, the caller, at once. Else jobs lie on a desk,
 * and whoever waits for one helps with all that nobody has taken. What comes of a job is the same either way.
 */
export class Crew {
  readonly #hands: Hands | undefined;
  /** There once the hands are started. */
  #desk: Desk | undefined;
  readonly #owners: Owner[] = [];
  /** How many of them the hands were shown; 0 until they are started. */
  #shown = 0;
  #weight = 0;
  readonly #freeJobs: number[] = [];
  /** Jobs that the caller worked on at once: number JOBS + index. */
  readonly #here: Done[] = [];
  readonly #freeHere: number[] = [];
  readonly #counts = new Float64Array(WORK_COUNT);
  /** Jobs that hands did: for tests and benchmarks. */
  lent = 0;

  constructor(hands?: Hands) {
    this.#hands = hands;
    for (let job = JOBS - 1; job >= 0; job--) this.#freeJobs.push(job);
  }

  /** A memory in which jobs will be. @returns its number. */
  open(owner: Owner): number {
    return this.#owners.push(owner) - 1;
  }

  /** A frame for a device. @param weight multiply-adds that it takes at least. @returns the job. */
  post(owner: number, device: number, frame: Uint8Array, at: number, weight: number): number {
    this.#weight += weight;
    const hands = this.#hands;
    if (hands === undefined || this.#freeJobs.length === 0 || this.#weight < hands.worthwhile)
      return this.#workAtOnce(owner, device, frame, at);
    const desk = this.#desk ?? this.#start(hands);
    for (; this.#shown <= owner; this.#shown++) hands.show(this.#owners[this.#shown]!.place(hands.count));
    const job = this.#freeJobs.pop()!;
    desk.post(job, owner, device, frame, at);
    this.lent++;
    return job;
  }

  /** Sees to it that a job is done. @throws RunError when it cannot be. */
  settle(job: number): void {
    if (job >= JOBS) return;
    const desk = this.#desk!;
    for (;;) {
      if (desk.take(job)) {
        this.#help(job);
        return;
      }
      const outcome = desk.outcome(job);
      if (outcome === 'done') return;
      if (outcome !== 'under way')
        throw new RunError(`A worker thread failed in a device's firmware: ${outcome.failed}`);
      const other = desk.takeAny();
      if (other >= 0) {
        this.#help(other);
        continue;
      }
      desk.wait(job);
      const { ended } = desk;
      if (ended !== undefined) throw new RunError(`A worker thread ended before its work was done: ${ended}`);
    }
  }

  /** Settles a job and clears it away. @param counts takes what was counted. @returns the status. */
  collect(job: number, counts: Float64Array): number {
    if (job >= JOBS) {
      const done = this.#here[job - JOBS]!;
      counts.set(done.counts);
      this.#freeHere.push(job - JOBS);
      return done.status;
    }
    this.settle(job);
    const desk = this.#desk!;
    desk.counts(job, counts);
    const status = desk.status(job);
    desk.clear(job);
    this.#freeJobs.push(job);
    return status;
  }

  /** Lets hands end what they have taken, and take no more: then their threads may be ended, and the memories still be used. */
  close(): void {
    this.#desk?.close();
  }

  #start(hands: Hands): Desk {
    const desk = new Desk();
    this.#desk = desk;
    hands.start(desk.buffer);
    return desk;
  }

  #workAtOnce(owner: number, device: number, frame: Uint8Array, at: number): number {
    const free = this.#freeHere.pop();
    const place = free ?? this.#here.push({ status: 0, counts: new Float64Array(WORK_COUNT) }) - 1;
    const done = this.#here[place]!;
    done.status = this.#owners[owner]!.workOn(device, frame, at, done.counts);
    return JOBS + place;
  }

  #help(job: number): void {
    const desk = this.#desk!;
    const owner = this.#owners[desk.place(job)]!;
    const status = owner.workOn(desk.device(job), desk.frame(job), desk.at(job), this.#counts);
    desk.finish(job, status, this.#counts);
    this.lent--;
  }
}
