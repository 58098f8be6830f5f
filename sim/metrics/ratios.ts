import { assert } from '../kernel/errors.ts';

/** Sums in index order: with one entry a device, in device-id order, as every sum over devices must be. */
export function sumInOrder(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/**
 * Communication-to-computation ratio by time: communication seconds over computation seconds (algorithms F), so above
 * 1 means that more time goes into the network. Null while nothing was computed.
 */
export function ratioByTime(communicationSeconds: number, computationSeconds: number): number | null {
  return computationSeconds > 0 ? communicationSeconds / computationSeconds : null;
}

/** The same by volume: bytes on the wire, up and down, a floating-point operation. Null while nothing was computed. */
export function ratioByBytes(bytesOnWire: number, flop: number): number | null {
  return flop > 0 ? bytesOnWire / flop : null;
}

/**
 * Floating-point operations of Opt-SGD (algorithms F): 2n a row for the dot product, 5n + 4 more when it updates.
 * @param work rows seen, updates made, n features.
 */
export function optSgdFlop(work: {
  readonly rows: number;
  readonly updates: number;
  readonly features: number;
}): number {
  return work.rows * 2 * work.features + work.updates * (5 * work.features + 4);
}

/** Device-seconds over devices times makespan: the share of the fleet's time that went into training; null for 0. */
export function efficiency(run: {
  readonly deviceSeconds: number;
  readonly devices: number;
  readonly makespanSeconds: number;
}): number | null {
  const available = run.devices * run.makespanSeconds;
  return available > 0 ? run.deviceSeconds / available : null;
}

/** Time of one device by power state. */
export interface TimeByState {
  readonly computeSeconds: number;
  readonly transmitSeconds: number;
  readonly receiveSeconds: number;
  readonly idleSeconds: number;
}

/** Power of one board by state, W. */
export interface PowerByState {
  readonly compute: number;
  readonly transmit: number;
  readonly receive: number;
  readonly idle: number;
}

/** Energy of one device in J: power times time, summed over its states (algorithms F). */
export function energyByState(time: TimeByState, power: PowerByState): number {
  return (
    power.compute * time.computeSeconds +
    power.transmit * time.transmitSeconds +
    power.receive * time.receiveSeconds +
    power.idle * time.idleSeconds
  );
}

/**
 * The constant power that the sibling papers' energy figures imply for every microcontroller (algorithms B.8): energy
 * of a device in `paper` mode is this times its computing time, whatever the board or the radio.
 */
export const PAPER_MCU_WATTS = 0.175;

/** The paper's communication time t_c = latency + size / bandwidth, divided by (1 - loss) when attempts fail. */
export function communicationTime(transfer: {
  readonly latencySeconds: number;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  readonly failedShare?: number;
}): number {
  const { failedShare = 0 } = transfer;
  assert(failedShare >= 0 && failedShare < 1, `Expected the failed share to be 0 to below 1, got ${failedShare}`);
  return (transfer.latencySeconds + transfer.bytes / transfer.bytesPerSecond) / (1 - failedShare);
}
