import type { DeviceSpec } from '../device/host-types.ts';
import { targetName } from '../device/target.ts';
import { RunError } from '../kernel/errors.ts';
import { type LiveBoards, type LiveDevice, liveGroups } from '../run/live.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { LiveBridge } from './live-bridge.ts';
import type { OpenBoard } from './live-calls.ts';
import { LiveHost } from './live-host.ts';
import { FRAME_HEAD_BYTES } from './packets.ts';

/** What the firmware's record counts for in a device's RAM (G2T_FIXED_BYTES). */
const FIXED_BYTES = 256;

interface Connected extends OpenBoard {
  readonly target: string;
  readonly countsPerSecond: number;
}

/** The boards that take part in a run, connected. Close them when the run is over, however it ended. */
export class ConnectedBoards implements LiveBoards {
  readonly devices: ReadonlySet<number>;
  readonly #bridge: LiveBridge;
  readonly #boards: ReadonlyMap<number, Connected>;
  readonly #ram = new Map<number, number>();
  #host: LiveHost | undefined;

  private constructor(bridge: LiveBridge, boards: ReadonlyMap<number, Connected>) {
    this.#bridge = bridge;
    this.#boards = boards;
    this.devices = new Set(boards.keys());
  }

  /**
   * Connects to the boards that a scenario names; undefined where it names none.
   * @param kilohertz the clock of a device's model, by group of the fleet.
   */
  static async open(
    { scenario }: Pick<LoadedScenario, 'scenario'>,
    kilohertz: (group: number) => number,
  ): Promise<ConnectedBoards | undefined> {
    const wanted = liveGroups(scenario).flatMap(({ group, index, target, first }) =>
      Array.from({ length: group.count }, (_, n) => ({ device: first + n, target, index })),
    );
    if (wanted.length === 0) return undefined;
    const { bridge, boards } = await LiveBridge.open(wanted.map(({ device, target }) => ({ device, target })));
    const known = boards.map((board, n) => {
      const { target, index } = wanted[n]!;
      const countsPerSecond = rateOf(board, kilohertz(index));
      return [board.device, { ...board, target: targetName(target), countsPerSecond }] as const;
    });
    return new ConnectedBoards(bridge, new Map(known));
  }

  host(module: WebAssembly.Module): LiveHost {
    this.#host = new LiveHost(module, this.#bridge, this.devices);
    return this.#host;
  }

  /** A board that has less working memory than its model says so in HELLO, and gets what fits. */
  spec(device: number, model: DeviceSpec): DeviceSpec {
    const board = this.#boards.get(device);
    if (board === undefined) return model;
    const { info, target } = board;
    const longest = info.maxBody - FRAME_HEAD_BYTES;
    if (longest < model.receiveBytes) {
      throw new RunError(
        `device ${device}: ${target} takes frames of at most ${longest} bytes, those of this run have up to ${model.receiveBytes}`,
      );
    }
    const ramBytes = Math.min(model.ramBytes, FIXED_BYTES + model.receiveBytes + info.memory);
    this.#ram.set(device, ramBytes);
    return { ...model, ramBytes };
  }

  span(device: number): number | undefined {
    const counted = this.#host?.counter;
    const rate = this.#boards.get(device)?.countsPerSecond ?? 0;
    return counted === undefined || rate === 0 ? undefined : Math.ceil((counted * 1e9) / rate);
  }

  /** What the result says of the boards, once the run is over. */
  facts(): LiveDevice[] {
    return Array.from(this.#boards.values(), ({ device, target, info, countsPerSecond }) => ({
      device,
      target,
      board: info.name,
      counter: info.counter,
      counts_per_second: countsPerSecond,
      ram_bytes: this.#ram.get(device)!,
      firmware: info.firmware,
      frames_different: this.#host?.different.get(device) ?? 0,
    }));
  }

  close(): Promise<void> {
    return this.#bridge.close();
  }
}

/**
 * How much of what a board counts is a second: cycles at its clock; ns of a process; an emulator's instructions, which know no
 * pipeline, at one a cycle of the model's clock. 0 where it counts nothing: its time is then the model's.
 */
function rateOf({ info }: OpenBoard, kilohertz: number): number {
  switch (info.counter) {
    case 'cycles':
      return info.clockHz;
    case 'instructions':
      return 1000 * kilohertz;
    case 'ns':
      return 1e9;
    default:
      return 0;
  }
}
