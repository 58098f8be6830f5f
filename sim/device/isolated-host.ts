import { InputError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import { Crew } from './crew.ts';
import type { Guard } from './guard.ts';
import { PooledHost } from './host.ts';
import type { DeviceSpec, EvaluatedRows, Evaluation, ExchangeSize, FirmwareHost, TaskShape } from './host-types.ts';

/** The most devices that may have an instance each: every WASM memory reserves 8 to 10 GB of address space. */
export const MAX_INSTANCES = 1000;

/** Each device in a WASI instance of its own; one more in front composes frames and evaluates. Behaves as PooledHost does. */
export class IsolatedHost implements FirmwareHost {
  readonly #module: WebAssembly.Module;
  readonly #front: PooledHost;
  readonly #own: PooledHost[] = [];
  readonly #dataSets: { rows: Float32Array; features: number; classes: Uint16Array }[] = [];
  #last: PooledHost;

  readonly #crew: Crew;
  readonly #guard: Guard | undefined;

  /** @param module, crew, guard as for PooledHost. */
  constructor(module: WebAssembly.Module, crew = new Crew(), guard?: Guard) {
    this.#module = module;
    this.#crew = crew;
    this.#guard = guard;
    this.#front = new PooledHost(module, crew, guard);
    this.#last = this.#front;
  }

  /** One a device (the one in front runs no firmware). */
  get instances(): number {
    return this.#own.length;
  }

  get devices(): number {
    return this.#own.length;
  }

  get memoryBytes(): number {
    return this.#own.reduce((sum, host) => sum + host.memoryBytes, this.#front.memoryBytes);
  }

  add(spec: DeviceSpec): number {
    const id = this.#own.length;
    if (id >= MAX_INSTANCES) {
      throw new InputError(`Expected at most ${MAX_INSTANCES} devices with isolation: instance, got ${id + 1} or more`);
    }
    const host = new PooledHost(this.#module, this.#crew, this.#guard);
    host.addAs(id, spec);
    this.#own.push(host);
    return id;
  }

  get inbox(): Uint8Array {
    return this.#front.inbox;
  }

  seal(length: number): void {
    this.#front.seal(length);
  }

  deliver(device: number, length: number, at: Instant): number {
    const host = this.#enter(device);
    host.inbox.set(this.#front.inbox.subarray(0, length));
    return host.deliver(0, length, at);
  }

  submit(device: number, length: number, at: Instant, weight: number): void {
    const host = this.#enter(device);
    host.inbox.set(this.#front.inbox.subarray(0, length));
    host.submit(0, length, at, weight);
  }

  collect(device: number): number {
    return this.#enter(device).collect(0);
  }

  timer(device: number, at: Instant): number {
    return this.#enter(device).timer(0, at);
  }

  poll(device: number, at: Instant): number {
    return this.#enter(device).poll(0, at);
  }

  get outbox(): Uint8Array {
    return this.#last.outbox;
  }

  get work(): Float64Array {
    return this.#last.work;
  }

  deadline(device: number): number {
    return this.#at(device).deadline(0);
  }

  threshold(device: number): number {
    return this.#at(device).threshold(0);
  }

  held(device: number): number {
    return this.#at(device).held(0);
  }

  heldRows(device: number): number {
    return this.#at(device).heldRows(0);
  }

  busy(device: number): boolean {
    return this.#at(device).busy(0);
  }

  taskBytes(task: TaskShape): number {
    return this.#front.taskBytes(task);
  }

  writeRows(rows: Float32Array, features: number, classes: Uint16Array): number {
    this.#dataSets.push({ rows, features, classes });
    return this.#front.writeRows(rows, features, classes);
  }

  /** Copies just these rows into the device's own instance. */
  hold(device: number, dataSet: number, rows: Uint32Array): void {
    const { rows: all, features, classes } = this.#dataSets[dataSet]!;
    const mine = new Float32Array(rows.length * features);
    rows.forEach((row, i) => {
      mine.set(all.subarray(row * features, (row + 1) * features), i * features);
    });
    const host = this.#at(device);
    const set = host.writeRows(
      mine,
      features,
      Uint16Array.from(rows, (row) => classes[row]!),
    );
    host.hold(
      0,
      set,
      Uint32Array.from(rows, (_, i) => i),
    );
  }

  get rowNumbers(): Uint32Array {
    return this.#front.rowNumbers;
  }

  compose(frame: {
    dataSet: number;
    device: number;
    task: number;
    from: number;
    count: number;
    positive: number;
  }): number {
    return this.#front.compose(frame);
  }

  predict(dataSet: number, weights: Float32Array, offset: number, first: number, count: number): void {
    this.#front.predict(dataSet, weights, offset, first, count);
  }

  get scores(): Float32Array {
    return this.#front.scores;
  }

  get bits(): Uint32Array {
    return this.#front.bits;
  }

  exchangeBytes(exchange: ExchangeSize): number {
    return this.#front.exchangeBytes(exchange);
  }

  evaluate(rows: EvaluatedRows, model: number, classes: number, weights: Float32Array): Evaluation {
    return this.#front.evaluate(rows, model, classes, weights);
  }

  #at(device: number): PooledHost {
    const host = this.#own[device];
    if (host === undefined)
      throw new Error(`assertion failed: Expected a device below ${this.#own.length}, got ${device}`);
    return host;
  }

  #enter(device: number): PooledHost {
    this.#last = this.#at(device);
    return this.#last;
  }
}
