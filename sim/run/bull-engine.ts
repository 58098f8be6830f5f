import { randomUUID } from 'node:crypto';
import { type Job, Queue, QueueEvents } from 'bullmq';
import { writeFileWhole } from '../files/write.ts';
import { EXIT, RunError } from '../kernel/errors.ts';
import {
  answerSchema,
  type BullAnswer,
  type BullJob,
  connect,
  GIVEN_BACK,
  placeOf,
  queueName,
  watchConnection,
} from './bull-connection.ts';
import { checked } from './checked-json.ts';
import type { Firmware } from './inputs.ts';
import { Interrupted } from './interrupted.ts';
import type { EngineRun, RunEnd, SweepEngine } from './sweep-engine.ts';
import { told } from './sweep-failure.ts';
import { recordText } from './sweep-record.ts';

/** Runs that lie in Redis at a time: enough for many workers, and little to lose. */
const WIDTH = 256;
/** How often runs that nothing was heard of are asked about, ms of real time: events may have been missed, or Redis emptied. */
const ASK_EVERY_MS = 2000;
/** What a sweep that was stopped has not fetched is forgotten after so long, s. */
const KEPT_S = 86_400;
/** A run is put to the workers again after answers that are none, until it has had so many. */
const MOST_BAD_ANSWERS = 3;
/** After so long without a worker a person is told, ms. */
const LONELY_MS = 5000;

interface Waiting {
  readonly data: BullJob;
  readonly resolve: (end: RunEnd) => void;
  readonly reject: (error: unknown) => void;
  badAnswers: number;
  /** Answers that concern it were last looked for at this time, ms. */
  asked: number;
}

export interface BullOptions {
  readonly redis: string;
  readonly firmware: Firmware;
  /** The data folder of the sweep itself, whose files the workers' are the same as. */
  readonly dataDir: string;
  readonly say: (line: string) => void;
}

/**
 * The engine `bullmq`: runs are put into Redis, where `g2t worker` processes on any machine take them; what they come to is sent
 * back, and written by this process alone. A run whose worker died is given to another.
 * @throws InputError or RunError when Redis cannot be reached.
 */
export async function bullEngine(options: BullOptions): Promise<SweepEngine> {
  const connection = await connect(options.redis);
  const unwatch = watchConnection(connection, options.redis, options.say);
  const queue = new Queue<BullJob, BullAnswer>(queueName(options.firmware), { connection });
  const events = new QueueEvents(queueName(options.firmware), { connection });
  // What is wrong with a connection is told once, by its watcher.
  queue.on('error', () => {});
  events.on('error', () => {});
  const engine = new BullEngine(queue, events, options);
  return {
    width: WIDTH,
    run: (run) => engine.run(run),
    cancel: () => engine.cancel(),
    close: async () => {
      unwatch();
      await engine.close();
      connection.disconnect();
    },
  };
}

class BullEngine {
  readonly #queue: Queue<BullJob, BullAnswer>;
  readonly #events: QueueEvents;
  readonly #waiting = new Map<string, Waiting>();
  readonly #options: BullOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #asked = randomUUID();
  #asking: Promise<void> | undefined;
  #lonelySince = performance.now();
  #cancelled = false;

  constructor(queue: Queue<BullJob, BullAnswer>, events: QueueEvents, options: BullOptions) {
    this.#queue = queue;
    this.#events = events;
    this.#options = options;
    events.on('completed', ({ jobId }) => this.#look(jobId));
    events.on('failed', ({ jobId }) => this.#look(jobId));
    this.#timer = setInterval(() => {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined;
      });
    }, ASK_EVERY_MS);
  }

  async run({ loaded, inputs, head, file: record }: EngineRun): Promise<RunEnd> {
    const { id } = head;
    if (this.#cancelled) throw new Interrupted();
    const { file, text, set, scenario } = loaded;
    const data: BullJob = { file, text, set, seed: scenario.seed, inputs, asked: this.#asked };
    const done = new Promise<RunEnd>((resolve, reject) => {
      this.#waiting.set(id, { data, resolve, reject, badAnswers: 0, asked: performance.now() });
    });
    // Not awaited: while Redis is away, commands wait for it, and a run can still be cancelled.
    this.#add(id, data).catch((error: unknown) => this.#settle(id, (waiting) => waiting.reject(error)));
    const end = await done;
    if (end.summary !== undefined) writeFileWhole(record, recordText({ ...head, summary: end.summary }));
    return end.failure === undefined ? end : { failure: told(end.failure, { loaded, inputs }, this.#options.dataDir) };
  }

  async #add(id: string, data: BullJob): Promise<void> {
    // The id of the run: two sweeps that want the same run share it, and one that lies there from before is not begun again.
    const kept = { age: KEPT_S };
    await this.#queue.add('run', data, { jobId: id, removeOnComplete: kept, removeOnFail: kept });
  }

  /** Takes the answer of a run that is said to be done. Errors of the connection come again when it is asked about. */
  #look(id: string): void {
    if (this.#waiting.has(id)) this.#take(id).catch(() => {});
  }

  async #take(id: string): Promise<void> {
    const job = await this.#jobOf(id);
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    waiting.asked = performance.now();
    // Redis was emptied, or restarted without what it held: the run is put there anew.
    if (job === undefined) return await this.#add(id, waiting.data);
    const state = job === 'unreadable' ? 'failed' : await job.getState();
    if (state !== 'completed' && state !== 'failed') return;
    await this.#queue.remove(id);
    const answer = job === 'unreadable' ? NO_ANSWER : answerOf(job, state);
    // A failure that an earlier sweep was told is not this one's: what it failed of may be gone.
    const isOld = job === 'unreadable' || job.data?.asked !== this.#asked;
    if (answer.kind === 'done') {
      this.#settle(id, ({ resolve }) => resolve({ summary: answer.summary }));
    } else if (answer.kind === 'given back' || (answer.kind !== 'bad' && isOld)) {
      await this.#add(id, waiting.data);
    } else if (answer.kind === 'refused') {
      this.#settle(id, ({ reject }) => reject(new RunError(answer.message)));
    } else if (answer.kind === 'failed') {
      this.#settle(id, ({ resolve }) => resolve({ failure: answer }));
    } else if (++waiting.badAnswers < MOST_BAD_ANSWERS) {
      await this.#add(id, waiting.data);
    } else {
      const message = `its workers sent ${MOST_BAD_ANSWERS} answers that are none: ${answer.message}`;
      this.#settle(id, ({ resolve }) => resolve({ failure: { message, exitCode: EXIT.failed } }));
    }
  }

  /** What lies in Redis under a run's id; `unreadable` where others have put something there that is no job. */
  async #jobOf(id: string): Promise<Job<BullJob, unknown> | undefined | 'unreadable'> {
    try {
      return (await this.#queue.getJob(id)) as Job<BullJob, unknown> | undefined;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) return 'unreadable';
      throw error;
    }
  }

  #settle(id: string, how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    how(waiting);
  }

  /** Asks about every run that nothing was heard of for a while. */
  async #ask(): Promise<void> {
    const since = performance.now() - ASK_EVERY_MS;
    try {
      for (const [id, { asked }] of [...this.#waiting]) if (asked < since) await this.#take(id);
      await this.#tellWhenAlone();
    } catch {
      // The connection was lost in between: the next look asks again.
    }
  }

  async #tellWhenAlone(): Promise<void> {
    if (this.#waiting.size === 0 || (await this.#queue.getWorkersCount()) > 0) {
      this.#lonelySince = performance.now();
    } else if (performance.now() - this.#lonelySince > LONELY_MS) {
      this.#options.say(
        `no worker takes runs from Redis at ${placeOf(this.#options.redis)}; start some, of this version: g2t worker --redis URL`,
      );
      this.#lonelySince = Number.POSITIVE_INFINITY;
    }
  }

  cancel(): void {
    this.#cancelled = true;
    const ids = [...this.#waiting.keys()];
    for (const id of ids) this.#settle(id, ({ reject }) => reject(new Interrupted()));
    // What no worker has taken yet is taken back, if Redis is there to ask.
    for (const id of ids) this.#queue.remove(id).catch(() => {});
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const closed = Promise.allSettled([this.#events.close(), this.#queue.close()]);
    // Without Redis they would wait for it.
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1000))]);
  }
}

type Answer = BullAnswer | { readonly kind: 'given back' } | { readonly kind: 'bad'; readonly message: string };

const NO_ANSWER: Answer = { kind: 'bad', message: 'expected a job, got other data' };

/** What a job that has ended came to. Whatever lies in Redis may be from anybody: it is taken for an answer only where it has its form. */
function answerOf(job: Job<BullJob, unknown>, state: 'completed' | 'failed'): Answer {
  if (state === 'failed') {
    if (job.failedReason === GIVEN_BACK) return { kind: 'given back' };
    const why = job.failedReason || 'no reason given';
    return { kind: 'failed', message: `its workers failed (${why})`, exitCode: EXIT.failed };
  }
  try {
    return checked(answerSchema, job.returnvalue, 'answer');
  } catch (error) {
    return { kind: 'bad', message: error instanceof Error ? error.message : String(error) };
  }
}
