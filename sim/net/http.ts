import { z } from 'zod';
import { quantity } from '../kernel/quantity.ts';
import { LIMITS } from './limits.ts';
import type { TransportConfig } from './network.ts';

const count = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);
const bytes = (text: string, what: string) =>
  quantity('size', LIMITS.header).prefault(text).describe(`${what} (bytes on the wire).`);

/**
 * HTTPS over TCP/IP, with the defaults of a small device that speaks TLS 1.3 to a server with an ordinary certificate.
 *
 * Sources. TLS 1.3 (RFC 8446): one round trip for a handshake, 22 B a record (header 5, content type 1, tag 16), records of
 * at most 2^14 B, tickets valid for at most 7 days. Bytes of a full handshake are an estimate from the messages of RFC 8446:
 * ClientHello 250 to 320 and Finished 74 up; ServerHello 127, EncryptedExtensions, CertificateVerify, Finished about
 * 0.4 kB and a certificate chain of 3.5 kB down: 4.5 kB in all. Resumed with a ticket: ClientHello with the ticket 350, Finished 74
 * up, about 0.2 kB down. TCP: 10 segments of initial window (RFC 6928); SYN time-out 1 s (RFC 6298); least time-out 200 ms, as
 * Linux has it (RFC 6298 says 1 s). 40 B of IPv4 and TCP headers a segment of at most 1460 B. HTTP headers: an estimate for a request
 * with host, path, length, type and token, and for a response with status, length, type and date.
 */
export const transportOptions = z.strictObject({
  tls: z.boolean().default(true).describe('Whether messages go by HTTPS (TLS 1.3) or by plain HTTP.'),
  'tls-full': z
    .strictObject({ up: bytes('400 B', 'From the device'), down: bytes('4100 B', 'To the device') })
    .prefault({})
    .describe('Bytes of a full TLS 1.3 handshake.'),
  'tls-resumed': z
    .strictObject({ up: bytes('424 B', 'From the device'), down: bytes('200 B', 'To the device') })
    .prefault({})
    .describe('Bytes of a TLS 1.3 handshake that resumes a session by ticket.'),
  'ticket-lifetime': quantity('time')
    .prefault('24 h')
    .describe('How long after a connection a new one may resume its session; 0 s: never.'),
  'request-header': bytes('180 B', 'Headers of an HTTP request'),
  'response-header': bytes('120 B', 'Headers of an HTTP response'),
  'keep-alive': z.boolean().default(true).describe('Whether a connection stays open after a message.'),
  'idle-timeout': quantity('time').prefault('60 s').describe('How long an unused connection stays open.'),
  segment: quantity('size', LIMITS.segment).prefault('1460 B').describe('Content of a full TCP segment.'),
  'packet-header': quantity('size', LIMITS.packetHeader)
    .prefault('40 B')
    .describe('TCP and IP headers of a packet; an acknowledgement is nothing else.'),
  'initial-window': count(1, 1000).default(10).describe('Initial congestion window, in segments.'),
  'min-rto': quantity('time', LIMITS.timeOut).prefault('200 ms').describe('Least retransmission time-out.'),
  'syn-timeout': quantity('time', LIMITS.timeOut)
    .prefault('1 s')
    .describe('Time-out of the first SYN; doubles each time.'),
  queue: count(1, 1_000_000).default(100).describe('Packets that the queue before the bottleneck of a path holds.'),
  'queue-discipline': z
    .enum(['drop-tail', 'fq-codel'])
    .default('drop-tail')
    .describe('What becomes of packets that find it full: dropped, or queued by flow and kept short (RFC 8290).'),
});

export type TransportOptions = z.output<typeof transportOptions>;

const RECORD_BYTES = 16_384;
const RECORD_OVERHEAD = 22;
/** Options that only a SYN carries (segment size, window scale, SACK permitted), padded: bytes. */
const SYN_OPTION_BYTES = 12;

/** The options as the network takes them: whole bytes and nanoseconds. */
export function transportConfig(options: TransportOptions): TransportConfig {
  const whole = (size: number) => Math.round(size);
  const ns = (seconds: number) => Math.ceil(seconds * 1e9);
  const header = whole(options['packet-header']);
  return {
    tls: options.tls,
    tlsFullUpBytes: whole(options['tls-full'].up),
    tlsFullDownBytes: whole(options['tls-full'].down),
    tlsResumedUpBytes: whole(options['tls-resumed'].up),
    tlsResumedDownBytes: whole(options['tls-resumed'].down),
    tlsRecordBytes: RECORD_BYTES,
    tlsRecordOverhead: RECORD_OVERHEAD,
    tlsTicketLifetime: ns(options['ticket-lifetime']),
    requestHeaderBytes: whole(options['request-header']),
    responseHeaderBytes: whole(options['response-header']),
    keepAlive: options['keep-alive'],
    idleTimeout: ns(options['idle-timeout']),
    tcp: {
      segmentBytes: whole(options.segment),
      dataHeaderBytes: header,
      ackBytes: header,
      synBytes: header + SYN_OPTION_BYTES,
      initialWindow: options['initial-window'],
      minRto: ns(options['min-rto']),
      synTimeout: ns(options['syn-timeout']),
      queuePackets: options.queue,
      fairQueue: options['queue-discipline'] === 'fq-codel',
    },
  };
}

/**
 * What TCP carries of a message: content, its HTTP header (of a request when it goes up, of a response when it comes down)
 * and the TLS records around both. Whole bytes. The other half of an exchange is a message of its own, sent by whoever answers.
 */
export function messageBytes(config: TransportConfig, up: boolean, contentBytes: number): number {
  const bytes = contentBytes + (up ? config.requestHeaderBytes : config.responseHeaderBytes);
  return bytes + recordBytes(config, bytes);
}

function recordBytes(config: TransportConfig, bytes: number): number {
  return config.tls ? Math.ceil(bytes / config.tlsRecordBytes) * config.tlsRecordOverhead : 0;
}
