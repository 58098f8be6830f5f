import { writeLink } from '../protocol/messages.ts';

/** How an exchange with the server went, as the device's own port saw it. Times in ns. */
export interface Exchange {
  readonly rtt: number;
  readonly bytes: number;
  readonly time: number;
  /** Attempts that failed before. */
  readonly failures: number;
  /** The number of the upload that it carried; undefined when it was none. */
  readonly upload: number | undefined;
}

/** Writes the LINK report of an exchange, which never is on the wire, into the inbox. @returns its length. */
export function putReport(inbox: Uint8Array, device: number, exchange: Exchange): number {
  return writeLink(inbox, device, exchange.upload ?? 0, {
    rttMicroseconds: microseconds(exchange.rtt),
    transferMicroseconds: microseconds(exchange.time),
    bytes: exchange.bytes,
    failed: Math.min(exchange.failures, 65_535),
    delivered: true,
    isUpload: exchange.upload !== undefined,
  });
}

/** Whole us, rounded up; what does not fit 32 bits (over an hour) counts as the most that does. */
function microseconds(ns: number): number {
  return Math.min(Math.ceil(ns / 1000), 0xffff_ffff);
}
