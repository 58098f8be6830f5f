import { INBOX_BYTES, WORK_COUNT } from './host-types.ts';

/** Jobs that may lie on the desk at once. */
export const JOBS = 1024;
/** Words before the jobs: how many were ever laid down; where a thread ended before its time, 1 + bytes of the reason; whether it is closed. */
const POSTED = 0;
const ENDED = 1;
const CLOSED = 2;
const FIRST = 4;
/** Words of a job. */
const STATE = 0;
const PLACE = 1;
const DEVICE = 2;
const LENGTH = 3;
const STATUS = 4;
const WORDS = 5;
/** Doubles of a job: the instant, then what was counted. */
const AT = 0;
const COUNTS = 1;
const DOUBLES = COUNTS + WORK_COUNT;

const WORDS_BYTES = 8 * Math.ceil((FIRST + JOBS * WORDS) / 2);
const DOUBLES_BYTES = 8 * JOBS * DOUBLES;
const FRAMES_AT = WORDS_BYTES + DOUBLES_BYTES;
const REASON_AT = FRAMES_AT + JOBS * INBOX_BYTES;
const REASON_BYTES = 1024;

/** How long to sleep between two looks at whether all threads are still there, ms. */
const LOOK_EVERY = 100;

const free = 0;
const ready = 1;
const taken = 2;
const done = 3;
const failed = 4;

/**
 * Frames for devices, laid down by one thread and worked on by several: one SharedArrayBuffer, the same to all of them. A job goes
 * free, ready, taken, done or failed, free; whoever makes it taken works on it. Whatever a thread wrote before it changed a
 * job's state is there for the thread that then sees that state.
 */
export class Desk {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #frames: Uint8Array;
  /** Where to look first: jobs are laid down in turns. */
  #next = 0;

  constructor(buffer = new SharedArrayBuffer(REASON_AT + REASON_BYTES)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, FIRST + JOBS * WORDS);
    this.#doubles = new Float64Array(buffer, WORDS_BYTES, JOBS * DOUBLES);
    this.#frames = new Uint8Array(buffer, FRAMES_AT, JOBS * INBOX_BYTES);
  }

  /** Lays a job down; the job must be free. @param place which of the memories that were shown. */
  post(job: number, place: number, device: number, frame: Uint8Array, at: number): void {
    const words = FIRST + job * WORDS;
    this.#words[words + PLACE] = place;
    this.#words[words + DEVICE] = device;
    this.#words[words + LENGTH] = frame.length;
    this.#doubles[job * DOUBLES + AT] = at;
    this.#frames.set(frame, job * INBOX_BYTES);
    Atomics.store(this.#words, words + STATE, ready);
    Atomics.add(this.#words, POSTED, 1);
    Atomics.notify(this.#words, POSTED, 1);
  }

  /** Takes this job, if it is still there to be taken. */
  take(job: number): boolean {
    return Atomics.compareExchange(this.#words, FIRST + job * WORDS + STATE, ready, taken) === ready;
  }

  /** Takes a job. @returns -1 when there is none. */
  takeAny(): number {
    for (let look = 0; look < JOBS; look++) {
      const job = (this.#next + look) % JOBS;
      if (Atomics.load(this.#words, FIRST + job * WORDS + STATE) === ready && this.take(job)) {
        this.#next = (job + 1) % JOBS;
        return job;
      }
    }
    return -1;
  }

  /** Takes a job, once there is one and the desk is open. */
  waitForAny(): number {
    for (;;) {
      const posted = Atomics.load(this.#words, POSTED);
      const job = this.#closed ? -1 : this.takeAny();
      if (job < 0) Atomics.wait(this.#words, POSTED, posted);
      else if (!this.#closed) return job;
      // Closed in between: who closed it may not have seen this one taken.
      else this.#settle(job, ready);
    }
  }

  /** From now on nobody takes a job by `waitForAny`. @returns when all that were taken are done, or a thread has ended. */
  close(): void {
    Atomics.store(this.#words, CLOSED, 1);
    for (let job = 0; job < JOBS; job++) {
      while (Atomics.load(this.#words, FIRST + job * WORDS + STATE) === taken && this.ended === undefined)
        this.wait(job);
    }
  }

  get #closed(): boolean {
    return Atomics.load(this.#words, CLOSED) === 1;
  }

  place(job: number): number {
    return this.#words[FIRST + job * WORDS + PLACE]!;
  }

  device(job: number): number {
    return this.#words[FIRST + job * WORDS + DEVICE]!;
  }

  at(job: number): number {
    return this.#doubles[job * DOUBLES + AT]!;
  }

  frame(job: number): Uint8Array {
    const start = job * INBOX_BYTES;
    return this.#frames.subarray(start, start + this.#words[FIRST + job * WORDS + LENGTH]!);
  }

  /** What came of a job that was taken. @param counts by WORK index. */
  finish(job: number, status: number, counts: Float64Array): void {
    this.#words[FIRST + job * WORDS + STATUS] = status;
    this.#doubles.set(counts, job * DOUBLES + COUNTS);
    this.#settle(job, done);
  }

  /** A job that was taken came to nothing; why. */
  fail(job: number, why: string): void {
    const bytes = new TextEncoder().encode(why).subarray(0, INBOX_BYTES);
    this.#frames.set(bytes, job * INBOX_BYTES);
    this.#words[FIRST + job * WORDS + LENGTH] = bytes.length;
    this.#settle(job, failed);
  }

  #settle(job: number, state: number): void {
    Atomics.store(this.#words, FIRST + job * WORDS + STATE, state);
    Atomics.notify(this.#words, FIRST + job * WORDS + STATE);
  }

  /** Whether a job is done; why not, where it failed. */
  outcome(job: number): 'under way' | 'done' | { readonly failed: string } {
    const state = Atomics.load(this.#words, FIRST + job * WORDS + STATE);
    // A copy: text is not decoded from shared memory.
    if (state === failed) return { failed: new TextDecoder().decode(this.frame(job).slice()) };
    return state === done ? 'done' : 'under way';
  }

  /** Waits for a job that somebody has taken, but not for ever. */
  wait(job: number): void {
    Atomics.wait(this.#words, FIRST + job * WORDS + STATE, taken, LOOK_EVERY);
  }

  status(job: number): number {
    return this.#words[FIRST + job * WORDS + STATUS]!;
  }

  /** Copies what was counted. */
  counts(job: number, to: Float64Array): void {
    const start = job * DOUBLES + COUNTS;
    for (let i = 0; i < WORK_COUNT; i++) to[i] = this.#doubles[start + i]!;
  }

  /** Clears a job away: it may be laid down anew. */
  clear(job: number): void {
    Atomics.store(this.#words, FIRST + job * WORDS + STATE, free);
  }

  /** A thread has ended though nobody asked it to: what it had taken will never be done. */
  noteEnd(why: string): void {
    const reason = new TextEncoder().encode(why).subarray(0, REASON_BYTES);
    if (Atomics.load(this.#words, ENDED) !== 0) return;
    new Uint8Array(this.buffer, REASON_AT).set(reason);
    Atomics.store(this.#words, ENDED, reason.length + 1);
  }

  /** Why a thread has ended; undefined while none has. */
  get ended(): string | undefined {
    const length = Atomics.load(this.#words, ENDED) - 1;
    if (length < 0) return undefined;
    return new TextDecoder().decode(new Uint8Array(this.buffer, REASON_AT, length).slice());
  }
}
