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

/** Device-seconds over devices times makespan: the share of the fleet's time that went into training; null for 0. */
export function efficiency(run: {
  readonly deviceSeconds: number;
  readonly devices: number;
  readonly makespanSeconds: number;
}): number | null {
  const available = run.devices * run.makespanSeconds;
  return available > 0 ? run.deviceSeconds / available : null;
}
