import type { DeviceSpec, FirmwareHost } from '../device/host-types.ts';
import { InputError } from '../kernel/errors.ts';
import { targetOf } from '../scenario/fleet-options.ts';
import type { ResolvedScenario } from '../scenario/load.ts';

/** What stands in for the simulator's own firmware on some devices of a run: the seam to real and emulated boards. */
export interface LiveBoards {
  /** The devices that are boards. */
  readonly devices: ReadonlySet<number>;
  /** The host of all devices of the run, boards included. @param module the compiled wasm/g2t.wasm. */
  host(module: WebAssembly.Module): FirmwareHost;
  /** What a device is, given what its model says: a board may have less RAM. */
  spec(device: number, model: DeviceSpec): DeviceSpec;
  /** Time that the last call of a device's firmware took, ns, as measured; undefined where the model says it. */
  span(device: number): number | undefined;
}

/** What a result says of a device that was a real or emulated board. */
export interface LiveDevice {
  readonly device: number;
  /** Where it was: "qemu:mps2-an386". */
  readonly target: string;
  /** What it called itself. */
  readonly board: string;
  /** What its time was measured by, and how much of that is a second; 0 where the model's time was taken. */
  readonly counter: string;
  readonly counts_per_second: number;
  /** RAM that the firmware was told of, bytes. */
  readonly ram_bytes: number;
  /** SHA-256 of the sources of its firmware's core. */
  readonly firmware: string;
  /** Frames that the simulator's firmware, given the same, would not have sent so. */
  readonly frames_different: number;
}

/** The groups of a scenario that are real or emulated boards, with their first devices. */
export function liveGroups({ fleet }: Pick<ResolvedScenario, 'fleet'>) {
  let first = 0;
  return fleet.flatMap((group, index) => {
    const from = first;
    first += group.count;
    const target = targetOf(group);
    return target === undefined ? [] : [{ group, index, target, first: from }];
  });
}

/** @throws InputError where a scenario with boards is to be run without them. */
export function refuseWithoutBoards(scenario: Pick<ResolvedScenario, 'fleet'>): void {
  const [live] = liveGroups(scenario);
  if (live === undefined) return;
  throw new InputError(
    `fleet.${live.index}.board: ${live.group.board} takes part in g2t run alone: such a run cannot be repeated, but g2t validate replays what its board did`,
  );
}
