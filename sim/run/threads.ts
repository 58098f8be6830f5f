import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Hands } from '../device/crew.ts';
import { Desk } from '../device/desk.ts';
import type { Place } from '../device/hand.ts';
import { InputError, RunError } from '../kernel/errors.ts';

/** The most threads of a run. */
export const MOST_THREADS = 64;

/** How many threads a run may use, its own included; 1 is its own alone. */
export interface ThreadOptions {
  readonly threads: number;
  /** For tests: multiply-adds of large work after which the others are started, and what they run instead of thread-hand.ts. */
  readonly worthwhile?: number;
  readonly hand?: string;
}

/** What the foreman is given; `ports` bring the hands the memories to work in. */
export interface ForemanData {
  readonly desk: SharedArrayBuffer;
  readonly module: WebAssembly.Module;
  readonly ports: readonly MessagePort[];
  /** The file that they run. */
  readonly hand: string;
}

/** A thread loads compiled code, from the sources and from the compiled program alike. */
const FOREMAN = fileURLToPath(new URL('../../dist/run/thread-foreman.js', import.meta.url));
const HAND = fileURLToPath(new URL('../../dist/run/thread-hand.js', import.meta.url));
/** Some 0.3 s of training on a desktop: several times what the threads take to start. */
const WORTHWHILE = 1e9;

/**
 * Threads that work on devices' firmware, one fewer than the run may use: its own helps. Beside them one foreman, which sleeps but for
 * what befalls them: the run's own thread may be waiting for one that has died, and sees nothing of its end by itself.
 */
export class Threads implements Hands {
  readonly count: number;
  readonly worthwhile: number;
  readonly #module: WebAssembly.Module;
  readonly #hand: string;
  readonly #ports: MessagePort[] = [];
  #foreman: Worker | undefined;
  #desk: Desk | undefined;
  #fault: Error | undefined;

  /** @throws InputError when the program was not built. */
  constructor(module: WebAssembly.Module, { threads, worthwhile = WORTHWHILE, hand = HAND }: ThreadOptions) {
    if (!existsSync(FOREMAN)) throw new InputError(`cannot read ${FOREMAN}: not built; run \`npm run build\``);
    this.count = threads - 1;
    this.worthwhile = worthwhile;
    this.#module = module;
    this.#hand = hand;
  }

  start(desk: SharedArrayBuffer): void {
    this.#desk = new Desk(desk);
    const ports: MessagePort[] = [];
    for (let n = 0; n < this.count; n++) {
      const { port1, port2 } = new MessageChannel();
      port1.unref();
      this.#ports.push(port1);
      ports.push(port2);
    }
    const data: ForemanData = { desk, module: this.#module, ports, hand: this.#hand };
    this.#foreman = new Worker(FOREMAN, { workerData: data, transferList: ports });
    this.#foreman.unref();
    this.#foreman.on('error', (error) => {
      this.#fault = error;
    });
  }

  show(place: Place): void {
    for (const port of this.#ports) port.postMessage(place);
  }

  /** Asked between events: without its threads a run would go on alone, and nobody would know. @throws RunError when one has ended. */
  check(): void {
    const ended = this.#fault?.message ?? this.#desk?.ended;
    if (ended !== undefined)
      throw new RunError(`A worker thread ended before its work was done: ${ended}`, { cause: this.#fault });
  }

  /** Ends all of them, whatever they are at. */
  async stop(): Promise<void> {
    for (const port of this.#ports) port.close();
    await this.#foreman?.terminate();
  }
}
