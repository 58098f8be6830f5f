import type { Fleet } from '../../fleet/fleet.ts';
import type { Digest } from '../../kernel/digest.ts';
import { RunError } from '../../kernel/errors.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import { toSeconds } from '../../kernel/time.ts';
import type { Scores } from '../../metrics/scores.ts';
import type { Table } from '../../metrics/table.ts';
import { getU32 } from '../../protocol/bytes.ts';
import { type ParamsFields, paramsSize, readUpdate, type Update, writeParams } from '../../protocol/exchange.ts';
import { writeSetup } from '../../protocol/exchange-messages.ts';
import { FRAME, HEADER, HEADER_BYTES, PAYLOAD_BYTES } from '../../protocol/frame.ts';
import { readRefuse } from '../../protocol/messages.ts';
import type { Method, MethodProgress } from '../method.ts';
import { isFiniteVector } from './aggregate.ts';
import { describeModel, modelTable } from './model-table.ts';
import type { Prepared } from './prepare.ts';

/** Who is told what becomes of the model. */
export interface ServerListener {
  /** The model has changed; undefined where nobody measures it then. May end the run. */
  readonly onAggregated?: (() => void) | undefined;
  /** Called once, when the final model is there. */
  readonly onFinished: () => void;
}

/**
 * Multiply-adds of the test rows up to which a method without rounds is measured after every update, some 0.1 ms: beyond,
 * measuring would take longer than all else of the run (rivals-1000: 22 s more for 60,000 updates that take 3 s), and the
 * model is measured once for as many updates as devices take part, which is what a round of the other methods holds.
 */
const QUICK_SCORES = 1e5;

/** A model on its way to a device. */
interface Sending {
  readonly device: number;
  readonly setup: boolean;
  /** Writes frame `index` of what follows SETUP; 0 after the last. */
  readonly write: (index: number) => number;
}

/**
 * What all methods of exchange have in common: devices are set up with the first model that they are sent, each has at
 * most one model to work on at a time, and a model that a failing device did not get is sent anew, as it then is, when
 * the device is back. What is done with an update is the method's own.
 */
export abstract class ExchangeServer implements Method {
  protected readonly sim: Simulation;
  protected readonly fleet: Fleet;
  protected readonly prepared: Prepared;
  /** The server's weights; replaced, never changed in place, for models under way are views of it. */
  protected w: Float32Array;
  /** How many updates or rounds the weights have seen. */
  protected version = 0;
  /** 1 once a device has said HELLO; whether it works on a model, and since when that was read, ns. */
  protected readonly present: Uint8Array;
  protected readonly working: Uint8Array;
  protected readonly readAt: Float64Array;
  /** FLOP of a device's last steps. */
  protected readonly flop: Float64Array;
  readonly #greeted: Uint8Array;
  /** The round of the model that a device was last set to work on. */
  readonly #handed: Uint32Array;
  readonly #sendings = new Map<number, Sending>();
  readonly #listener: ServerListener;
  /** Updates from one measured model to the next, for methods that apply them one by one. */
  readonly #measuredUpdates: number;
  #nextStream = 0;
  #scores: Scores | undefined;
  #scoredVersion = -1;
  #loss = Number.NaN;
  #lossVersion = -1;
  /** When the weights, and the loss, were first measured and found not to be finite, ns. */
  #brokenAt = -1;
  #lossBrokenAt = -1;
  #finished = false;
  protected sent = 0;

  constructor(given: ServerListener & { readonly sim: Simulation; readonly fleet: Fleet }, prepared: Prepared) {
    const { sim, fleet } = given;
    const { devices } = fleet;
    this.sim = sim;
    this.fleet = fleet;
    this.prepared = prepared;
    this.#listener = given;
    this.#measuredUpdates = prepared.model.scoreMultiplyAdds <= QUICK_SCORES ? 1 : prepared.devices.length;
    this.w = new Float32Array(prepared.model.dimension);
    this.present = new Uint8Array(devices);
    this.working = new Uint8Array(devices);
    this.readAt = new Float64Array(devices);
    this.flop = new Float64Array(devices);
    this.#greeted = new Uint8Array(devices);
    this.#handed = new Uint32Array(devices);
  }

  /** A device is there, with nothing to work on: for the first time, or again after a model did not reach it. */
  protected abstract available(device: number): void;
  /** A device's update; it has nothing to work on any more. @param round that of the model which it was made from. */
  protected abstract updated(device: number, round: number, update: Update, bytes: Uint8Array): void;
  abstract start(): void;
  abstract get progress(): MethodProgress;

  get finished(): boolean {
    return this.#finished;
  }

  get records(): Prepared['records'] {
    return this.prepared.records;
  }

  get ramBytes(): Float64Array {
    return this.prepared.ramBytes;
  }

  /** What a report should say of this run. */
  get notes(): readonly string[] {
    const { notes } = this.prepared;
    const found: [number, string][] = [[this.#brokenAt, 'the weights are not finite numbers']];
    // The loss of broken weights says nothing new; it may overflow long before they do.
    if (this.#lossBrokenAt !== this.#brokenAt) found.unshift([this.#lossBrokenAt, 'the loss is not a finite number']);
    const diverged = found
      .filter(([at]) => at >= 0)
      .map(([at, what]) => `since the measurement at ${toSeconds(at)} s ${what}`);
    if (diverged.length === 0) return notes;
    return [...notes, `Training diverged: ${diverged.join(', ')}. The step (learner.eta) is too large.`];
  }

  scores(): Scores {
    if (this.#scores === undefined || this.#scoredVersion !== this.version) {
      this.#scores = this.prepared.model.scores(this.w);
      if (this.#brokenAt < 0 && !isFiniteVector(this.w)) this.#brokenAt = this.sim.now;
      this.#scoredVersion = this.version;
    }
    return this.#scores;
  }

  finalScores(): Scores {
    return this.scores();
  }

  loss(): number {
    if (this.#lossVersion !== this.version) {
      this.#loss = this.prepared.model.loss(this.w);
      if (this.#lossBrokenAt < 0 && !Number.isFinite(this.#loss)) this.#lossBrokenAt = this.sim.now;
      this.#lossVersion = this.version;
    }
    return this.#loss;
  }

  checkpoint(): () => void {
    const [brokenAt, lossBrokenAt] = [this.#brokenAt, this.#lossBrokenAt];
    return () => {
      this.#brokenAt = brokenAt;
      this.#lossBrokenAt = lossBrokenAt;
      // The next measurement of the same weights notes them then.
      this.#scoredVersion = -1;
      this.#lossVersion = -1;
    };
  }

  predict(rows: Uint32Array): Uint16Array {
    return this.prepared.model.predict(this.w, rows);
  }

  waitingSince(device: number): number {
    return this.working[device] === 1 ? this.readAt[device]! : -1;
  }

  rounds(from = 0): Table {
    return this.records.rounds.build(from);
  }

  model(): { readonly table: Table; readonly description: object } {
    return { table: modelTable(this.w, this.prepared), description: describeModel(this.prepared) };
  }

  fold(digest: Digest): void {
    digest.bytes(new Uint8Array(this.w.buffer, this.w.byteOffset, this.w.byteLength));
  }

  frame(device: number, type: number, bytes: Uint8Array): number {
    switch (type) {
      case FRAME.hello:
        this.present[device] = 1;
        if (!this.finished) this.available(device);
        return 0;
      case FRAME.update:
        this.#update(device, bytes);
        return 0;
      case FRAME.refuse: {
        const { needsBytes, ramBytes } = readRefuse(bytes);
        throw new RunError(
          `device ${device}: expected it to take the model, it refused (needs ${needsBytes} B of RAM, has ${ramBytes} B)`,
        );
      }
      default:
        throw new RunError(`device ${device}: expected HELLO, UPDATE or REFUSE, got a frame of type ${type}`);
    }
  }

  /** A model is an update's acknowledgement: nothing waits for the answer itself. */
  answered(_device: number): void {}

  lost(device: number, stream: number): void {
    if (this.#sendings.delete(stream)) this.working[device] = 0;
  }

  connected(device: number): void {
    if (this.present[device] === 1 && this.working[device] === 0 && !this.finished) this.available(device);
  }

  fill(device: number, stream: number, index: number): number {
    const sending = this.#sendings.get(stream)!;
    const { host } = this.fleet;
    const length =
      sending.setup && index === 0
        ? writeSetup(host.inbox, device, 0, this.prepared.setup(device))
        : sending.write(sending.setup ? index - 1 : index);
    if (length > 0) host.seal(length);
    return length;
  }

  worked(device: number, _stream: number, _at: number, flop: number): void {
    this.flop[device] = flop;
  }

  drained(device: number, stream: number): void {
    this.#greeted[device] = 1;
    this.#sendings.delete(stream);
  }

  /** Sends a device the weights as they now are; it makes its steps and answers with an update. */
  protected sendModel(device: number, round: number, fields: ParamsFields): void {
    const { w } = this;
    const { kind, flags, receiveBytes } = this.prepared;
    const { host } = this.fleet;
    const { bytes } = paramsSize({ kind, flags }, w.length, receiveBytes);
    this.send(device, round, bytes, (index) =>
      writeParams(host.inbox, device, round, { kind, flags }, fields, w, receiveBytes, index),
    );
  }

  /** Sends a device frames that set it to work. @param round repeated in its update. @param bytes what they come to. */
  protected send(device: number, round: number, bytes: number, write: (index: number) => number): void {
    const stream = this.#nextStream++;
    // Until one stream was taken for certain, each brings SETUP: a model without it would be an error.
    const setup = this.#greeted[device] === 0;
    this.#sendings.set(stream, { device, setup, write });
    this.working[device] = 1;
    this.#handed[device] = round;
    this.readAt[device] = this.sim.now;
    this.sent++;
    const before = setup ? HEADER_BYTES + PAYLOAD_BYTES.setup : 0;
    this.fleet.stream(device, stream, before + bytes, Number.POSITIVE_INFINITY);
  }

  /** The weights were replaced without a new version. */
  protected forgetScores(): void {
    this.#scoredVersion = -1;
    this.#lossVersion = -1;
  }

  /** A round's updates have entered the weights. */
  protected aggregated(): void {
    this.#listener.onAggregated?.();
  }

  /** One device's update has entered the weights, of a method that applies each as it comes. */
  protected applied(): void {
    if (this.version % this.#measuredUpdates === 0) this.#listener.onAggregated?.();
  }

  /** The final model is there. */
  protected finish(): void {
    this.#finished = true;
    this.#listener.onAggregated?.();
    this.#listener.onFinished();
  }

  #update(device: number, bytes: Uint8Array): void {
    const { kind, flags, model } = this.prepared;
    const update = readUpdate(bytes, { kind, flags }, model.dimension);
    if (update === undefined)
      throw new RunError(`device ${device}: expected an update of ${model.dimension} weights, got ${bytes.length} B`);
    this.records.uploads[device]!++;
    const round = getU32(bytes, HEADER.round);
    if (this.working[device] === 0 || round !== this.#handed[device]) {
      // Its answer was lost and the device sends it again: it was counted when it first came.
      this.records.bytesWasted[device]! += bytes.length;
      return;
    }
    this.working[device] = 0;
    // It may be here before the server sees that the model was taken.
    this.#greeted[device] = 1;
    if (!this.finished) this.updated(device, round, update, bytes);
  }
}
