import { assert, InputError, RunError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import { Crew, type Owner } from './crew.ts';
import type { Guard } from './guard.ts';
import { FIRST_HAND, HELPER, type Lane, type Place } from './hand.ts';
import type { Exports } from './host-exports.ts';
import {
  type DeviceSpec,
  type EvaluatedRows,
  type Evaluation,
  type ExchangeSize,
  type FirmwareHost,
  INBOX_BYTES,
  STATUS,
  statusName,
  type TaskShape,
  WORK_COUNT,
} from './host-types.ts';
import { instantiate } from './wasi.ts';

/** The most devices in one instance (firmware/port/wasi/host.c). */
export const MAX_DEVICES = 1_048_576;
const ROW_NUMBERS = 65_536;
const BUSY_FPU = 1;
/** Growth that is worth a buffer; large enough for the machine to give none of it before it is touched. */
const BALLAST_BYTES = 1 << 25;

/** Places in the address record of host.c. */
const AT = { inbox: 0, outbox: 2, work: 3, scores: 5, bits: 6, evaluation: 7, predicted: 8, end: 9 } as const;

/** Many devices in one WASI instance, over a memory in which threads of a crew can work too. */
export class PooledHost implements FirmwareHost, Owner {
  readonly instances = 1;
  readonly #wasm: Exports;
  readonly #crew: Crew;
  /** Its number in the crew; -1 before the first job. */
  #owner = -1;
  /** The job of each device that has one. */
  readonly #jobs = new Map<number, number>();
  #helper: { readonly inbox: Uint8Array; readonly work: Float64Array } | undefined;
  readonly #at: number;
  readonly #features: number[] = [];
  readonly #rows: number[] = [];
  #devices = 0;
  #predicted = 0;
  /** Views of linear memory: made anew when it has grown, where they are to reach its end. */
  #bytes: Uint8Array;
  #words: Uint32Array;
  readonly #inbox: Uint8Array;
  readonly #work: Float64Array;
  /** V8 leaves shared memory out when it decides to collect garbage: buffers of the same size, never touched, stand in for it. */
  readonly #ballast: ArrayBuffer[] = [];
  #counted = 0;
  /** There where the firmware is foreign. */
  readonly #guard: Guard | undefined;
  /** Multiply-adds of the frame that is being submitted, at least. */
  #weight = 0;
  /** Which word says where memory ends. */
  readonly #end: number;

  /**
   * @param module the compiled firmware. @param crew who works on what is submitted: by default the caller, at once.
   * @param guard runs firmware that is not the one built here; then no other thread may work in its memory.
   */
  constructor(module: WebAssembly.Module, crew = new Crew(), guard?: Guard) {
    this.#crew = crew;
    this.#guard = guard;
    this.#wasm = guard?.instantiate(module) ?? (instantiate(module).exports as unknown as Exports);
    this.#good(this.#wasm.g2t_host_begin(INBOX_BYTES), 'the receive buffer');
    this.#at = this.#wasm.g2t_host_addresses() / 4;
    const { buffer } = this.#wasm.memory;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.#end = this.#words[this.#at + AT.end]! / 4;
    this.#inbox = new Uint8Array(buffer, this.#words[this.#at + AT.inbox]!, INBOX_BYTES);
    this.#work = new Float64Array(buffer, this.#words[this.#at + AT.work]!, WORK_COUNT);
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
    return this.#inbox;
  }

  seal(length: number): void {
    this.#wasm.g2t_host_seal(length);
  }

  deliver(device: number, length: number, at: Instant): number {
    this.#known(device);
    assert(length >= 0 && length <= INBOX_BYTES, `Expected a frame of at most ${INBOX_BYTES} bytes, got ${length}`);
    return this.#wasm.g2t_host_deliver(0, device, length, at);
  }

  submit(device: number, length: number, at: Instant, weight: number): void {
    this.#known(device);
    assert(length >= 0 && length <= INBOX_BYTES, `Expected a frame of at most ${INBOX_BYTES} bytes, got ${length}`);
    if (this.#owner < 0) this.#owner = this.#crew.open(this);
    this.#weight = weight;
    this.#jobs.set(device, this.#crew.post(this.#owner, device, this.#inbox.subarray(0, length), at, weight));
  }

  collect(device: number): number {
    const job = this.#jobs.get(device);
    assert(job !== undefined, `Expected device ${device} to have work submitted`);
    this.#jobs.delete(device);
    return this.#crew.collect(job, this.#work);
  }

  workOn(device: number, frame: Uint8Array, at: number, counts: Float64Array): number {
    this.#helper ??= this.#openLane(HELPER);
    this.#helper.inbox.set(frame);
    this.#guard?.expect(this.#weight);
    try {
      const status = this.#wasm.g2t_host_deliver(HELPER, device, frame.length, at);
      counts.set(this.#helper.work);
      return status;
    } catch (cause) {
      if (cause instanceof RunError) throw cause;
      throw new RunError(`The firmware failed: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }

  place(hands: number): Place {
    const lanes: Lane[] = [];
    for (let n = FIRST_HAND; n < FIRST_HAND + hands; n++) {
      this.#openLane(n);
      lanes[n] = {
        inbox: this.#wasm.g2t_host_lane_inbox(n),
        work: this.#wasm.g2t_host_lane_work(n),
        stack: this.#wasm.g2t_host_lane_stack(n),
      };
    }
    return { memory: this.#wasm.memory, lanes };
  }

  #openLane(lane: number): { readonly inbox: Uint8Array; readonly work: Float64Array } {
    this.#good(this.#wasm.g2t_host_lane(lane) === 0 ? STATUS['no-memory'] : 0, 'a lane for a thread');
    const { buffer } = this.#wasm.memory;
    return {
      inbox: new Uint8Array(buffer, this.#wasm.g2t_host_lane_inbox(lane), INBOX_BYTES),
      work: new Float64Array(buffer, this.#wasm.g2t_host_lane_work(lane), WORK_COUNT),
    };
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

  heldRows(device: number): number {
    this.#known(device);
    return this.#wasm.g2t_host_held_rows(device);
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
    this.#guard?.expect(rows.length);
    this.#wasm.g2t_host_data_set_ready(set);
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
    this.#guard?.expect(count * features);
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
    this.#guard?.expect(count * d);
    this.#wasm.g2t_host_evaluate(dataSet, model, classes, first, count, rows.listed ? 1 : 0);
    const [loss, right] = new Float64Array(this.#bytes.buffer, this.#words[this.#at + AT.evaluation]!, 2);
    const predicted = new Uint16Array(this.#bytes.buffer, this.#words[this.#at + AT.predicted]!, count);
    return { loss: loss!, right: right!, predicted };
  }

  /** Memory may have grown since, in whichever thread: what is beyond the old end needs new views. */
  #fresh(): void {
    if (this.#words[this.#end] !== this.#bytes.length) this.#renew();
  }

  #renew(): void {
    // Another thread's growth reaches this one's memory object within an instant. Foreign firmware has no other thread.
    let { buffer } = this.#wasm.memory;
    while (this.#guard === undefined && buffer.byteLength < this.#words[this.#end]!) buffer = this.#wasm.memory.buffer;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
    const uncounted = buffer.byteLength - this.#counted;
    if (uncounted < BALLAST_BYTES) return;
    this.#ballast.push(new ArrayBuffer(uncounted));
    this.#counted = buffer.byteLength;
  }

  /** The device is about to be looked at or called: what was submitted for it comes first. */
  #known(device: number): void {
    if (!(device >= 0 && device < this.#devices))
      assert(false, `Expected a device below ${this.#devices}, got ${device}`);
    if (this.#jobs.size === 0) return;
    const job = this.#jobs.get(device);
    if (job !== undefined) this.#crew.settle(job);
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
