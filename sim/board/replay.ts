import { type DeviceSpec, STATUS, statusName, WORK_COUNT } from '../device/host-types.ts';
import type { HeldRow } from '../device/noting-host.ts';
import { RunError } from '../kernel/errors.ts';
import { HEADER, HEADER_BYTES } from '../protocol/frame.ts';
import { readHeader } from '../protocol/header.ts';
import type { ReplayDevice } from '../run/replay-inputs.ts';
import { Interrupted } from '../run/run.ts';
import { sameBits, WeightsCollector } from './collect.ts';
import type { Answer } from './packets.ts';
import type { Step } from './record.ts';
import { FrameTooLong } from './session.ts';

/** What frames are replayed to: a session with a board, or the simulator's own firmware. */
export interface ReplayTarget {
  begin(device: number, spec: DeviceSpec, rows: readonly HeldRow[]): Promise<number>;
  frame(us: number, bytes: Uint8Array): Promise<Answer>;
  timer(us: number): Promise<Answer>;
  poll(us: number): Promise<Answer>;
}

/** The first thing that a target does otherwise than was recorded. */
export interface Difference {
  readonly device: number;
  /** Of the device's recorded frames, from 1. */
  readonly frame: number;
  readonly type: string;
  readonly direction: string;
  readonly at_s: number;
  /** Byte of the frame, from 0; null where it is not about one. */
  readonly offset: number | null;
  readonly expected: string;
  readonly got: string;
}

export interface DeviceReplay {
  readonly device: number;
  /** `not-compared`: the record has nothing of the device that could be replayed. */
  readonly outcome: 'identical' | 'different' | 'does-not-fit' | 'not-compared';
  readonly frames_in: number;
  readonly frames_out: number;
  readonly timers: number;
  readonly bytes_in: number;
  /** Bytes that the target sent and that were compared. */
  readonly bytes_out: number;
  /** Tasks that the firmware refused in the recorded run, and on the target again. */
  readonly refused: number;
  /** Numbers of the final weights that were decoded from what the target sent, the same bits as recorded. */
  readonly weights: number;
  /** Recorded frames that were left out, by wish. */
  readonly left_out: number;
  readonly difference: Difference | null;
  /** Why it does not fit the target. */
  readonly refusal: string | null;
  /** What the target counted, and the cycles of the scenario's model for the same work; null where it counts nothing. */
  readonly measured: number;
  readonly modelled: number | null;
  readonly recorded: WeightsCollector;
  readonly sent: WeightsCollector;
}

export interface ReplayOptions {
  readonly target: ReplayTarget;
  readonly input: ReplayDevice;
  readonly steps: readonly Step[];
  /** Only the first so many frames. */
  readonly limit?: number | undefined;
  readonly cancelled: () => boolean;
  readonly onStep: () => void;
}

/** Replays what a device was sent, in order and at its times, and compares every byte that the target sends. */
export async function replayDevice(options: ReplayOptions): Promise<DeviceReplay> {
  const replay = new Replay(options);
  return replay.run();
}

class Replay {
  readonly #options: ReplayOptions;
  readonly #recorded = new WeightsCollector();
  readonly #sent = new WeightsCollector();
  readonly #counts = { frames_in: 0, frames_out: 0, timers: 0, bytes_in: 0, bytes_out: 0, refused: 0, left_out: 0 };
  #measured = 0;
  #modelled: number | null = 0;
  #deadline = Number.POSITIVE_INFINITY;
  #difference: Difference | null = null;
  #refusal: string | null = null;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  async run(): Promise<DeviceReplay> {
    const { target, input, steps, limit = Number.POSITIVE_INFINITY, cancelled, onStep } = this.#options;
    const { device, spec, rows } = input;
    const status = await target.begin(device, spec, rows);
    if (status !== STATUS.ok)
      throw new RunError(`device ${device}: the board does not begin it: ${statusName(status)}`);
    for (const step of steps) {
      if (cancelled()) throw new Interrupted();
      if (step.frame > limit) {
        this.#counts.left_out++;
        continue;
      }
      await this.#step(step);
      onStep();
      if (this.#difference !== null || this.#refusal !== null) break;
    }
    if (this.#difference === null && this.#refusal === null) this.#compareWeights(steps.at(-1));
    return {
      device,
      outcome: this.#outcome(),
      ...this.#counts,
      weights: this.#sent.values,
      difference: this.#difference,
      refusal: this.#refusal,
      measured: this.#measured,
      modelled: this.#modelled,
      recorded: this.#recorded,
      sent: this.#sent,
    };
  }

  #outcome(): DeviceReplay['outcome'] {
    if (this.#difference !== null) return 'different';
    if (this.#refusal !== null) return 'does-not-fit';
    const { frames_in, frames_out, timers } = this.#counts;
    return frames_in + frames_out + timers > 0 ? 'identical' : 'not-compared';
  }

  async #step(step: Step): Promise<void> {
    const { target } = this.#options;
    switch (step.direction) {
      case 'timer':
        this.#counts.timers++;
        // The recorded firmware had asked for its timer by now.
        if (this.#deadline > step.clock) this.#differs(step, null, 'a timer that is due', this.#deadlineInWords());
        else this.#take(await target.timer(step.clock));
        return;
      case 'up':
        this.#sentBy(step, this.#take(await target.poll(step.clock)).frame);
        return;
      default:
        await this.#give(step);
    }
  }

  async #give(step: Step): Promise<void> {
    const { target } = this.#options;
    const { clock, bytes } = step;
    this.#counts.frames_in++;
    this.#counts.bytes_in += bytes.length;
    let answer: Answer;
    try {
      answer = this.#take(await target.frame(clock, bytes));
    } catch (error) {
      if (!(error instanceof FrameTooLong)) throw error;
      this.#refusal = `frame ${step.frame} (${step.type}): ${error.message}`;
      return;
    }
    const { status } = answer;
    this.#recorded.add(bytes);
    this.#sent.add(bytes);
    // What a device has refused it knows nothing of: rows that were on their way are answered so, then and now.
    if (status === STATUS.ok || status === STATUS['unknown-task']) return;
    if (status === STATUS['no-memory']) {
      const { spec } = this.#options.input;
      this.#refusal = `frame ${step.frame} (${step.type}): refused by the firmware: its work needs more memory than the board has, of the ${spec.ramBytes} B that the run gave the device`;
      return;
    }
    const header = readHeader(bytes);
    const why = typeof header === 'string' ? `; the record does not check either (${header})` : '';
    this.#differs(step, null, 'a frame that the firmware takes', `status ${statusName(status)}${why}`);
  }

  #sentBy(step: Step, got: Uint8Array): void {
    const expected = step.bytes;
    this.#counts.frames_out++;
    this.#counts.bytes_out += got.length;
    this.#recorded.add(expected);
    this.#sent.add(got);
    if (step.type === 'refuse') this.#counts.refused++;
    if (got.length === 0) {
      this.#differs(step, null, `a frame of ${expected.length} bytes`, 'nothing');
      return;
    }
    const offset = firstDifferent(expected, got);
    if (offset === undefined) return;
    const length = (bytes: Uint8Array) => (expected.length === got.length ? '' : ` of ${bytes.length} bytes`);
    this.#differs(step, offset, hex(expected, offset) + length(expected), hex(got, offset) + length(got));
  }

  #take(answer: Answer): Answer {
    this.#deadline = answer.deadline;
    this.#measured += answer.counter;
    if (answer.work.length !== WORK_COUNT) this.#modelled = null;
    else if (this.#modelled !== null) this.#modelled += this.#options.input.cycles(answer.work);
    return answer;
  }

  /** Frames that are the same bytes carry the same weights; that they do is looked at all the same. */
  #compareWeights(last: Step | undefined): void {
    if (last === undefined) return;
    for (const [task, { weights }] of this.#recorded.classifiers) {
      if (sameBits(weights, this.#sent.classifiers.get(task)?.weights)) continue;
      this.#differs(last, null, `the recorded weights of task ${task}`, 'others');
      return;
    }
    if (!sameBits(this.#recorded.update, this.#sent.update))
      this.#differs(last, null, 'the recorded weights of the last update', 'others');
  }

  #deadlineInWords(): string {
    return Number.isFinite(this.#deadline) ? `one that is due at ${this.#deadline / 1e6} s` : 'none';
  }

  #differs({ frame, type, direction, at_s }: Step, offset: number | null, expected: string, got: string): void {
    const { device } = this.#options.input;
    this.#difference ??= { device, frame, type, direction, at_s, offset, expected, got };
  }
}

/** The first byte in which two frames differ: that of what they say, where their CRCs differ on that account. */
function firstDifferent(a: Uint8Array, b: Uint8Array): number | undefined {
  const longer = Math.max(a.length, b.length);
  let inCrc: number | undefined;
  for (let at = 0; at < longer; at++) {
    if (a[at] === b[at]) continue;
    if (at < HEADER.crc || at >= HEADER_BYTES) return at;
    inCrc ??= at;
  }
  return inCrc;
}

/** The bytes from a place, as many as a person looks at. */
function hex(bytes: Uint8Array, from: number): string {
  const shown = Array.from(bytes.subarray(from, from + 8), (byte) => byte.toString(16).padStart(2, '0'));
  return shown.length === 0 ? 'the end' : shown.join(' ');
}
