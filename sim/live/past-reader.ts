import { Worker } from 'node:worker_threads';

/** A thread loads compiled code, from the sources and from the compiled program alike. */
const WORKER = new URL('../../dist/live/past-worker.js', import.meta.url);
/** The longest that an answer may take, ms, and the most heap that it may, MB. Results may be damaged, or made to harm. */
const LONGEST = 10_000;
const MOST_HEAP = 512;
/** Questions that wait at a time. */
const MOST_WAITING = 16;

/** What past-worker.ts is asked, and what it answers. */
export type PastQuestion = { readonly kind: 'list' } | { readonly kind: 'series'; readonly id: string };
export type PastAnswer =
  | { readonly kind: 'found'; readonly json: Uint8Array }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * Reads the results folder for pages in a thread of its own, one question after another, with limits on time and memory. A thread that exceeds one is
 * ended, and the next question gets a new one: no file in the folder can hold up the server or the simulation.
 */
export class PastReader {
  readonly #folder: string;
  readonly #longest: number;
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @param longest that an answer may take, ms. */
  constructor(folder: string, longest = LONGEST) {
    this.#folder = folder;
    this.#longest = longest;
  }

  list(): Promise<PastAnswer> {
    return this.#ask({ kind: 'list' });
  }

  /** @param id of the listing. */
  series(id: string): Promise<PastAnswer> {
    return this.#ask({ kind: 'series', id });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #ask(question: PastQuestion): Promise<PastAnswer> {
    if (this.#waiting >= MOST_WAITING) return { kind: 'failed', why: 'too many requests at a time: try again' };
    this.#waiting++;
    const answer = this.#last.then(() => this.#askNow(question));
    this.#last = answer;
    try {
      return await answer;
    } finally {
      this.#waiting--;
    }
  }

  #askNow(question: PastQuestion): Promise<PastAnswer> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve) => {
      const end = (answer: PastAnswer) => {
        clearTimeout(timer);
        worker.off('message', end).off('exit', broken);
        resolve(answer);
      };
      const fail = (why: string) => {
        this.#worker = undefined;
        void worker.terminate();
        end({ kind: 'failed', why });
      };
      const broken = () => fail('it cannot be read');
      const timer = setTimeout(() => fail(`reading it took more than ${this.#longest / 1000} s`), this.#longest);
      worker.on('message', end).on('exit', broken);
      worker.postMessage(question);
    });
  }

  #start(): Worker {
    const limits = { maxOldGenerationSizeMb: MOST_HEAP };
    // Whatever ends the thread is told by its exit.
    return new Worker(WORKER, { workerData: this.#folder, resourceLimits: limits }).on('error', () => {});
  }
}
