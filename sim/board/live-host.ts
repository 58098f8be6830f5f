import { STATUS, statusName } from '../device/host-types.ts';
import { NotingHost } from '../device/noting-host.ts';
import { RunError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { LiveBridge } from './live-bridge.ts';
import type { LiveCall } from './live-calls.ts';
import type { Answer } from './packets.ts';

/**
 * The firmware of a run in which some devices are boards. A board's frames, counts and timer are its own. The simulator's firmware is
 * given all that the board is given: what no frame tells (how many classifiers are held, whether a task is under way) is
 * taken from there, and what it would have sent is compared with what the board sends.
 */
export class LiveHost extends NotingHost {
  readonly #bridge: LiveBridge;
  readonly #live: ReadonlySet<number>;
  readonly #begun = new Set<number>();
  readonly #deadlines = new Map<number, number>();
  /** The answer of the last call, where that was a board's. */
  #last: Answer | undefined;
  /** Frames by device that the simulator's firmware would not have sent so. */
  readonly different = new Map<number, number>();

  constructor(module: WebAssembly.Module, bridge: LiveBridge, live: ReadonlySet<number>) {
    super(module);
    this.#bridge = bridge;
    this.#live = live;
  }

  /** What the last call counted, in the board's unit; undefined where it was no board's. */
  get counter(): number | undefined {
    return this.#last?.counter;
  }

  override deliver(device: number, length: number, at: Instant): number {
    if (!this.#live.has(device)) {
      this.#last = undefined;
      return super.deliver(device, length, at);
    }
    const bytes = this.inbox.slice(0, length);
    super.deliver(device, length, at);
    const { status } = this.#call({ kind: 'frame', device, us: microseconds(at), bytes });
    if (status === STATUS['no-memory']) {
      throw new RunError(`device ${device} at ${at / 1e9} s: its work needs more memory than the board has`);
    }
    return status;
  }

  override timer(device: number, at: Instant): number {
    const status = super.timer(device, at);
    if (this.#live.has(device)) return this.#call({ kind: 'timer', device, us: microseconds(at) }).status;
    this.#last = undefined;
    return status;
  }

  override poll(device: number, at: Instant): number {
    const length = super.poll(device, at);
    if (!this.#live.has(device)) {
      this.#last = undefined;
      return length;
    }
    const own = super.outbox.slice(0, length);
    const { frame } = this.#call({ kind: 'poll', device, us: microseconds(at) });
    if (frame.length !== own.length || frame.some((byte, i) => byte !== own[i]))
      this.different.set(device, (this.different.get(device) ?? 0) + 1);
    return frame.length;
  }

  override get outbox(): Uint8Array {
    return this.#last?.frame ?? super.outbox;
  }

  override get work(): Float64Array {
    return this.#last?.work ?? super.work;
  }

  override deadline(device: number): number {
    return this.#live.has(device)
      ? 1000 * (this.#deadlines.get(device) ?? Number.POSITIVE_INFINITY)
      : super.deadline(device);
  }

  #call(call: Extract<LiveCall, { readonly device: number }>): Answer {
    const { device } = call;
    if (!this.#begun.has(device)) this.#begin(device);
    const answer = this.#bridge.call(call);
    if (answer.kind !== 'called')
      throw new RunError(`device ${device}: expected the answer to a call, got ${answer.kind}`);
    this.#deadlines.set(device, answer.answer.deadline);
    this.#last = answer.answer;
    return answer.answer;
  }

  #begin(device: number): void {
    const answer = this.#bridge.call({
      kind: 'begin',
      device,
      spec: this.specs[device]!,
      rows: this.rowsOf(device),
    });
    if (answer.kind !== 'began' || answer.status !== STATUS.ok) {
      const why = answer.kind === 'began' ? statusName(answer.status) : answer.kind;
      throw new RunError(`device ${device}: the board does not begin it: ${why}`);
    }
    this.#begun.add(device);
  }
}

/** The firmware's clock, as the simulator's own port rounds it. */
function microseconds(at: Instant): number {
  return Math.floor(at / 1000);
}
