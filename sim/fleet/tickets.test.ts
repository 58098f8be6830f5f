import { describe, expect, it } from 'vitest';
import { PooledHost } from '../device/host.ts';
import { WORK } from '../device/host-types.ts';
import { HEADER_BYTES, PAYLOAD_BYTES } from '../protocol/frame.ts';
import { writePing } from '../protocol/messages.ts';
import { firmware, spec } from './fixture.ts';
import { Tickets } from './tickets.ts';

describe('Tickets', () => {
  const host = new PooledHost(firmware);
  const perByte = (_device: number, work: Float64Array, wireBytes: number): number =>
    1000 * work[WORK.frames]! + 7 * work[WORK.bytesReceived]! + 5 * work[WORK.bytesChecked]! + wireBytes;
  const tickets = new Tickets(host, perByte);

  it('promises no more than the work then takes', () => {
    const device = host.add(spec);
    const length = writePing(host.inbox, device, 3);
    host.seal(length);
    const ticket = tickets.submitFrame(device, 10, length, length);
    const least = tickets.lookahead(ticket);
    const { status, span } = tickets.collect(ticket);
    expect(status).toBe(0);
    expect(least).toBe(1000 + 7 * length + length);
    expect(span).toBeGreaterThan(least);
  });

  it('keeps tickets apart until they are collected, and says a fault', () => {
    const device = host.add(spec);
    const hello = tickets.submitPoll(device, 0);
    host.inbox.fill(0, 0, 20);
    const garbage = tickets.submitFrame(device, 5, 20, 20);
    expect(tickets.collect(garbage).status).toBeLessThan(0);
    expect(tickets.collect(hello).length).toBe(HEADER_BYTES + PAYLOAD_BYTES.hello);
  });
});
