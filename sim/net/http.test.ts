import { describe, expect, it } from 'vitest';
import { messageBytes, transportConfig, transportOptions } from './http.ts';

describe('transport options', () => {
  it('have defaults in whole bytes and nanoseconds', () => {
    const config = transportConfig(transportOptions.parse({}));
    expect(config.tls).toBe(true);
    expect(config.tlsFullUpBytes + config.tlsFullDownBytes).toBe(4500);
    expect(config.idleTimeout).toBe(60e9);
    expect(config.tcp).toEqual({
      segmentBytes: 1460,
      dataHeaderBytes: 40,
      ackBytes: 40,
      synBytes: 52,
      initialWindow: 10,
      minRto: 200e6,
      synTimeout: 1e9,
      queuePackets: 100,
      fairQueue: false,
    });
  });

  it('refuse unknown keys and bare numbers', () => {
    expect(transportOptions.safeParse({ 'tls-ful': {} }).success).toBe(false);
    expect(transportOptions.safeParse({ 'idle-timeout': 5 }).success).toBe(false);
    expect(transportOptions.safeParse({ 'tls-full': { up: '1 kB' } }).success).toBe(true);
  });
});

describe('the bytes of a message', () => {
  const tls = transportConfig(transportOptions.parse({}));
  const plain = transportConfig(transportOptions.parse({ tls: false }));

  it('are content, HTTP header and 22 B a TLS record of 16 KiB', () => {
    expect(messageBytes(tls, true, 100)).toBe(100 + 180 + 22);
    expect(messageBytes(tls, false, 100)).toBe(100 + 120 + 22);
    expect(messageBytes(tls, true, 16_384 - 180)).toBe(16_384 + 22);
    expect(messageBytes(tls, true, 16_385 - 180)).toBe(16_385 + 44);
    expect(messageBytes(plain, true, 100)).toBe(280);
  });
});
