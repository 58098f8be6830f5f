import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { EXIT, InputError, RunError } from '../kernel/errors.ts';
import type { LiveAnswer, LiveCall, LiveSetup, OpenBoard } from './live-calls.ts';

/** The thread loads compiled code, from the sources and from the compiled program alike. */
const WORKER = fileURLToPath(new URL('../../dist/board/live-worker.js', import.meta.url));
/** Longer than the thread itself waits for a board, ms: it tells more. */
const ANSWERS_WITHIN_MS = 90_000;

/** Calls boards from code that cannot wait in any other way than by standing still: the simulation's handlers. */
export class LiveBridge {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));
  #processes: readonly number[] = [];
  readonly #kill = (): void => {
    for (const id of this.#processes) killed(id);
  };

  private constructor(boards: LiveSetup['boards']) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const setup: LiveSetup = { boards, answered: this.#answered };
    this.#worker = new Worker(WORKER, { workerData: { setup, port: port2 }, transferList: [port2] });
    process.on('exit', this.#kill);
  }

  /** Starts the thread and connects to the boards. @throws RunError, InputError */
  static async open(boards: LiveSetup['boards']): Promise<{ bridge: LiveBridge; boards: readonly OpenBoard[] }> {
    const bridge = new LiveBridge(boards);
    try {
      const answer = await bridge.#ask({ kind: 'open' });
      const opened = answer.kind === 'opened' ? answer.boards : [];
      bridge.#processes = opened.flatMap((board) => board.process ?? []);
      return { bridge, boards: opened };
    } catch (error) {
      await bridge.close();
      throw error;
    }
  }

  /** A call, waited for by standing still. @throws RunError with what the board did. */
  call(call: LiveCall): LiveAnswer {
    Atomics.store(this.#answered, 0, 0);
    this.#port.postMessage(call);
    Atomics.wait(this.#answered, 0, 0, ANSWERS_WITHIN_MS);
    const answer = receiveMessageOnPort(this.#port)?.message as LiveAnswer | undefined;
    if (answer === undefined) throw new RunError('the thread that owns the boards does not answer');
    return good(answer);
  }

  /** Lets go of the boards. May be called again. */
  async close(): Promise<void> {
    await this.#ask({ kind: 'close' }).catch(() => undefined);
    await this.#worker.terminate();
    this.#kill();
    this.#processes = [];
    process.off('exit', this.#kill);
    this.#port.close();
  }

  #ask(call: LiveCall): Promise<LiveAnswer> {
    return new Promise((resolve, reject) => {
      this.#port.once('message', (answer: LiveAnswer) => {
        try {
          resolve(good(answer));
        } catch (error) {
          reject(error);
        }
      });
      this.#worker.once('error', (cause) =>
        reject(new RunError(`the thread that owns the boards: ${cause.message}`, { cause })),
      );
      this.#worker.once('exit', () => reject(new RunError('the thread that owns the boards has ended')));
      this.#port.postMessage(call);
    });
  }
}

function good(answer: LiveAnswer): LiveAnswer {
  if (answer.kind !== 'failed') return answer;
  const { message, exitCode, stack } = answer;
  const cause = new Error(message);
  cause.stack = stack;
  if (exitCode === EXIT.input) throw new InputError(message, { cause });
  throw new RunError(message, { cause });
}

function killed(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
