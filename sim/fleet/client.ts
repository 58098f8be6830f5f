import type { FirmwareHost } from '../device/host-types.ts';
import type { Simulation } from '../kernel/simulation.ts';
import type { TimelineRecorder } from '../metrics/timeline.ts';
import type { Network } from '../net/network.ts';
import type { Routine } from './routine.ts';
import type { ComputeTime } from './tickets.ts';

/** What a training method is to the fleet: the server's side of every conversation. Called from event handlers. */
export interface FleetClient {
  /**
   * A frame of `device` has reached the server. Valid until the call returns.
   * @returns bytes of the answer that was written into `fleet.reply` (whole frames), 0 for an empty answer.
   */
  frame(device: number, type: number, bytes: Uint8Array): number;
  /** The answer to that frame is on its way: what is streamed now comes behind it, and does not hold it up. */
  answered(device: number): void;
  /** The device is back and asks anew for what the server has for it, and this stream had not got through. */
  lost(device: number, stream: number): void;
  /** The device is back; `lost` was called for each stream that had not got through. */
  connected(device: number): void;
  /**
   * Writes frame `index` of a stream into the inbox of `fleet.host`, sealed.
   * @returns its length; 0 after the last.
   */
  fill(device: number, stream: number, index: number): number;
  /** The device's work on a stream ends at `at` and took `flop` (for metrics: a server does not know this). */
  worked(device: number, stream: number, at: number, flop: number): void;
  /** The server sees that the device has taken all of a stream. */
  drained(device: number, stream: number): void;
}

export interface FleetConfig {
  readonly sim: Simulation;
  readonly host: FirmwareHost;
  readonly network: Network;
  readonly devices: number;
  readonly seed: number;
  readonly computeTime: ComputeTime;
  /** What the way from the radio to the CPU carries by device, byte/s (the UART of an external modem). */
  readonly ingress: Float64Array;
  readonly routine: Routine;
  /** The first wait before a failed exchange is tried again, and the longest, ns. */
  readonly backoff: { readonly first: number; readonly longest: number };
  /** Whether large work, too, is done at once: where its time is measured, nothing is known of it before. */
  readonly atOnce?: boolean;
  /** What chosen devices were doing, for the timeline. */
  readonly timeline: TimelineRecorder;
  /**
   * Called for every frame that goes into a device's firmware or comes out of it, LINK reports included, and for each call of
   * its timer: no bytes then.
   */
  readonly observe: ((at: number, device: number, out: boolean, bytes: Uint8Array) => void) | undefined;
}
