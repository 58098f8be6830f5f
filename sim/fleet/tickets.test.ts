import { describe, expect, it } from 'vitest';
import { PooledHost } from '../device/host.ts';
import { STATUS, WORK, WORK_COUNT } from '../device/host-types.ts';
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
    const least = new Float64Array(WORK_COUNT);
    least[WORK.frames] = 1;
    least[WORK.bytesReceived] = length;
    const ticket = tickets.submit(device, 10, length, length, least);
    const lookahead = tickets.lookahead(ticket);
    const { status, span } = tickets.collect(ticket);
    expect(status).toBe(0);
    expect(lookahead).toBe(1000 + 7 * length + length);
    expect(span).toBeGreaterThan(lookahead);
  });

  it('fails where the work took less than was promised', () => {
    const device = host.add(spec);
    const length = writePing(host.inbox, device, 3);
    host.seal(length);
    const ticket = tickets.submit(device, 10, length, length, new Float64Array(WORK_COUNT).fill(9));
    expect(() => tickets.collect(ticket)).toThrow(/Expected work of device \d+ to take at least/);
  });

  it('keeps tickets apart until they are collected, and says a fault', () => {
    const device = host.add(spec);
    const other = host.add(spec);
    expect(tickets.poll(device, 0).length).toBe(HEADER_BYTES + PAYLOAD_BYTES.hello);
    const none = new Float64Array(WORK_COUNT);
    host.inbox.fill(0, 0, 20);
    const garbage = tickets.submit(device, 5, 20, 20, none);
    const length = writePing(host.inbox, other, 3);
    host.seal(length);
    const ping = tickets.submit(other, 5, length, length, none);
    expect(tickets.collect(ping).status).toBe(STATUS.ok);
    expect(tickets.collect(garbage).status).toBe(STATUS['bad-magic']);
  });
});
