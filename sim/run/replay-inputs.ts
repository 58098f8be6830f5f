import type { Dataset } from '../data/dataset.ts';
import type { Board } from '../device/board.ts';
import { cyclesOf } from '../device/cycles.ts';
import type { DeviceSpec } from '../device/host-types.ts';
import { type HeldRow, NotingHost } from '../device/noting-host.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { LoadedFirmware } from './inputs.ts';
import type { LiveDevice } from './live.ts';
import { boardOf } from './places.ts';
import { buildWorld } from './world.ts';

/** What a device was when a run began, beside what it was sent: all that its firmware's answers hang on. */
export interface ReplayDevice {
  readonly device: number;
  /** Its board, or the model of a live one. */
  readonly board: Board;
  readonly spec: DeviceSpec;
  readonly rows: readonly HeldRow[];
  /** Cycles that the scenario's model of the board charges for counted work (by WORK index). */
  cycles(work: Float64Array): number;
}

export interface ReplayInputs {
  readonly devices: number;
  /** The index of each device's group in the scenario's `fleet`. */
  readonly group: Int32Array;
  of(device: number): ReplayDevice;
}

/**
 * What the devices of a run were at its start, made anew from its scenario and data by wiring it, without running it.
 * @param live devices that were boards: their RAM was theirs.
 */
export function replayInputs(run: {
  readonly loaded: LoadedScenario;
  readonly dataset: Dataset;
  readonly firmware: LoadedFirmware;
  readonly live: readonly LiveDevice[];
}): ReplayInputs {
  const { loaded, dataset, firmware, live } = run;
  const host = new NotingHost(firmware.module, undefined, firmware.guard);
  const ram = new Map(live.map(({ device, ram_bytes }) => [device, ram_bytes]));
  const { places, kernel } = buildWorld({
    loaded,
    dataset,
    firmware: firmware.module,
    observe: undefined,
    live: {
      devices: new Set(ram.keys()),
      host: () => host,
      spec: (device, spec) => ({ ...spec, ramBytes: ram.get(device) ?? spec.ramBytes }),
      span: () => undefined,
    },
  });
  return {
    devices: places.devices,
    group: places.group,
    of: (device) => {
      const board = boardOf(places, device);
      return {
        device,
        board,
        spec: host.specs[device]!,
        rows: host.rowsOf(device),
        cycles: (work) => cyclesOf(board, kernel, work),
      };
    },
  };
}
