import { assert, InputError, RunError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import {
  type DeviceSpec,
  type EvaluatedRows,
  type Evaluation,
  type ExchangeSize,
  type FirmwareHost,
  statusName,
  type TaskShape,
  WORK_COUNT,
} from './host-types.ts';
import { instantiate } from './wasi.ts';

/** The exports of firmware/port/wasi/host.c. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  g2t_host_begin(inboxBytes: number): number;
  g2t_host_addresses(): number;
  g2t_host_add(
    id: number,
    ram: number,
    flash: number,
    receive: number,
    megahertz: number,
    flags: number,
    benchUs: number,
  ): number;
  g2t_host_seal(length: number): void;
  g2t_host_deliver(device: number, length: number, at: number): number;
  g2t_host_timer(device: number, at: number): void;
  g2t_host_poll(device: number, at: number): number;
  g2t_host_deadline(device: number): number;
  g2t_host_threshold(device: number): number;
  g2t_host_held(device: number): number;
  g2t_host_busy(device: number): number;
  g2t_host_task_bytes(
    learner: number,
    features: number,
    rows: number,
    mode: number,
    codec: number,
    receive: number,
  ): number;
  g2t_host_data_set(rows: number, features: number): number;
  g2t_host_data_set_rows(dataSet: number): number;
  g2t_host_data_set_classes(dataSet: number): number;
  g2t_host_hold(device: number, dataSet: number, count: number): number;
  g2t_host_row_numbers(): number;
  g2t_host_compose(
    dataSet: number,
    device: number,
    task: number,
    from: number,
    count: number,
    positive: number,
  ): number;
  g2t_host_predict_room(features: number, count: number): number;
  g2t_host_predict(dataSet: number, first: number, count: number): void;
  g2t_host_exchange_bytes(
    model: number,
    kind: number,
    classes: number,
    features: number,
    batch: number,
    rows: number,
    receive: number,
  ): number;
  g2t_host_evaluate_room(d: number, classes: number, count: number): number;
  g2t_host_evaluate(
    dataSet: number,
    model: number,
    classes: number,
    first: number,
    count: number,
    listed: number,
  ): void;
}

/** Longest frame that any device takes, bytes: the largest receive buffer. */
export const INBOX_BYTES = 65_536;
/** The most devices in one instance (firmware/port/wasi/host.c). */
export const MAX_DEVICES = 1_048_576;
const ROW_NUMBERS = 65_536;
const BUSY_FPU = 1;

/** Places in the address record of host.c. */
const AT = { inbox: 0, outbox: 2, work: 3, scores: 5, bits: 6, evaluation: 7, predicted: 8 } as const;

/** Many devices in one WASI instance. */
export class PooledHost implements FirmwareHost {
  readonly instances = 1;
  readonly #wasm: Exports;
  readonly #at: number;
  readonly #features: number[] = [];
  readonly #rows: number[] = [];
  #devices = 0;
  #predicted = 0;
  /** Views of linear memory: made anew when it grows. */
  #bytes: Uint8Array;
  #words: Uint32Array;
  #inbox: Uint8Array;
  #work: Float64Array;

  /** @param module the compiled wasm/g2t.wasm. */
  constructor(module: WebAssembly.Module) {
    this.#wasm = instantiate(module).exports as unknown as Exports;
    this.#good(this.#wasm.g2t_host_begin(INBOX_BYTES), 'the receive buffer');
    this.#at = this.#wasm.g2t_host_addresses() / 4;
    this.#bytes = new Uint8Array(0);
    this.#words = new Uint32Array(0);
    this.#inbox = this.#bytes;
    this.#work = new Float64Array(0);
    this.#renew();
  }

  get devices(): number {
    return this.#devices;
  }

  get memoryBytes(): number {
    return this.#wasm.memory.buffer.byteLength;
  }

  add(spec: DeviceSpec): number {
    return this.addAs(this.#devices, spec);
  }

  /** Adds a device whose frames carry `id` (isolated instances hold one device each, which is not device 0 on the wire). */
  addAs(id: number, spec: DeviceSpec): number {
    checkSpec(spec);
    if (this.#devices >= MAX_DEVICES) {
      throw new InputError(`Expected at most ${MAX_DEVICES} devices, got one more`);
    }
    const place = this.#wasm.g2t_host_add(
      id,
      spec.ramBytes,
      spec.flashBytes,
      spec.receiveBytes,
      spec.megahertz,
      spec.fpu ? BUSY_FPU : 0,
      spec.benchMicroseconds,
    );
    this.#good(place, `device ${id}`);
    this.#devices++;
    return place;
  }

  get inbox(): Uint8Array {
    if (this.#inbox.length === 0) this.#renew();
    return this.#inbox;
  }

  seal(length: number): void {
    this.#wasm.g2t_host_seal(length);
  }

  deliver(device: number, length: number, at: Instant): number {
    this.#known(device);
    assert(length >= 0 && length <= INBOX_BYTES, `Expected a frame of at most ${INBOX_BYTES} bytes, got ${length}`);
    return this.#wasm.g2t_host_deliver(device, length, at);
  }

  timer(device: number, at: Instant): number {
    this.#known(device);
    this.#wasm.g2t_host_timer(device, at);
    return 0;
  }

  poll(device: number, at: Instant): number {
    this.#known(device);
    return this.#good(this.#wasm.g2t_host_poll(device, at), 'an outgoing frame');
  }

  get outbox(): Uint8Array {
    this.#fresh();
    return this.#bytes.subarray(this.#words[this.#at + AT.outbox]!);
  }

  get work(): Float64Array {
    if (this.#work.length === 0) this.#renew();
    return this.#work;
  }

  deadline(device: number): number {
    this.#known(device);
    return this.#wasm.g2t_host_deadline(device);
  }

  threshold(device: number): number {
    this.#known(device);
    return this.#wasm.g2t_host_threshold(device);
  }

  held(device: number): number {
    this.#known(device);
    return this.#wasm.g2t_host_held(device);
  }

  busy(device: number): boolean {
    this.#known(device);
    return this.#wasm.g2t_host_busy(device) !== 0;
  }

  taskBytes({ learner, features, rows, mode, codec, receiveBytes }: TaskShape): number {
    return this.#wasm.g2t_host_task_bytes(learner, features, rows, mode, codec, receiveBytes);
  }

  writeRows(rows: Float32Array, features: number, classes: Uint16Array): number {
    const count = classes.length;
    assert(rows.length === count * features, `Expected ${count * features} values, got ${rows.length}`);
    assert(features >= 1 && features <= 65_534, `Expected 1 to 65534 features, got ${features}`);
    const set = this.#good(this.#wasm.g2t_host_data_set(count, features), 'a data set');
    this.#fresh();
    const stride = padded(features);
    const start = this.#wasm.g2t_host_data_set_rows(set);
    const target = new Float32Array(this.#bytes.buffer, start, count * stride);
    if (stride === features) target.set(rows);
    else for (let r = 0; r < count; r++) target.set(rows.subarray(r * features, (r + 1) * features), r * stride);
    new Uint16Array(this.#bytes.buffer, this.#wasm.g2t_host_data_set_classes(set), count).set(classes);
    this.#features.push(features);
    this.#rows.push(count);
    return set;
  }

  hold(device: number, dataSet: number, rows: Uint32Array): void {
    this.#known(device);
    const count = this.#rows[dataSet]!;
    assert(rows.length <= 65_535, `Expected at most 65535 held rows, got ${rows.length}`);
    assert(
      rows.every((row) => row < count),
      `Expected row numbers below ${count}`,
    );
    const start = this.#wasm.g2t_host_hold(device, dataSet, rows.length);
    this.#good(start === 0 ? -12 : 0, 'held rows');
    this.#fresh();
    this.#words.set(rows, start / 4);
  }

  get rowNumbers(): Uint32Array {
    const start = this.#wasm.g2t_host_row_numbers();
    this.#good(start === 0 ? -12 : 0, 'row numbers');
    this.#fresh();
    return this.#words.subarray(start / 4, start / 4 + ROW_NUMBERS);
  }

  compose(frame: {
    dataSet: number;
    device: number;
    task: number;
    from: number;
    count: number;
    positive: number;
  }): number {
    const bytes = 20 + frame.count * (4 * this.#features[frame.dataSet]! + 1);
    assert(bytes <= INBOX_BYTES, `Expected a frame of at most ${INBOX_BYTES} bytes, got ${bytes}`);
    assert(frame.from + frame.count <= ROW_NUMBERS, `Expected at most ${ROW_NUMBERS} row numbers`);
    return this.#wasm.g2t_host_compose(
      frame.dataSet,
      frame.device,
      frame.task,
      frame.from,
      frame.count,
      frame.positive,
    );
  }

  predict(dataSet: number, weights: Float32Array, offset: number, first: number, count: number): void {
    const features = this.#features[dataSet]!;
    assert(
      first + count <= this.#rows[dataSet]!,
      `Expected rows of data set ${dataSet}, got ${first} to ${first + count}`,
    );
    const start = this.#wasm.g2t_host_predict_room(features, count);
    this.#good(start === 0 ? -12 : 0, 'predictions');
    this.#fresh();
    const target = new Float32Array(this.#bytes.buffer, start, features + 1);
    for (let i = 0; i <= features; i++) target[i] = weights[offset + i]!;
    this.#wasm.g2t_host_predict(dataSet, first, count);
    this.#predicted = count;
  }

  get scores(): Float32Array {
    this.#fresh();
    return new Float32Array(this.#bytes.buffer, this.#words[this.#at + AT.scores]!, this.#predicted);
  }

  get bits(): Uint32Array {
    this.#fresh();
    return new Uint32Array(this.#bytes.buffer, this.#words[this.#at + AT.bits]!, (this.#predicted + 31) >>> 5);
  }

  exchangeBytes(exchange: ExchangeSize): number {
    const { model, kind, classes, features, batch, rows, receiveBytes } = exchange;
    return this.#wasm.g2t_host_exchange_bytes(model, kind, classes, features, batch, rows, receiveBytes);
  }

  evaluate(rows: EvaluatedRows, model: number, classes: number, weights: Float32Array): Evaluation {
    const { dataSet, first, count } = rows;
    const limit = rows.listed ? ROW_NUMBERS : this.#rows[dataSet]!;
    assert(first + count <= limit, `Expected rows below ${limit}, got ${first} to ${first + count}`);
    const features = this.#features[dataSet]!;
    const d = dimension(model, classes, features);
    assert(weights.length === d, `Expected ${d} parameters, got ${weights.length}`);
    const start = this.#wasm.g2t_host_evaluate_room(d, classes, count);
    this.#good(start === 0 ? -12 : 0, 'an evaluation');
    this.#fresh();
    new Float32Array(this.#bytes.buffer, start, d).set(weights);
    this.#wasm.g2t_host_evaluate(dataSet, model, classes, first, count, rows.listed ? 1 : 0);
    const [loss, right] = new Float64Array(this.#bytes.buffer, this.#words[this.#at + AT.evaluation]!, 2);
    const predicted = new Uint16Array(this.#bytes.buffer, this.#words[this.#at + AT.predicted]!, count);
    return { loss: loss!, right: right!, predicted };
  }

  #fresh(): void {
    if (this.#bytes.length === 0) this.#renew();
  }

  #renew(): void {
    const buffer = this.#wasm.memory.buffer;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.#inbox = new Uint8Array(buffer, this.#words[this.#at + AT.inbox]!, INBOX_BYTES);
    this.#work = new Float64Array(buffer, this.#words[this.#at + AT.work]!, WORK_COUNT);
  }

  #known(device: number): void {
    if (!(device >= 0 && device < this.#devices))
      assert(false, `Expected a device below ${this.#devices}, got ${device}`);
  }

  #good(answer: number, what: string): number {
    if (answer < 0) throw new RunError(`The firmware's memory has no room for ${what} (${statusName(answer)})`);
    return answer;
  }
}

/** The mirror of g2t_exchange_dimension. */
function dimension(model: number, classes: number, features: number): number {
  return model === 0 ? features : (model === 1 ? 1 : classes) * (features + 1);
}

function padded(features: number): number {
  return (features + 3) & ~3;
}

function checkSpec(spec: DeviceSpec): void {
  const { receiveBytes, ramBytes, flashBytes, megahertz } = spec;
  const log = Math.log2(receiveBytes);
  if (!Number.isInteger(log) || log < 7 || log > 16) {
    throw new InputError(`Expected the receive buffer to be a power of two, 128 to 65536 bytes, got ${receiveBytes}`);
  }
  for (const [name, value, limit] of [
    ['RAM', ramBytes, 2_147_483_648],
    ['flash', flashBytes, 4_294_967_295],
    ['MHz', megahertz, 65_535],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > limit) {
      throw new InputError(`Expected a device's ${name} to be a whole number, 0 to ${limit}, got ${value}`);
    }
  }
}
