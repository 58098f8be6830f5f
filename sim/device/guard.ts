import { InputError, RunError } from '../kernel/errors.ts';
import { CALLS, type ExportedFunction, type Exports } from './host-exports.ts';
import { plainText } from './plain-text.ts';
import { instantiate } from './wasi.ts';

/** What foreign firmware may take. */
export interface ForeignLimits {
  /** How long one call may take beside work of known size, s. */
  readonly callSeconds: number;
  /** Pages of 64 KiB that each memory of it may grow to. */
  readonly memoryPages: number;
}

/**
 * Multiply-adds that firmware does in a second at least: a hundredth of what one thread of a desktop does, so that code which is not
 * optimised yet, or shares its processor with others, is never taken for an endless loop.
 */
const SLOWEST_RATE = 2e7;

/** Names of what the record can tell of: compiling and instantiating are calls too. */
const STEPS = ['compile', 'instantiate', ...(Object.keys(CALLS) as ExportedFunction[])] as const;
type StepName = (typeof STEPS)[number];

const WORDS = { calls: 0, step: 1, device: 2, count: 4 } as const;
const NUMBERS = { at: 0, work: 1, count: 2 } as const;
const NO_DEVICE = -1;

/**
 * What foreign firmware is doing: a SharedArrayBuffer that its thread writes at the start and end of every call, and that a thread which
 * watches it reads. It says how often the firmware was called, which call it is in, for which device, and at which simulated instant.
 */
export class CallRecord {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;

  constructor(buffer = new SharedArrayBuffer(4 * WORDS.count + 8 * NUMBERS.count)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, WORDS.count);
    this.#numbers = new Float64Array(buffer, 4 * WORDS.count, NUMBERS.count);
    if (Atomics.load(this.#words, WORDS.calls) === 0) this.#words[WORDS.device] = NO_DEVICE;
  }

  /** Firmware is called. @param at the instant, ns; left out: as before. */
  enter(step: StepName, device = NO_DEVICE, at = this.#numbers[NUMBERS.at]!): void {
    this.#words[WORDS.step] = STEPS.indexOf(step);
    this.#words[WORDS.device] = device;
    this.#numbers[NUMBERS.at] = at;
    Atomics.add(this.#words, WORDS.calls, 1);
  }

  /** The call has returned or failed. What it was stays there to be told. */
  leave(): void {
    this.#numbers[NUMBERS.work] = 0;
    Atomics.add(this.#words, WORDS.calls, 1);
  }

  /** The next call has to do so many multiply-adds, at least. */
  set work(multiplyAdds: number) {
    this.#numbers[NUMBERS.work] = multiplyAdds;
  }

  /** Counts the starts and ends of calls: an odd number means that the firmware is at work. */
  get calls(): number {
    return Atomics.load(this.#words, WORDS.calls);
  }

  /** How long the present call may take, s. */
  allowance({ callSeconds }: ForeignLimits): number {
    return callSeconds + this.#numbers[NUMBERS.work]! / SLOWEST_RATE;
  }

  /** Simulated time of the last call, ns. */
  get at(): number {
    return this.#numbers[NUMBERS.at]!;
  }

  /** Where the firmware is, or was last, in words: device, instant and call. */
  get place(): string {
    const device = this.#words[WORDS.device]!;
    const who = device === NO_DEVICE ? '' : `device ${device} `;
    return `${who}at ${this.at / 1e9} s, in ${STEPS[this.#words[WORDS.step]!]}`;
  }
}

/** Runs foreign firmware: every call of it is noted in a record, and a trap in it becomes one clear error. */
export class Guard {
  readonly #record: CallRecord;
  readonly #pages: { readonly initial: number; readonly maximum: number };

  constructor(record: CallRecord, pages: { readonly initial: number; readonly maximum: number }) {
    this.#record = record;
    this.#pages = pages;
  }

  /** @throws InputError for code that does not validate. */
  compile(bytes: Uint8Array): WebAssembly.Module {
    this.#record.enter('compile');
    try {
      return new WebAssembly.Module(bytes);
    } catch (cause) {
      throw new InputError(`the foreign firmware is refused: ${plainText((cause as Error).message)}`, { cause });
    } finally {
      this.#record.leave();
    }
  }

  /** Instantiates the module; its clock tells the simulated time of the call that it is in. */
  instantiate(module: WebAssembly.Module): Exports {
    const record = this.#record;
    const world = { now: () => record.at, random: (bytes: Uint8Array) => void bytes.fill(0) };
    const { exports } = this.#call('instantiate', () => instantiate(module, { world, pages: this.#pages }));
    // Devices by their place in this instance.
    const devices: number[] = [];
    const guarded = Object.entries(CALLS).map(([name, { device, at }]) => {
      const call = exports[name] as (...args: number[]) => number;
      const step = name as ExportedFunction;
      const added = step === 'g2t_host_add';
      return [
        step,
        (...args: number[]) => {
          if (added) devices.push(args[0]!);
          const who = device === undefined ? undefined : added ? args[0] : devices[args[device]!];
          return this.#call(step, () => call(...args), who, at === undefined ? undefined : args[at]);
        },
      ];
    });
    return { memory: exports['memory'], ...Object.fromEntries(guarded) } as Exports;
  }

  /** Where the firmware is, or was last, in words. */
  get place(): string {
    return this.#record.place;
  }

  /** The next call has to do so many multiply-adds, at least: it may take as long as they do. */
  expect(multiplyAdds: number): void {
    this.#record.work = multiplyAdds;
  }

  #call<T>(step: StepName, work: () => T, device?: number, at?: number): T {
    const record = this.#record;
    record.enter(step, device, at);
    try {
      return work();
    } catch (cause) {
      throw this.#failed(cause);
    } finally {
      record.leave();
    }
  }

  /** The engine says why: a trap, an overflow of the stack. */
  #failed(cause: unknown): RunError {
    const why = cause instanceof Error ? plainText(cause.message) : 'it threw a value';
    return new RunError(`${this.#record.place}: the foreign firmware failed: ${why}`, { cause });
  }
}
