import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The header that brings the token of a change. */
export const TOKEN_HEADER = 'x-g2t-token';

/** What a page may do: load from this server, and nothing else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every answer. */
export const SAFE_HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** Names by which a page of our own calls this server. */
const NAMES = ['127.0.0.1', 'localhost'];

/**
 * Why a request is refused; undefined where it comes from a page of our own, or from no page at all. A foreign Host is a name
 * that somebody made to point here (DNS rebinding); a foreign Origin is another site's page.
 */
export function foreignness(headers: IncomingHttpHeaders, port: number): string | undefined {
  const { host, origin } = headers;
  if (!NAMES.some((name) => host === `${name}:${port}`)) return 'expected the Host of this server';
  if (origin !== undefined && !NAMES.some((name) => origin === `http://${name}:${port}`))
    return 'expected a page of this server';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'expected a page of this server';
  return undefined;
}

/** Whether a request brings the token; takes as long for any other. */
export function hasToken(headers: IncomingHttpHeaders, token: string): boolean {
  const given = headers[TOKEN_HEADER];
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
