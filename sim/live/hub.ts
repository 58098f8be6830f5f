import { Worker } from 'node:worker_threads';
import { G2tError, RunError } from '../kernel/errors.ts';
import { History } from './history.ts';
import {
  type Command,
  type CommandAnswer,
  MOST_MESSAGES,
  type ProtocolMessage,
  type RunInfo,
  type Snapshot,
  type Status,
  type TickEvent,
} from './messages.ts';
import type { PageStream } from './page-stream.ts';
import { base64 } from './wire.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.ts';

/** A thread loads compiled code, from the sources and from the compiled program alike. */
const WORKER = new URL('../../dist/live/engine-worker.js', import.meta.url);
/** Between two looks at how the simulation stands, ms. */
const TICK_MS = 100;
const MOST_POINTS = 6000;
/** Commands that wait for the simulation's answer at a time. */
const MOST_COMMANDS = 32;
/** Pages at a time. */
export const MOST_PAGES = 16;

/**
 * Stands between the simulation's thread and the pages. It asks the thread how things stand when a page wants to know and
 * the answer before is there, and tells each page what is new to it when it can take it: neither ever waits for the other.
 */
export class Hub {
  readonly #worker: Worker;
  readonly #session: string;
  readonly #pages = new Set<PageStream>();
  readonly #metrics = new History(MOST_POINTS);
  readonly #rounds = new History(MOST_POINTS);
  readonly #pending = new Map<number, (answer: CommandAnswer) => void>();
  readonly #timer: NodeJS.Timeout;
  #messages: ProtocolMessage[] = [];
  #watched = -1;
  #info: RunInfo | undefined;
  #status: Status | undefined;
  #states: Uint8Array | undefined;
  #snapshots = 0;
  #asked = false;
  #commands = 0;
  #broken: string | undefined;
  #closing = false;

  private constructor(worker: Worker, session: string) {
    this.#worker = worker;
    this.#session = session;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    worker.on('message', (message: FromWorker) => this.#heard(message));
    worker.on('error', (error) => this.#broke(`the simulation’s thread broke: ${error.message}`));
    worker.on('exit', () => this.#broke('the simulation’s thread has ended'));
  }

  /**
   * Starts the simulation's thread and waits until its first run can begin.
   * @param session tells one start of the server from another.
   * @throws InputError, RunError as the scenario's first run would
   */
  static async open(setup: WorkerSetup, session: string): Promise<Hub> {
    const worker = new Worker(WORKER, { workerData: setup });
    await new Promise<void>((resolve, reject) => {
      const failed = (error: unknown) => reject(new RunError(`cannot start the simulation: ${String(error)}`));
      worker.once('error', failed);
      worker.once('message', (message: FromWorker) => {
        worker.off('error', failed);
        if (message.kind !== 'refused') resolve();
        else {
          void worker.terminate();
          reject(new G2tError(message.message, { exitCode: message.exitCode }));
        }
      });
    });
    return new Hub(worker, session);
  }

  get full(): boolean {
    return this.#pages.size >= MOST_PAGES;
  }

  /** Sees to it that pages which no longer read are let go within a second or two: another wants in. */
  probe(): void {
    const now = performance.now();
    for (const page of this.#pages) page.probe(now);
  }

  add(page: PageStream): void {
    this.#pages.add(page);
    this.#tell(page);
    this.#ask();
  }

  remove(page: PageStream): void {
    this.#pages.delete(page);
  }

  /** Has the simulation do something; the answer says what went wrong. */
  command(command: Command): Promise<CommandAnswer> {
    if (this.#broken !== undefined) return Promise.resolve({ error: this.#broken });
    if (this.#pending.size >= MOST_COMMANDS) return Promise.resolve({ error: 'too much at a time: try again' });
    const id = ++this.#commands;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#say({ kind: 'command', id, command });
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#timer);
    for (const page of this.#pages) page.close();
    await this.#worker.terminate();
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #tick(): void {
    const now = performance.now();
    for (const page of this.#pages) {
      if (!page.abandoned(now)) continue;
      page.close();
      this.#pages.delete(page);
    }
    this.#ask();
  }

  /** Asks how things stand, if somebody could be told. */
  #ask(): void {
    if (this.#asked || this.#broken !== undefined) return;
    if (![...this.#pages].some((page) => page.ready)) return;
    this.#asked = true;
    this.#say({ kind: 'pull' });
  }

  #heard(message: FromWorker): void {
    if (message.kind === 'answer') {
      this.#pending.get(message.id)?.(message.answer);
      this.#pending.delete(message.id);
      this.#ask();
    } else if (message.kind === 'snapshot') {
      this.#asked = false;
      this.#take(message.snapshot, message.info);
      for (const page of this.#pages) this.#tell(page);
    }
  }

  #take({ status, states, metrics, rounds, messages }: Snapshot, info: RunInfo | undefined): void {
    if (info !== undefined) {
      this.#info = info;
      this.#metrics.clear();
      this.#rounds.clear();
      this.#messages = [];
    }
    const watched = status.watched?.device ?? -1;
    if (watched !== this.#watched) this.#messages = [];
    this.#watched = watched;
    this.#metrics.add(metrics);
    this.#rounds.add(rounds);
    const last = this.#messages.at(-1)?.sequence ?? 0;
    const fresh = messages.filter(({ sequence }) => sequence > last);
    this.#messages = [...this.#messages, ...fresh].slice(-MOST_MESSAGES);
    this.#status = status;
    this.#states = states;
    this.#snapshots++;
  }

  /** Tells a page what it does not know yet. */
  #tell(page: PageStream): void {
    const [info, status, states] = [this.#info, this.#status, this.#states];
    if (info === undefined || status === undefined || states === undefined || !page.ready) return;
    const { known } = page;
    if (known.snapshot === this.#snapshots) return;
    if (known.generation !== info.generation) {
      page.send('run', { info, session: this.#session });
      Object.assign(known, { generation: info.generation, metrics: undefined, rounds: undefined, message: 0 });
      known.states = undefined;
    }
    if (known.watched !== this.#watched) known.message = 0;
    const metrics = this.#metrics.since(known.metrics);
    const rounds = this.#rounds.since(known.rounds);
    const messages = this.#messages.filter(({ sequence }) => sequence > known.message);
    const tick: TickEvent = {
      status,
      ...difference(known.states, states),
      ...(metrics === undefined ? {} : { metrics }),
      ...(rounds === undefined ? {} : { rounds }),
      ...(messages.length === 0 ? {} : { messages }),
    };
    page.send('tick', tick);
    known.metrics = this.#metrics.cursor;
    known.rounds = this.#rounds.cursor;
    known.message = messages.at(-1)?.sequence ?? known.message;
    known.watched = this.#watched;
    known.states = states;
    known.snapshot = this.#snapshots;
  }

  #broke(reason: string): void {
    if (this.#broken !== undefined || this.#closing) return;
    this.#broken = reason;
    for (const resolve of this.#pending.values()) resolve({ error: reason });
    this.#pending.clear();
    if (this.#status === undefined) return;
    this.#status = { ...this.#status, state: 'failed', reason };
    this.#snapshots++;
    for (const page of this.#pages) this.#tell(page);
  }
}

/** States as they are, or those that changed where these are few. */
function difference(before: Uint8Array | undefined, now: Uint8Array): Pick<TickEvent, 'states' | 'changed'> {
  if (before?.length !== now.length) return { states: base64(now) };
  const changed: number[] = [];
  for (let device = 0; device < now.length; device++)
    if (now[device] !== before[device]) changed.push(device * 8 + now[device]!);
  if (changed.length === 0) return {};
  return changed.length * 4 < now.length
    ? { changed: base64(new Uint8Array(Uint32Array.from(changed).buffer)) }
    : { states: base64(now) };
}
