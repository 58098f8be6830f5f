import type { Range } from '../kernel/quantity.ts';

/**
 * The bounds of what a network can have, in SI; README.md tells the reason of each. Rates, and times that have no tighter
 * bound here, have those of their dimension (kernel/units.ts): 1 bit/s to 1 Tbit/s, and at most 104 d.
 */
export const LIMITS = {
  /** The mean of an access latency, and each draw of one: a longer draw is cut. */
  latency: { max: 3600 },
  /** What a path adds to every latency, and the gap at a handover. */
  delay: { max: 60 },
  /** The server's own latency. */
  serverLatency: { max: 10 },
  /** How long a network condition holds at least (a time online or offline, a level of load), each or in the mean. */
  condition: { min: 1e-3 },
  /** Mean time in a cell. */
  dwell: { min: 0.1 },
  /** The step of a daily cycle. */
  dailyStep: { min: 1, max: 86_400 },
  timeOut: { min: 1e-3, max: 60 },
  /** Headers and handshakes, bytes. */
  header: { min: 0, max: 1e6 },
  segment: { min: 64, max: 9000 },
  packetHeader: { min: 20, max: 200 },
} as const satisfies Record<string, Range>;
