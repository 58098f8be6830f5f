import { CallRecord, type ForeignLimits } from '../device/guard.ts';
import { RunError } from '../kernel/errors.ts';

/** What foreign firmware may take, its threads included. */
export interface GuardLimits extends ForeignLimits {
  /** How long the simulation may take between two calls of the firmware, s. */
  readonly betweenCallsSeconds: number;
  /** By how much the memory of the whole process may grow for each thread, bytes. */
  readonly processBytes: number;
  /** Heap of JavaScript objects in each thread, MiB. */
  readonly heapMegabytes: number;
}

const MIB = 1_048_576;

/**
 * By default: 20 s for a call. The longest calls whose work is not known beforehand solve an LDA (n^3 / 6 multiply-adds: 2 s at
 * 2000 features); calls that train or evaluate get more time by their known work. 10 min between calls: data sets are read then,
 * and models combined (60 s at most); the limit is for work of the simulator's that a wrong answer could make endless. 1 GiB for a
 * module: the 100,000 devices of `globe-100000` take 26 MiB of the memory of the firmware built here, and 0.3 GiB of the process.
 */
export const GUARD_LIMITS: GuardLimits = {
  callSeconds: 20,
  betweenCallsSeconds: 600,
  memoryPages: 16_384,
  processBytes: 2048 * MIB,
  heapMegabytes: 1024,
};

/** Real time between two looks at what the firmware is doing, ms. */
const LOOK_EVERY_MS = 100;
/** How long a run has to end by itself once it is cancelled, ms. */
const GRACE_MS = 300;

/** Watches the runs of a pool that execute foreign firmware, from the main thread, and ends those that break a limit. */
export class Watchdog {
  readonly #limits: GuardLimits;
  readonly #cancelled: () => boolean;
  readonly #mostBytes: number;

  /** @param cancelled whether all runs are to end. */
  constructor(limits: GuardLimits, workers: number, cancelled: () => boolean) {
    this.#limits = limits;
    this.#cancelled = cancelled;
    this.#mostBytes = process.memoryUsage.rss() + workers * limits.processBytes;
  }

  /**
   * Watches a run until it ends.
   * @param what names the run. @param begin starts it in a thread that notes its calls in the record, and that ends when the signal is given.
   * @throws RunError that says which limit was broken, for which device and at which simulated instant.
   */
  async watch<T>(what: string, begin: (record: SharedArrayBuffer, signal: AbortSignal) => Promise<T>): Promise<T> {
    const record = new CallRecord();
    const ending = new AbortController();
    const stuck = new Stuck(record);
    let cancelledMs = 0;
    const look = setInterval(() => {
      const { ms, inCall } = stuck.look();
      const allowed = inCall ? record.allowance(this.#limits) : this.#limits.betweenCallsSeconds;
      if (ms > 1000 * allowed) ending.abort(`made no progress for ${Math.round(ms / 1000)} s`);
      else if (process.memoryUsage.rss() > this.#mostBytes)
        ending.abort(`took more than ${this.#limits.processBytes / MIB} MiB of memory`);
      else if (this.#cancelled() && (cancelledMs += LOOK_EVERY_MS) > GRACE_MS) ending.abort('was interrupted');
    }, LOOK_EVERY_MS);
    try {
      return await begin(record.buffer, ending.signal);
    } catch (cause) {
      const { signal } = ending;
      const why = signal.aborted ? `${signal.reason}, and was ended` : `ended its thread (${(cause as Error).message})`;
      throw new RunError(`${what}: ${record.place}: the foreign firmware ${why}`, { cause });
    } finally {
      clearInterval(look);
    }
  }
}

/** Measures for how long the firmware has been in one call, or between two. A look counts for no more than two intervals: a process that was suspended was not stuck. */
class Stuck {
  readonly #record: CallRecord;
  #calls = 0;
  #last = performance.now();
  #stuckMs = 0;

  constructor(record: CallRecord) {
    this.#record = record;
  }

  look(): { readonly ms: number; readonly inCall: boolean } {
    const now = performance.now();
    const passed = Math.min(now - this.#last, 2 * LOOK_EVERY_MS);
    this.#last = now;
    const { calls } = this.#record;
    // Before the first call the run may be waiting for a thread.
    const same = calls === this.#calls && calls > 0;
    this.#calls = calls;
    this.#stuckMs = same ? this.#stuckMs + passed : 0;
    return { ms: this.#stuckMs, inCall: calls % 2 === 1 };
  }
}
