import { type Instant, LAST_INSTANT } from '../kernel/time.ts';
import type { Dropout } from '../net/weather.ts';

/** One stretch of time, ns. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The stretches that a device is offline before `end`. The dropout must be one that was not asked about the device
 * before: the answers follow from seed and time alone, so a second copy of the weather knows the past.
 */
export function* offlineStretches(dropout: Dropout, device: number, end: number): Generator<Stretch> {
  let at = 0;
  while (at < end) {
    const next = dropout.nextChange(device, at as Instant);
    if (!dropout.online(device, at as Instant)) yield { from: at, to: Math.min(next, end) };
    if (next >= LAST_INSTANT) return;
    at = next;
  }
}
