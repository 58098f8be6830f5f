import type { DeviceSpec, FirmwareHost } from '../device/host-types.ts';

/** What stands in for the simulator's own firmware on some devices of a run: the seam to real and emulated boards. */
export interface LiveBoards {
  /** The host of all devices of the run, live ones included. @param module the compiled wasm/g2t.wasm. */
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
  /** What its time was measured by. */
  readonly counter: string;
  readonly clock_hz: number;
  /** RAM that the firmware was told of, bytes. */
  readonly ram_bytes: number;
  /** SHA-256 of the sources of its firmware's core. */
  readonly firmware: string;
}
